"""What is decided of a device holds wherever an estimate is told."""

import math

import pandas as pd
import pytest

from observlib import estimates
from observlib.base.period import Quarter
from observlib.confidentiality import control
from observlib.estimates import COMPARISON_NUMBERS, make_comparisons
from observlib.indicators import pairs as changes

WHOLE = {"indicator": "satisfied_share", "device": "d", "period": "2026-T3", "unit": "%"}
WHOLE |= {"estimate": 61.2, "ci_low": 52.3, "ci_high": 69.4, "n": 121}


def test_what_is_withheld_at_home_is_not_told_beside_the_figures_of_neighbours():
    named = {**WHOLE, "group": "figure", "group_value": "Ours"}
    part = {**WHOLE, "group": "sex", "group_value": "Femmes", "estimate": 58.0, "n": 60}
    missing = {**WHOLE, "group": "sex", "group_value": "Hommes", "estimate": None, "n": None}
    missing |= {"ci_low": None, "ci_high": None, "status": "missing"}
    rows = estimates.make([named, WHOLE, part, missing])
    told = estimates.withhold(rows, rows["group"] == "")
    shown = control._as_the_whole(rows, told)
    assert shown["status"].tolist()[:3] == ["suppressed", "suppressed", "published"]
    assert shown["estimate"].notna().tolist() == [False, False, True, False]


def test_what_is_told_in_wide_steps_at_home_is_told_so_beside_neighbours():
    rows = estimates.make([WHOLE, {**WHOLE, "group": "figure", "group_value": "Ours"}])
    told = rows.assign(ci_low=[50.0, 52.3], ci_high=[75.0, 69.4])
    assert control._as_the_whole(rows, told)["ci_low"].tolist() == [50.0, 50.0]


def test_a_series_that_an_action_was_to_move_gives_back_no_exact_interval():
    mark = {**WHOLE, "indicator": "satisfaction_10", "unit": "sur 10", "estimate": 7.2}
    mark |= {"ci_low": 6.4, "ci_high": 8.1}
    course = {**mark, "indicator": "action_course", "group": "An action", "group_value": "Observé"}
    expected = {**course, "group_value": "Attendu", "estimate": 7.0, "n": None}
    rows = estimates.make([mark, course, expected])
    told = rows.assign(ci_low=[6.0, 6.4, 6.4], ci_high=[8.5, 8.1, 8.1])
    shown = control._as_the_whole(rows, told)
    assert shown["ci_low"].tolist() == [6.0, 6.0, 6.4]
    gone = estimates.withhold(rows, rows["group"] == "")
    assert control._as_the_whole(rows, gone)["estimate"].isna().tolist() == [True, True, False]


@pytest.mark.parametrize("sides", [("",), ("reference_",), ("", "reference_")])
def test_what_a_test_would_have_seen_gives_back_no_exact_interval(sides):
    """Its error is that of the exact interval: of one told in wide steps it gave the exact ends."""
    month = {"indicator": "satisfaction_10", "device": "d", "unit": "sur 10", "n": 120.0}
    months = [{**month, "period": period, "estimate": 7.0} for period in ("2026-08", "2025-08")]
    pair = {**months[0], **{f"reference_{name}": value for name, value in months[1].items()}}
    pair |= {"status": "published", "reference_status": "published", "against": "before"}
    pair |= {"difference": 0.0, "verdict": "unknown", "reason": "precision", "level": 0.95}
    told = []
    for half in (0.31, 0.44):  # two exact intervals that are told as the same wide one
        interval = {"difference_low": -half, "difference_high": half, "detectable": 1.43 * half}
        pairs = make_comparisons(pd.DataFrame([pair | interval]))
        changed = [months[side != ""] for side in sides]
        wide = [("d", "", "", "satisfaction", 1)]
        none = pd.DataFrame()
        decision = control.DeviceDecision(estimates.make(changed), wide, none)
        found = control.applied_to_pairs(pairs, decision, [], lambda rows: rows)
        told.append(found[COMPARISON_NUMBERS].iloc[0].tolist())
    assert told[0] == pytest.approx(told[1])
    assert told[0] == pytest.approx([0.0, -0.5, 0.5, 0.95, 1.43 * 0.5])


