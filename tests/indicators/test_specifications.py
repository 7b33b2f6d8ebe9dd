"""How surely headlines hold: what is told is of the published verdict, and of nobody's answers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib import estimates
from observlib.base.period import Quarter
from observlib.indicators import pairs as pair
from observlib.indicators import specifications as told
from observlib.indicators.answers import by_period, by_quarter, quarter_of, rescale, times
from observlib.stats.survey.specifications import OPTIONS

NOW = Quarter("2026-T3")
THEN = NOW - 4
COUNTS = [told.MADE, told.HELD, told.REVERSED]


def ratings(quarter: Quarter, marks, days=None) -> pd.DataFrame:
    """Answers of one device, each mark on the next of the days, which are every third one."""
    whole = pd.date_range(str(quarter.start), str(quarter.end), freq="3D")
    return pd.DataFrame(
        {
            "device": "d", "product": "boamp", "channel": "web", "source": "d@1",
            "question": "satisfaction",
            "date": np.resize(whole if days is None else days, len(marks)),
            "value": np.asarray(marks, float), "scale_min": 0.0, "scale_max": 10.0,
        }
    )  # fmt: skip


def of(now: pd.DataFrame, then: pd.DataFrame, catalogue):
    """The comparison of two quarters, and in how many calculations it holds."""
    rows = pd.concat([now, then], ignore_index=True)
    frame = by_period(rows, by_quarter([THEN, NOW]))
    compared = pair.tested(catalogue, pair.across_periods(frame, catalogue, NOW, str(THEN)))
    answers = rows.assign(quarter=quarter_of(rows["date"]), mark=rescale(rows), times=times(rows))
    return compared, *told.of_headlines(answers, compared, catalogue)


def drawn(quarter: Quarter, chances, n: int, seed: int) -> pd.DataFrame:
    return ratings(quarter, np.random.default_rng(seed).choice([0.0, 5.0, 10.0], n, p=chances))


@given(st.integers(60, 200), st.integers(0, 99), st.floats(0.1, 0.5))
@examples(25)
def test_the_published_verdict_is_the_first_calculation_and_counts_add(catalogue, n, seed, low):
    now, then = drawn(NOW, [low, 0.3, 0.7 - low], n, seed), drawn(THEN, [0.3, 0.3, 0.4], 120, 100)
    compared, found, words = of(now, then, catalogue)
    said = compared.loc[compared["indicator"] == told.HEADLINE, "verdict"].iat[0]
    each = words["specifications"]
    assert each["verdict"].iat[0] == said
    counted = told.calculation_counts(found).iloc[0]
    assert counted["made"] == len(each) >= told.LEAST_CALCULATIONS
    reverse = {"rise": "fall", "fall": "rise"}.get(said)
    assert counted["reversed"] == (each["verdict"] == reverse).sum()
    assert counted["held"] >= 1
    assert counted["held"] + counted["reversed"] <= counted["made"]
    shares = found[found["indicator"] == told.HELD_SHARE].set_index("group_value")["estimate"]
    for choice, options in OPTIONS.items():
        of_choice = [
            shares[label] * (each[choice] == option).sum()
            for option in options
            if (label := told._TEXTS[f"options.{choice}.{option}"]) in shares
        ]
        assert not of_choice or sum(of_choice) == pytest.approx(100 * counted["held"])


EVEN, HIGH, LOW = [0.3, 0.4, 0.3], [0.2, 0.3, 0.5], [0.4, 0.3, 0.3]
FLOOD = ratings(NOW, [10.0] * 90, pd.to_datetime(["2026-08-05"]))
JULY = ratings(NOW, [0.0] * 60, pd.date_range("2026-07-01", "2026-07-31"))


@pytest.mark.parametrize(
    ("now", "before", "fragile"),
    [([drawn(NOW, EVEN, 250, 1), FLOOD], EVEN, True),
     ([JULY, drawn(NOW, HIGH, 340, 1)], HIGH, True), ([drawn(NOW, LOW, 500, 3)], HIGH, False)],
    ids=["a rise of one day", "a fall of one month", "a fall of two points"],
)  # fmt: skip
def test_what_one_day_or_month_made_is_fragile(now, before, fragile, catalogue):
    then = drawn(THEN, before, 400, 2)
    compared, found, _ = of(pd.concat(now, ignore_index=True), then, catalogue)
    assert compared["verdict"].iat[0] == ("rise" if before == EVEN else "fall")
    assert bool(told.calculation_counts(found)["fragile"].iat[0]) is fragile


def test_a_calculation_on_fewer_answers_that_finds_nothing_makes_no_fall_fragile(catalogue):
    """A fall of 0.8 of a mark on 400 answers is not seen by many of its calculations."""
    before, now = [0.19, 0.3, 0.51], [0.27, 0.3, 0.43]
    fragile, unsure = [], []
    for seed in range(0, 40, 2):
        compared, found, words = of(
            drawn(NOW, now, 400, seed), drawn(THEN, before, 400, seed + 1), catalogue
        )
        if compared["verdict"].iat[0] == "fall":
            fragile.append(bool(told.calculation_counts(found)["fragile"].iat[0]))
            unsure.append((words["specifications"]["verdict"] == "fall").mean() < told.FRAGILE)
    assert len(fragile) >= 10 and sum(unsure) >= 3
    assert sum(fragile) <= 1


def test_the_same_answers_are_told_the_same_in_any_order(catalogue):
    now, then = drawn(NOW, [0.2, 0.3, 0.5], 200, 1), drawn(THEN, [0.3, 0.3, 0.4], 200, 2)
    once = of(now, then, catalogue)[1]
    again = of(now.sample(frac=1, random_state=4), then, catalogue)[1]
    pd.testing.assert_frame_equal(once, again)


def test_a_mark_on_too_few_answers_for_many_calculations_has_none_told(catalogue):
    compared, found, words = of(
        drawn(NOW, [0.2, 0.3, 0.5], 32, 1), drawn(THEN, [0.2, 0.3, 0.5], 32, 2), catalogue
    )
    assert compared["level"].notna().all()  # it is compared nonetheless
    assert found.empty and words["specifications"].empty and told.calculation_counts(found).empty


def test_nothing_but_verdicts_is_told_of_calculations(catalogue):
    now, then = drawn(NOW, [0.2, 0.3, 0.5], 200, 1), drawn(THEN, [0.3, 0.3, 0.4], 200, 2)
    _, found, words = of(now, then, catalogue)
    assert found[["ci_low", "ci_high", "n", "n_eff"]].isna().all(axis=None)
    assert set(found["indicator"]) <= {*COUNTS, told.HELD_SHARE}
    assert [*words["specifications"]] == [*told.SUBJECT_OF_PAIRS, *OPTIONS, "verdict"]


@pytest.mark.parametrize(
    ("held", "turned", "fragile"), [(44, 0, False), (43, 0, True), (53, 1, True), (54, 0, False)]
)
def test_fewer_than_four_fifths_or_one_reversal_make_a_headline_fragile(held, turned, fragile):
    base = {"product": "boamp", "device": "d", "period": NOW, "unit": "calculs"}
    rows = zip(COUNTS, (54, held, turned), strict=True)
    frame = estimates.make({**base, "indicator": name, "estimate": x} for name, x in rows)
    assert bool(told.calculation_counts(frame)["fragile"].iat[0]) is fragile
