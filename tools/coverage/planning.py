"""How often a difference that matters is found, where as many answer as the planning advises.

A survey is asked in two quarters, of which one measure truly changes. It is compared alone, or in
one family with nineteen measures that do not change, as the headline that comes first or as one of
the others. The planning knows the spread of the first quarter alone; that of the second is larger,
as it is where a good mark falls. Marks are of shapes from the U to nearly all tens, with weights
and without. Of thirty marks, it is judged whether the answers truly needed are among those told.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import stdtrit

from observlib.language import french
from observlib.stats.survey.comparison import Kind
from observlib.stats.survey.design import design
from observlib.stats.survey.differences import (
    adjust,
    answers_needed,
    difference_of_means,
    difference_of_shares,
    halves,
    least_levels,
    variance_ends,
)
from observlib.stats.survey.estimation import mean
from tools.coverage.simulate import SHARES, captioned
from tools.demo.chance import stream

BEGIN = "<!-- planning: written by `make coverage` -->"
END = "<!-- /planning -->"
COLUMNS = ["what", "family", *SHARES]
REPETITIONS = 1000
_AT_ONCE = 100  # surveys that are drawn together
ALONE, HEADLINE, OTHER = "alone", "headline", "other"
UNSURE, FEW = "unsure", 30
TESTS = 20
DESIGN_EFFECT = 1.5
_WEIGHTS = (1.0, 3.0 + math.sqrt(8.0))  # each of half of the people: they cost `DESIGN_EFFECT`


class What(NamedTuple):
    """A measure: what people may say, how often in each quarter, and what difference matters."""

    kind: Kind
    values: tuple[float, ...]
    before: tuple[float, ...]
    now: tuple[float, ...]
    matters: float


def _fallen(values: Sequence[float], before: Sequence[float], fall: float) -> tuple[float, ...]:
    """Shares whose mean is lower by so much: the lower an answer, the likelier, at one rate."""

    def tilted(rate: float) -> np.ndarray:
        odds = np.array(before) * np.exp(-rate * np.array(values))
        return odds / odds.sum()

    aim = np.dot(values, before) - fall
    return tuple(tilted(brentq(lambda rate: np.dot(values, tilted(rate)) - aim, 0.0, 9.0)).tolist())


_ALL_ON_10 = tuple(map(float, range(11)))
_PERCENT = {  # percent of each mark from 0 to 10
    "u": (30, 10, 4, 3, 3, 3, 3, 4, 5, 10, 25),
    "good": (3, 2, 3, 4, 5, 8, 10, 15, 20, 15, 15),
    "tens_63": (3, 1, 2, 1, 2, 3, 3, 4, 8, 10, 63),
    "tens_88": (3, 1, 1, 0.5, 0.5, 1, 1, 1, 1, 2, 88),
}
SHAPES = {name: tuple(x / sum(shape) for x in shape) for name, shape in _PERCENT.items()}
WEIGHTED = "weighted_"
_ON_10 = (0.0, 2.5, 5.0, 7.5, 10.0)
_MARKS = (_ON_10, (0.06, 0.10, 0.18, 0.40, 0.26), (0.07, 0.13, 0.23, 0.37, 0.20))
MEASURES = {
    "mean": What("mean", *_MARKS, 0.5),
    "middle_share": What("share", (0.0, 1.0), (0.40, 0.60), (0.45, 0.55), 5.0),
    "high_share": What("share", (0.0, 1.0), (0.15, 0.85), (0.20, 0.80), 5.0),
    "nps": What("mean", (-100.0, 0.0, 100.0), (0.25, 0.30, 0.45), (0.30, 0.30, 0.40), 10.0),
    "weighted_mean": What("mean", *_MARKS, 0.5),
} | {
    f"{weighted}{name}": What("mean", _ALL_ON_10, shape, _fallen(_ALL_ON_10, shape, 1.0), 1.0)
    for name, shape in SHAPES.items()
    for weighted in ("", WEIGHTED)
}


def families(what: str) -> tuple[str, ...]:
    """How a measure is compared: of one family the two ends are enough for shapes of marks."""
    return (ALONE, OTHER) if what.removeprefix(WEIGHTED) in SHAPES else (ALONE, HEADLINE, OTHER)


CASES = (
    *((name, family) for name in MEASURES for family in families(name)),
    *((name, UNSURE) for name in ("mean", *SHAPES)),
)


@cache
def advised(what: str, family: str) -> int:
    """Answers of each quarter that the planning asks for."""
    _, values, before, _, matters = MEASURES[what]
    tests = [family == HEADLINE, family == OTHER] + [False] * (TESTS - 2)
    level = least_levels(tests if family in (HEADLINE, OTHER) else [False])[0]
    if MEASURES[what].kind == "share":
        return answers_needed(matters / 100, share=before[1], level=level)
    scale = max(values) - min(values)
    middle = np.dot(values, before)
    sd = math.sqrt(np.dot((np.array(values) - middle) ** 2, before))
    return answers_needed(
        matters / scale,
        sd=sd / scale,
        mean=(middle - min(values)) / scale,
        level=level,
        design_effect=DESIGN_EFFECT if what.startswith(WEIGHTED) else 1.0,
    )


def drawn(case: tuple[str, str], seed: int, block: int) -> pd.DataFrame:
    """What some surveys find of the measure, `_AT_ONCE` of them: one row each.

    Each quarter, by its suffix, has the `mean`, its error `se` and `df`; of a share, n for `df`.

    Examples
    --------
    >>> rows = drawn(("nps", "other"), 1, 0)
    >>> len(rows), bool((rows["df_now"] == advised("nps", "other") - 1).all())
    (100, True)
    """
    what, family = case
    chance, n = _chance(case, seed, block), advised(what, family)
    kind, values, before, now, _ = MEASURES[what]
    told: dict[str, np.ndarray] = {}
    for period, shares in (("before", before), ("now", now)):
        said = chance.choice(values, (_AT_ONCE, n), p=shares)
        error, df = said.std(axis=1, ddof=1) / math.sqrt(n), np.full(_AT_ONCE, n - 1.0)
        middle = said.mean(axis=1)
        if kind == "share":
            df = df + 1
        elif what.startswith(WEIGHTED):
            survey = np.repeat(np.arange(_AT_ONCE), n)
            people = pd.DataFrame({"said": said.ravel(), "survey": survey})
            sample = design(people.assign(w=chance.choice(_WEIGHTS, len(people))), weights="w")
            found = mean(sample, "said", by="survey")
            middle, df = found["estimate"].to_numpy(), found["n_eff"].to_numpy() - 1
            error = (found["ci_high"].to_numpy() - middle) / stdtrit(df, 0.975)
        told |= {f"mean_{period}": middle, f"se_{period}": error, f"df_{period}": df}
    return pd.DataFrame(told)


def _chance(case: tuple[str, ...], seed: int, block: int) -> np.random.Generator:
    return np.random.default_rng(stream(seed, "planning", *case, str(block)).getrandbits(64))


def found(case: tuple[str, str], seed: int, repetition: int) -> bool:
    """Whether the verdict on the measure is the fall that is true; or what is needed is told."""
    block, at = divmod(repetition, _AT_ONCE)
    return _found(case, seed, block)[at]


@lru_cache(maxsize=1000)
def _found(case: tuple[str, str], seed: int, block: int) -> list[bool]:
    if case[1] == UNSURE:
        return _told(case, seed, block)
    is_share, others = MEASURES[case[0]].kind == "share", _chance((*case, "still"), seed, block)
    held = []
    for row in drawn(case, seed, block).itertuples():
        if is_share:
            found = difference_of_shares(row.mean_now, row.df_now, row.mean_before, row.df_before)
        else:
            found = difference_of_means(
                *(row.mean_now, row.se_now, row.df_now),
                *(row.mean_before, row.se_before, row.df_before),
            )
        still = others.random(TESTS - 1 if case[1] != ALONE else 0)
        p_values = np.array([found[3], *still])
        first = np.arange(len(p_values)) == (1 if case[1] == OTHER else 0)
        weights = halves(first, p_values) if case[1] != ALONE else None
        held.append(bool(found[0] < 0 and adjust(p_values, weights)[0] <= 0.05))
    return held


def _told(case: tuple[str, str], seed: int, block: int) -> list[bool]:
    """Whether the answers needed are between those that few marks make one tell."""
    _, values, before, _, matters = MEASURES[case[0]]
    scale = max(values) - min(values)
    said = _chance(case, seed, block).choice(values, (_AT_ONCE, FEW), p=before)
    marks = (said - min(values)) / scale
    held = []
    for sd, middle in zip(marks.std(axis=1, ddof=1), marks.mean(axis=1), strict=True):
        if not sd:
            held.append(False)
            continue
        needed = answers_needed(matters / scale, sd=sd, mean=middle)
        low, high = variance_ends(sd, middle, FEW)
        held.append(bool(low * needed <= advised(case[0], ALONE) <= high * needed))
    return held


def markdown(table: pd.DataFrame) -> str:
    """The table of the method's page.

    Examples
    --------
    >>> rows = [(what, family, 9, 80.0, 78.0, 82.0) for what, family in CASES]
    >>> print(markdown(pd.DataFrame(rows, columns=COLUMNS)).splitlines()[2].replace("\\xa0", " "))
    | Note sur dix, 0,5 point | 80,0 % | 80,0 % | 80,0 % | 80,0 % |
    """
    labels = {
        "mean": "Note sur dix, 0,5 point",
        "middle_share": "Part de 60 %, 5 points",
        "high_share": "Part de 85 %, 5 points",
        "nps": "NPS, 10 points",
        "weighted_mean": "Note redressée, 0,5 point",
        "u": "Note en U, 1 point",
        "weighted_u": "Note en U, redressée, 1 point",
        "good": "Bonne note, 1 point",
        "weighted_good": "Bonne note, redressée, 1 point",
        "tens_63": "Note de 63 % de dix, 1 point",
        "weighted_tens_63": "Note de 63 % de dix, redressée, 1 point",
        "tens_88": "Note de 88 % de dix, 1 point",
        "weighted_tens_88": "Note de 88 % de dix, redressée, 1 point",
    }
    head = "| Ce qui baisse, et de combien | Seul | Passe d’abord | Parmi les autres | Fourchette |"
    lines = [head, "|:----------------------|---:|---:|---:|---:|"]
    for what, label in labels.items():
        own = table[table["what"] == what].set_index("family")["share"]
        cells = [
            french.percent(own[family], 1) if family in own else "–"
            for family in (ALONE, HEADLINE, OTHER, UNSURE)
        ]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    times = french.number(table["repetitions"].max())
    caption = (
        f": Enquêtes où la baisse est vue, sur {times} tirées au hasard, de l’effectif conseillé"
    )
    return captioned(lines, caption, "tbl-planification")
