"""Who reads the method page learns by which rules figures change, how they did, and by how much."""

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import demonstration_catalogue
from tests.examples import examples

from observlib import estimates
from observlib.base.period import Quarter, months_between
from observlib.catalogue import Catalogue, Revision
from observlib.confidentiality.disclosure import Published
from observlib.pipeline import archive, revisions
from observlib.pipeline.archive import Publication
from observlib.publish.editions.vintages import (
    revision_sizes,
    revisions_part,
    told_in_triangles,
    vintages,
)

NOW, TODAY = Quarter("2026-T2"), date(2026, 8, 17)
MONTHS = [*months_between("2024-07", "2026-03")]
VISITS = {"indicator": "visits_adjusted", "product": "boamp", "channel": "web"}
VISITS |= {"device": "audience-boamp", "unit": "visites"}


def rows(*values: float, **more: Any) -> list[dict[str, Any]]:
    return [
        VISITS | {"period": month, "estimate": value} | more
        for month, value in zip(MONTHS, values, strict=False)
    ]


def edition(quarter: str, day: str, *told: dict[str, Any]) -> Publication:
    return Publication(f"0001-{quarter}", Published(estimates.make(told), []), day)


def page(now: list[dict[str, Any]], *told: Publication, known: Catalogue | None = None) -> str:
    catalogue = known or demonstration_catalogue()
    found = revisions_part(archive.in_the_making(estimates.make(now), NOW, TODAY), told, catalogue)
    return found.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def sized(now: list[dict[str, Any]], *told: Publication) -> dict[str, Any]:
    known = vintages(archive.in_the_making(estimates.make(now), NOW, TODAY), told)
    (row,) = estimates.records(revision_sizes(known))
    return row


def test_a_triangle_has_a_row_for_each_period_and_a_column_for_each_edition():
    first = edition("2026-T1", "2026-05-15", *rows(1000.0, 1100.0))
    text = page(rows(1010.0, 1100.0, 1200.0), first)
    lines = [line for line in text.splitlines() if line.startswith("| ")][:4]
    assert lines == [
        "| Période | 2026-T1 | 2026-T2 |", "| juillet 2024 | 1 000 | 1 010 |",
        "| août 2024 | 1 100 | 1 100 |", "| septembre 2024 | – | 1 200 |",
    ]  # fmt: skip
    assert "| 2 | 1 | +0,5 % | 0,5 % | – | trop peu de périodes |" in text


def test_the_page_tells_the_figures_of_its_triangles_and_no_other():
    first = edition("2026-T1", "2026-05-15", *rows(1000.0, 1100.0))
    told = estimates.make([*rows(1010.0, 1100.0, 1200.0), *rows(9.0, product="bodacc")])
    now, known = archive.in_the_making(told, NOW, TODAY), demonstration_catalogue()
    found = told_in_triangles(now, [first], known)
    assert {*zip(found["product"], found["period"], strict=True)} == {
        ("boamp", month) for month in MONTHS[:3]
    }
    assert told_in_triangles(now, [], known).empty  # there is no triangle yet


def test_an_erratum_is_told_among_the_reasons_that_held_once():
    names = {name: VISITS.get(name, "") for name in estimates.FIGURE} | {"period": MONTHS[0]}
    about = {"erratum": "note", "day": "2026-08-10", "cause": "source", "unit": "visites"}
    about |= {"published": 1000.0, "corrected": 900.0, "what": "Un mois était compté deux fois."}
    corrected = pd.DataFrame([names | about]).reindex(columns=revisions.ERRATA_COLUMNS)
    text = page(rows(900.0), known=revisions.with_errata(demonstration_catalogue(), corrected))
    assert "**Correction : BOAMP" in text
    assert "Un mois était compté deux fois. Depuis le 10 août 2026." in text


def test_sizes_are_those_worked_out_by_hand():
    """Of 1 000 and 2 000 visits, 1 010 and 1 960 now: +1 % and −2 %."""
    first = edition("2026-T1", "2026-05-15", *rows(1000.0, 2000.0, 500.0))
    found = sized(rows(1010.0, 1960.0, 500.0, 900.0), first)
    assert (found["told"], found["revised"], found["unit"]) == (3, 2, "%")
    assert found["mean"] == pytest.approx(-1 / 3)
    assert found["absolute"] == pytest.approx(1.0)


def test_a_mark_is_revised_in_points_and_an_incomplete_period_counts_for_nothing():
    mark = {"indicator": "satisfaction_10", "unit": "sur 10"}
    partial = rows(5.0, **mark)[0] | {"status": "partial", "period": "2026-02"}
    first = edition("2026-T1", "2026-05-15", *rows(7.0, **mark), partial)
    found = sized([*rows(7.5, **mark), partial | {"status": "published", "estimate": 9.0}], first)
    assert (found["told"], found["unit"]) == (1, "points")
    assert found["mean"] == pytest.approx(0.5)


def test_series_of_one_month_are_one_revision_for_the_test():
    others = ("bodacc", "legifrance", "vie-publique")
    values = [1000.0] * 20
    first = [*rows(*values), *(row for name in others for row in rows(*values, product=name))]
    later = [row | {"estimate": 1001.0 + n % 20 % 3} for n, row in enumerate(first)]
    alone = sized(later[:20], edition("2026-T1", "2026-05-15", *first[:20]))
    found = sized(later, edition("2026-T1", "2026-05-15", *first))
    assert found["told"] == 80
    assert found["error"] == pytest.approx(alone["error"])
    assert found["p_value"] < 0.01
    text = page(later, edition("2026-T1", "2026-05-15", *first))
    assert "vers le haut" in text


@examples(60)
@given(st.lists(st.tuples(st.integers(100, 9999), st.integers(100, 9999)), min_size=1, max_size=21))
def test_a_mean_revision_is_never_larger_than_the_mean_of_sizes(pairs):
    before, now = zip(*pairs, strict=True)
    first = edition("2026-T1", "2026-05-15", *rows(*map(float, before)))
    found = sized(rows(*map(float, now)), first)
    assert abs(found["mean"]) <= found["absolute"] + 1e-9
    assert found["revised"] == sum(a != b for a, b in pairs)
    same = sized(rows(*map(float, before)), first)
    assert (same["revised"], same["mean"], same["absolute"]) == (0, 0.0, 0.0)


def test_a_correction_is_told_with_its_day_and_its_reason_once_it_holds():
    why = "Des robots étaient comptés parmi les visites du BOAMP."
    of = {"kind": "correction", "product": ["boamp"], "why": why}
    found = [Revision(id="a", since="2026-08-01", **of), Revision(id="b", since="2026-09-01", **of)]
    known = demonstration_catalogue().model_copy(update={"revisions": {x.id: x for x in found}})
    text = page(rows(1000.0), known=known)
    assert text.count(f"- **Correction : BOAMP.** {why} Depuis le 1er août 2026.") == 1
    assert "septembre" not in text
    phone = Revision(id="a", since="2026-08-01", **of | {"product": [], "channel": ["phone"]})
    known = known.model_copy(update={"revisions": {"a": phone}})
    assert "- **Correction : Téléphone.** " in page(rows(1000.0), known=known)
