from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from observlib.stats.survey.quantiles import kaplan_meier, quantile, share_ended

# Remission in weeks under 6-MP, + censored: Freireich et al. (1963), as in Cox (1972)
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
ENDED = [c == "x" for c in "xxx+x+x++xx+++xx+++++"]
CASES = st.lists(st.tuples(st.integers(0, 30), st.booleans(), st.integers(1, 5)), min_size=1)


def test_the_leukaemia_data_give_the_published_curve():
    curve = kaplan_meier(WEEKS, ENDED).set_index("time")
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert curve["survival"].round(3).to_dict() == published
    assert quantile(curve.reset_index(), 0.5)[0] == 23


@given(CASES)
def test_curve_and_greenwood_s_error_agree_with_statsmodels(cases):
    times, ended, counts = map(np.array, zip(*cases, strict=True))
    if not ended.any():
        assert kaplan_meier(times, ended, counts).empty
        return
    oracle = SurvfuncRight(np.repeat(times, counts), np.repeat(ended, counts))
    curve = kaplan_meier(times, ended, counts)
    assert curve["time"].tolist() == oracle.surv_times.tolist()
    assert curve["survival"].to_numpy() == pytest.approx(oracle.surv_prob, abs=1e-12)
    inside = curve["survival"].between(0.001, 0.999)
    error = np.asarray(oracle.surv_prob_se)[inside]
    s = curve.loc[inside, "survival"]
    expected = s ** np.exp(1.959963984540054 * error / (s * -np.log(s)))
    assert curve.loc[inside, "ci_low"].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-9)


@given(CASES)
def test_the_interval_holds_the_curve_and_stays_a_share(cases):
    times, ended, counts = map(list, zip(*cases, strict=True))
    curve = kaplan_meier(times, ended, counts).dropna()
    assert (curve["ci_low"] <= curve["survival"] + 1e-12).all()
    assert (curve["survival"] <= curve["ci_high"] + 1e-12).all()
    assert curve[["ci_low", "ci_high"]].stack().between(0, 1).all()


def test_open_cases_are_not_dropped_which_would_shorten_the_delay():
    closed, still_open = [1.0] * 5, [10.0] * 5
    curve = kaplan_meier(closed + still_open, [True] * 5 + [False] * 5)
    assert share_ended(curve, 5)[0] == 0.5
    assert math.isnan(quantile(curve, 0.9)[0])


def test_nothing_has_ended_before_the_first_end():
    value, low, high = share_ended(kaplan_meier([2.0, 3.0], [True, True]), 1)
    assert value == 0 and math.isnan(low) and math.isnan(high)


@pytest.mark.parametrize(
    ("durations", "observed", "weights"),
    [
        ([-1.0], [True], None),
        ([math.nan], [True], None),
        ([1.0], [], None),
        ([1], [True], [-1]),
        ([1, 2], [True, True], [math.inf, 1]),
    ],
)
def test_durations_that_are_none_are_refused(durations, observed, weights):
    with pytest.raises(ValueError):
        kaplan_meier(durations, observed, weights)


@pytest.mark.parametrize("unknown", [None, math.nan, pd.NA])
def test_an_end_of_which_nothing_is_known_does_not_count_as_seen(unknown):
    with pytest.raises(ValueError, match="true or false, and known"):
        kaplan_meier([1.0, 2.0], [True, unknown])  # type: ignore[list-item]


def test_the_interval_of_the_share_ended_is_that_of_the_curve_turned_round():
    curve = kaplan_meier(WEEKS, ENDED)
    value, low, high = share_ended(curve, 10)
    row = curve[curve["time"] <= 10].iloc[-1]
    assert (value, low, high) == (1 - row["survival"], 1 - row["ci_high"], 1 - row["ci_low"])
    assert 0 < low < value < high < 1
    assert share_ended(curve, 5)[0] == 0 and np.isnan(share_ended(curve, 5)[1:]).all()
