"""Tasks whose true order is known, and how often those that are told to come first truly do.

Each list of tasks has true values by five criteria, which go together more or less, and estimates
on few or many answers. The first two are measured in the same answers, whose errors go together
too; of the next two, ways of contact, one or both tell of one half of the tasks only, as tests (the
last) always do. What criteria truly weigh is drawn: every share is as likely. Of each list, a few
tasks are looked at that are told with a probability in a band, or that are named first, by their
probability and by the mean of their raw ranks.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import count, product

import numpy as np
import pandas as pd

from observlib.language import french
from observlib.stats.survey.association import Chance, among_worst, places_named
from tools.coverage.simulate import SHARES, captioned
from tools.demo.chance import between, stream

BEGIN = "<!-- ranking: written by `make coverage` -->"
END = "<!-- /ranking -->"
COLUMNS = ["what", "judged", *SHARES]
REPETITIONS, _TOGETHER = 240, 4  # tasks, and how many of them are of one list
BANDS = ("0_20", "20_40", "40_60", "60_80", "80_100")
TOLD, RAW = "told", "raw"
# tasks, how criteria correlate (below 0: every other the other way), answers, channels untold
USUAL = "18_0.5_200_1"
GRID = tuple(
    f"{tasks}_{correlation}_{answers}"
    for tasks, correlation, answers in product((6, 18, 40), (0.0, 0.9), ("50_2", "600_0"))
)
CELLS = (USUAL, *GRID, "18_-0.6_200_1")
_RARE = {(cell, "80_100") for cell in GRID if cell.startswith("6_")}  # hardly ever told of six
CASES = (
    *product((USUAL,), (*BANDS, TOLD, RAW)),
    *(case for case in product(CELLS[1:], BANDS) if case not in _RARE),
)
_CRITERIA, _SHARED, _DEVIATION = 5, 0.5, 5.0  # the last of an answer; of tasks it is 0.5 to 2
_DRAWS = 600


@lru_cache(maxsize=4096)
def drawn(what: str, seed: int, repetition: int) -> pd.DataFrame:
    """A list of tasks: whether each is `among` the first, how likely it is `told`, its `raw` rank.

    Examples
    --------
    >>> known = drawn("18_0.5_200_1", 1, 0)
    >>> len(known), int(known["among"].sum()), round(float(known["told"].sum()), 6)
    (18, 6, 6.0)
    """
    cell, _, attempt = what.partition("/")
    tasks, correlation, answers, untold = (float(part) for part in cell.split("_"))
    source = stream(seed, "ranking", cell, attempt, str(repetition))
    chance, things = Chance(between(source, 1, 2**31)), int(tasks)
    signs = np.sign(correlation) ** np.arange(_CRITERIA) if correlation else np.ones(_CRITERIA)
    spread = 0.5 + 1.5 * chance.uniform(_CRITERIA)
    truth = spread * chance.normal(things, _CRITERIA) @ _root(abs(correlation), signs)
    shared = np.eye(_CRITERIA)
    shared[0, 1] = shared[1, 0] = _SHARED
    errors = _DEVIATION / np.sqrt(answers * np.exp(2 * chance.uniform(things, 1) - 1))
    errors = np.repeat(errors, _CRITERIA, axis=1)
    values = truth + errors * (chance.normal(things, _CRITERIA) @ np.linalg.cholesky(shared).T)
    for criterion in (*range(2, 2 + int(untold)), _CRITERIA - 1):
        values[chance.uniform(things).argsort()[: things // 2], criterion] = np.nan
    score = pd.DataFrame(truth).rank().to_numpy() @ -np.log(chance.uniform(_CRITERIA))
    told = among_worst(values, errors, None, _DRAWS, between(source, 1, 2**31), shared)
    raw = pd.DataFrame(values).rank(pct=True).mean(axis=1)
    return pd.DataFrame({"among": _first(score), TOLD: told, RAW: raw})


def _root(correlation: float, signs: np.ndarray) -> np.ndarray:
    matrix = correlation * np.outer(signs, signs) + (1 - correlation) * np.eye(_CRITERIA)
    return np.linalg.cholesky(matrix).T


def _first(score: np.ndarray) -> np.ndarray:
    most = places_named(len(score))
    return np.isin(np.arange(len(score)), np.argsort(-score, kind="stable")[:most])


def found(case: tuple[str, str], seed: int, repetition: int) -> bool:
    """Whether a task that is told so, or is named, truly is among the first."""
    what, judged = case
    which = repetition % _TOGETHER
    for attempt in count():
        # the lists of all bands and ways of naming are the same
        known = drawn(f"{what}/{attempt}", seed, repetition // _TOGETHER)
        if judged in BANDS:
            low, high = (int(end) / 100 for end in judged.split("_"))
            own = known[(known[TOLD] >= low) & ((known[TOLD] < high) | (high == 1))]
        else:
            own = known[_first(known[judged].to_numpy())]
        if which < len(own):
            return bool(own["among"].iloc[which])
        which -= len(own)
    raise AssertionError("never")


def markdown(table: pd.DataFrame) -> str:
    """The table of the method's page.

    Examples
    --------
    >>> rows = [(*case, 9, 50.0, 45.0, 55.0) for case in CASES]
    >>> print(markdown(pd.DataFrame(rows, columns=COLUMNS)).splitlines()[2].replace("\\xa0", " "))
    | 0 à 20 % | 50 % | 45 à 55 % | 50 à 50 % |
    """
    lines = ["| Ce qui est annoncé | Liste ordinaire | Intervalle | Selon les listes |"]
    lines.append("|:----------|---:|---:|---:|")
    by_case = table.set_index(["what", "judged"])
    labels = {
        TOLD: "Les premières, par leur probabilité",
        RAW: "Les premières, par les valeurs brutes",
    }
    for judged in (*BANDS, *labels):
        low, _, high = judged.partition("_")
        label = labels.get(judged) or french.interval_ends(float(low), float(high), 0, "%")
        row = by_case.loc[(USUAL, judged)]
        cells = [
            french.percent(row["share"]),
            french.interval_ends(row["low"], row["high"], 0, "%"),
        ]
        every = by_case.xs(judged, level="judged")["share"]
        ends = french.interval_ends(every.min(), every.max(), 0, "%") if len(every) > 1 else "–"
        lines.append(f"| {' | '.join([label, *cells, ends])} |")
    usual, *others = (
        100 * places_named(n) / n for n in (int(cell.split("_")[0]) for cell in CELLS)
    )
    ends = french.interval_ends(min(others), max(others), 0, "%")
    lines.append(f"| Autant de tâches prises au hasard | {french.percent(usual)} | – | {ends} |")
    times = french.number(table["repetitions"].max())
    caption = (
        f": Tâches qui sont vraiment parmi les premières, selon ce qui en est dit : {times} "
        "tâches de listes tirées au hasard, de chaque sorte"
    )
    return captioned(lines, caption, "tbl-classement")
