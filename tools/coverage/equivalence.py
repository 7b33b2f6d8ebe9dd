"""How often a page calls a mark stable: where nothing changes, and where every change matters.

Marks of two quarters are compared as one family: a mark by itself, five that come first, or these
among twenty. Their shapes go from two camps to nearly all tens; some answers weigh more. Nothing
changes, or each mark falls by just what matters, so that whatever is called stable is wrongly so.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from observlib.estimates import REFERENCE
from observlib.language import french
from observlib.stats.survey.comparison import compare
from tools.coverage.simulate import SHARES, captioned
from tools.demo.chance import stream

BEGIN = "<!-- equivalence: written by `make coverage` -->"
END = "<!-- /equivalence -->"
COLUMNS = ["what", "judged", *SHARES]
REPETITIONS = 600
STILL, WRONG = "still", "wrong"  # a mark that does not change is stable; one that does is
MATTERS = 0.5
SHAPES = {  # of marks of 0, 2.5, 5, 7.5 and 10
    "camps": (0.42, 0.06, 0.04, 0.06, 0.42),
    "usual": (0.06, 0.10, 0.18, 0.40, 0.26),
    "tens_63": (0.06, 0.04, 0.08, 0.19, 0.63),
    "tens_88": (0.04, 0.01, 0.02, 0.05, 0.88),
}
MARKS = np.array([0.0, 2.5, 5.0, 7.5, 10.0])
_HEAVY = 0.1  # of answers, which weigh more
_HEADLINES = 5


class Cell(NamedTuple):
    """A page: the shape of its marks, answers a quarter, design effect, marks compared."""

    shape: str
    n: int
    effect: float
    family: int


_PAGES = ((400, 1.0, 1), (400, 1.0, 5), (1000, 1.0, 5), (1000, 1.0, 20), (1000, 2.5, 5))
_GRID = tuple(Cell(shape, *page) for shape, page in product(SHAPES, _PAGES))
CELLS = {"_".join(map(str, cell)): cell for cell in _GRID}
CASES = tuple(product(CELLS, (STILL, WRONG)))


def _shares(shape: str, falls: bool) -> np.ndarray:
    """How often each mark is given; as many best marks as it takes become the worst."""
    moved = MATTERS / (MARKS[-1] - MARKS[0]) * falls
    return np.array(SHAPES[shape]) + np.array([moved, 0, 0, 0, -moved])


def _weight(effect: float) -> float:
    """What the heavy ones weigh, of others' 1, for a design effect."""
    spread = math.sqrt((effect - 1) / (_HEAVY * (1 - _HEAVY)))
    return 1 + spread / (1 - _HEAVY * spread)


def drawn(case: tuple[str, str], seed: int, repetition: int) -> pd.DataFrame:
    """Pairs of means of two quarters, those that come first first, as `survey.comparison` has them.

    Examples
    --------
    >>> rows = drawn(("usual_1000_1.0_20", "wrong"), 1, 0)
    >>> rows["n"].unique().tolist(), len(rows)
    ([1000], 20)
    """
    what, judged = case
    cell = CELLS[what]
    source = stream(seed, "equivalence", *case, str(repetition))
    chance = np.random.default_rng(source.getrandbits(64))
    sides = []
    for side in (REFERENCE, ""):
        shares = _shares(cell.shape, falls=judged == WRONG and not side)
        rows = [
            measured(np.repeat(MARKS, chance.multinomial(cell.n, shares)), cell.effect, chance)
            for _ in range(cell.family)
        ]
        sides.append(pd.DataFrame(rows).add_prefix(side))
    return pd.concat(sides, axis=1).assign(indicator=[f"mark_{i:02d}" for i in range(cell.family)])


def measured(said: np.ndarray, effect: float, chance: np.random.Generator) -> dict[str, Any]:
    """A mean as `survey.estimation.mean` has it: its linear part is what each answer adds."""
    n = len(said)
    weights = (
        np.where(chance.random(n) < _HEAVY, _weight(effect), 1.0) if effect > 1 else np.ones(n)
    )
    shares = weights / weights.sum()
    middle = float(shares @ said)
    error = math.sqrt(n / (n - 1) * float(((shares * (said - middle)) ** 2).sum()))
    half = float(stdtrit(n - 1, 0.975)) * error
    ends = {"estimate": middle, "ci_low": middle - half, "ci_high": middle + half}
    kish = 1 / float((shares**2).sum())  # answers that weigh alike and tell as much
    return {**ends, "n": n, "n_eff": kish, "unit": "sur 10", "status": "published"}


def found(case: tuple[str, str], seed: int, repetition: int) -> bool:
    """Whether the first mark is stable, or, where all fall, whether any is said to be."""
    pairs = drawn(case, seed, repetition)
    names = pairs["indicator"]
    first = names.str[-2:].astype(int) < _HEADLINES
    told = compare(pairs, dict.fromkeys(names, "mean"), dict.fromkeys(names, MATTERS), first=first)
    stable = told["verdict"] == "stable"
    return bool(stable.any() if case[1] == WRONG else stable.iat[0])


def markdown(table: pd.DataFrame) -> str:
    """The table of the method's page: by number of answers and of marks, over all shapes.

    Examples
    --------
    >>> rows = [(what, judged, 9, 4.0, 3.0, 5.0) for what, judged in CASES]
    >>> print(markdown(pd.DataFrame(rows, columns=COLUMNS)).splitlines()[2].replace("\\xa0", " "))
    | 400 réponses, une note seule | 4,0 % | 4,0 % | 4,0 % |
    """
    shares = table.pivot(index="what", columns="judged", values="share")
    rows = pd.DataFrame.from_dict(CELLS, orient="index", columns=Cell._fields).join(shares)
    among = {1: "une note seule", 5: "cinq notes", 20: "cinq notes parmi vingt"}
    lines = [
        "| Ce qui est comparé | Notes usuelles | Au moins | À tort, au plus |",
        "|:-----------------------|---:|---:|---:|",
    ]
    for (effect, n, family), own in rows.groupby(["effect", "n", "family"]):
        weighted = f", poids qui coûtent {french.number(effect, 1)}" if effect > 1 else ""
        usual = own.loc[own["shape"] == "usual", STILL].iat[0]
        cells = [french.percent(x, 1) for x in (usual, own[STILL].min(), own[WRONG].max())]
        label = f"{french.number(n)} réponses, {among[family]}{weighted}"
        lines.append(f"| {label} | {' | '.join(cells)} |")
    times = french.number(table["repetitions"].max())
    caption = (
        f": Notes dites stables quand rien ne change, et pages où une l’est à tort, sur {times} "
        "tirées au hasard"
    )
    return captioned(lines, caption, "tbl-stable")
