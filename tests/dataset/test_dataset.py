"""Data packages: validators accept them, they read back equal, and offices open them."""

import io
import json
import math
import zipfile
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import frictionless
import pandas as pd
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from tests.copies import demonstration_catalogue
from tests.examples import examples

from observlib import dataset, estimates
from observlib.base.text import as_cell
from observlib.dataset import HEAD_ROW
from observlib.display.style import Brand
from observlib.estimates import FIGURE, REFERENCE, make_comparisons
from observlib.pipeline import revisions

ABOUT = dataset.About(
    name="observatoire-2026-t3", title="Observatoire, 3e trimestre 2026", quarter="2026-T3",
    made=date(2026, 11, 24), synthetic=True, publisher="Agence fictive",
    brand=Brand(name="Baromètre de l’eau", primary="#0b5d3b"), says={"Contenu": dataset.CONTENT}
)  # fmt: skip
MARK = {"indicator": "satisfaction_10", "unit": "sur 10", "source": "jdma@1a2b"}
SIDE = {**MARK, "product": "legifrance", "channel": "web", "device": "jdma-legifrance"}
ROWS = estimates.make([
    {**SIDE, "period": "2026-T3", "estimate": 7.9, "ci_low": 7.6, "ci_high": 8.2, "n": 240},
    {**SIDE, "period": "2025-T3", "estimate": 6.8, "ci_low": 6.4, "ci_high": 7.2, "n": 25}
    | {"status": "low_base"},
    {**SIDE, "period": "2026-08", "status": "suppressed"},
    {"indicator": "poll_share", "period": "2026-09-01", "estimate": 12.5, "n": 60}
    | {"unit": "%", "group": "Et vous ?", "group_value": "=1+1"},
])  # fmt: skip
PAIR = {
    **ROWS.loc[0].to_dict(),
    **ROWS.loc[1].add_prefix(REFERENCE).to_dict(),
    **{"against": "before", "difference": 1.1, "difference_low": 0.6, "difference_high": 1.6},
    **{"level": 0.95, "verdict": "rise"},
}
PAIRS = make_comparisons(pd.DataFrame([PAIR]))


def made(
    rows: pd.DataFrame = ROWS,
    pairs: pd.DataFrame = PAIRS,
    marks: dataset.Flags | None = None,
    corrected: pd.DataFrame | None = None,
) -> dict[str, bytes]:
    families = {"satisfaction_10": ["satisfaction"]}
    words = dataset.dictionary(rows, pairs, demonstration_catalogue(), families)
    return dataset.contents(rows, pairs, words, ABOUT, marks, corrected)


def faults(files: dict[str, bytes], folder: Path) -> list[Any]:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    report = frictionless.validate(str(folder / "datapackage.json"))
    return list(report.flatten(["rowNumber", "fieldName", "type", "note"]))


TEXT = st.text(max_size=12)
NUMBER = st.floats(-1e9, 1e9)
BASE = st.one_of(st.just(math.nan), st.just(math.inf), st.integers(11, 10**9).map(float))


@st.composite
def rows_(draw: st.DrawFn) -> dict[str, Any]:
    status = draw(st.sampled_from(estimates.STATUSES))
    period = draw(st.sampled_from(["2026", "2026-T3", "2026-02", "2026-09-30", "2025-10/2026-09"]))
    group, value = draw(TEXT), draw(TEXT)
    row = {
        **{name: draw(TEXT) for name in ("product", "channel", "device", "unit", "source")},
        "indicator": draw(st.sampled_from(["visits", "satisfaction_10", "d'ailleurs"])),
        "period": draw(st.sampled_from([period, "l'été"])), "group": group if value else "",
        "group_value": value if group else "", "status": status
    }  # fmt: skip
    if status not in estimates.WITHHELD:
        estimate, wide = draw(NUMBER), draw(st.floats(0, 1e6))
        row |= {"estimate": estimate, "n": draw(BASE), "n_eff": draw(BASE)}
        if draw(st.booleans()):
            row |= {"ci_low": estimate - wide, "ci_high": estimate + wide}
    return row


