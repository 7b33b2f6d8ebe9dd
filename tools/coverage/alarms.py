"""Devices that are watched day by day: how often an alarm is false, and how soon a change is seen.

Days follow each other, weekdays differ, the year has its season and levels drift: nothing of which
is a change. Then marks fall, calls or waits multiply, or nothing comes any more.

A second generator, apart from the demonstration's, has a grid: marks whose season, whose echo from
day to day and whose number differ, and lines of which less than a year is known.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import TypeAlias

import numpy as np
import pandas as pd
from scipy.signal import lfilter
from scipy.stats import poisson

from observlib.base.period import public_holidays
from observlib.desk.watch import FIVE_YEARS
from observlib.language import french
from observlib.stats.series.breaks import in_counts, in_means
from tools.coverage.simulate import SHARES, captioned
from tools.demo.chance import normal, stream

BEGIN = "<!-- alarms: written by `make coverage` -->"
END = "<!-- /alarms -->"
COLUMNS = ["what", "size", *SHARES]
REPETITIONS = 200
SOON = 10  # days within which a change is to be seen
FALL = 0.5  # of marks on ten
TIMES = {"calls": 1.5, "waits": 2.0, "silence": 0.0}
FALSE = "false"
SEASONS, ECHOES, SIZES = (0.0, 0.15, 0.25), (0.0, 0.4, 0.8), (20, 50, 200, 400)
GRID = tuple((f"grid {season} {echo}", n) for season in SEASONS for echo in ECHOES for n in SIZES)
SLOW = tuple((f"slow {season} {days}", 50) for season in SEASONS for days in (90, 182))
SMALL, MONTH = 0.3, 30
FIRST_YEAR = tuple(
    (f"first {times} {echo}", size)
    for times in (2.0, 0.5, 0.0)
    for echo, size in ((0.4, 300), (0.8, 300), (0.4, 8))
)
CASES = (
    *((f"{FALSE}_{device}", size) for device, size in (("marks", 50), ("calls", 300), ("mail", 8))),
    *(("marks", size) for size in (50, 100, 200, 400)),
    *(("silence", size) for size in (3, 30)),
    *((what, size) for what in ("calls", "waits") for size in (300,)),
    *GRID,
    *SLOW,
    *FIRST_YEAR,
)
_KNOWN = 196  # days before the five years, and the least before a change
_FIRST = date(2021, 1, 1)
_WEEK = np.array([1.22, 1.2, 1.14, 1.12, 1.02, 0.64, 0.66])
_YEAR = np.array([1.1, 1.0, 1.06, 1.02, 0.98, 0.94, 0.86, 0.78, 1.12, 1.1, 1.04, 1.0])
_DEVIATION = 2.6  # of marks on ten


_Daily: TypeAlias = pd.DataFrame | pd.Series


class _Days:
    """Days in a row, and chance that each owes to the day before."""

    def __init__(self, count: int, *names: str, seed: int) -> None:
        self.chance = stream(seed, "alarms", *names)
        self.index = pd.date_range(_FIRST, periods=count)
        self.weekday = self.index.day_of_week.to_numpy()
        self.year = np.arange(count) / 365.25

    def noise(self, deviation: float, echo: float) -> np.ndarray:
        """Normal values of which each keeps a part of the one before."""
        found = np.empty(len(self.index))
        last = normal(self.chance)
        for i in range(len(found)):
            last = echo * last + math.sqrt(1 - echo**2) * normal(self.chance)
            found[i] = deviation * last
        return found

    def counts(self, size: float) -> np.ndarray:
        """How many come each day: the week, the year, a slow growth, holidays, and chance."""
        years = range(self.index[0].year, self.index[-1].year + 1)
        holidays = pd.DatetimeIndex([day for year in years for day in public_holidays(year)])
        mean = size * _WEEK[self.weekday] * _YEAR[self.index.month.to_numpy() - 1]
        mean = mean * np.exp(self.noise(0.08, 0.5) + 0.05 * self.year)
        return np.where(self.index.isin(holidays), 0.4 * mean, mean)

    def whole(self, mean: np.ndarray) -> np.ndarray:
        """Whole numbers around their means, as Poisson's."""
        if mean.max() > 30:
            spread = np.sqrt(mean) * [normal(self.chance) for _ in mean]
            return np.maximum(np.round(mean + spread), 0)
        return np.asarray(poisson.ppf([self.chance.random() for _ in mean], mean))


