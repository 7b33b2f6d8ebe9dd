"""What editions told of figures one after the other: changes, series, and the revisions' page."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import said
from tests.copies import demonstration_catalogue
from tests.examples import examples

from observlib import estimates
from observlib.base.period import Quarter, months_between
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import Revision
from observlib.cli.edition import print_difference
from observlib.confidentiality.disclosure import Published
from observlib.estimates import make_comparisons
from observlib.pipeline import archive, revisions
from observlib.pipeline.archive import Publication
from observlib.publish import vintages
from observlib.publish.vintages import difference_between, difference_pages

QUARTERS = ("2026-T2", "2026-T3")
REFERENCE = {"2026-T2": "2025-T2", "2026-T3": "2025-T3"}
HIDDEN = {"status": "suppressed", "estimate": None, "n": None}


def figure(quarter: str, estimate: float, product: str = "boamp", **more: Any) -> dict[str, Any]:
    row = {"indicator": "satisfaction_10", "product": product, "channel": "web", "n": 40}
    row |= {"device": f"jdma-{product}", "unit": "sur 10", "period": quarter}
    return row | {"estimate": estimate} | more


def pair(row: dict[str, Any], verdict: str) -> dict[str, Any]:
    row = row | {"status": "published"}
    then = row | {"period": REFERENCE[row["period"]], "estimate": 5.0}
    reference = {f"reference_{name}": value for name, value in then.items()}
    ends = (-1.5, -1.0, -0.5) if verdict == "fall" else (0.5, 1.0, 1.5)
    found = dict(zip(("difference_low", "difference", "difference_high"), ends, strict=True))
    return row | reference | found | {"against": "before", "verdict": verdict}


def edition(
    quarter: str, *rows: dict[str, Any], verdicts: tuple[str, ...] = (), day: str = "2026-11-16",
    number: int = 1,
) -> Publication:  # fmt: skip
    """A publication, from a file of its own; `verdicts` are those on its first rows."""
    told = Published(estimates.make([row | {"source": f"a@{day}"} for row in rows]), [])
    pairs = [pair(row, verdict) for row, verdict in zip(rows, verdicts, strict=False)]
    known = make_comparisons(pd.DataFrame(pairs) if pairs else None)
    return Publication(f"{number:04d}-{quarter}", told, day, known)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def changes(told: list[Publication], catalogue: Catalogue) -> str:
    return plain(difference_pages(told, catalogue)["2026-T3"][2])


def test_a_quarter_is_never_set_against_a_year_or_a_month(catalogue):
    year, month = figure("2025-10/2026-09", 7.0), figure("2026-09", 7.5)
    first = edition("2026-T2", figure("2026-T2", 6.0))
    found = difference_between(first, edition("2026-T3", year, month), catalogue)
    assert found.changed.empty
    assert found.added["period"].tolist() == ["2025-10/2026-09"]
    assert found.removed["period"].tolist() == ["2026-T2"]


def test_an_erratum_is_told_as_the_reason_of_its_revision(catalogue):
    row = figure("2026-T2", 6.0)
    told = [edition("2026-T2", row), edition("2026-T3", row | {"estimate": 6.4})]
    names = {name: row.get(name, "") for name in estimates.FIGURE}
    about = {"erratum": "note", "day": "2026-11-10", "cause": "source", "unit": "sur 10"}
    about |= {"published": 6.0, "corrected": 6.4, "what": "Un mois était compté deux fois."}
    corrected = pd.DataFrame([names | about]).reindex(columns=revisions.ERRATA_COLUMNS)
    known = revisions.with_errata(catalogue, corrected)
    assert difference_between(*told, known).revised["reason"].tolist() == ["erratum-note"]


@pytest.mark.parametrize(("later", "revised"), [
    ({}, 0), ({"estimate": 6.4}, 1), (HIDDEN, 1),
])  # fmt: skip
def test_a_figure_of_the_same_period_told_otherwise_is_a_revision(catalogue, later, revised):
    row = figure("2026-T2", 6.0, group="age", group_value="18-24")
    second = edition("2026-T3", row | later, figure("2026-T3", 7.0), day="2026-12-01")
    found = difference_between(edition("2026-T2", row), second, catalogue)
    assert len(found.revised) == revised
    assert found.changed.empty, "an edition's own quarter, and no earlier one"


def test_an_indicator_that_left_the_catalogue_since_stops_no_comparison(catalogue):
    told = [edition(each, figure(each, 6.0, indicator="left_since")) for each in QUARTERS]
    assert not any(map(len, difference_between(*told, catalogue)))
    assert "aucune évolution" in changes(told, catalogue)


T2 = edition("2026-T2", figure("2026-T2", 7.1), day="2026-08-17")
MENDED = figure("2026-T2", 6.9)
NOW, TODAY = Quarter("2026-T2"), date(2026, 8, 17)
MONTHS = [*months_between("2024-07", "2026-03")]
VISITS = {"indicator": "visits_adjusted", "device": "audience-boamp", "unit": "visites", "n": None}


def visits(*values: float, **more: Any) -> list[dict[str, Any]]:
    of = VISITS | more
    return [figure(month, value, **of) for month, value in zip(MONTHS, values, strict=False)]


def made(rows: list[dict[str, Any]]) -> Publication:
    return archive.in_the_making(estimates.make(rows), NOW, TODAY)


def before(*rows: dict[str, Any]) -> Publication:
    return edition("2026-T1", *rows, day="2026-05-15")


def page(now: list[dict[str, Any]], *told: Publication, known: Catalogue | None = None) -> str:
    return plain(vintages.revisions_part(made(now), told, known or demonstration_catalogue()))


def sized(now: list[dict[str, Any]], *told: Publication) -> dict[str, Any]:
    (row,) = estimates.records(vintages.revision_sizes(vintages.vintages(made(now), told)))
    return row


def test_a_triangle_has_a_row_for_each_period_and_a_column_for_each_edition(catalogue):
    first = before(*visits(1000.0, 1100.0))
    now = made([*visits(1010.0, 1100.0, 1200.0), *visits(9.0, product="bodacc")])
    found = vintages.told_in_triangles(now, [first], catalogue)
    assert {*zip(found["product"], found["period"], strict=True)} == {
        ("boamp", month) for month in MONTHS[:3]
    }
    assert vintages.told_in_triangles(now, [], catalogue).empty  # there is no triangle yet


def test_a_triangle_has_the_last_eight_periods_of_the_last_four_editions(catalogue):
    days = pd.date_range("2025-01-15", periods=5, freq="QS")
    told = [
        edition(str(Quarter(f"{day.year}-T{day.quarter}")), *visits(*[1000.0 + n] * (9 + n)),
                day=f"{day:%Y-%m-%d}", number=n)
        for n, day in enumerate(days)
    ]  # fmt: skip
    found = vintages.told_in_triangles(made(visits(*[1009.0] * 14)), told, catalogue)
    assert sorted(found["edition"].unique()) == ["2025-T3", "2025-T4", "2026-T1", "2026-T2"]
    assert sorted(found["period"].unique()) == MONTHS[6:14]


def test_sizes_are_those_worked_out_by_hand():
    """Of 1 000 and 2 000 visits, 1 010 and 1 960 now: +1 % and −2 %."""
    found = sized(visits(1010.0, 1960.0, 500.0, 900.0), before(*visits(1000.0, 2000.0, 500.0)))
    assert (found["told"], found["revised"], found["unit"]) == (3, 2, "%")
    assert found["mean"] == pytest.approx(-1 / 3)
    assert found["absolute"] == pytest.approx(1.0)


def test_a_mark_is_revised_in_points_and_an_incomplete_period_counts_for_nothing():
    mark = {"indicator": "satisfaction_10", "unit": "sur 10"}
    partial = visits(5.0, **mark)[0] | {"status": "partial", "period": "2026-02"}
    first = before(*visits(7.0, **mark), partial)
    found = sized([*visits(7.5, **mark), partial | {"status": "published", "estimate": 9.0}], first)
    assert (found["told"], found["unit"]) == (1, "points")
    assert found["mean"] == pytest.approx(0.5)


def test_series_of_one_month_are_one_revision_for_the_test():
    first = [row for name in ("boamp", "bodacc") for row in visits(*[1000.0] * 20, product=name)]
    later = [row | {"estimate": 1001.0 + n % 20 % 3} for n, row in enumerate(first)]
    alone = sized(later[:20], before(*first[:20]))
    found = sized(later, before(*first))
    assert found["told"] == 40
    assert found["error"] == pytest.approx(alone["error"])
    assert found["p_value"] < 0.01
    assert "vers le haut" in page(later, before(*first))


@examples(20)
@given(st.lists(st.tuples(st.integers(100, 9999), st.integers(100, 9999)), min_size=1, max_size=9))
def test_a_mean_revision_is_never_larger_than_the_mean_of_sizes(pairs):
    then, now = (visits(*map(float, values)) for values in zip(*pairs, strict=True))
    found = sized(now, before(*then))
    assert abs(found["mean"]) <= found["absolute"] + 1e-9
    assert found["revised"] == sum(a != b for a, b in pairs)
    same = sized(then, before(*then))
    assert (same["revised"], same["mean"], same["absolute"]) == (0, 0.0, 0.0)


def known(*entries: Revision) -> Catalogue:
    found = {entry.id: entry for entry in entries}
    return demonstration_catalogue().model_copy(update={"revisions": found})


SEASONS = {"indicator": "visits_adjusted", "unit": "visites", "n": None}
BREAKS = {"indicator": "level_change", "unit": "%", "n": None, "ci_high": -29.0}
GROUP = figure("2025", 7.1, group="age", group_value="18-24")
HIDDEN_YEAR = figure("2026", 0.0) | HIDDEN
WHY = "Des robots étaient comptés parmi les visites du BOAMP."
LATER = [
    *(T2, edition("2026-T3", MENDED, HIDDEN_YEAR, day="2026-12-02", number=2)),
    edition("2026-T4", GROUP, day="2027-02-15", number=3),
]


def both(*rows: Callable[[int, str], dict[str, Any]], **more: Any) -> list[Publication]:
    """Two editions of rows, which each tells in its own way."""
    return [
        edition(quarter, *(row(n, quarter) for row in rows), **more)
        for n, quarter in enumerate(QUARTERS)
    ]


def three(verdicts: dict[str, tuple[str, ...]]) -> list[Publication]:
    """Two editions of three products, with their verdicts."""
    names = ("service-public", "legifrance", "vie-publique")
    marks = {q: [figure(q, 6.0 + n, one) for one in names] for n, q in enumerate(QUARTERS)}
    return [edition(quarter, *marks[quarter], verdicts=verdicts[quarter]) for quarter in QUARTERS]


def test_a_fall_is_printed_with_the_value_that_it_fell_from(catalogue, capsys):
    told = both(lambda _, quarter: figure(quarter, 4.0), verdicts=("fall",))
    print_difference(difference_between(*told, catalogue), catalogue, *QUARTERS)
    line = "4,0 sur 10 → 4,0 sur 10; fall from 5,0 in 2025-T3"
    assert line in plain(capsys.readouterr().out)


def with_reasons(*entries: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    """The policy of revisions of a catalogue of these entries."""
    named = ({"id": f"r{n}", "why": WHY} | one for n, one in enumerate(entries))
    return page(rows, known=known(*map(Revision.model_validate, named)))


def routine(indicator: list[str], at_most: float) -> dict[str, Any]:
    of = {"device": ["jdma-boamp"], "indicator": indicator, "at_most": at_most, "months": 3}
    return {"kind": "routine"} | of


REVISED = [
    edition("2026-T2", figure("2026-T2", 6.0)),
    edition("2026-T3", figure("2026-T2", 6.4), figure("2026-T3", 7.0)),
]
VERDICTS = {"2026-T2": ("unknown", "fall", "rise"), "2026-T3": ("unknown", "rise", "rise")}
CORRECTION = {"kind": "correction", "since": "2026-08-17", "product": ["boamp"]}


def series(*later: Publication) -> str:
    """What editions told of each figure, the first one's and those of later ones."""
    columns = ["period", "estimate", "status", "edition", "revision"]
    return str(vintages.tellings([T2, *later])[columns].to_csv(index=False))