def told(table: pd.DataFrame) -> list[str]:
    """Rows as a package tells them: ten digits, and no text that is a formula."""
    texts = table.select_dtypes(exclude="number").columns
    return estimates.csv_lines(table.assign(**{name: table[name].map(as_cell) for name in texts}))


@examples(10)
@given(
    st.lists(
        rows_(), max_size=4, unique_by=lambda row: tuple(row.get(name) or "" for name in FIGURE)
    )
)
def test_any_estimates_and_comparisons_are_valid_and_read_back_equal(tmp_path_factory, rows):
    own = estimates.make(rows)
    pairs = [
        one
        | {REFERENCE + name: value for name, value in other.items()}
        | {"difference": one["estimate"] - other["estimate"], "against": "before"}
        | {"verdict": "unknown"}
        for one, other in combinations(estimates.records(own), 2)
        if one["indicator"] == other["indicator"]
    ]
    both = make_comparisons(pd.DataFrame(pairs) if pairs else None)
    files = made(own, both)
    for name, table in (("estimates", own), ("comparisons", both)):
        back = dataset.read_table(files[f"{name}.csv"])[[*table.columns]]
        assert estimates.csv_lines(back) == told(table)
    CalamineWorkbook.from_filelike(io.BytesIO(files[f"{ABOUT.name}.xlsx"]))
    assert faults(files, tmp_path_factory.mktemp("package")) == []


@pytest.mark.parametrize(("before", "after", "said"), [
    ("satisfaction_10,legifrance", "satisfaction_11,legifrance", "constraint-error"),
    (",7.9,", ',"7,9",', "type-error"), (",true\n", ",\n", "constraint-error"),
])  # fmt: skip
def test_the_validator_refuses_what_the_schema_does_not_allow(tmp_path, before, after, said):
    files = made()
    text = files["estimates.csv"].decode()
    assert before in text
    files["estimates.csv"] = text.replace(before, after, 1).encode()
    assert said in {kind for *_, kind, _ in faults(files, tmp_path)}


def test_each_row_has_the_letters_of_its_status_and_of_its_history_on_both_sides(tmp_path):
    keys = [tuple(row) for row in ROWS[estimates.FIGURE].itertuples(index=False)]
    files = made(marks={keys[0]: "r", keys[1]: "br"})
    rows = dataset.read_table(files["estimates.csv"])
    assert rows["flags"].tolist() == ["r", "bru", "c", ""]
    assert rows["obs_status"].tolist() == ["A", "B", "Q", "A"], "a break goes before others"
    assert rows["conf_status"].tolist() == ["F", "F", "N", "F"]
    pair = dataset.read_table(files["comparisons.csv"]).loc[0]
    assert (pair["flags"], pair["reference_flags"]) == ("r", "bru")
    assert (pair["obs_status"], pair["reference_obs_status"]) == ("A", "B")
    assert faults(files, tmp_path) == []
    files["estimates.csv"] = files["estimates.csv"].replace(b",bru,", b",rub,", 1)
    assert "constraint-error" in {kind for *_, kind, _ in faults(files, tmp_path)}


ERRATUM = {
    **ROWS.loc[0, estimates.FIGURE], "erratum": "note", "day": "2026-12-02", "published": 7.4,
    "corrected": 7.9, "unit": "sur 10", "cause": "source", "what": "=1+1 était compté deux fois.",
}  # fmt: skip


