"""Key figures: at most six, in one order, each with the verdict that its comparison has."""

from typing import Any

import pytest
from tests.words import plain

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.estimates import comparisons
from observlib.indicators import pairs as pair
from observlib.themes.products import key_figures
from observlib.themes.products.key_figures import MOST, ORDER, band, chosen

NOW = Quarter(2026, 3)
THEN = NOW - 4


def row(indicator: str, value: float, period: object = NOW, **more: Any) -> dict[str, Any]:
    known = {"product": "boamp", "channel": "web", "device": "d", "unit": "visites"}
    return {"indicator": indicator, "estimate": value, "period": str(period), **known, **more}


def mark(value: float, period: object = NOW, **more: Any) -> dict[str, Any]:
    interval = {"ci_low": value - 0.2, "ci_high": value + 0.2, "n": 500, "n_eff": 500}
    return row("satisfaction_10", value, period, unit="sur 10", **interval, **more)


def told(catalogue: Catalogue, *rows: dict[str, Any]) -> Any:
    frame = estimates.make(rows)
    ends = str(NOW), str(THEN)
    tested = pair.tested(catalogue, pair.counted(frame, NOW), pair.between(frame, catalogue, *ends))
    found = chosen(frame, "boamp", NOW)
    return band(found, frame, comparisons.make(tested), catalogue, NOW)


def test_a_sheet_begins_with_six_figures_at_most_in_the_order_that_is_told(catalogue):
    found = chosen(estimates.make(row(name, 9.0) for name in reversed(ORDER)), "boamp", NOW)
    assert tuple(found["indicator"]) == ORDER[:MOST]
    assert set(ORDER) <= set(catalogue.indicators)


def test_a_withheld_or_weak_figure_gives_its_place_to_one_that_may_be_told():
    rows = [mark(7.0, status="low_base"), mark(7.5, device="enquete", channel="mail")]
    assert chosen(estimates.make(rows), "boamp", NOW)["estimate"].tolist() == [7.5]
    hidden = estimates.make([row("visits", float("nan"), status="suppressed")])
    assert chosen(hidden, "boamp", NOW).empty


def test_a_survey_is_told_by_its_last_quarter_of_the_year_and_a_count_by_none_but_its_own():
    rows = [mark(7.0, NOW - 5), mark(7.2, NOW - 1), row("visits", 9e5, NOW - 1)]
    found = chosen(estimates.make(rows), "boamp", NOW)
    assert found[["indicator", "estimate"]].values.tolist() == [["satisfaction_10", 7.2]]


def test_of_two_channels_the_site_is_told_before_its_open_data():
    rows = [row("visits", 5.0, channel="open_data", device="a"), row("visits", 4.0)]
    assert chosen(estimates.make(rows), "boamp", NOW)["channel"].tolist() == ["web"]


@pytest.mark.parametrize(
    ("then", "now", "verdict"),
    [(6.0, 8.0, "En hausse sur un an"), (8.0, 6.0, "En baisse sur un an"),
     (7.0, 7.0, "Stable sur un an")],
)  # fmt: skip
def test_a_verdict_is_that_of_the_comparison(catalogue, then, now, verdict):
    shown = plain(told(catalogue, mark(then, THEN), mark(now)))
    assert f"[{verdict}]{{.verdict}}" in shown
    assert f"[{now:.1f}]{{.number}}".replace(".", ",", 1) in shown
    assert f"{then:.1f} un an avant ; intervalle à 95 %".replace(".", ",", 1) in shown


def test_a_figure_that_nobody_compared_says_so(catalogue):
    assert "[Évolution non testée]{.verdict}" in plain(told(catalogue, mark(7.0)))


def test_a_figure_carries_the_two_years_of_its_line_and_the_pair_of_its_verdict(catalogue):
    years = [row("visits", 1e6 + at, quarter) for at, quarter in enumerate(NOW.back(9))]
    shown = told(catalogue, *years)
    assert len(shown.content["rows"]) == 9 and len(shown.content["comparisons"]["rows"]) == 1
    assert "[1,0 million]{.number}" in plain(shown)
    assert list(shown.content["pictures"]) == ["line-1.svg"] and "![](line-1.svg)" in repr(shown)


def test_the_families_that_a_sheet_reads_are_families():
    from observlib.pipeline import frame

    assert set(key_figures.FAMILIES) <= set(frame.families())
