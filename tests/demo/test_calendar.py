"""The calendar that all demonstrations share."""

import pytest

from observlib.demo import calendar
from observlib.themes.audience import demonstration as audience


def test_the_demonstration_covers_15_quarters():
    assert calendar.LAST.back(15) == calendar.QUARTERS
    assert (len(calendar.MONTHS), calendar.MONTHS[0], calendar.MONTHS[-1]) == (
        45,
        "2023-01",
        "2026-09",
    )


def test_seasonal_factors_average_to_one():
    assert sum(calendar.MONTH_FACTORS) / 12 == pytest.approx(1)
    assert sum(audience.WEEKDAY_FACTORS) / 7 == pytest.approx(1)
