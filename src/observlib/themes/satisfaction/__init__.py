"""Satisfaction: means on the device's scale and on 0–10, shares, with their intervals.

Answers are taken as a simple sample; who answers chose to, of which an interval says nothing.
"""

from collections.abc import Sequence

import pandas as pd

from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.indicators.answers import by_month, by_period, by_quarter, quarter_of, rescale, times
from observlib.indicators.families import family
from observlib.indicators.pairs import across_periods, of_headlines, product_pairs, so_far, tested


def quarterly_marks(ratings: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Satisfaction, clarity and help by device and quarter."""
    return by_period(ratings, by_quarter(quarters))


def monthly_marks(ratings: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """The same by month, for series in time.

    Where a month has too few people to be shown, neither is its quarter's other months: with the
    quarter's own value, they would tell it.
    """
    return by_month(ratings, first, last)


def of_satisfaction(
    marks: pd.DataFrame, catalogue: Catalogue, period: str, before: str
) -> pd.DataFrame:
    """All that the study of satisfaction compares, tested together; other pages tell rows of it."""
    now = marks[(marks["period"] == period) & (marks["indicator"] == "satisfaction_10")]
    year = so_far(marks, catalogue, Quarter(period))
    quarters = across_periods(marks, catalogue, period, before)
    return tested(catalogue, quarters, year, product_pairs(now, catalogue))


@family("satisfaction", quarters=9)
def satisfaction_(
    ratings_by_mark: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Marks of nine quarters; those of the quarter against a year before, and between products."""
    marks = quarterly_marks(ratings_by_mark, quarter.back(9))
    return marks, of_satisfaction(marks, catalogue, quarter, quarter - 4)


@family("specifications", quarters=5)
def specifications_(
    ratings_by_day: pd.DataFrame, satisfaction: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> tuple[pd.DataFrame, None, dict[str, pd.DataFrame]]:
    """In how many defensible calculations each mark of `satisfaction` changes alike on a year."""
    asked = ratings_by_day[ratings_by_day["question"] == "satisfaction"]
    answers = asked.assign(
        product=asked["product"].fillna(""),
        quarter=quarter_of(asked["date"]),
        mark=rescale(asked),
        times=times(asked),
    )
    compared = of_satisfaction(satisfaction, catalogue, quarter, quarter - 4)
    found, words = of_headlines(answers, compared, catalogue)
    return found, None, words
