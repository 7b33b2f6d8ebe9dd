"""Surveys where answering depends on what people think, and how often the truth is in what is told.

Few answer out of very many: the likelier, the higher their mark, or what their profile makes one
expect of it, or both. The margins of the population are known. The interval of weights alone takes
φ for 0; the band is from that of φ = 0 to that of φ = 1 (see `observlib.stats.survey.association`).

Others answer as no φ has it: the very unhappy and the very happy more, of marks that are good as a
rule; the very unhappy alone; these and those of whom their profile makes one expect the best.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import product
from random import Random
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from observlib.language import french, words
from observlib.stats.survey.association import (
    BOTH,
    OPINION,
    PROFILE,
    Corrected,
    pattern_mixture,
)
from observlib.stats.survey.weighting import calibrate
from tools.coverage.simulate import SHARES, captioned
from tools.demo.chance import normal, stream

BEGIN = "<!-- nonresponse: written by `make coverage` -->"
END = "<!-- /nonresponse -->"
COLUMNS = ["what", "judged", *SHARES]
REPETITIONS = 600
WEIGHTS, BAND, BOUNDED = "weights", "band", "bounded"
PHIS = {
    PROFILE: "répondre dépend du profil",
    BOTH: "répondre dépend autant du profil que de l’avis",
    OPINION: "répondre dépend de l’avis",
}
ENDS, UNHAPPY, OPPOSED = "ends", "unhappy", "opposed"
OTHERS = {
    ENDS: "les très contents et les très mécontents répondent plus",
    UNHAPPY: "seuls les très mécontents répondent plus",
    OPPOSED: "très mécontents et profils contents répondent plus",
}
FEW, MANY = 200, 600
_WHO = [*PHIS, *(f"{who}_{n}" for who in OTHERS for n in (FEW, MANY))]
CASES = tuple(product((f"mean_{who}" for who in _WHO), (WEIGHTS, BAND, BOUNDED)))
_ANSWERS = (150, 300, 600)  # each of a third of the repetitions
_EXPLAINED = (0.3, 0.5, 0.7)  # correlation of marks with the profile: each of a third of these
_TILT = 0.4  # of the logarithm of answering, for a standard deviation
_MIDDLE, _DEVIATION = 5, 1.5  # of marks from 0 to 10
_MARKS = (3, 2, 3, 4, 5, 8, 10, 15, 20, 15, 15)  # percent of each mark from 0 to 10
_UNHAPPY_TO, _HAPPY_FROM = 3, 9
_TIMES = {ENDS: (5.0, 3.0), UNHAPPY: (4.0, 1.0), OPPOSED: (4.0, 1.0)}  # as the others answer
_CATEGORIES = {"age": 6, "sex": 2, "region": 8}
_CELLS = tuple(product(*map(range, _CATEGORIES.values())))


class Drawn(NamedTuple):
    """Who answered: a column a margin, and `value`; the population's value and margins."""

    sample: pd.DataFrame
    truth: float
    margins: dict[str, pd.Series]


def _expected() -> np.ndarray:
    """What the profile of each cell makes one expect, in standard deviations."""
    places = np.array(_CELLS) / (np.array([*_CATEGORIES.values()]) - 1)
    sums = (places - 0.5).sum(axis=1)
    return sums / sums.std()


