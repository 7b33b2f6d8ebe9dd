"""One family a study: what it tests, what it leaves out, and the differences it publishes."""

from __future__ import annotations

import json
import math
from typing import Any, get_args

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_ind_from_stats

from observlib import estimates
from observlib.catalogue import Catalogue, entries
from observlib.indicators import changes, profiles
from observlib.survey import comparison
from observlib.survey.intervals import student, wilson

NOW, BEFORE = "2026-T3", "2025-T3"


def mark(value: float | None, period: str = NOW, n: int = 200, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"indicator": "satisfaction_10", "unit": "sur 10", "period": period}
    row |= {"product": "boamp", "channel": "web", "device": "jdma-boamp"}
    if value is not None:
        low, high = student(value, 2.0, n)
        row |= {"estimate": value, "ci_low": low, "ci_high": high, "n": n, "n_eff": n}
        row |= {"status": "low_base"} if n < estimates.LOW_BASE else {}
    return row | more


def share(value: float, n: int = 400, **more: Any) -> dict[str, Any]:
    low, high = wilson(value / 100 * n, n)
    ends = {"ci_low": 100 * low, "ci_high": 100 * high}
    row = {"indicator": "satisfied_share", "unit": "%", "period": NOW}
    return {**row, "estimate": value, **ends, "n": n, "n_eff": n, **more}


def waves(*pairs: tuple[dict[str, Any], dict[str, Any]]) -> pd.DataFrame:
    rows = []
    for i, (then, now) in enumerate(pairs):
        rows += [{**then, "period": BEFORE, "device": f"d{i}"}, {**now, "device": f"d{i}"}]
    return estimates.make(rows)


def test_the_catalogue_compares_in_the_ways_that_comparison_knows(catalogue: Catalogue) -> None:
    assert get_args(entries.Comparison) == get_args(comparison.Kind)
    compared = [i for i in catalogue.indicators.values() if i.comparison]
    # no margin suits the shares of a sex and of a région alike
    assert compared and all(i.matters for i in compared if i.id != "profile_share")


def test_a_rise_of_marks_is_that_of_welch_s_test(catalogue: Catalogue) -> None:
    frame = waves((mark(7.0), mark(7.9)))
    found = changes.between(frame, catalogue, NOW, BEFORE).iloc[0]
    reference = ttest_ind_from_stats(7.9, 2.0, 200, 7.0, 2.0, 200, equal_var=False)
    assert found["p_value"] == pytest.approx(reference.pvalue, rel=1e-6)
    assert found["verdict"] == "rise" and found["level"] == pytest.approx(0.95)


def test_counts_and_indicators_without_a_comparison_are_not_tested(catalogue: Catalogue) -> None:
    visits = {"indicator": "visits", "unit": "visites", "period": NOW, "estimate": 500.0}
    own = {"indicator": "satisfaction_mean", "unit": "sur 5"}
    frame = waves((mark(7.0) | own, mark(7.9) | own), (visits, visits | {"estimate": 900.0}))
    assert changes.between(frame, catalogue, NOW, BEFORE).empty


def test_a_thin_value_takes_no_part_in_the_family(catalogue: Catalogue) -> None:
    alone = changes.between(waves((mark(7.0), mark(7.6))), catalogue, NOW, BEFORE)
    frame = waves((mark(7.0), mark(7.6)), (mark(2.0, n=20), mark(9.0)), (mark(2), mark(9, n=12)))
    found = changes.between(frame, catalogue, NOW, BEFORE)
    assert found["reason"].tolist() == ["", "low_base", "low_base"]
    assert found["verdict"].tolist() == ["rise", "unknown", "unknown"]
    assert found["level"].iat[0] == alone["level"].iat[0]
    assert found["p_adjusted"].iat[0] == alone["p_adjusted"].iat[0]
    assert found["difference"].tolist()[1:] == [7.0, 7.0] and found["p_value"].isna().tolist()[1:]


def test_what_was_heard_in_neither_period_is_left_out_and_what_was_in_one_is_not(
    catalogue: Catalogue,
) -> None:
    absent = mark(None, status="missing")
    frame = waves((absent, absent), (absent, mark(8.0)))
    found = changes.between(frame, catalogue, NOW, BEFORE)
    assert found[["device", "verdict", "reason"]].values.tolist() == [["d1", "unknown", "missing"]]


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.floats(1, 9), st.floats(1, 9)), min_size=1, max_size=5),
    st.lists(st.tuples(st.floats(1, 9), st.floats(1, 9)), max_size=5),
)
def test_a_study_that_compares_more_finds_no_rise_that_its_own_test_does_not(
    catalogue: Catalogue, first: list[tuple[float, float]], more: list[tuple[float, float]]
) -> None:
    """Where the added pairs changed nothing, the others lose rises and never gain one."""

    def said(pairs: list[tuple[float, float]]) -> list[str]:
        frame = waves(*((mark(then), mark(now)) for then, now in pairs))
        return list(changes.between(frame, catalogue, NOW, BEFORE)["verdict"])

    still = [(then, then) for then, _ in more]
    for alone, together in zip(said(first), said(first + still), strict=False):
        assert alone == together or together not in ("rise", "fall")


# --- Neighbours and the population -----------------------------------------------------------


