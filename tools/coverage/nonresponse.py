"""Surveys where answering depends on what people think, and how often the truth is in what is told.

Few answer out of very many: the likelier, the higher their mark, or what their profile makes one
expect of it, or both. The margins of the population are known. The interval of weights alone takes
φ for 0; the band is from that of φ = 0 to that of φ = 1 (see `observlib.survey.nonresponse`).
"""

from __future__ import annotations

import math
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtr

from observlib.demo.chance import normal, stream
from observlib.display import french
from observlib.display.typography import typography
from observlib.survey.nonresponse import BOTH, OPINION, PROFILE, Kind, pattern_mixture
from observlib.survey.weighting import calibrate
from tools.coverage.simulate import SHARES

BEGIN = "<!-- nonresponse: written by `make coverage` -->"
END = "<!-- /nonresponse -->"
COLUMNS = ["what", "judged", *SHARES]
REPETITIONS = 2000
WEIGHTS, BAND, BOUNDED = "weights", "band", "bounded"
CASES = tuple(
    product(
        (f"{kind}_{phi}" for kind in ("mean", "share") for phi in (PROFILE, BOTH, OPINION)),
        (WEIGHTS, BAND, BOUNDED),
    )
)
_ANSWERS = (150, 300, 600)  # each of a third of the repetitions
_EXPLAINED = (0.3, 0.5, 0.7)  # correlation of marks with the profile: each of a third of these
_TILT = 0.4  # of the logarithm of answering, for a standard deviation
_MIDDLE, _DEVIATION = 5, 1.5  # of marks from 0 to 10
_SATISFIED_FROM = -0.8  # in standard deviations
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
    """Answers of one survey, of which `what` names the kind and φ.

    Of normal opinions that make people answer by exp(s · (what drives it)), those of who answers
    are normal too, with another mean: they are drawn as such.

    Examples
    --------
    >>> told = drawn("mean_1.0", 1, 0)
    >>> len(told.sample), told.truth, bool(told.sample["value"].mean() > told.truth)
    (150, 5.0, True)
    """
    kind, phi = what.split("_")[0], float(what.split("_")[1])
    chance = stream(seed, "nonresponse", what, str(repetition))
    answers = _ANSWERS[repetition % 3]
    r = _EXPLAINED[repetition // 3 % 3]
    expected, left = _expected(), math.sqrt(1 - r**2)
    drives = math.sqrt((1 - phi) ** 2 + phi**2 + 2 * phi * (1 - phi) * r)
    tilt = _TILT / drives
    odds = np.exp(tilt * ((1 - phi) + phi * r) * expected)
    cells = chance.choices(range(len(_CELLS)), weights=odds.tolist(), k=answers)
    noise = np.array([normal(chance) for _ in cells])
    opinion = r * expected[cells] + tilt * phi * left**2 + left * noise
    if kind == "mean":
        value, truth = np.round(_MIDDLE + _DEVIATION * opinion).clip(0, 10), float(_MIDDLE)
    else:
        value = (opinion > _SATISFIED_FROM).astype(float)
        truth = float(ndtr((r * expected - _SATISFIED_FROM) / left).mean())
    columns = zip(_CATEGORIES, np.array(_CELLS)[cells].T, strict=True)
    sample = pd.DataFrame({name: column for name, column in columns} | {"value": value})
    margins = {name: _shared(sample[name]) * answers for name in _CATEGORIES}
    return Drawn(sample, truth, margins)


def _shared(column: pd.Series) -> pd.Series:
    """Equal shares of the population; a category that nobody is of is left out."""
    present = sorted(column.unique())
    return pd.Series(1 / len(present), index=present)


def found(case: tuple[str, str], seed: int, repetition: int) -> bool:
    """Whether the truth is in the interval of weights, or in the band; whether that has ends."""
    what, judged = case
    sample, truth, margins = drawn(what, seed, repetition)
    kind: Kind = "mean" if what.startswith("mean") else "share"
    weights, values = calibrate(sample, margins), sample["value"].to_numpy()
    profile, opinion = pattern_mixture(values, weights, PROFILE, OPINION, kind=kind)
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
    | Note, répondre dépend autant du profil que de l’avis | 95,0\xa0% | 95,0\xa0% | 95\xa0% |
    """
    kinds = {"mean": "Note", "share": "Part"}
    depends = {
        PROFILE: "répondre dépend du profil",
        BOTH: "répondre dépend autant du profil que de l’avis",
        OPINION: "répondre dépend de l’avis",
    }
    lines = [
        "| Qui répond | Redressé | Entre les bornes | Bornes connues |",
        "|:-----------------------|---:|---:|---:|",
    ]
    for (kind, label), (phi, why) in product(kinds.items(), depends.items()):
        own = table[table["what"] == f"{kind}_{phi}"].set_index("judged")["share"]
        if len(own):
            cells = [french.percent(own[judged], 1) for judged in (WEIGHTS, BAND)]
            cells.append(french.percent(own[BOUNDED]))
            lines.append(f"| {label}, {why} | {' | '.join(cells)} |")
    times = french.number(table["repetitions"].max())
    caption = f": Enquêtes où la vraie valeur est dans ce qui est dit, sur {times} tirées au hasard"
    return typography("\n".join([*lines, "", f"{caption} {{#tbl-selection}}"])) + "\n"