CASES: said.Cases = {
    "a figure that stays the same, of whatever file": lambda _: series(
        edition("2026-T3", figure("2026-T2", 7.1), figure("2026-T3", 7.3), number=2)
    ),
    "a figure that was mended": lambda _: series(
        edition("2026-T2", MENDED, day="2026-12-02", number=2)
    ),
    "a figure that was mended in a later edition": lambda _: series(
        edition("2026-T3", MENDED, day="2026-12-02", number=2)
    ),
    "a figure of an edition made again on its day": lambda _: series(
        *(edition("2026-T2", figure("2026-T2", x), day="2026-08-17", number=2) for x in (5.0, 7.0))
    ),
    "a figure that is withheld later": lambda _: series(
        edition("2026-T3", figure("2026-T2", 7.1) | HIDDEN, number=2)
    ),
    "changes": lambda known: changes(three(VERDICTS), known),
    "a fall from another value": lambda known: changes(
        both(lambda _, quarter: figure(quarter, 4.0), verdicts=("fall",)), known
    ),
    "a fall from a value that reads alike": lambda known: changes(
        both(lambda _, quarter: figure(quarter, 5.0), verdicts=("fall",)), known
    ),
    "what is revised without a reason": lambda known: changes(REVISED, known),
    "what is revised and taken back": lambda known: changes(
        [*REVISED, REVISED[1]._replace(name="0003-2026-T3", told=REVISED[0].told)], known
    ),
    "what is revised for several reasons": lambda known: changes(
        both(
            lambda n, _: figure("2026-05", 12_900_000.0 + 10 * n, **SEASONS),
            lambda n, _: figure("2025-03", -30.1, **BREAKS, ci_low=-31.0 + n / 10),
            lambda n, _: figure("2026-T1", 6.0 + n, "legifrance"),
        ), known
    ),
    "the series of a product": lambda known: "\n".join(
        vintages.series_pages(vintages.tellings(LATER), known)["series-boamp"]
    ),
    "the file of series": lambda known: vintages.series_csv(
        vintages.tellings(LATER[:2]), known, True
    ),
    "a triangle": lambda known: page(
        visits(1010.0, 1100.0, 1200.0), before(*visits(1000.0, 1100.0)), known=known
    ),
    "corrections": lambda _: with_reasons(
        CORRECTION, CORRECTION | {"since": "2026-08-18"},
        {"kind": "correction", "since": "2026-08-01", "channel": ["phone"]}, rows=visits(1000.0)
    ),
    "limits of routines": lambda _: with_reasons(
        routine(["visits_adjusted"], 2), routine(["satisfaction_10"], 2.5), routine([], 2),
        rows=[*visits(1000.0), *visits(7.0, indicator="satisfaction_10", unit="sur 10")]
    ),
}  # fmt: skip
test_what_pages_tell_of_figures_in_time = said.test("vintages", CASES, by_line=True)
