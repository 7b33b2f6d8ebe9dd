"""What is decided of a device holds wherever an estimate is told."""

from observlib import estimates
from observlib.confidentiality import control

WHOLE = {"indicator": "satisfied_share", "device": "d", "period": "2026-T3", "unit": "%"}
WHOLE |= {"estimate": 61.2, "ci_low": 52.3, "ci_high": 69.4, "n": 121}


def test_what_is_withheld_at_home_is_not_told_beside_the_figures_of_neighbours():
    named = {**WHOLE, "group": "figure", "group_value": "Ours"}
    part = {**WHOLE, "group": "sex", "group_value": "Femmes", "estimate": 58.0, "n": 60}
    missing = {**WHOLE, "group": "sex", "group_value": "Hommes", "estimate": None, "n": None}
    missing |= {"ci_low": None, "ci_high": None, "status": "missing"}
    rows = estimates.make([named, WHOLE, part, missing])
    told = estimates.withheld(rows, rows["group"] == "")
    shown = control._as_the_whole(rows, told)
    assert shown["status"].tolist()[:3] == ["suppressed", "suppressed", "published"]
    assert shown["estimate"].notna().tolist() == [False, False, True, False]


def test_what_is_told_in_wide_steps_at_home_is_told_so_beside_neighbours():
    rows = estimates.make([WHOLE, {**WHOLE, "group": "figure", "group_value": "Ours"}])
    told = rows.assign(ci_low=[50.0, 52.3], ci_high=[75.0, 69.4])
    assert control._as_the_whole(rows, told)["ci_low"].tolist() == [50.0, 50.0]
