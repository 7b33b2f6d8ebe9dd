"""Experiences told on Services Publics +: both layouts, torn records, and stories kept out."""

import csv
import io
import re

import pandas as pd
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.catalogue.contract import columns
from observlib.loaders import load

HEADER = [
    "ID expérience", "Etat expérience", "Statut de l'expérience", "Date de publication",
    "Pseudonyme usager", "Écrit le", "Titre", "Description", "Posté comme", "Ressenti usager",
    "Code INSEE Région usager", "Intitulé Typologie 1", "Intitulé structure 1",
    "Réponse structure 1", "Accessibilité", "Information/Explication", "Relation", "Réactivité",
    "Simplicité/Complexité", "Tags Métiers",
]  # fmt: skip
SECRET = "Zoé, 06 00 00 00 00"
DEVICE = "sp-plus"


def record(number: int = 1, **cells: str) -> list[str]:
    """The fields of one experience; keywords name columns by their first word."""
    values = dict.fromkeys(HEADER, "") | {
        "ID expérience": str(number), "Etat expérience": "Traitées",
        "Statut de l'expérience": "Expérience avec réponse",
        "Date de publication": "2026-03-12T09:30:00", "Pseudonyme usager": SECRET,
        "Titre": "Mon récit", "Description": f"C'est {SECRET}",
        "Posté comme": "La personne concernée", "Ressenti usager": "Négatif",
        "Intitulé Typologie 1": "Préfecture", "Intitulé structure 1": "Préfecture de l'Inventé",
        "Accessibilité": "Positif",
    }  # fmt: skip
    for key, value in cells.items():
        name = next(name for name in HEADER if name.split()[0].casefold() == key.casefold())
        values[name] = value
    return list(values.values())


def official(*records: list[str], header: list[str] = HEADER, end: str = "\n") -> str:
    """An export as the programme writes it: nothing is escaped."""
    return "\ufeff" + end.join(";".join(fields) for fields in [header, *records]) + end


def test_a_whole_experience_becomes_one_row_without_its_story(read):
    loaded = read(official(record(7, Code="3.0")))
    assert loaded.table == "experiences" and loaded.rejects.empty
    assert list(loaded.rows.columns) == columns("experiences")
    row = loaded.rows.iloc[0]
    found = row[["experience_id", "feeling", "accessibility", "organisation", "region", "told_by"]]
    assert found.tolist() == [
        "7", "negative", "positive", "Préfecture", "03", "La personne concernée",
    ]  # fmt: skip
    assert row["date"] == pd.Timestamp("2026-03-12 09:30")
    assert pd.isna(row["relation"]) and pd.isna(row["product"])


@pytest.mark.parametrize(("written", "meant"), [
    ("06/10/2022 15:07", "2022-10-06 15:07"),
    ("2023-05-12T10:11:12.345", "2023-05-12 10:11:12.345"),
    ("2023-06-30T22:30:00Z", "2023-07-01 00:30"), ("2023-07-01T00:30:00+02:00", "2023-07-01 00:30"),
])  # fmt: skip
def test_dates_of_both_layouts_are_read_at_local_time(read, written, meant):
    loaded = read(official(record(Date=written)))
    assert loaded.rows["date"].tolist() == [pd.Timestamp(meant)]


@pytest.mark.parametrize(("organisation", "product"), [
    ("Service-public.fr", "service-public"), ("Légifrance", "legifrance"), ("Préfecture", None),
])  # fmt: skip
def test_an_organisation_that_is_a_product_of_the_catalogue_is_told_so(read, organisation, product):
    fields = record()
    fields[HEADER.index("Intitulé Typologie 1")] = organisation
    loaded = read(official(fields))
    found = loaded.rows["product"].iloc[0]
    assert found == product or (product is None and pd.isna(found))


