"""Changes of level that are none, and true ones that are found, in series of known making.

Five years of visits by month, each with a season of its own, growth and working days, and errors of
5 % around them that follow one another. Nothing changes in a third of the scenarios; in the next
the trend bends; in the last the season slowly grows. Then levels fall.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random

import pandas as pd

from observlib.base.period import length_deviation, working_day_deviation
from observlib.language import french
from observlib.stats.series.interrupted import seasonally_adjusted
from tools.coverage.months import errors
from tools.coverage.simulate import SHARES, captioned
from tools.demo.chance import stream

BEGIN = "<!-- breaks: written by `make coverage` -->"
END = "<!-- /breaks -->"
COLUMNS = ["what", "correlation", "size", *SHARES]
REPETITIONS = 300
CORRELATIONS = (0.0, 0.3, 0.6, 0.8)
STILL, FALLS = ("nothing", "trend", "season"), (-0.1, -0.2, -0.3)
MONTHS = [f"{2021 + i // 12}-{i % 12 + 1:02d}" for i in range(60)]
AT = 30  # the month from which a level has fallen
_ERROR, _GROWTH, _WORKING_DAY, _SEASON = 0.05, 0.04, 0.016, 0.15  # of logarithms
_BEND, _MORE = 0.4, 0.5  # of the trend, from its middle to its ends; of the season, in five years
Case = tuple[str, float, float]
"""What changes, the correlation of errors, and by how much the level falls."""
CASES: tuple[Case, ...] = tuple(
    (what, correlation, size)
    for what, size in (*((what, 0.0) for what in STILL), *(("level", size) for size in FALLS))
    for correlation in CORRELATIONS
)


def drawn(case: Case, seed: int, repetition: int) -> pd.Series:
    """Visits of five years: what changes in them, how errors follow one another, how far they fall.

    Examples
    --------
    >>> drawn(("nothing", 0.3, 0.0), 1, 0).round(-4).head(3).tolist()
    [110000.0, 150000.0, 120000.0]
    """
    what, correlation, size = case
    chance = stream(seed, "breaks", what, str(correlation), str(size), str(repetition))
    return visits(chance, correlation, what, {AT: size})


def visits(chance: Random, correlation: float, what: str, falls: Mapping[int, float]) -> pd.Series:
    """Visits of five years, of which what bends or grows, and how far levels fall at some months.

    Examples
    --------
    >>> still = visits(stream(1, "example"), 0.0, "nothing", {})
    >>> fallen = visits(stream(1, "example"), 0.0, "nothing", {59: -0.2})
    >>> (fallen / still).round(2).tail(2).tolist()
    [1.0, 0.8]
    """
    values, seasons = [], [_SEASON * chance.gauss(0, 1) for _ in range(12)]
    for i, (month, error) in enumerate(zip(MONTHS, errors(chance, correlation), strict=False)):
        past = i / len(MONTHS)
        season = seasons[i % 12] * (1 + _MORE * past * (what == "season"))
        level = math.log(1e5) + _GROWTH * i / 12 + season
        level += _WORKING_DAY * working_day_deviation(month) + length_deviation(month)
        level += _BEND * (2 * past - 1) ** 2 * (what == "trend")
        level += sum(math.log1p(size) for at, size in falls.items() if i >= at)
        values.append(round(math.exp(level + _ERROR * error)))
    return pd.Series(values, MONTHS, dtype=float)


def found(case: Case, seed: int, repetition: int) -> bool:
    """Whether a change is found where there is none; or, of a fall, within a month of its own."""
    months = seasonally_adjusted(drawn(case, seed, repetition)).changes["month"]
    return bool(months.isin(MONTHS[AT - 1 : AT + 2]).any()) if case[2] else len(months) > 0


def markdown(table: pd.DataFrame) -> str:
    """The table of the method's page.

    Examples
    --------
    >>> rows = [("nothing", c, 0.0, 500, 0.4, 0.1, 1.4) for c in CORRELATIONS]
    >>> print(markdown(pd.DataFrame(rows, columns=COLUMNS)).splitlines()[2])
    | Rien ne change | 0,4\xa0% | 0,4\xa0% | 0,4\xa0% | 0,4\xa0% |
    """
    labels = {
        ("nothing", 0.0): "Rien ne change",
        ("trend", 0.0): "La tendance plie",
        ("season", 0.0): "La saison grandit",
        **{("level", size): f"Le niveau baisse de {french.percent(-100 * size)}" for size in FALLS},
    }
    head = [french.number(one, 1 if one else 0) for one in CORRELATIONS]
    widths = f"|:-----------------|{'---:|' * len(head)}"
    lines = [f"| Lien d’un mois au suivant | {' | '.join(head)} |", widths]
    for (what, size), label in labels.items():
        own = table[(table["what"] == what) & (table["size"] == size)].set_index("correlation")
        if len(own):
            cells = [french.percent(own.at[one, "share"], 1) for one in CORRELATIONS]
            lines.append(f"| {label} | {' | '.join(cells)} |")
    times, around = french.number(table["repetitions"].max()), french.percent(100 * _ERROR)
    caption = (
        f": Suites de cinq ans où l’on trouve une rupture, sur {times} tirées au hasard ; "
        f"leurs mois s’écartent de {around} de ce qui est attendu"
    )
    return captioned(lines, caption, "tbl-ruptures")
