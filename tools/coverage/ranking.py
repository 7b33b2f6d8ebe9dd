"""Tasks whose true order is known, and how often those that are told to be among the ten are.

Each task has a true value by four criteria, of which estimates on few or many answers are known, or
none. What criteria truly weigh is drawn too: every share is as likely. The ten that most need work
are the ten of the highest weighted ranks of true values. Of tasks that are told with a probability
in a band, one in each set is looked at; so is one of the ten that are named, by their probability
and by the mean of their raw ranks.
"""

from __future__ import annotations

import math
from itertools import count, product

import numpy as np
import pandas as pd

from observlib.demo.chance import between, normal, stream
from observlib.display import french
from observlib.display.typography import typography
from observlib.survey.ranking import among_worst
from tools.coverage.simulate import SHARES

BEGIN = "<!-- ranking: written by `make coverage` -->"
END = "<!-- /ranking -->"
COLUMNS = ["what", "judged", *SHARES]
REPETITIONS = 2000
BANDS = ("0_20", "20_40", "40_60", "60_80", "80_100")
TOLD, RAW, NAMED = "told", "raw", "named"
CASES = (*product(BANDS, (TOLD,)), (NAMED, TOLD), (NAMED, RAW))
TASKS, MOST = 30, 10
_CRITERIA, _UNKNOWN = 4, 20  # of each; values in 100 that nothing tells
_ANSWERS = (10, 400)
_DEVIATION = 5.0  # of an answer; true values of tasks have one of 0.5 to 2
_DRAWS = 1000


def drawn(what: str, seed: int, repetition: int) -> pd.DataFrame:
    """A set of tasks: whether each is `among` the ten, how likely it is `told`, its `raw` rank.

    Examples
    --------
    >>> known = drawn("0_20", 1, 0)
    >>> len(known), int(known["among"].sum()), round(float(known["told"].sum()), 6)
    (30, 10, 10.0)
    """
    chance = stream(seed, "ranking", what, str(repetition))
    shape = (TASKS, _CRITERIA)
    spread = np.array([0.5 + 1.5 * chance.random() for _ in range(_CRITERIA)])
    truth = spread * np.array([normal(chance) for _ in range(math.prod(shape))]).reshape(shape)
    answers = np.array([_answers(chance.random()) for _ in range(math.prod(shape))]).reshape(shape)
    errors = _DEVIATION / np.sqrt(answers)
    noise = np.array([normal(chance) for _ in range(math.prod(shape))]).reshape(shape)
    values = truth + errors * noise
    unknown = [between(chance, 1, 100) <= _UNKNOWN for _ in range(math.prod(shape))]
    values[np.array(unknown).reshape(shape)] = np.nan
    weights = -np.log([1 - chance.random() for _ in range(_CRITERIA)])
    score = pd.DataFrame(truth).rank().to_numpy() @ weights
    raw = pd.DataFrame(values).rank(pct=True).mean(axis=1)
    told = among_worst(values, errors, MOST, _DRAWS, seed=between(chance, 1, 2**31))
    return pd.DataFrame({"among": _first(score), "told": told, "raw": raw.fillna(0.0)})


def _answers(share: float) -> float:
    """Few as often as many: even on a logarithmic scale."""
    low, high = map(math.log, _ANSWERS)
    return math.exp(low + share * (high - low))


def _first(score: np.ndarray) -> np.ndarray:
    return np.isin(np.arange(TASKS), np.argsort(-score, kind="stable")[:MOST])


def found(case: tuple[str, str], seed: int, repetition: int) -> bool:
    """Whether a task that is told so, or is named, truly is among the ten."""
    what, judged = case
    chance = stream(seed, "ranking", "which", what, judged, str(repetition))
    for attempt in count():
        # the sets of both ways of naming are the same
        known = drawn(what if not attempt else f"{what}.{attempt}", seed, repetition)
        if what == NAMED:
            own = known[_first(known[judged].to_numpy())]
        else:
            low, high = (int(end) / 100 for end in what.split("_"))
            own = known[(known["told"] >= low) & ((known["told"] < high) | (high == 1))]
        if len(own):
            return bool(own["among"].iloc[between(chance, 0, len(own) - 1)])
    raise AssertionError("never")


def markdown(table: pd.DataFrame) -> str:
    """The table of the method's page.

    Examples
    --------
    >>> rows = [(*case, 9, 50.0, 45.0, 55.0) for case in CASES]
    >>> print(markdown(pd.DataFrame(rows, columns=COLUMNS)).splitlines()[2].replace("\\xa0", " "))
    | 0 à 20 % | 50 % | 45 à 55 % |
    """
    lines = ["| Probabilité annoncée | Parmi les dix | Intervalle |", "|:----------|---:|---:|"]
    by_case = table.set_index(["what", "judged"])
    labels = {
        (NAMED, TOLD): "Les dix nommées, par leur probabilité",
        (NAMED, RAW): "Les dix nommées, par les valeurs brutes",
    }
    for case in CASES:
        low, _, high = case[0].partition("_")
        label = labels.get(case) or french.interval(float(low), float(high), 0, "%")
        row = by_case.loc[case]
        ends = french.interval(row["low"], row["high"], 0, "%")
        lines.append(f"| {label} | {french.percent(row['share'])} | {ends} |")
    times = french.number(table["repetitions"].max())
    caption = (
        f": Tâches qui sont vraiment parmi les dix, selon ce qui en est dit, sur {times} listes de "
        f"{TASKS} tirées au hasard"
    )
    return typography("\n".join([*lines, "", f"{caption} {{#tbl-classement}}"])) + "\n"
