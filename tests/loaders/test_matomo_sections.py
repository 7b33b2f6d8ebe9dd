"""Matomo's visits by section: what counts is a section's, and no address of someone comes in."""

from datetime import date

import pytest

from observlib.base.errors import ObservError
from observlib.catalogue.contract import columns
from observlib.loaders import load

NAME = "sections_service-public_2026-03.csv"


@pytest.fixture
def read(tmp_path, catalogue):
    """What a text gives, as an export of a name, in an encoding."""

    def of(text, name=NAME, encoding="utf-8", **keys):
        device = catalogue.devices["sections-service-public"].model_copy(update=keys)
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return load(path, device, catalogue)

    return of


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "header", ["label,nb_visits", "Nom,Visites", "Bezeichnung,Besuche", "LABEL,VISITS"]
)
def test_the_language_of_the_analyst_and_the_bytes_change_no_number(read, header, encoding):
    found = read(f"{header}\nfamille,12\njustice,7\n", encoding=encoding)
    assert found.table == "sections" and found.rejects.empty
    assert list(found.rows.columns) == columns("sections")
    assert found.rows[["section", "visits"]].to_numpy().tolist() == [
        ["famille", 12],
        ["justice", 7],
    ]
    assert set(found.rows["product"]) == {"service-public"}


@pytest.mark.parametrize("told", [{}, {"name": "x.csv", "period": "2026-03"}])
def test_the_month_is_that_of_the_files_name_or_of_the_device(read, told):
    (row,) = read("label,nb_visits\nfamille,1\n", **told).rows.to_dict("records")
    days = (row["start"].isoformat()[:10], row["end"].isoformat()[:10])
    assert days == ("2026-03-01", "2026-03-31") and row["complete"]


def test_a_column_of_dates_counts_before_the_files_name(read):
    found = read("date,label,nb_visits\n2026-02,famille,4\n2026-03,famille,5\n")
    assert found.rows["visits"].tolist() == [4, 5]
    assert found.rows["start"].dt.month.tolist() == [2, 3]


@pytest.mark.parametrize(
    "label", ["recherche?nom=martin", "zoe@exemple.invalid", "dossier-20260417", "a&b=2", "%40zoe"]
)
def test_a_name_that_may_tell_of_someone_is_refused_and_shown_nowhere(read, label):
    found = read(f"label,nb_visits\n{label},3\nfamille,12\n")
    assert found.rows["section"].tolist() == ["famille"]
    (row,) = found.rejects.to_dict("records")
    assert (row["row"], row["column"]) == (2, "label")
    assert label not in found.rows.to_csv() + found.rejects.to_csv() + str(found.notices)


def test_a_persons_page_is_no_section(read):
    found = read("label,nb_visits\nzoe martin,3\nfamille,12\n")
    assert found.rows["section"].tolist() == ["famille"] and "zoe" not in found.rejects.to_csv()


def test_pages_beside_the_folders_and_totals_do_not_count(read):
    found = read("label,nb_visits\n/index,9\n/recherche,2\nTotal,23\nfamille,12\n")
    assert found.rows["section"].tolist() == ["famille"]
    assert found.notices == ("2 rows do not count: a page at the root of the site is no section",)
    assert found.rejects["reason"].tolist() == ["is a total, and no section; leave the row out"]


def test_a_section_told_twice_with_other_visits_is_refused_and_not_halved(read):
    with pytest.raises(ObservError, match="rows 2 and 3 have the same product, channel, section"):
        read("label,nb_visits\nfamille,3\nfamille,4\n")


def test_days_that_a_month_counts_already_are_not_counted_again(read):
    found = read("date,label,nb_visits\n2026-03,famille,9\n2026-03-02,famille,1\n")
    assert found.rows["visits"].tolist() == [9]
    assert "counts days that row 2 counts" in found.rejects["reason"].iat[0]


def test_a_month_that_is_not_over_is_told_as_such(read):
    found = read("label,nb_visits\nfamille,2\n", extracted=date(2026, 3, 20))
    assert not found.rows["complete"].any()