def test_each_of_our_values_meets_each_published_figure_of_its_indicator(
    catalogue: Catalogue,
) -> None:
    ours = [share(60, product="boamp"), mark(7.0)]
    theirs = {"product": "caisse-fictive", "period": "2025", "group": "figure", "n_eff": None}
    bare = theirs | {"ci_low": None, "ci_high": None}
    figures = [
        share(75, 900) | theirs | {"group_value": "a"},
        share(61) | bare | {"group_value": "b", "n": None},
        mark(7.5) | bare | {"group_value": "c"},
    ]
    found = changes.with_peers(estimates.make([*ours, *figures]), catalogue)
    assert found[["estimate", "reference_group_value", "verdict", "reason"]].values.tolist() == [
        [60.0, "a", "fall", ""],
        [60.0, "b", "unknown", "base"],
        [7.0, "c", "unknown", "base"],
    ]
    assert found["simple_sample"].tolist() == [True, False, False]
    assert changes.with_peers(estimates.make(ours), catalogue).empty


MARGINS = pd.DataFrame(
    {
        "variable": ["sex", "sex", "age", "age"],
        "category": ["Femme", "Homme", "15 à 24 ans", "25 ans et plus"],
        "people": [52, 48, 15, 85],
    }
)


def ratio(variable: str, name: str, count: int, n: int, margin: float) -> dict[str, Any]:
    low, high = wilson(count, n)
    row = {"indicator": "representation", "unit": "rapport", "period": "2025-10/2026-09"}
    row |= {"device": "enquete-legifrance", "group": variable, "group_value": name}
    ends = {"ci_low": low / margin, "ci_high": high / margin}
    return {**row, "estimate": count / n / margin, **ends, "n": n, "n_eff": n}


def test_a_category_is_fewer_where_wilson_s_interval_is_below_its_known_share(
    catalogue: Catalogue,
) -> None:
    rows = [
        ratio("age", "15 à 24 ans", 30, 400, 0.15),
        ratio("sex", "Femme", 205, 400, 0.52),
        ratio("age", profiles.REST, 12, 400, 0.85),
    ]
    found = changes.with_population(estimates.make(rows), MARGINS, catalogue)
    assert found["verdict"].tolist() == ["fall", "unknown"]
    assert found["estimate"].tolist() == pytest.approx([7.5, 51.25])
    assert found["reference_estimate"].tolist() == pytest.approx([15, 52])
    level = found["level"].iat[0]
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(30, 400, alpha=1 - level, method="wilson")
    ends = found[["difference_low", "difference_high"]].iloc[0].tolist()
    assert ends == pytest.approx([100 * low - 15, 100 * high - 15], abs=1e-6)


# --- As estimates ----------------------------------------------------------------------------

STATES = st.sampled_from(["published", "low_base", "suppressed", "partial", "missing"])


@st.composite
def studies(draw: st.DrawFn) -> pd.DataFrame:
    """Marks and shares of any state in two periods."""
    rows = []
    for i in range(draw(st.integers(0, 6))):
        make = draw(st.sampled_from([mark, share]))
        for period in (BEFORE, NOW):
            status = draw(STATES)
            n = draw(st.integers(11, 29) if status == "low_base" else st.integers(30, 5000))
            row = make(draw(st.floats(0, 10)), n=n, period=period)
            if status in ("suppressed", "missing"):
                row |= dict.fromkeys(estimates.NUMBERS)
            rows.append({**row, "status": status, "device": f"d{i}"})
    return estimates.make(rows)


@settings(max_examples=60)
@given(studies())
def test_any_study_gives_estimates_that_agree_with_its_verdicts(
    catalogue: Catalogue, frame: pd.DataFrame
) -> None:
    compared = changes.between(frame, catalogue, NOW, BEFORE)
    told = changes.differences(compared)
    json.dumps(estimates.to_json(told), allow_nan=False)
    gaps = told[told["indicator"] == "difference"]
    assert len(gaps) == len(compared)
    for row, gap in zip(compared.to_dict("records"), gaps.to_dict("records"), strict=True):
        assert (row["device"], row["indicator"]) == (gap["device"], gap["group"])
        apart = gap["ci_low"] > 0 or gap["ci_high"] < 0  # of no interval too: false
        assert apart == (row["verdict"] in ("rise", "fall"))
        withheld = "suppressed" in (row["status"], row["reference_status"])
        assert (gap["status"] == "suppressed") == withheld
    levels = told.loc[told["indicator"] == "difference_level", "estimate"]
    assert len(levels) == bool(compared["p_value"].notna().any())
    assert (levels >= 95 - 1e-9).all()


def test_a_difference_says_what_it_compares_and_on_how_many_answers(catalogue: Catalogue) -> None:
    compared = changes.between(waves((mark(7.0, n=150), mark(7.9))), catalogue, NOW, BEFORE)
    gap, least, level = changes.differences(compared).to_dict("records")
    assert (gap["group"], gap["group_value"]) == ("satisfaction_10", BEFORE)
    assert (gap["unit"], gap["n"], gap["period"]) == ("points", 350, NOW)
    assert gap["estimate"] == pytest.approx(0.9)
    assert least["indicator"] == "detectable_difference" and math.isnan(least["ci_low"])
    assert (level["estimate"], level["unit"]) == (pytest.approx(95), "%")
