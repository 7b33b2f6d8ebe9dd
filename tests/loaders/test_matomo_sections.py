"""Matomo's visits by section: what counts is a section's, and no address of someone comes in."""

import pytest

DEVICE, FILE = "sections-service-public", "sections_service-public_2026-03.csv"


@pytest.mark.parametrize("told", [{}, {"name": "x.csv", "period": "2026-03"}])
def test_the_month_is_that_of_the_files_name_or_of_the_device(read, told):
    (row,) = read("label,nb_visits\nfamille,1\n", **told).rows.to_dict("records")
    days = (row["start"].isoformat()[:10], row["end"].isoformat()[:10])
    assert days == ("2026-03-01", "2026-03-31") and row["complete"]


@pytest.mark.parametrize(
    "label",
    ["recherche?nom=martin", "zoe@exemple.invalid", "dossier-20260417", "a&b=2", "%40zoe"],
)
def test_a_name_that_may_tell_of_someone_is_refused_and_shown_nowhere(read, label):
    found = read(f"label,nb_visits\n{label},3\nfamille,12\n")
    assert found.rows["section"].tolist() == ["famille"]
    (row,) = found.rejects.to_dict("records")
    assert (row["row"], row["column"]) == (2, "label")
    assert label not in found.rows.to_csv() + found.rejects.to_csv() + str(found.notices)


def test_only_folders_are_sections_and_no_person_s_page(read):
    found = read("label,nb_visits\n/index,9\n/recherche,2\nTotal,23\nfamille,12\n")
    assert found.rows["section"].tolist() == ["famille"]
    assert found.notices == ("2 rows do not count: a page at the root of the site is no section",)
    assert found.rejects["reason"].tolist() == ["is a total, and no section; leave the row out"]
    found = read("label,nb_visits\nzoe martin,3\nfamille,12\n")
    assert found.rows["section"].tolist() == ["famille"] and "zoe" not in found.rejects.to_csv()
