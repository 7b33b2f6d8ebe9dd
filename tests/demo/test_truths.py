"""The truths are what other tests hold the whole chain against: they must be exact."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from observlib.demo import truths
from observlib.period import Quarter


def test_the_demonstration_covers_15_quarters() -> None:
    assert truths.LAST.back(15) == truths.QUARTERS
    assert (len(truths.MONTHS), truths.MONTHS[0], truths.MONTHS[-1]) == (45, "2023-01", "2026-09")


def test_seasonal_factors_average_to_one() -> None:
    assert sum(truths.MONTH_FACTORS) / 12 == pytest.approx(1)
    assert sum(truths.WEEKDAY_FACTORS) / 7 == pytest.approx(1)


@pytest.mark.parametrize("device", truths.RATED)
@pytest.mark.parametrize("quarter", [Quarter(2025, 4), Quarter(2026, 1)], ids=str)
def test_true_means_and_shares_are_those_of_the_chances(device: str, quarter: Quarter) -> None:
    for question in truths.questions(device):
        chances, scale = truths.chances(device, question, quarter), truths.scale(device, question)
        assert sum(chances) == 100
        mean = sum(Fraction(c, 100) * Fraction(v) for c, v in zip(chances, scale, strict=True))
        share = sum(Fraction(c, 100) for c, v in zip(chances, scale, strict=True) if v >= 7.5)
        assert truths.mean_10(device, question, quarter) == float(mean)
        assert truths.satisfied_share(device, question, quarter) == float(share)


def test_satisfaction_changes_on_one_device_only_and_once() -> None:
    moves = [
        (device, question, str(quarter))
        for device in truths.RATED
        for question in truths.questions(device)
        for quarter in truths.QUARTERS[1:]
        if truths.chances(device, question, quarter)
        != truths.chances(device, question, quarter - 1)
    ]
    assert moves == [("jdma-service-public", "satisfaction", "2026-T1")]


def test_legifrance_loses_three_tenths_of_its_visits_from_march_2025() -> None:
    def ratio(month: int) -> float:
        day = date(2025, month, 5)
        year = timedelta(days=364)  # whole weeks
        device = "matomo-legifrance"
        return truths.expected_visits(device, day) / truths.expected_visits(device, day - year)

    assert ratio(3) / ratio(2) == pytest.approx(0.7, abs=0.001)
    assert ratio(12) / ratio(3) == pytest.approx(1, abs=0.001)


def test_entreprendre_is_not_counted_from_13_to_30_april_2026() -> None:
    silent = [
        day
        for month in ("2026-03", "2026-04", "2026-05")
        for day in truths.days_of(month)
        if truths.expected_visits("matomo-entreprendre", day) == 0
    ]
    assert (silent[0], silent[-1], len(silent)) == (date(2026, 4, 13), date(2026, 4, 30), 18)