def drawn(what: str, seed: int, repetition: int) -> Drawn:
    """Answers of one survey, of which `what` names who answers, by φ or otherwise.

    Of normal opinions that make people answer by exp(s · (what drives it)), those of who answers
    are normal too, with another mean: they are drawn as such.

    Examples
    --------
    >>> told = drawn("mean_1.0", 1, 0)
    >>> len(told.sample), told.truth, bool(told.sample["value"].mean() > told.truth)
    (150, 5.0, True)
    """
    _, who, *n = what.split("_")
    chance = stream(seed, "nonresponse", what, str(repetition))
    r = _EXPLAINED[repetition // 3 % 3]
    if n:
        return _of_others(who, int(n[0]), r, chance)
    phi, answers = float(who), _ANSWERS[repetition % 3]
    expected, left = _expected(), math.sqrt(1 - r**2)
    drives = math.sqrt((1 - phi) ** 2 + phi**2 + 2 * phi * (1 - phi) * r)
    tilt = _TILT / drives
    odds = np.exp(tilt * ((1 - phi) + phi * r) * expected)
    cells = chance.choices(range(len(_CELLS)), weights=odds.tolist(), k=answers)
    noise = np.array([normal(chance) for _ in cells])
    opinion = r * expected[cells] + tilt * phi * left**2 + left * noise
    value = np.round(_MIDDLE + _DEVIATION * opinion).clip(0, 10)
    return _told(cells, value, float(_MIDDLE))


def _of_others(who: str, n: int, r: float, chance: Random) -> Drawn:
    """Marks of which those at an end, or those of some profiles, are told more than the others."""
    expected, left = _expected(), math.sqrt(1 - r**2)
    tilt = _TILT if who == OPPOSED else 0.0
    cuts = ndtri(np.cumsum(_MARKS)[:-1] / 100)
    below = ndtr((cuts - r * expected[:, None]) / left)
    marks = np.diff(below, axis=1, prepend=0.0, append=1.0)  # chances, by cell
    mark = np.arange(len(_MARKS))
    low, high = _TIMES[who]
    often = np.where(mark <= _UNHAPPY_TO, low, np.where(mark >= _HAPPY_FROM, high, 1.0))
    odds = marks * often * np.exp(tilt * expected)[:, None]
    drawn = np.array(chance.choices(range(odds.size), weights=odds.ravel().tolist(), k=n))
    return _told(
        drawn // len(mark), (drawn % len(mark)).astype(float), float((marks @ mark).mean())
    )


def _told(cells: Any, value: np.ndarray, truth: float) -> Drawn:
    columns = zip(_CATEGORIES, np.array(_CELLS)[cells].T, strict=True)
    sample = pd.DataFrame({name: column for name, column in columns} | {"value": value})
    margins = {name: _shared(sample[name]) * len(value) for name in _CATEGORIES}
    return Drawn(sample, truth, margins)


def _shared(column: pd.Series) -> pd.Series:
    """Equal shares of the population; a category that nobody is of is left out."""
    present = sorted(column.unique())
    return pd.Series(1 / len(present), index=present)


@lru_cache(maxsize=10_000)  # each draw is judged three times
def _judged(what: str, seed: int, repetition: int) -> tuple[float, Corrected, Corrected]:
    """The truth, and what is told where answering depends on the profile, and on opinions."""
    sample, truth, margins = drawn(what, seed, repetition)
    weights, values = calibrate(sample, margins), sample["value"].to_numpy()
    profile, opinion = pattern_mixture(values, weights, PROFILE, OPINION)
    return truth, profile, opinion


def found(case: tuple[str, str], seed: int, repetition: int) -> bool:
    """Whether the truth is in the interval of weights, or in the band; whether that has ends."""
    what, judged = case
    truth, profile, opinion = _judged(what, seed, repetition)
    if judged == WEIGHTS:
        return profile.ci_low <= truth <= profile.ci_high
    if math.isnan(opinion.ci_low) or judged == BOUNDED:
        return (judged == BOUNDED) != math.isnan(opinion.ci_low)
    ends = (profile.ci_low, profile.ci_high, opinion.ci_low, opinion.ci_high)
    return min(ends) <= truth <= max(ends)


def markdown(table: pd.DataFrame) -> str:
    """The table of the method's page.

    Examples
    --------
    >>> rows = [("mean_0.5", judged, 9, 95.0, 94.0, 96.0) for judged in (WEIGHTS, BAND, BOUNDED)]
    >>> print(markdown(pd.DataFrame(rows, columns=COLUMNS)).splitlines()[2])
    | Répondre dépend autant du profil que de l’avis | 95,0\xa0% | 95,0\xa0% | 95\xa0% |
    """
    lines = [
        "| Qui répond | Redressé | Entre les bornes | Bornes connues |",
        "|:-----------------------|---:|---:|---:|",
    ]
    whos = {str(phi): why for phi, why in PHIS.items()}
    whos |= {f"{who}_{n}": f"{OTHERS[who]} ({n})" for who in OTHERS for n in (FEW, MANY)}
    for who, why in whos.items():
        own = table[table["what"] == f"mean_{who}"].set_index("judged")["share"]
        if len(own):
            cells = [french.percent(own[judged], 1) for judged in (WEIGHTS, BAND)]
            cells.append(french.percent(own[BOUNDED]))
            lines.append(f"| {words.capital(why)} | {' | '.join(cells)} |")
    times = french.number(table["repetitions"].max())
    caption = f": Enquêtes où la vraie note est dans ce qui est dit, sur {times} tirées au hasard"
    caption += " (entre parenthèses : leurs réponses)"
    return captioned(lines, caption, "tbl-selection")