def test_the_structure_stands_in_and_a_separator_shifts_nothing(read):
    fields = record()
    fields[HEADER.index("Intitulé Typologie 1")] = ""
    fields[HEADER.index("Intitulé structure 1")] = "Consulat de l\x92Inventé"
    loaded = read(official(fields))
    assert loaded.rows["organisation"].tolist() == ["Consulat de l’Inventé"]
    fields = record(1, Réponse="Bonjour; nous;\nregrettons", Relation="Neutre")
    loaded = read(official(fields, record(2)))
    assert loaded.rows["relation"].iloc[0] == "neutral"
    assert loaded.rows["accessibility"].tolist() == ["positive", "positive"]


@pytest.mark.parametrize(("column", "cell", "reason"), [
    ("Ressenti usager", "ravi", "Positif, Neutre, Négatif"), ("Ressenti usager", "", "is empty"),
    ("Relation", "bof", "Positif, Neutre, Négatif"),
    ("Date de publication", "31/02/2022 10:00", "is no date"),
    ("Code INSEE Région usager", "bretagne", "is no INSEE code"),
])  # fmt: skip
def test_a_cell_that_cannot_be_read_rejects_its_row_and_no_other(read, column, cell, reason):
    bad = record(2)
    bad[HEADER.index(column)] = cell
    loaded = read(official(record(1), bad, bad, record(3)))
    assert loaded.rows["experience_id"].tolist() == ["1", "3"]
    assert loaded.rejects[["row", "column", "value"]].to_numpy().tolist() == [
        [3, column, cell],
        [4, column, cell],
    ]
    assert loaded.rejects["reason"].str.contains(reason).all()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("story", [
    "sur\ndeux lignes", "12;rue Haute\n13;rue Basse", "12;rue Haute;75001;Paris\nmerci",
    "le\n\n\n3 mars; puis le 4; puis rien", 'elle a dit "non"; puis "oui"',
    "\"Non\" est tout ce qu'on m'a dit; voilà", '"guillemet jamais fermé;\nensuite',
    "99999;Traitées;x;2026-01-01T00:00:00;presque un début\net la suite", "1;2;3", ";" * 15,
])  # fmt: skip
def test_a_torn_story_loses_neither_its_row_nor_its_neighbours(read, story, end):
    text = official(record(1), record(2, Description=story, Ressenti="Neutre"), record(3), end=end)
    loaded = read(text)
    assert loaded.rejects.empty
    assert loaded.rows["experience_id"].tolist() == ["1", "2", "3"]
    assert loaded.rows["feeling"].tolist() == ["negative", "neutral", "negative"]


def test_a_quoted_export_is_read_too_and_text_before_is_told_unshown(read):
    rows = [record(1, Description='il a dit "12;non"\n13;rien'), record(2)]
    out = io.StringIO()
    csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL).writerows([HEADER, *rows])
    loaded = read(out.getvalue(), encoding="utf-8-sig")
    assert loaded.rows["experience_id"].tolist() == ["1", "2"] and loaded.rejects.empty
    loaded = read(official([SECRET], record(1)))
    assert len(loaded.rows) == 1 and loaded.rejects["row"].tolist() == [2]
    assert "Zoé" not in loaded.rejects.to_csv()


@pytest.mark.parametrize("left", range(1, len(HEADER)))
def test_a_damaged_record_takes_no_other_one_with_it(read, left):
    torn = [*record(2)[:left], ""] if left == 1 else record(2)[:left]
    loaded = read(official(record(1), torn, record(3, Ressenti="Positif")))
    assert loaded.rows["experience_id"].tolist() == ["1", "3"]
    assert loaded.rejects["row"].tolist() == [3]
    assert "Zoé" not in loaded.rejects.to_csv()


@pytest.mark.parametrize("shift", [-3, -2, -1, 1, 2, 3])
def test_a_story_that_slips_into_another_column_is_not_shown(read, shift):
    fields = record(1)
    shifted = fields[shift:] + fields[:shift]
    text = ",".join(HEADER) + "\n" + ",".join(f'"{cell}"' for cell in shifted) + "\n"
    loaded = read(text)
    assert "06 00" not in loaded.rows.to_csv() + loaded.rejects.to_csv()


