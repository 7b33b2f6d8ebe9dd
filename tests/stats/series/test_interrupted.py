"""What an action changed: known effects come back, shared ones are not taken for its own."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from observlib.stats.series.interrupted import EFFECTS, interrupted
from tools.demo import audience

ACTION = date(2025, 3, 1)
SEEDS = range(12)  # of the many of benchmarks/series_coverage.py


def row(effects: pd.DataFrame, comparison: str = "before_after"):
    return effects[effects["comparison"] == comparison].iloc[0]


def visits(device: str) -> tuple[pd.Series, pd.Series]:
    rows = audience.make(device, 1)[1]["visits_by_month"]
    months = [one["month"] for one in rows]
    partial = pd.Series([not one["complete"] for one in rows], months)
    return pd.Series([float(one["value"]) for one in rows], months), partial


# --- Known effects ----------------------------------------------------------------------------


def test_a_loss_of_a_fifth_is_in_its_interval_and_none_is_mostly_outside(synthetic):
    held, seen, nothing = 0, 0, 0
    for seed in SEEDS:
        found = row(interrupted(synthetic(seed, change=(26, -0.2)), ACTION).effects)
        held += found["ci_low"] <= -20 <= found["ci_high"]
        seen += found["p"] < 0.05
        nothing += row(interrupted(synthetic(seed), ACTION).effects)["p"] < 0.05
    assert held >= 10 and seen >= 11 and nothing <= 2


def test_what_happened_to_all_is_no_effect_of_the_action(synthetic):
    hit = np.where(np.arange(45) >= 26, 0.7, 1.0)
    mistaken = 0
    for seed in range(10):
        controls = pd.DataFrame({str(i): synthetic(seed + i) * hit for i in (100, 200, 300)})
        effects = interrupted(synthetic(seed) * hit, ACTION, controls=controls).effects
        assert row(effects)["ci_high"] < -15 and row(effects, "controls")["ci_high"] < -15
        mistaken += row(effects, "controlled")["p"] < 0.05
    assert mistaken <= 2


@pytest.mark.parametrize("level", [0.8, 0.99])
def test_an_interval_at_another_level_leaves_out_no_effect_exactly_where_its_test_rejects(
    synthetic, level
):
    for seed in SEEDS:
        series = synthetic(seed, change=(26, -0.04))
        found = row(interrupted(series, ACTION, level=level).effects)
        usual = row(interrupted(series, ACTION).effects)
        assert found[["estimate", "p"]].equals(usual[["estimate", "p"]])
        assert (found["ci_low"] < usual["ci_low"]) == (level > 0.95)
        assert (found["p"] < 1 - level) == (found["ci_low"] > 0 or found["ci_high"] < 0)


def test_the_effect_on_a_noise_free_series_is_the_mean_of_its_step_and_of_its_new_slope():
    times = np.arange(40)
    since = np.maximum(times - 30, 0)
    months = [f"{2023 + i // 12}-{i % 12 + 1:02d}" for i in times]
    values = pd.Series(5 + 0.02 * times + 0.4 * (times >= 30) + 0.03 * since, months)
    effects = interrupted(values, date(2025, 7, 1), counts=False).effects
    assert row(effects)["estimate"] == pytest.approx(0.4 + 0.03 * 4.5)


def test_the_lines_of_the_chart_part_at_the_action_by_the_effect(synthetic):
    found = interrupted(synthetic(3, change=(26, -0.2)), ACTION)
    lines, since = found.periods, found.periods["period"] >= "2025-03"
    assert lines.loc[~since, "fitted"].equals(lines.loc[~since, "expected"])
    parted = np.log(lines["fitted"] / lines["expected"])[since].mean()
    assert 100 * np.expm1(parted) == pytest.approx(row(found.effects)["estimate"])
    band = lines[since]
    assert (band["ci_low"] < band["expected"]).all() and (band["expected"] < band["ci_high"]).all()


def test_means_of_few_answers_count_for_less():
    months = [f"{2023 + i // 12}-{i % 12 + 1:02d}" for i in range(40)]
    values = pd.Series(7 + 0.1 * np.random.default_rng(0).normal(size=40), months)
    answers = pd.Series(100.0, months)
    values.iloc[35], answers.iloc[35] = 0.0, 0.05  # nobody, or nearly
    weighted = row(interrupted(values, date(2025, 7, 1), counts=False, answers=answers).effects)
    plain = row(interrupted(values, date(2025, 7, 1), counts=False).effects)
    assert abs(weighted["estimate"]) < 0.3 < abs(plain["estimate"])


# --- The demonstration ------------------------------------------------------------------------


def test_the_count_without_robots_lost_three_tenths_alone_and_against_others():
    values, partial = visits("matomo-legifrance")
    values = values.drop(partial.index[partial])
    names = ("matomo-service-public", "matomo-vie-publique", "audience-boamp")
    controls = pd.DataFrame({name: visits(name)[0] for name in names})
    effects = interrupted(values, ACTION, controls=controls).effects
    for comparison in ("before_after", "controlled"):
        assert row(effects, comparison)["ci_low"] <= -30 <= row(effects, comparison)["ci_high"]
    assert abs(row(effects, "controls")["estimate"]) < 2


# --- Too little -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "reason"),
    [(slice(0, 28), "after"), (slice(15, 45), "before"), (slice(14, 29), "seasons"),
     (slice(0, 26), "after"), (slice(26, 45), "before"), (slice(0, 0), "before")],
)  # fmt: skip
def test_too_few_periods_are_a_status_with_a_reason(synthetic, kept, reason):
    found = interrupted(synthetic(1).iloc[kept], ACTION)
    assert set(found.effects["status"]) == {"missing"} and found.periods.empty
    assert set(found.effects["reason"]) == {reason}
    assert found.effects[["estimate", "ci_low", "ci_high", "p"]].isna().all(axis=None)
    assert list(found.effects.columns) == list(EFFECTS)


def test_a_month_cut_in_two_by_the_action_and_one_without_value_are_left_out(synthetic):
    values = synthetic(2, change=(26, -0.2))
    values.iloc[[25, 40]] = [1.0, np.nan]  # 1 would spoil everything
    found = row(interrupted(values, date(2025, 2, 14)).effects)
    assert (found["before"], found["after"]) == (25, 18)
    assert found["estimate"] == pytest.approx(-20, abs=5)


def test_a_comparable_product_without_data_is_said_and_the_rest_is_told(synthetic):
    controls = pd.DataFrame({"silent": pd.Series(dtype=float)})
    effects = interrupted(synthetic(1), ACTION, controls=controls).effects
    assert row(effects)["status"] == "published"
    assert row(effects, "controlled")["reason"] == row(effects, "controls")["reason"] == "controls"


def test_misuse_is_refused(synthetic):
    good = synthetic(1)
    with pytest.raises(ValueError, match="months YYYY-MM"):
        interrupted(pd.Series([1.0], ["2024-T1"]), ACTION)
    with pytest.raises(ValueError, match="not negative"):
        interrupted(-good, ACTION)
    with pytest.raises(ValueError, match="or for neither"):
        interrupted(good, ACTION, counts=False, answers=good, controls=pd.DataFrame({"a": good}))