def drawn(what: str, seed: int, repetition: int) -> _Daily:
    """Days of 300 answers or calls on which nothing changes.

    Examples
    --------
    >>> drawn("waits", 1, 0).round().head(3).tolist()
    [79.0, 78.0, 65.0]
    """
    return _drawn(what, 300, 2 * _KNOWN, None, str(repetition), seed)


def _drawn(what: str, size: int, days: int, change: int | None, name: str, seed: int) -> _Daily:
    """The days of one series, which changes on a day or on none."""
    own = _Days(days, what, str(size), name, seed=seed)
    after = np.arange(days) >= (days if change is None else change)
    if what == "marks":
        n = np.maximum(own.whole(own.counts(size)), 1)
        level = 7 + np.array([0.1, 0.05, 0, 0, -0.05, -0.15, 0.05])[own.weekday]
        level = level + 0.1 * np.sin(2 * math.pi * own.year) - 0.1 * own.year
        level = level + own.noise(0.1, 0.3) - FALL * after
        chance = np.array([normal(own.chance) for _ in n])
        value = level + _DEVIATION * chance / np.sqrt(n)
        columns = {"value": value, "n": n, "variance": np.where(n > 1, _DEVIATION**2, np.nan)}
        return pd.DataFrame(columns, index=own.index)
    if what == "waits":
        growth = np.log(_YEAR[own.index.month.to_numpy() - 1]) + own.noise(0.2, 0.5)
        return pd.Series(90 * np.exp(growth) * np.where(after, TIMES[what], 1), own.index)
    mean = own.counts(size) * np.where(after, TIMES[what], 1)
    return pd.Series(own.whole(mean), own.index)


def _seen(what: str, daily: _Daily, threshold: float) -> list[date]:
    if isinstance(daily, pd.DataFrame):
        return [one.seen for one in in_means(daily, -1, threshold)]
    return [one.seen for one in in_counts(daily, -1 if what == "silence" else 1, threshold)]


def _apart(days: int, season: float, echo: float, chance: np.random.Generator) -> np.ndarray:
    """A year's wave that begins anywhere, and normal values that keep a part of the one before."""
    wave = season * np.sin(2 * np.pi * (np.arange(days) / 365.25 + chance.random()))
    new = math.sqrt(1 - echo**2) * chance.standard_normal(days)
    new[0] = chance.standard_normal()
    return wave + 0.1 * lfilter([1], [1, -echo], new)


def _on_grid(case: tuple[str, int], seed: int, repetition: int) -> bool:
    """Whether marks, or a line in its first year, raise an alarm; after the change, if one comes.

    Days differ by 0.1 more than answers explain; where they follow each other closely, a line's do
    by twice the season.
    """
    (name, *parts), size = case[0].split(), case[1]
    first, second = (float(part) for part in parts)
    chance = np.random.default_rng([seed, repetition, size, CASES.index(case)])
    if name == "first":
        change, days = 120 + repetition % 200, MONTH
        season = 0.15 if second < 0.5 else 0.3
        log = _apart(change + days, season, second, chance)
        index = pd.date_range(_FIRST, periods=change + days)
        mean = size * np.exp(log) * _WEEK[index.day_of_week]
        mean[change:] *= first
        daily: _Daily = pd.Series(chance.poisson(mean).astype(float), index)
        seen = _seen("calls" if first > 1 else "silence", daily, 3 * FIVE_YEARS)
        return any(day >= index[change].date() for day in seen)
    echo, days = (second, FIVE_YEARS + _KNOWN) if name == "grid" else (0.4, int(second))
    change = 0 if name == "grid" else 3 * 364 + repetition % 364
    level = 7.4 + _apart(change + days, first, echo, chance)
    index = pd.date_range(_FIRST, periods=change + days)
    level -= SMALL * (np.arange(change + days) >= change)
    n = np.maximum(chance.poisson(size * _WEEK[index.day_of_week]), 2)
    columns = {
        "value": level + _DEVIATION * chance.standard_normal(len(n)) / np.sqrt(n),
        "n": n,
        "variance": _DEVIATION**2 * chance.chisquare(n - 1) / (n - 1),
    }
    seen = _seen("marks", pd.DataFrame(columns, index=index), 2 * FIVE_YEARS)
    return any(day >= index[change].date() for day in seen)


