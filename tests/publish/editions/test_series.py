"""Who read a figure in an edition finds it again, and what became of it in later ones."""

import re
from typing import Any

import pandas as pd
import pytest

from observlib import estimates
from observlib.confidentiality.disclosure import Published
from observlib.pipeline.archive import Publication
from observlib.publish.editions import vintages

PLACE = {"indicator": "satisfaction_10", "product": "boamp", "device": "jdma-boamp"}
ROW = {**PLACE, "period": "2026-T2", "unit": "sur 10", "n": 40, "estimate": 7.1}
HIDDEN = {"status": "suppressed", "estimate": None, "n": None}


def publication(number: int, quarter: str, day: str, *rows: dict[str, Any]) -> Publication:
    told = estimates.make([ROW | {"source": f"x@{number}"} | row for row in rows])
    return Publication(f"{number:04d}-{quarter}", Published(told, []), day)


def followed(*told: Publication) -> list[tuple[Any, ...]]:
    rows = vintages.tellings(told)
    columns = ["period", "estimate", "status", "edition", "revision"]
    return list(rows[columns].fillna({"estimate": 0}).itertuples(index=False, name=None))


T2 = publication(1, "2026-T2", "2026-08-17", {})


def test_a_figure_that_stays_the_same_is_told_once_whatever_file_it_came_from():
    later = publication(2, "2026-T3", "2026-11-16", {}, {"period": "2026-T3", "estimate": 7.3})
    assert followed(T2, later) == [
        ("2026-T2", 7.1, "published", "2026-T2", 0),
        ("2026-T3", 7.3, "published", "2026-T3", 0),
    ]


@pytest.mark.parametrize("quarter", ["2026-T2", "2026-T3"])
def test_a_figure_that_was_mended_is_shown_as_it_was_and_as_it_is(quarter):
    mended = publication(2, quarter, "2026-12-02", {"estimate": 6.9})
    assert followed(T2, mended) == [
        ("2026-T2", 7.1, "published", "2026-T2", 0),
        ("2026-T2", 6.9, "published", quarter, 1),
    ]


def test_a_figure_that_is_withheld_later_stays_as_it_was_published_and_says_so():
    withheld = publication(2, "2026-T3", "2026-11-16", HIDDEN)
    assert followed(T2, withheld)[1] == ("2026-T2", 0, "suppressed", "2026-T3", 1)


def test_what_was_made_again_on_its_day_was_no_publication_of_its_own():
    tried = publication(2, "2026-T2", "2026-08-17", {"estimate": 5.0})
    again = publication(3, "2026-T2", "2026-08-17", {"estimate": 7.0})
    assert followed(T2, tried, again) == [("2026-T2", 7.0, "published", "2026-T2", 0)]


def test_the_page_of_a_product_tells_values_withheld_ones_and_revisions_in_words(catalogue):
    mended = publication(2, "2026-T3", "2026-12-02", {"estimate": 6.9}, HIDDEN | {"period": "2026"})
    of_group = publication(
        3, "2026-T4", "2027-02-15", {"group": "age", "group_value": "18-24", "period": "2025"}
    )
    found = vintages.series_pages(vintages.tellings([T2, mended, of_group]), catalogue)
    assert list(found) == ["series-boamp"]
    title, text = found["series-boamp"]
    assert title == "BOAMP"
    assert "(2 chiffres, 1 révision)" in text.replace("\u00a0", " ")
    rows = re.findall("<tr>(.*)</tr>", text.replace("\u00a0", " "))
    assert [re.findall("<td[^>]*>(.*?)</td>", row) for row in rows if "<td" in row] == [
        ["2026", "s", "–", "–", "2026-T3"],
        ["2e trimestre 2026", "7,1 sur 10", "–", "40", "2026-T2"],
        ["2e trimestre 2026", "6,9 sur 10", "–", "40", "2026-T3 du 2 décembre 2026 (révisée)"],
    ]


def test_what_has_left_the_catalogue_is_in_the_file_alone(catalogue):
    rows = vintages.tellings([publication(1, "2026-T2", "", {}, {"indicator": "gone"})])
    assert "gone" not in vintages.series_pages(rows, catalogue)["series-boamp"][1]
    assert "gone" in vintages.series_csv(rows, catalogue, synthetic=False)


def test_the_file_says_of_each_line_whether_it_is_synthetic_and_holds_no_formula(
    tmp_path, catalogue
):
    group = {"group": "=1+1", "group_value": "=HYPERLINK(0)"}
    rows = vintages.tellings([publication(1, "2026-T2", "2026-08-17", {}, group)])
    text = vintages.series_csv(rows, catalogue, synthetic=True)
    (tmp_path / "series.csv").write_text(text, encoding="utf-8")
    read = pd.read_csv(tmp_path / "series.csv", dtype=str)
    assert set(read["synthetic"]) == {"true"} and set(read["edition"]) == {"2026-T2"}
    assert not [x for x in read.fillna("").to_numpy().ravel() if x.startswith("=")]
