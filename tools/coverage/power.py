"""What a study finds of a fall that is true, and how often it finds one that is none.

A survey is asked in two quarters. Six marks of each answer go with one another, and are compared
as one family with what a survey's page compares beside them. Nothing changes, or the headline mark
falls, or another, or all six. All weigh the same in the correction, or the headline comes first.
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from observlib import estimates
from observlib.language import french
from observlib.stats.survey.comparison import compare, waves
from tools.coverage.simulate import SHARES, captioned
from tools.demo.chance import normal, stream

BEGIN = "<!-- power: written by `make coverage` -->"
END = "<!-- /power -->"
COLUMNS = ["what", "order", *SHARES]
REPETITIONS = 2000
WHAT = ("nothing", "headline", "other", "all")
EQUAL, FIRST = "equal", "first"  # how all weigh, and the headline before the others
ANSWERS = 200  # of each quarter
FALL = 0.3  # of a mark on ten, a fifth of its standard deviation
_DEVIATION, _CORRELATION, _MEAN = 1.5, 0.6, 7.5
_MARKS, _BESIDE = 6, 14  # marks of one answer; what else a survey's page compares
CASES = tuple(product(WHAT, (EQUAL, FIRST)))
_NOW, _BEFORE = "2026-T3", "2025-T3"


def drawn(what: str, seed: int, repetition: int) -> pd.DataFrame:
    """Means of two quarters, the headline mark first: estimates with their intervals.

    Examples
    --------
    >>> drawn("all", 1, 0)["n"].unique().tolist(), len(drawn("all", 1, 0))
    ([200.0], 40)
    """
    chance = stream(seed, "power", what, str(repetition))
    falls = {"headline": {0}, "other": {1}, "all": set(range(_MARKS))}.get(what, set())
    rows = []
    for period in (_BEFORE, _NOW):
        noise = np.array([normal(chance) for _ in range(ANSWERS * (_MARKS + _BESIDE + 1))])
        shared, *own = noise.reshape(_MARKS + _BESIDE + 1, ANSWERS)
        for i, part in enumerate(own):
            link = math.sqrt(_CORRELATION) * (i < _MARKS)
            marks = _MEAN + _DEVIATION * (link * shared + math.sqrt(1 - link**2) * part)
            marks -= FALL * (i in falls and period == _NOW)
            half = stdtrit(ANSWERS - 1, 0.975) * marks.std(ddof=1) / math.sqrt(ANSWERS)
            mean = float(marks.mean())
            ends = {"estimate": mean, "ci_low": mean - half, "ci_high": mean + half}
            bases = {"n": ANSWERS, "n_eff": ANSWERS}
            row = {"indicator": f"mark_{i:02d}", "unit": "sur 10", "period": period}
            rows.append({**row, **ends, **bases})
    return estimates.make(rows)


def found(case: tuple[str, str], seed: int, repetition: int) -> bool:
    """Whether a change is found that is none; of a headline or another mark, whether its own is.

    Where all six fall, whether the headline's fall is found.
    """
    what, order = case
    pairs = waves(drawn(what, seed, repetition), _NOW, _BEFORE)
    first = pairs["indicator"] == "mark_00"
    told = compare(
        pairs,
        {name: "mean" for name in pairs["indicator"]},
        {},
        first=first if order == FIRST else (),
    ).set_index("indicator")["verdict"]
    if what == "nothing":
        return bool(told.isin(["rise", "fall"]).any())
    return bool(told["mark_01" if what == "other" else "mark_00"] == "fall")


def markdown(table: pd.DataFrame) -> str:
    """The table of the method's page.

    Examples
    --------
    >>> rows = [(what, order, 9, 4.0, 3.0, 5.0) for what in WHAT for order in (EQUAL, FIRST)]
    >>> print(markdown(pd.DataFrame(rows, columns=COLUMNS)).splitlines()[2].replace("\\xa0", " "))
    | Rien ne change : une fausse hausse ou baisse | 4,0 % | 4,0 % |
    """
    labels = {
        "nothing": "Rien ne change : une fausse hausse ou baisse",
        "headline": "La note baisse seule : vu",
        "all": "Les six mesures baissent : vu pour la note",
        "other": "Une autre mesure baisse seule : vu",
    }
    lines = ["| Sur deux vagues | À égalité | La note d’abord |", "|:------------------|---:|---:|"]
    for what, label in labels.items():
        own = table[table["what"] == what].set_index("order")["share"]
        cells = [french.percent(own[order], 1) for order in (EQUAL, FIRST)]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    times, answers = (french.number(x) for x in (table["repetitions"].max(), ANSWERS))
    caption = (
        f": Enquêtes où une baisse de {french.number(FALL, 1)} point est vue, sur {times} tirées "
        f"au hasard, de {answers} réponses par vague"
    )
    return captioned(lines, caption, "tbl-puissance")
