"""Rare shares, and marks of few, of people of unequal weights: how often what is told is true.

Weights are spread, or heavy for a fifth of the people, and have nothing to do with what these say.
Shares are of 1 to 10 %; marks are of a group of 30 to 150, from the U to nearly all tens, with the
interval of a scale that ends, and, for what it changes, Student's.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import product

import numpy as np
import pandas as pd

from observlib.language import french
from observlib.stats.survey.design import design
from observlib.stats.survey.estimation import mean
from observlib.stats.survey.proportions import proportion
from tools.coverage.planning import SHAPES
from tools.coverage.simulate import SHARES, captioned
from tools.demo.chance import stream

BEGIN = "<!-- domains: written by `make coverage` -->"
END = "<!-- /domains -->"
COLUMNS = ["what", "judged", *SHARES]
REPETITIONS = 500
_AT_ONCE = 100  # groups that are drawn together
TOLD, STUDENT = "told", "student"
_PERCENTS, _EFFECTS, _PEOPLE = (1, 2, 3, 10), (1.8, 2.5), (100, 300, 1000)
_SPREAD, _HEAVY = "spread", "heavy"
_HEAVY_SHARE = 0.2
CASES = (
    *(
        (f"share-{percent}_{effect}_{n}_{weights}", TOLD)
        for percent, effect, n, weights in product(_PERCENTS, _EFFECTS, _PEOPLE, (_SPREAD, _HEAVY))
    ),
    *(
        (f"{shape}_{effect}_{n}_{_SPREAD}", judged)
        for shape, effect, n in product(
            (name.replace("_", "-") for name in SHAPES), (1.0, *_EFFECTS), (30, 60, 150)
        )
        for judged in (TOLD, STUDENT)
    ),
)


def _values(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """What people may say, and how often."""
    if kind.startswith("share-"):
        share = float(kind.removeprefix("share-")) / 100
        return np.arange(2.0), np.array([1 - share, share])
    return np.arange(11.0), np.array(SHAPES[kind.replace("-", "_")])


def drawn(what: str, seed: int, block: int) -> pd.DataFrame:
    """Answers and weights of `_AT_ONCE` groups of one survey, each a repetition.

    Examples
    --------
    >>> rows = drawn("share-10_2.5_100_heavy", 1, 0)
    >>> len(rows), round(float((rows["weight"] ** 2).mean() / rows["weight"].mean() ** 2), 1)
    (10000, 2.5)
    """
    kind, effect, size, weights = what.split("_")
    chance = np.random.default_rng(stream(seed, "domains", what, str(block)).getrandbits(64))
    n, variance = _AT_ONCE * int(size), float(effect) - 1
    if weights == _SPREAD:
        weight = np.exp(math.sqrt(math.log(1 + variance)) * chance.normal(size=n))
    else:  # of mean 1 and this variance
        ratio = _HEAVY_SHARE / (1 - _HEAVY_SHARE)
        light, heavy = 1 - math.sqrt(variance * ratio), 1 + math.sqrt(variance / ratio)
        weight = np.where(chance.random(n) < _HEAVY_SHARE, heavy, light)
    said, often = _values(kind)
    group = np.repeat(np.arange(_AT_ONCE), int(size))
    return pd.DataFrame(
        {"value": chance.choice(said, n, p=often), "weight": weight, "group": group}
    )


@lru_cache(maxsize=1000)  # marks are judged twice
def _held(what: str, seed: int, block: int) -> dict[str, list[bool]]:
    """Whether the truth is in each interval of each group; an unknown one has it not."""
    kind = what.split("_")[0]
    made, truth = design(drawn(what, seed, block), weights="weight"), np.dot(*_values(kind))
    if kind.startswith("share-"):
        frames = {TOLD: proportion(made, "value", 1.0, by="group")}
    else:
        told = mean(made, "value", by="group", ends=(0, 10))
        frames = {TOLD: told, STUDENT: mean(made, "value", by="group")}
    return {
        name: ((frame["ci_low"] <= truth) & (truth <= frame["ci_high"])).tolist()
        for name, frame in frames.items()
    }


def found(case: tuple[str, str], seed: int, repetition: int) -> bool:
    """Whether the truth is in the interval."""
    what, judged = case
    block, at = divmod(repetition, _AT_ONCE)
    return _held(what, seed, block)[judged][at]


def markdown(table: pd.DataFrame) -> str:
    """The table of the method's page: of each row, the usual cell of its grid and the worst.

    Examples
    --------
    >>> rows = [(what, judged, 9, 95.0, 94.0, 96.0) for what, judged in CASES]
    >>> print(markdown(pd.DataFrame(rows, columns=COLUMNS)).splitlines()[2].replace("\xa0", " "))
    | Part de 1 % | – | 95,0 % | 95,0 % |
    """
    labels = {f"share-{percent}": f"Part de {percent} %" for percent in _PERCENTS}
    labels |= {
        "u": "Note en U",
        "good": "Bonne note",
        "tens-63": "Note de 63 % de dix",
        "tens-88": "Note de 88 % de dix",
    }
    lines = [
        "| Ce qui est mesuré | Intervalle usuel, au pire | Donné, d’habitude | Donné, au pire |",
        "|:------------------|---:|---:|---:|",
    ]
    kinds = table["what"].str.partition("_")[0]
    for kind, label in labels.items():
        own = table[kinds == kind].groupby("judged")["share"]
        usual, worst = own.median(), own.min()
        before = french.percent(worst[STUDENT], 1) if STUDENT in worst else "–"
        cells = [before, french.percent(usual[TOLD], 1), french.percent(worst[TOLD], 1)]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    times = french.number(table["repetitions"].max())
    caption = (
        f": Intervalles qui contiennent la vraie valeur, sur {times} enquêtes tirées au hasard "
        "pour chaque effectif et chaque inégalité des poids"
    )
    return captioned(lines, caption, "tbl-ponderes")
