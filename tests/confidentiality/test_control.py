"""What is decided of a device holds wherever an estimate is told."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
import pytest
from tests.copies import demonstration_catalogue

from observlib import estimates
from observlib.base.period import Quarter
from observlib.confidentiality import control
from observlib.confidentiality.disclosure import Amended, Series
from observlib.estimates import COMPARISON_NUMBERS, make_comparisons
from observlib.indicators import pairs as changes
from observlib.language.words import rounded_pairs

WHOLE = {"indicator": "satisfied_share", "device": "d", "period": "2026-T3", "unit": "%"}
WHOLE |= {"estimate": 61.2, "ci_low": 52.3, "ci_high": 69.4, "n": 121}
MARK: dict[str, Any] = {"indicator": "satisfaction_10", "device": "d", "unit": "sur 10"}
MARK |= {"n": 120.0, "status": "published"}
WIDE: Series = ("d", "", "", "satisfaction", 1)


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


def compared(
    after: dict[str, Any], before: dict[str, Any], ends: tuple[float, float], **more: object
) -> pd.DataFrame:
    """A comparison of two marks, as it is made."""
    pair = {**MARK, **after} | {f"reference_{name}": of for name, of in {**MARK, **before}.items()}
    pair |= {"reference_status": "published", "against": "before", "level": 0.95, "reason": ""}
    pair |= dict(zip(("difference_low", "difference_high"), ends, strict=True))
    pair["difference"] = pair["estimate"] - pair["reference_estimate"]
    return make_comparisons(pd.DataFrame([{**pair, "verdict": "unknown", **more}]))


def applied(
    pairs: pd.DataFrame, changes: Iterable[dict[str, Any]], wide: Sequence[Series] = ()
) -> dict[str, Any]:
    """What a first edition tells of a comparison, of which some estimates were changed."""
    changed = estimates.make({**MARK, **one} for one in changes)
    decision = control.DeviceDecision(changed, tuple(wide), pd.DataFrame())
    (found,) = estimates.records(control.applied_to_pairs(pairs, decision, [], lambda rows: rows))
    return found


@pytest.mark.parametrize("sides", [("",), ("reference_",), ("", "reference_")])
def test_what_a_test_would_have_seen_gives_back_no_exact_interval(sides):
    """Its error is that of the exact interval: of one told in wide steps it gave the exact ends."""
    after, before = ({"period": period, "estimate": 7.0} for period in ("2026-08", "2025-08"))
    changes = [after if side == "" else before for side in sides]
    for half in (0.31, 0.44):  # two exact intervals that are told as the same wide one
        pairs = compared(after, before, (-half, half), detectable=1.43 * half, reason="precision")
        found = applied(pairs, changes, [WIDE])
        told = [found[name] for name in COMPARISON_NUMBERS]
        assert told == pytest.approx([0.0, -0.5, 0.5, 0.95, 1.43 * 0.5])


@pytest.mark.parametrize(("period", "now", "verdict", "ends"), [
    (("2026-08", "2025-08"), 8.4, "unknown", (0.0, 2.5)),  # told in wide steps
    (("2026-T3", "2025-T3"), 8.0, "unknown", (0.0, 1.9)),  # told as before, when it was 0,4 lower
    (("2026-T3", "2025-T3"), 8.2, "rise", (0.2, 2.1)),
])  # fmt: skip
def test_no_difference_is_above_zero_whose_interval_may_be_zero(period, now, verdict, ends):
    after, before = ({"period": p, "estimate": x} for p, x in zip(period, (8.4, 7.0), strict=True))
    pairs = compared(after, before, (0.4, 2.3), verdict="rise", detectable=1.4)
    found = applied(pairs, [{**after, "estimate": now}], [WIDE])
    assert [found["difference_low"], found["difference_high"]] == pytest.approx(ends)
    assert found["verdict"] == verdict
    assert (found["reason"] == "precision") == (verdict == "unknown")


def test_a_comparison_tells_nothing_of_either_side_that_is_withheld():
    sides = [{"period": period, "estimate": 7.0} for period in ("2026-08", "2025-08")]
    none = dict.fromkeys(estimates.NUMBERS, math.nan) | {"status": "suppressed"}
    found = applied(compared(*sides, (-0.2, 0.2)), [side | none for side in sides])
    assert [found["status"], found["reference_status"]] == ["suppressed"] * 2
    numbers = [found[side + name] for side in ("", "reference_") for name in estimates.NUMBERS]
    assert all(map(math.isnan, [*numbers, *(found[name] for name in COMPARISON_NUMBERS)]))
    assert (found["verdict"], found["reason"]) == ("unknown", "suppressed")


def again(
    now: pd.DataFrame, before: pd.DataFrame, amended: tuple[Amended, ...] = ()
) -> dict[str, Any]:
    """What a later edition tells of a comparison, of which no estimate was changed."""
    nothing = control.DeviceDecision(estimates.make([]), (), pd.DataFrame(), amended)

    def told(rows: pd.DataFrame) -> pd.DataFrame:
        return rounded_pairs(rows, demonstration_catalogue())

    earlier = [(told(before), ())]
    (found,) = estimates.records(told(control.applied_to_pairs(now, nothing, earlier, told)))
    return found


def edition(mark: float, n: float, then: float, n_then: float, source: str, **more: str) -> Any:
    """A comparison with a quarter, or the others, before; its interval is 0.2 on either side."""
    about = {"period": "2026-T3", "source": source, **more}
    other = {**about, "group_value": "autres"} if more else {**about, "period": "2026-T2"}
    sides = [
        {**of, "estimate": x, "n": n_of, "ci_low": x - 0.4, "ci_high": x + 0.4}
        for of, x, n_of in ((about, mark, n), (other, then, n_then))
    ]
    off, against = mark - then, "others" if more else "before"
    verdict = "rise" if off > 0.2 else "unknown"
    return compared(*sides, (off - 0.2, off + 0.2), against=against, verdict=verdict)


def test_a_difference_of_figures_that_stand_stands_and_so_does_its_verdict():
    first, later = edition(7.16, 200, 7.04, 200, "d@1"), edition(7.24, 200, 6.96, 200, "d@2")
    found = again(later, first)
    assert [found[name] for name in COMPARISON_NUMBERS[:3]] == pytest.approx([0.1, -0.1, 0.3])
    assert found["verdict"] == "unknown"
    same_data = later.assign(source="d@1", reference_source="d@1")
    assert again(same_data, first)["verdict"] == "rise"  # a mistake that is mended
    assert again(edition(7.55, 260, 7.04, 200, "d@2"), first)["verdict"] == "rise"


def test_the_others_than_a_group_stand_as_before_where_few_of_them_came():
    group = {"group": "age", "group_value": "18-24"}
    first = edition(7.0, 60, 6.5, 200, "d@1", **group)
    later = edition(7.6, 120, 6.7, 205, "d@2", **group)
    now = again(later, first)
    assert (now["estimate"], now["reference_estimate"], now["reference_n"]) == (7.6, 6.5, 200)
    assert now["difference"] == pytest.approx(1.1)
    corrected = again(later, first, (("d", "p", "2026-09", "c0ffee00"),))
    assert corrected["reference_estimate"] == 6.7


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
    found = applied(pairs, estimates.records(estimates.combine(sides)), wide)
    assert found["difference"] == pytest.approx(difference, nan_ok=True)
    found_ends = [found["difference_low"], found["difference_high"]]
    assert found_ends == pytest.approx(ends, abs=0.05, nan_ok=True)
    assert (found["verdict"] == "fall") == ("estimate" in change)
