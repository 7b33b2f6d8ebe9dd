"""What an action changed, and months freed of their season: known effects and parts come back."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples
from tests.stats.series.conftest import SEASON, months, synthetic

from observlib.stats.series.interrupted import (
    EFFECTS,
    LEAST_AFTER,
    breaks_before,
    interrupted,
    months_around,
    seasonally_adjusted,
)
from observlib.stats.series.regression import position

ACTION = date(2025, 3, 1)
TIMES = np.arange(position("2019-01"), position("2027-01"))
KNOWN = np.ones(len(TIMES), dtype=bool)
DAY, FIRST = date(2025, 1, 1), position("2025-01")


def row(effects: pd.DataFrame, comparison: str = "before_after"):
    return effects[effects["comparison"] == comparison].iloc[0]


def test_a_loss_of_a_fifth_is_in_its_interval_and_none_is_mostly_outside():
    held, seen, nothing = 0, 0, 0
    for seed in range(8):
        found = row(interrupted(synthetic(seed, change=(26, -0.2)), ACTION).effects)
        held += found["ci_low"] <= -20 <= found["ci_high"]
        seen += found["p"] < 0.05
        nothing += row(interrupted(synthetic(seed), ACTION).effects)["p"] < 0.05
    assert held >= 7 and seen == 8 and nothing <= 1


def test_what_happened_to_all_is_no_effect_of_the_action():
    hit, mistaken = np.where(np.arange(45) >= 26, 0.7, 1.0), 0
    for seed in range(5):
        controls = pd.DataFrame({str(i): synthetic(seed + i) * hit for i in (100, 200, 300)})
        effects = interrupted(synthetic(seed) * hit, ACTION, controls=controls).effects
        assert row(effects)["ci_high"] < -15 and row(effects, "controls")["ci_high"] < -15
        mistaken += row(effects, "controlled")["p"] < 0.05
    assert mistaken <= 1


# As first computed: a digit that moves is a published figure that moves.
OF_COUNTS = """
before_after -23.648942311 -27.230003587 -20.238145816 0.000063193 38 16 2027-08 20 2
controls       1.353591683  -3.076363338   6.257616365 0.611362889 39 16 2027-08  0 0
controlled   -24.563666383 -29.005494791 -20.295050096 0.000092296 38 16 2027-08 23 6
"""
OF_MEANS = """
before_after -0.364701518 -0.831353178 0.074134110 0.098901183 30 24 2027-06 16 1
controls     -0.251341646 -0.551310709 0.042633621 0.089037493 30 24 2027-06  0 0
controlled   -0.389496927 -0.953137378 0.094750438 0.112800776 30 24 2027-06 17 1
"""


def same(effects: pd.DataFrame, written: str) -> None:
    lines = [line.split() for line in written.strip().splitlines()]
    for found, line in zip(effects.to_dict("records"), lines, strict=True):
        comparison, *numbers = [found[name] for name in EFFECTS[:-2]]
        assert [comparison, *map(str, numbers[4:])] == [line[0], *line[5:]]
        assert numbers[:4] == pytest.approx([*map(float, line[1:5])], rel=1e-5, abs=1e-7)
        assert (found["status"], found["reason"]) == ("published", "")


def test_effects_on_counts_are_what_they_were_where_others_changed_them_too():
    series = synthetic(5, n=60, change=(40, -0.25))
    series.iloc[[7, 39]] = [np.nan, 1.0]  # the month that the action cuts in two would spoil all
    controls = pd.DataFrame({str(i): synthetic(i, n=60, sd=0.05) for i in (11, 12, 13)})
    others = {"others": [date(2024, 2, 1), date(2027, 9, 1)], "breaks": [date(2024, 9, 1)]}
    found = interrupted(series, date(2026, 4, 14), controls=controls, **others, level=0.9)
    same(found.effects, OF_COUNTS)
    lines = found.periods.set_index("period")
    assert lines.loc[["2023-08", "2026-04", "2027-09"], "used"].tolist() == [False] * 3
    assert lines.loc["2027-09":, "ci_low"].isna().all()  # nothing is expected beyond
    first = lines.loc["2026-05", ["fitted", "expected", "ci_low", "ci_high"]].tolist()
    assert first == pytest.approx([82442.2251, 108021.65384, 103185.66873, 113371.35098])
    assert lines.at["2023-01", "fitted"] == lines.at["2023-01", "expected"]
    since = lines[lines["used"] & (lines.index > "2026-04")]
    parted = np.log(since["fitted"] / since["expected"]).mean()
    assert 100 * np.expm1(parted) == pytest.approx(row(found.effects)["estimate"])


def test_effects_on_means_are_what_they_were_and_weigh_months_by_their_answers():
    chance = np.random.default_rng(8)
    means = pd.DataFrame(chance.normal(7, 0.3, (60, 3)), months(2023, 60), list("abc"))
    answers = pd.DataFrame(chance.integers(0, 300, (60, 3)) * 1.0, means.index, list("abc"))
    asked = {"controls": means[["b", "c"]], "control_answers": answers[["b", "c"]]}
    day = date(2025, 7, 1)
    found = interrupted(means["a"], day, counts=False, answers=answers["a"], **asked)
    same(found.effects, OF_MEANS)


@pytest.mark.parametrize(("kept", "reason"), [
    (slice(0, 29), ""), (slice(0, 28), "after"), (slice(0, 26), "after"), (slice(14, 45), ""),
    (slice(15, 45), "before"), (slice(26, 45), "before"), (slice(0, 0), "before"),
    (slice(14, 29), "seasons"), (slice(14, 39), ""), (slice(14, 38), "seasons"),
])  # fmt: skip
def test_too_few_periods_are_a_status_with_a_reason(kept, reason):
    found = interrupted(synthetic(1).iloc[kept], ACTION)
    assert list(found.effects.columns) == list(EFFECTS)
    assert found.effects[["status", "reason"]].values.tolist() == [
        ["missing" if reason else "published", reason]
    ]
    if reason:
        assert found.periods.empty
        assert found.effects[["estimate", "ci_low", "ci_high", "p"]].isna().all(axis=None)


def test_misuse_is_refused():
    good = synthetic(1)
    with pytest.raises(ValueError, match="months YYYY-MM"):
        interrupted(pd.Series([1.0], ["2024-T1"]), ACTION)
    with pytest.raises(ValueError, match="not negative"):
        interrupted(-good, ACTION)
    with pytest.raises(ValueError, match="or for neither"):
        interrupted(good, ACTION, counts=False, answers=good, controls=pd.DataFrame({"a": good}))


def window(*others: date, day: date = DAY) -> tuple[int, int, tuple[int, ...]]:
    """How many before the day and from it on, and the steps among them."""
    found = months_around(TIMES, KNOWN, day, others)
    before = int((found.used & (TIMES < FIRST)).sum())
    return before, int((found.used & (TIMES >= FIRST)).sum()), found.steps


def test_five_years_before_and_two_after_count_in_whole_months_and_changes_are_steps():
    assert window() == (60, 24, ())
    assert window(date(2020, 3, 1)) == (58, 24, ())  # what came before is too short to tell
    assert window(date(2020, 4, 1)) == (60, 24, (position("2020-04"),))
    steps = (position("2021-01"), position("2022-07"))
    # the window ends before the next change
    assert window(date(2021, 1, 1), date(2022, 7, 1), date(2025, 10, 1)) == (60, 9, steps)
    assert window(day=date(2024, 12, 9)) == (59, 24, ())
    found = months_around(TIMES, KNOWN, date(2024, 12, 9), [date(2024, 9, 9)])
    assert not found.used[np.isin(TIMES, [FIRST - 1, position("2024-09")])].any()


@examples(50)
@given(ranks=st.lists(st.integers(-70, 30), max_size=4))
def test_no_other_change_is_ever_inside_without_a_step_of_its_own(ranks):
    starts = [FIRST + rank for rank in ranks]
    found = months_around(TIMES, KNOWN, DAY, [date(at // 12, at % 12 + 1, 1) for at in starts])
    used = TIMES[found.used]
    for at in starts:
        inside = len(used) and used.min() < at <= used.max()
        assert not inside or any(0 <= at - step < LEAST_AFTER for step in found.steps)
    assert found.used.any() and (np.diff(found.steps) >= LEAST_AFTER).all()


@pytest.mark.parametrize("other", [date(2026, 5, 1), date(2026, 7, 1)])
def test_an_action_with_another_on_the_same_day_or_just_after_is_not_told_apart(other):
    series = synthetic(1, n=60, change=(40, -0.3))
    (found,) = interrupted(series, date(2026, 5, 1), others=[other]).effects.to_dict("records")
    assert (found["status"], found["reason"]) == ("missing", "others")


def test_breaks_of_six_months_before_the_day_are_levels_that_nobody_explains():
    counts = synthetic(4, n=60, change=(30, 0.4))
    assert breaks_before(counts, date(2026, 6, 1), True) == [date(2025, 7, 1)]
    marks = pd.Series(np.random.default_rng(9).normal(7, 0.1, 60), months(2023, 60))
    marks += 0.6 * (np.arange(60) >= 30)
    marks.iloc[20] = np.nan
    for day, found in ((date(2026, 1, 1), [date(2025, 7, 1)]), (date(2025, 12, 1), [])):
        assert breaks_before(marks, day, False) == found
    for n, found in ((37, [date(2025, 7, 1)]), (36, [])):  # of three seasons, or below
        assert breaks_before(marks.iloc[:n], date(2026, 1, 1), False) == found


# --- Known seasons, changes and odd months come back; nothing is found where there is nothing


def test_season_growth_and_working_day_are_those_that_made_the_series():
    found = seasonally_adjusted(synthetic(1, sd=0.002))
    season = found.months["seasonal"].head(12).to_numpy()
    assert season / season.mean() == pytest.approx(np.exp(SEASON), abs=0.006)
    assert found.working_day == pytest.approx(1.6, abs=0.1)
    trend = found.months["trend"].to_numpy()
    assert trend[-1] / trend[0] == pytest.approx(np.exp(0.04 * 44 / 12), abs=0.01)
    parts = found.months[["trend", "seasonal", "calendar", "remainder"]].prod(axis=1)
    assert parts.to_numpy() == pytest.approx(found.months["value"].to_numpy())


def test_a_change_of_level_an_odd_month_and_one_in_progress_are_what_they_were():
    series = synthetic(3, change=(26, -0.3), odd=(15, 0.5))
    found = seasonally_adjusted(series, pd.Series([True, False], ["2023-03", "2023-04"]))
    assert found.changes["month"].tolist() == ["2025-03"] and found.searched
    sizes = found.changes.loc[0, ["size", "ci_low", "ci_high"]].tolist()
    assert sizes == pytest.approx([-29.551497, -32.329265, -26.496796], rel=1e-5)
    assert found.outliers["month"].tolist() == ["2024-04"]
    assert found.outliers["size"].tolist() == pytest.approx([51.424264], rel=1e-5)
    assert found.working_day == pytest.approx(2.2056526, rel=1e-5)
    rows = found.months.set_index("month")
    assert rows.at["2023-03", "status"] == "partial"
    assert rows.loc["2023-03", ["adjusted", "remainder"]].isna().all()
    expected = [65380, 76143.277694, 77523.564444, 0.848006363, 1.012544776, 0.982195262]
    assert rows.loc["2025-07"].tolist()[:-1] == pytest.approx(expected, rel=1e-5)


def test_where_nothing_changed_nothing_is_found():
    found = [seasonally_adjusted(synthetic(seed)) for seed in range(8)]
    assert sum(len(one.changes) > 0 for one in found) <= 1
    assert sum(len(one.outliers) > 0 for one in found) <= 1


@pytest.mark.parametrize("at", [15, 23, 44])
def test_an_odd_month_is_an_outlier_and_no_change_of_level(at):
    for seed in range(2):
        found = seasonally_adjusted(synthetic(seed, odd=(at, -0.4)))
        sizes = dict(found.outliers.itertuples(index=False))
        assert sizes[synthetic(seed).index[at]] == pytest.approx(-40, abs=7)
        assert found.changes.empty


@pytest.mark.parametrize(("n", "status", "searched"), [
    (0, "missing", False), (1, "missing", False), (23, "missing", False),
    (24, "published", False), (35, "published", False), (36, "published", True),
])  # fmt: skip
def test_below_three_seasons_nothing_is_looked_for_and_below_two_is_no_number(n, status, searched):
    found = seasonally_adjusted(synthetic(1, odd=(20, -0.6)).head(n))
    assert (found.status, found.searched, len(found.months)) == (status, searched, n)
    assert found.reason == ("short" if n < 24 else "")
    assert found.outliers.empty != searched and found.changes.empty
    assert found.months["adjusted"].isna().all() == (n < 24)


@pytest.mark.parametrize(("left_out", "reason"), [(1, ""), (4, ""), (5, "gaps")])
def test_a_month_left_out_is_missing_and_told_and_too_many_are_a_status(left_out, reason):
    values = synthetic(3)
    found = seasonally_adjusted(values.drop(values.index[10 : 10 + left_out]))
    assert found.reason == reason
    assert found.months["adjusted"].isna().sum() == (45 if reason else left_out)
    if not reason:
        assert found.months["status"].eq("missing").sum() == left_out


def test_what_is_no_monthly_count_is_refused():
    good = synthetic(1)
    for wrong in (-good, good.replace(good.iloc[3], np.inf), good.iloc[::-1]):
        with pytest.raises(ValueError):
            seasonally_adjusted(wrong)
    with pytest.raises(ValueError, match="months YYYY-MM"):
        seasonally_adjusted(pd.Series([1.0, 2.0], ["2024-T1", "2024-T2"]))


def test_visits_that_double_and_halve_from_month_to_month_have_no_season_taken_out():
    found = seasonally_adjusted(synthetic(1, sd=0.6))
    assert (found.status, found.reason) == ("missing", "irregular")