def test_errata_are_a_table_of_a_package_that_has_some_and_of_no_other(tmp_path):
    gone = ERRATUM | {"product": "un-produit-disparu", "corrected": math.nan}
    corrected = pd.DataFrame([ERRATUM, gone]).reindex(columns=revisions.ERRATA_COLUMNS)
    files = made(corrected=corrected)
    assert faults(files, tmp_path) == []
    table = dataset.read_table(files["errata.csv"])
    assert table["corrected"].tolist() == pytest.approx([7.9, math.nan], nan_ok=True)
    assert table["published"].tolist() == pytest.approx([7.4, math.nan], nan_ok=True), "told again"
    assert table["what"].tolist() == ["'=1+1 était compté deux fois."] * 2, "no formula"
    rows = sheet(files[f"{ABOUT.name}.xlsx"], "Errata")
    assert rows[["On lisait", "Il faut lire"]].iloc[0].tolist() == [7.4, 7.9]
    notes = sheet(files[f"{ABOUT.name}.xlsx"], "Notes")
    assert "Il faut lire" in {*notes["Terme"]}
    assert "errata.csv" in json.dumps(json.loads(files["dataset.jsonld"]))
    assert made(corrected=corrected.iloc[:0]) == made()
    assert "errata.csv" not in made()


def test_a_dictionary_falls_back_to_french_where_no_one_translated():
    known = demonstration_catalogue()
    plain = known.products["legifrance"].model_copy(update={"label_en": None})
    french = known.model_copy(update={"products": {"legifrance": plain}})
    found = dataset.dictionary(ROWS, PAIRS, french).set_index(["list", "id"])
    assert found.loc[("product", "legifrance"), "label_en"] == "Légifrance"
    assert found.loc[("group", "Et vous ?"), "label_en"] == "Et vous ?"


def sheet(book: bytes, name: str) -> pd.DataFrame:
    cells = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name(name).to_python()
    head, *rows = cells[HEAD_ROW:]
    return pd.DataFrame(rows, columns=head)


def test_no_answer_of_a_respondent_is_a_formula_in_a_workbook():
    with zipfile.ZipFile(io.BytesIO(made()[f"{ABOUT.name}.xlsx"])) as inside:
        parts = {name: inside.read(name).decode() for name in inside.namelist() if "xml" in name}
    sheets = [text for name, text in parts.items() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 7 and not any("<f>" in text for text in sheets)
    assert "quotePrefix" in parts["xl/styles.xml"]  # the answer `=1+1` stays a text


def test_catalogues_of_data_read_what_dcat_asks(tmp_path):
    files = made()
    address = "https://exemple.invalid/donnees/dataset.jsonld"
    graph = rdflib.Graph().parse(
        data=files["dataset.jsonld"].decode(), format="json-ld", publicID=address
    )
    dcat, dct = rdflib.Namespace("http://www.w3.org/ns/dcat#"), rdflib.DCTERMS
    (one,) = graph.subjects(rdflib.RDF.type, dcat.Dataset)
    needed = (dct.title, dct.description, dct.publisher, dct.temporal, dct.license, dct.issued)
    for name in (*needed, dcat.contactPoint, dcat.keyword, dcat.theme, dct.spatial):
        assert graph.value(one, name) is not None or [*graph.objects(one, name)], name
    frequency = "http://publications.europa.eu/resource/authority/frequency/QUARTERLY"
    assert str(graph.value(one, dct.accrualPeriodicity)) == frequency
    publisher = graph.value(one, dct.publisher)
    assert str(graph.value(publisher, rdflib.FOAF.name)) == "Agence fictive"
    found = {}
    for part in graph.objects(one, dcat.distribution):
        assert graph.value(part, dct.license) and graph.value(part, dct.format)
        place = str(graph.value(part, dcat.accessURL))
        found[place.rpartition("/")[2]] = int(str(graph.value(part, dcat.byteSize)))
    assert found == {name: len(files[name]) for name in files if name != "dataset.jsonld"}


def test_no_workbook_is_made_of_more_lines_than_its_reader_s_program_opens(monkeypatch):
    monkeypatch.setattr(dataset, "MOST_LINES", 3)
    files = made()
    assert not [name for name in files if name.endswith(".xlsx")]
    assert ".xlsx" not in files["dataset.jsonld"].decode()
    assert len(dataset.read_table(files["estimates.csv"])) == len(ROWS)