def found(case: tuple[str, int], seed: int, repetition: int) -> bool:
    """Whether a change is seen within its days; or a device's five years have a false alarm."""
    what, size = case
    if case in (*GRID, *SLOW, *FIRST_YEAR):
        return _on_grid(case, seed, repetition)
    if what.startswith(FALSE):
        device = what.removeprefix(f"{FALSE}_")
        parts = {"marks": ("marks", "silence"), "calls": ("calls", "waits", "silence")}
        watched = parts.get(device, ("calls", "silence"))
        days, threshold = FIVE_YEARS + _KNOWN, FIVE_YEARS * len(watched)
        return any(
            _seen(one, _drawn(one, size, days, None, f"{device} {repetition}", seed), threshold)
            for one in watched
        )
    years = 0 if what == "marks" else 2  # of which the season is known
    change = years * 364 + 2 * _KNOWN + repetition % 364
    daily = _drawn(what, size, change + SOON, change, str(repetition), seed)
    threshold = FIVE_YEARS * (3 if what == "waits" else 2)
    begins = _FIRST + timedelta(change)
    return any(day >= begins for day in _seen(what, daily, threshold))


def _label(what: str, size: int) -> str:
    """What a row of the second generator's changes is called."""
    name, first, second = what.split()
    if name == "slow":
        season = _season(float(first))
        return f"La note baisse de 0,3 point, {size} notes par jour, {season}, en {second} jours"
    fate = {"2.0": "deux fois plus d’appels", "0.5": "deux fois moins", "0.0": "plus rien"}[first]
    days = "des jours liés et une forte saison" if second == "0.8" else "des jours peu liés"
    return f"Première année : {fate}, au lieu de {size} par jour, avec {days}, en {MONTH} jours"


def _season(size: float) -> str:
    return f"saison de ± {french.number(size, 2)} point" if size else "sans saison"


def markdown(table: pd.DataFrame) -> str:
    """The table of the method's page.

    Examples
    --------
    >>> rows = [(*case, 9, 80.0, 70.0, 90.0) for case in CASES]
    >>> print(markdown(pd.DataFrame(rows, columns=COLUMNS)).splitlines()[5].replace("\\xa0", " "))
    | La note baisse de 0,3 point, 50 notes par jour, sans saison, en 90 jours | 80 % |
    """
    labels = {
        f"{FALSE}_marks": "Rien ne change, {size} notes par jour : une fausse alerte en cinq ans",
        f"{FALSE}_calls": "Rien ne change, {size} appels par jour : une fausse alerte en cinq ans",
        f"{FALSE}_mail": "Rien ne change, {size} messages par jour : une fausse alerte en cinq ans",
        "marks": "La note baisse de {fall} point, {size} notes par jour",
        "silence": "Plus rien n’arrive, au lieu de {size} réponses par jour",
        "calls": "Moitié plus d’appels, au lieu de {size} par jour",
        "waits": "Une attente deux fois plus longue, {size} appels par jour",
    }
    lines = ["| Ce qui arrive | Part |", "|:-----------------------------------------|---:|"]
    for season in SEASONS:
        worst = table[table["what"].str.startswith(f"grid {season} ")]["share"].max()
        label = f"Rien ne change, notes, {_season(season)}, au pire : une fausse alerte en cinq ans"
        lines.append(f"| {label} | {french.percent(worst)} |")
    for what, size in (*SLOW, *FIRST_YEAR):
        own = table[(table["what"] == what) & (table["size"] == size)]["share"]
        lines.append(f"| {_label(what, size)} | {french.percent(own.iloc[0])} |")
    for what, size in CASES[: -len((*GRID, *SLOW, *FIRST_YEAR))]:
        own = table[(table["what"] == what) & (table["size"] == size)]["share"]
        label = labels[what].format(size=french.number(size), fall=french.number(FALL, 1))
        lines.append(f"| {label} | {french.percent(own.iloc[0])} |")
    times = french.number(table["repetitions"].max())
    caption = (
        f": Dispositifs où une alerte est donnée, en {SOON} jours si rien d’autre n’est dit, sur "
        f"{times} tirés au hasard"
    )
    return captioned(lines, caption, "tbl-alertes")
