"""The French calendar: public holidays, and the working days of a month."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd
from pandas.tseries.offsets import Easter

from observlib.base.period import month_days

# Every weekday falls on every date of the year in 28 years, leap days included.
_CYCLE = range(2000, 2028)


@cache
def public_holidays(year: int) -> tuple[date, ...]:
    """The days of a year that are public holidays in metropolitan France.

    Eleven now, and ten in 1948–1952 and 1959–1981 but 1965, when 8 May was none: law 53-225 of 20
    March 1953 made it one, decree 59-533 of 11 April 1959 moved the day to a Sunday, a decree of 1
    April 1965 gave it back for the twentieth anniversary alone, and law 81-893 of 2 October 1981
    for good.

    Sources: Code du travail, article L3133-1; of 8 May, the *Journal officiel* as told by
    https://menilmontant.typepad.fr/jorf/2013/05/9-mai-sans.html. The days that Alsace-Moselle
    (L3134-13) and the overseas départements add are not among them.
    """
    if not 1948 <= year <= 9998:
        raise ValueError(f"{year}: the list of public holidays is that of the years since 1948")
    easter = (pd.Timestamp(year, 1, 1) + Easter()).date()
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    days = {date(year, month, day) for month, day in fixed}
    if year < 1953 or (1959 <= year < 1982 and year != 1965):
        days.remove(date(year, 5, 8))
    moving = {easter + timedelta(days=after) for after in (1, 39, 50)}  # Ascension is the second
    return tuple(sorted(days | moving))  # a set: in 2008, Ascension fell on 1 May


@cache
def working_days(month: str) -> int:
    """Days from Monday to Friday of a month `YYYY-MM` that are no public holiday."""
    first, after = np.datetime64(month), np.datetime64(month) + 1
    closed = public_holidays(int(month[:4]))
    days = (first.astype("datetime64[D]"), after.astype("datetime64[D]"))
    return int(np.busday_count(*days, holidays=closed))


@cache
def usual_working_days(number: int) -> float:
    """Mean number of working days of a calendar month (1 to 12), over the 28 years 2000–2027.

    After 28 years each date has fallen on each weekday as often, Easter's days aside.

    >>> round(usual_working_days(5), 2), round(usual_working_days(10), 2)
    (19.25, 22.14)
    """
    return sum(working_days(f"{year}-{number:02d}") for year in _CYCLE) / len(_CYCLE)


def working_day_deviation(month: str) -> float:
    """Working days of a month `YYYY-MM` less those that the same calendar month usually has.

    What is left once the season is accounted for, so that the two are not confounded: the
    centring on long-term means that the *ESS guidelines on seasonal adjustment* (Eurostat, 2015)
    ask of calendar regressors.

    >>> round(working_day_deviation("2026-05"), 2)
    -2.25
    """
    return working_days(month) - usual_working_days(int(month[5:]))


def length_deviation(month: str) -> float:
    """Logarithm of a month's number of days over the mean of the same calendar month.

    Zero but in February, which has 28.25 days on average: a count grows with the days counted.

    >>> [round(length_deviation(month), 4) for month in ("2024-02", "2025-02", "2025-03")]
    [0.0262, -0.0089, 0.0]
    """
    usual = 28.25 if month.endswith("-02") else month_days(month)
    return float(np.log(month_days(month) / usual))