FALSE_START = "\n3;a;b;2026-01-01T00:00:00;"
BITS = [*'\n\n;;"123 é', "\n12;", FALSE_START, "Positif", "Négatif;", ";;"]
STORY = st.lists(st.sampled_from(BITS), max_size=25).map("".join)


@examples(80)
@given(
    told=st.lists(
        st.tuples(STORY, STORY, st.sampled_from(["Positif", "Neutre", "Négatif"])),
        min_size=1,
        max_size=5,
    )
)
@example(told=[(";;;Négatif;", ";;;Négatif;Négatif;;;;\n12;", "Négatif")])
@example(told=[(";;;", ";Négatif;Négatif;;;;Positif;;;;;\n12;", "Positif")])
def test_whatever_people_write_a_row_comes_back_right_or_is_rejected(read, told):
    feelings = {"Positif": "positive", "Neutre": "neutral", "Négatif": "negative"}
    for title, story, _ in told:
        # more separators in one record than the header has are given up
        assume((title + story).count(";") < len(HEADER) - 1)
        # a line of a story that makes a whole record with what follows is taken for one
        assume((title + story).partition(FALSE_START)[2].count(";") < 2)
    records = [
        record(1000 + place, Titre=title, Description=story, Ressenti=feeling)
        for place, (title, story, feeling) in enumerate(told)
    ]
    loaded = read(official(*records))
    found = dict(zip(loaded.rows["experience_id"], loaded.rows["feeling"], strict=True))
    truth = {str(1000 + place): feelings[feeling] for place, (_, _, feeling) in enumerate(told)}
    assert found.items() <= truth.items()
    assert len(found) + len(loaded.rejects) >= len(truth)
    if not any('"' in title + story for title, story, _ in told):
        assert found == truth
    assert set(loaded.rows["accessibility"].dropna()) <= {"positive"}


def test_the_published_extract_is_read_whole(shared_data, catalogue):
    path = shared_data / "services_publics_plus" / "sp_plus_experiences_subset.csv"
    loaded = load(path, catalogue.devices["sp-plus-extrait"], catalogue)
    assert loaded.rejects.empty and len(loaded.rows) == 1200
    feelings = loaded.rows["feeling"].value_counts().to_dict()
    assert feelings == dict.fromkeys(("positive", "neutral", "negative"), 400)
    marks = loaded.rows["accessibility"].value_counts().to_dict()
    assert marks == {"negative": 391, "positive": 330, "neutral": 66}
    assert (loaded.rows["product"] == "service-public").sum() == 49
    regions = loaded.rows["region"].value_counts().to_dict()
    assert (regions["11"], regions["01"]) == (75, 7)
    texts = loaded.rows[["organisation", "told_by"]].stack().str.cat()
    assert "l’Europe" in texts and not re.search("[\x80-\x9f]", texts)


def test_the_published_extract_without_any_escape_is_the_same(shared_data, tmp_path, catalogue):
    path = shared_data / "services_publics_plus" / "sp_plus_experiences_subset.csv"
    device = catalogue.devices["sp-plus-extrait"]
    with path.open(encoding="utf-8", newline="") as text:
        header, *records = [row[1:] for row in csv.reader(text)]
    place = header.index("Date de publication")
    for row in records:
        day, month, year, hour = re.fullmatch(r"(..)/(..)/(....) (.*)", row[place]).groups()  # type: ignore[union-attr]
        row[place] = f"{year}-{month}-{day}T{hour}:00"
    file = tmp_path / "export-experiences.csv"
    file.write_text(official(*records, header=header), encoding="utf-8", newline="")
    again = load(file, device, catalogue)
    assert again.rejects.empty
    pd.testing.assert_frame_equal(again.rows, load(path, device, catalogue).rows)
