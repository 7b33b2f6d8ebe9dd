"""No file holds a digit that its page does not tell: with more, answers could be computed."""

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib import display, estimates
from observlib.estimates import comparisons
from observlib.language import words
from observlib.language.rounding import rounded, rounded_pairs


def made(**found: Any) -> pd.DataFrame:
    return estimates.make([{"indicator": "satisfaction_10", "unit": "sur 10", "period": "2026-T3",
                            "product": "legifrance", **found}])  # fmt: skip


@given(st.floats(1, 9), st.integers(30, 5000))
def test_a_value_reads_the_same_with_the_digits_that_are_told(catalogue, x, n):
    frame = made(estimate=x, ci_low=x * 0.9, ci_high=x * 1.1, n=5 * (n // 5), n_eff=n)
    before, after = frame.iloc[0], rounded(frame, catalogue).iloc[0]
    indicator = catalogue.indicators["satisfaction_10"]
    assert words.value(after, indicator) == words.value(before, indicator)
    assert words.interval(after, indicator) == words.interval(before, indicator)
    assert after["estimate"] == round(after["estimate"], 1)
    assert after["n_eff"] % 5 == 0 and after["n_eff"] <= max(after["n"], n + 5)


def test_an_effective_base_does_not_tell_the_base_that_was_rounded(catalogue):
    bases = [rounded(made(estimate=5, n=n, n_eff=e), catalogue).iloc[0]["n_eff"]
             for n, e in ((155, 153), (15, 12), (600, 651.2))]  # fmt: skip
    assert bases == [155, 15, 650]


def test_what_is_withheld_or_counted_stays_as_it_is(catalogue):
    hidden = rounded(made(status="suppressed"), catalogue).iloc[0]
    assert math.isnan(hidden["estimate"]) and hidden["status"] == "suppressed"
    visits = made(indicator="visits", unit="visites", estimate=25_458_001, n=25_458_001)
    assert rounded(visits, catalogue)[["estimate", "n"]].values.tolist() == [[25_458_001] * 2]
    assert rounded(estimates.make([]), catalogue).empty


@pytest.mark.parametrize(
    ("indicator", "unit", "ends", "told"),
    [
        ("satisfied_share", "%", (12.34, -1.2, 25.9), [12, -1, 26]),
        ("satisfaction_10", "sur 10", (0.523, 0.0412, 1.004), [0.5, 0.1, 1.0]),
    ],
)
def test_a_difference_has_the_decimals_of_what_it_compares_and_none_becomes_zero(
    catalogue, indicator, unit, ends, told
):
    side = made(indicator=indicator, unit=unit, estimate=5)
    pair = side.join(side.add_prefix(estimates.REFERENCE)).assign(against="before")
    numbers = dict(zip(("difference", "difference_low", "difference_high"), ends, strict=True))
    found = comparisons.make(pair.assign(**numbers, level=0.95, verdict="unknown"))
    rounded = rounded_pairs(found, catalogue).iloc[0]
    assert rounded[[*numbers]].tolist() == told


def test_a_cell_that_calls_display_itself_carries_no_more_digits_either(catalogue):
    """With ten digits of a mean and of its interval, one computes how many gave each mark."""
    exact = made(estimate=7.2345678, n=210, n_eff=208.0)
    for shown in (
        display.table(exact, catalogue, caption="Une note"),
        display.dot_chart(exact, catalogue, caption="Une note"),
        display.text("Une note").carrying([exact], catalogue),
    ):
        told = estimates.from_json(shown.content)
        assert told[["estimate", "n", "n_eff"]].values.tolist() == [[7.2, 210, 210]]


@pytest.mark.parametrize("chart", ["dot_chart", "line_chart", "bar_chart"])
def test_the_coordinates_of_a_chart_do_not_tell_the_digits_that_it_leaves_out(catalogue, chart):
    draw = getattr(display, chart)
    drawn = {
        draw(made(estimate=x, n=200, n_eff=200, ci_low=x - 0.22, ci_high=x + 0.26),
                          catalogue, caption="Une note").shown["image/svg+xml"]
        for x in (7.2, 7.2345)
    }  # fmt: skip
    assert len(drawn) == 1


def test_the_parts_of_a_bar_do_not_tell_more_than_their_labels(catalogue):
    def parts(*shares: float) -> str:
        common = {"indicator": "feeling_share", "unit": "%", "period": "2026-T3", "n": 300}
        common |= {"device": "sp-plus", "group": "feeling"}
        rows = [{**common, "group_value": name, "estimate": x}
                for name, x in zip("abc", shares, strict=True)]  # fmt: skip
        chart = display.share_chart(estimates.make(rows), catalogue, caption="Ressentis",
                                    parts="group_value", by="device")  # fmt: skip
        return chart.shown["image/svg+xml"]

    assert parts(33.0, 17.0, 50.0) == parts(32.7, 17.4, 49.9)


def test_an_interval_is_told_around_the_value_that_is_told_and_never_narrower(catalogue):
    frame = made(estimate=6.43, ci_low=5.62, ci_high=7.24, n=85, n_eff=83)
    told = rounded(frame, catalogue).iloc[0]
    assert told[["estimate", "ci_low", "ci_high"]].tolist() == [6.4, 5.5, 7.3]
    indicator = catalogue.indicators["satisfaction_10"]
    assert words.interval(frame.iloc[0], indicator) == words.interval(told, indicator)
