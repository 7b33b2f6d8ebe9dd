"""Satisfaction: means on the device's scale and on 0–10, shares, with their intervals.

Answers are taken as a simple sample; who answers chose to, of which an interval says nothing.
"""

from collections.abc import Sequence

import pandas as pd

from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.estimates import REFERENCE
from observlib.indicators import pairs
from observlib.indicators.answers import by_month, by_period, by_quarter, quarter_of, rescale, times
from observlib.indicators.families import family
from observlib.language import words


def quarterly_marks(ratings: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Satisfaction, clarity and help by device and quarter."""
    return by_period(ratings, by_quarter(quarters))


def monthly_marks(ratings: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """The same by month; one of too few people hides its quarter's others, which would tell it."""
    return by_month(ratings, first, last)


def of_satisfaction(
    marks: pd.DataFrame, catalogue: Catalogue, period: str, before: str
) -> pd.DataFrame:
    """All that the study of satisfaction compares, tested together; other pages tell rows of it."""
    now = marks[(marks["period"] == period) & (marks["indicator"] == "satisfaction_10")]
    year = pairs.so_far(marks, catalogue, Quarter(period))
    quarters = pairs.across_periods(marks, catalogue, period, before)
    return pairs.tested(catalogue, quarters, year, pairs.product_pairs(now, catalogue))


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
    found, words = pairs.of_headlines(answers, compared, catalogue)
    return found, None, words


# --- What its sentences ask


def _within_departments(compared: pd.DataFrame, catalogue: Catalogue) -> bool:
    """Whether products of one department alone are compared, as all pairs would be too many."""
    of = {one.id: one.department for one in catalogue.products.values()}
    mine, theirs = (compared[side + "product"].map(of) for side in ("", REFERENCE))
    return len(of) > pairs.MANY and bool((mine == theirs).all())


def _calculations_of_verdicts(
    rows: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue
) -> pd.DataFrame:
    """How many calculations hold with each verdict, the least sure first."""
    known = compared[compared["verdict"] != "unknown"]
    verdicts = known[[*pairs.SUBJECT_OF_PAIRS, "period", "verdict"]]
    found = pairs.calculation_counts(rows).merge(verdicts, on=[*pairs.SUBJECT_OF_PAIRS, "period"])
    found = found.assign(group_value="", share=found["held"] / found["made"])
    return words.named(found, catalogue, "product").sort_values("share", kind="stable")