@pytest.mark.parametrize(("months", "now", "verdict", "ends"), [
    (1, 8.4, "unknown", (0.0, 2.5)),  # told in wide steps
    (3, 8.0, "unknown", (0.0, 1.9)),  # told as before, when it was 0,4 lower
    (3, 8.2, "rise", (0.2, 2.1)),
])  # fmt: skip
def test_no_difference_is_above_zero_whose_interval_may_be_zero(months, now, verdict, ends):
    period = {1: ("2026-08", "2025-08"), 3: ("2026-T3", "2025-T3")}[months]
    mark = {"indicator": "satisfaction_10", "device": "d", "unit": "sur 10", "n": 120.0}
    after, before = ({**mark, "period": one} for one in period)
    after, before = {**after, "estimate": 8.4}, {**before, "estimate": 7.0}
    pair = {**after, **{f"reference_{name}": value for name, value in before.items()}}
    pair |= {"status": "published", "reference_status": "published", "against": "before"}
    pair |= {"difference": 1.4, "difference_low": 0.4, "difference_high": 2.3, "level": 0.95}
    pairs = make_comparisons(pd.DataFrame([{**pair, "verdict": "rise", "detectable": 1.4}]))
    wide = [("d", "", "", "satisfaction", 1)]
    decision = control.DeviceDecision(
        estimates.make([{**after, "estimate": now}]), wide, pd.DataFrame()
    )
    (found,) = estimates.records(control.applied_to_pairs(pairs, decision, [], lambda rows: rows))
    assert [found["difference_low"], found["difference_high"]] == pytest.approx(ends)
    assert found["verdict"] == verdict
    assert (found["reason"] == "precision") == (verdict == "unknown")


@pytest.mark.parametrize(("change", "difference", "ends"), [
    ({"status": "suppressed"}, math.nan, (math.nan, math.nan)),
    ({"estimate": 6.4, "ci_low": 6.2, "ci_high": 6.8}, -0.5, (-0.7, -0.3)),  # as told before
    ({"ci_low": 5.5, "ci_high": 7.5}, -0.4, (-1.0, 0.0)),  # in wide steps
])  # fmt: skip
def test_a_year_is_told_as_its_quarters_are(catalogue, change, difference, ends):
    mark = {"indicator": "satisfaction_10", "device": "d", "unit": "sur 10", "n": 200.0}
    told = {(2025, 1): 7.0, (2025, 2): 7.0, (2026, 1): 6.6, (2026, 2): 6.6}
    rows = [
        mark | {"period": f"{year}-T{number}", "n_eff": 200.0, "estimate": value}
        | {"ci_low": value - 0.2, "ci_high": value + 0.2}
        for (year, number), value in told.items()
    ]  # fmt: skip
    frame, quarter = estimates.make(rows), Quarter("2026-T2")
    pairs = make_comparisons(changes.tested(catalogue, changes.so_far(frame, catalogue, quarter)))
    hidden = dict.fromkeys(estimates.NUMBERS, math.nan) if "status" in change else {}
    now = control.apply_decisions(frame, estimates.make([rows[-1] | hidden | change]))
    sides = [changes.over_quarters(now, catalogue, last) for last in (quarter, quarter - 4)]
    wide = [("d", "", "", "satisfaction", 3)] if change.get("ci_high") == 7.5 else []
    decision = control.DeviceDecision(estimates.combine(sides), wide, pd.DataFrame())
    (found,) = estimates.records(control.applied_to_pairs(pairs, decision, [], lambda rows: rows))
    assert found["difference"] == pytest.approx(difference, nan_ok=True)
    found_ends = [found["difference_low"], found["difference_high"]]
    assert found_ends == pytest.approx(ends, abs=0.05, nan_ok=True)
    assert (found["verdict"] == "fall") == ("estimate" in change)
