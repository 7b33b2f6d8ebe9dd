"""Counts that are said to rise or fall: how often falsely, and how often a true change is found.

A page compares ten counts of whole populations with a year before. Each has its season, and usually
changes by some percent from one year to the next; neighbouring quarters change alike, or all of a
year do. Nothing else happens; or one of the ten gains a tenth, or a fifth, in its last quarters.
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pandas as pd

from observlib.indicators import counts
from observlib.language import french
from observlib.stats.survey.differences import adjust, difference_of_means
from tools.coverage.simulate import SHARES, captioned
from tools.demo.chance import stream

BEGIN = "<!-- counts: written by `make coverage` -->"
END = "<!-- /counts -->"
COLUMNS = ["rise", "years", "season", "alike", "size", "spread", *SHARES]
REPETITIONS = 400
RISES = (0.1, 0.2)
YEARS = (2, 3, 4, 5, 6)
SPREADS = (0.01, 0.03, 0.05, 0.08)  # standard deviation of the usual change on a year
YEAR = 1.0  # all quarters of a year change alike
ALIKE = (0.0, 0.5, 0.9, YEAR)  # the correlation of the changes of neighbouring quarters
_SIZES, _SEASONS = (100.0, 10_000.0, 10_000_000.0), ("steady", "grows")
_USUAL = {"season": "steady", "alike": 0.5, "size": 10_000.0, "spread": 0.03}
_PAGE, _LEVEL, _MATTERS = 10, 0.95, 0.01
_AGE = 4  # quarters since which a count is higher, at most
Case = tuple[float, int, str, float, float, float]
"""What one gains, years known, the season, how changes resemble, visits a quarter, usual change."""
CASES: tuple[Case, ...] = (
    *product((0.0,), YEARS, _SEASONS, ALIKE, _SIZES, SPREADS),
    *product(RISES, YEARS, ("steady",), (0.5,), (10_000.0,), SPREADS),
)


def drawn(case: Case, seed: int, repetition: int) -> pd.DataFrame:
    """Ten counts by quarter, a row each, of which the first may have risen.

    Examples
    --------
    >>> drawn((0.0, 3, "steady", 0.5, 10_000.0, 0.03), 1, 0).shape
    (10, 13)
    """
    rise, years, season, alike, size, spread = case
    chance = np.random.default_rng(stream(seed, "counts", str((*case, repetition))).getrandbits(64))
    quarters = 4 * years + 1
    at = np.arange(quarters)
    noise = chance.standard_normal((_PAGE, quarters))
    if alike == YEAR:
        usual = noise[:, at // 4]
    else:
        usual = np.empty_like(noise)
        usual[:, 0] = noise[:, 0]
        for i in at[1:]:
            usual[:, i] = alike * usual[:, i - 1] + math.sqrt(1 - alike**2) * noise[:, i]
    level = spread * usual
    for i in at[4:]:
        level[:, i] += level[:, i - 4]
    swing = 0.1 + 0.3 * at / quarters if season == "grows" else 0.3
    level += swing * np.sin(math.pi * at / 2 + 0.6)
    level[0, quarters - 1 - repetition % _AGE :] += math.log1p(rise)
    return pd.DataFrame(chance.poisson(size * np.exp(level)).astype(float))


def established(page: pd.DataFrame) -> list[str]:
    """What a page says of each of its counts, as `indicators.pairs.tested` has it."""
    p_values = np.full(len(page), math.nan)
    for place, count in enumerate(page.to_numpy()):
        se, df = counts.usual_change(count)
        if df:
            test = difference_of_means(count[-1], se, df, count[-5], 0.0, math.inf, _LEVEL)
            p_values[place] = test[3]
    holds = adjust(p_values) <= 1 - _LEVEL
    changes = page.iloc[:, -1] / page.iloc[:, -5] - 1
    return [
        ("rise" if change > 0 else "fall") if holds_ and abs(change) >= _MATTERS else ""
        for holds_, change in zip(holds, changes, strict=True)
    ]


def found(case: Case, seed: int, repetition: int) -> bool:
    """Whether the count that rose is found; or, where none did, any is said to rise or fall."""
    said = established(drawn(case, seed, repetition))
    return said[0] == "rise" if case[0] else any(said)


def markdown(table: pd.DataFrame) -> str:
    """The table of the method's page: of false verdicts the usual cell and the worst, then power.

    Examples
    --------
    >>> rows = [(*case, 9, 4.0, 3.0, 5.0) for case in CASES]
    >>> print(markdown(pd.DataFrame(rows, columns=COLUMNS)).splitlines()[2].replace("\\xa0", " "))
    | Rien ne change : une fausse hausse ou baisse, d’ordinaire | 4 % | 4 % | 4 % | 4 % | 4 % |
    """
    still = table[table["rise"] == 0]
    usual = still[(still[[*_USUAL]] == pd.Series(_USUAL)).all(axis=1)]
    apart = still["alike"] == YEAR
    lines = [
        f"| Années connues | {' | '.join(map(str, YEARS))} |",
        f"|:------------------------------|{'---:|' * len(YEARS)}",
        _line("Rien ne change : une fausse hausse ou baisse, d’ordinaire", usual),
        _line("La même, dans le pire des autres cas", still[~apart]),
        _line("La même, si toute une année monte ou baisse d’un bloc", still[apart]),
    ]
    for (rise, spread), own in table[table["rise"] > 0].groupby(["rise", "spread"], sort=True):
        size, usually = (french.percent(100 * x) for x in (rise, spread))
        lines.append(
            _line(f"Un comptage gagne {size}, et change d’habitude de {usually} : vu", own)
        )
    times = french.number(table["repetitions"].max())
    caption = f": Pages de dix comptages où c’est le cas, sur {times} tirées au hasard"
    return captioned(lines, caption, "tbl-comptages")


def _line(label: str, rows: pd.DataFrame) -> str:
    most = rows.groupby("years")["share"].max()
    return f"| {label} | {' | '.join(french.percent(most[one]) for one in YEARS)} |"
