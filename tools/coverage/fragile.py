"""How often a change that is true is called fragile, and one that a day or a month made.

A mark falls by 0.8 on ten among five that are tested first, or it changes for a day or a month
alone. Answers come on days by chance, or the more the later in the quarter; marks are of several
shapes. What is called fragile is counted among the changes that are found.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.indicators import answers
from observlib.indicators import pairs as calculations
from observlib.language import french
from observlib.pipeline import project
from observlib.stats.survey.comparison import compare, waves
from tools.coverage.equivalence import MARKS, SHAPES
from tools.coverage.simulate import SHARES, captioned
from tools.coverage.truth import DEMO
from tools.demo.chance import stream

BEGIN = "<!-- fragile: written by `make coverage` -->"
END = "<!-- /fragile -->"
COLUMNS = ["what", "judged", *SHARES]
REPETITIONS = 100
FOUND, FRAGILE = "found", "fragile"  # a change is, and it is told to be fragile
TRUE = tuple(f"{shape}_{n}" for n in (400, 1000) for shape in SHAPES)
MADE = ("late", "flood", "month")  # answers that grow in number; what a day and a month alone did
CASES = tuple((what, judged) for what in (*TRUE, *MADE) for judged in (FOUND, FRAGILE))
_FALL = 0.8
_LEVEL = 0.99  # of the interval of one of five that come first
_NOW, _BEFORE = "2026-T3", "2025-T3"
_OF = {"product": "boamp", "channel": "web", "device": "d", "source": "d@1"}


def _given(
    quarter: str, n: int, shares: np.ndarray, late: bool, chance: np.random.Generator
) -> pd.DataFrame:
    """Answers of a quarter, each with its day and its mark."""
    days = pd.date_range(f"{quarter[:4]}-07-01", f"{quarter[:4]}-09-30")
    often = np.linspace(1, 5, len(days)) if late else np.ones(len(days))
    date = chance.choice(days, n, p=often / often.sum())
    mark = chance.choice(MARKS, n, p=shares)
    return pd.DataFrame({"date": date, "mark": mark, "quarter": quarter, "times": 1, **_OF})


def drawn(what: str, seed: int, repetition: int) -> pd.DataFrame:
    """Answers of two quarters.

    Examples
    --------
    >>> drawn("usual_400", 1, 0).groupby("quarter")["mark"].count().tolist()
    [400, 400]
    """
    source = stream(seed, "fragile", what, str(repetition))
    chance = np.random.default_rng(source.getrandbits(64))
    shape, _, n = what.rpartition("_") if what in TRUE else ("usual", "", "400")
    shares = np.array(SHAPES[shape])
    fallen = shares + np.array([1, 0, 0, 0, -1]) * (_FALL / 10 * (what in (*TRUE, "late")))
    then = _given(_BEFORE, int(n), shares, False, chance)
    now = _given(_NOW, int(n), fallen, what == "late", chance)
    if what == "flood":
        now.loc[:59, ["date", "mark"]] = pd.Timestamp("2026-08-05"), 0.0
    if what == "month":
        of_july = now.index[now["date"].dt.month == 7]
        now.loc[of_july[: len(of_july) // 2], "mark"] = 0.0
    return pd.concat([then, now], ignore_index=True)


def found(case: tuple[str, str], seed: int, repetition: int) -> bool:
    """Whether the mark is found to fall, and whether that is told to be fragile."""
    what, judged = case
    given = drawn(what, seed, repetition)
    name = calculations.HEADLINE
    frame = estimates.make(
        {
            **answers.mean_of_marks(name, own["mark"], (0.0, 10.0)),
            **_OF,
            "period": period,
            "unit": "sur 10",
        }
        for period, own in given.groupby("quarter")
    )
    pairs = waves(frame, _NOW, _BEFORE).assign(against="before")
    compared = compare(pairs, {name: "mean"}, {name: 0.5}, level=_LEVEL)
    if compared["verdict"].iat[0] != "fall" or judged == FOUND:
        return bool(compared["verdict"].iat[0] == "fall")
    rows, _ = calculations.of_headlines(given, compared, project.catalogue(DEMO))
    return bool(calculations.calculation_counts(rows)["fragile"].any())


def markdown(table: pd.DataFrame) -> str:
    """The table of the method's page: of changes that are found, how many are called fragile.

    Examples
    --------
    >>> rows = [(what, judged, 9, 4.0, 3.0, 5.0) for what, judged in CASES]
    >>> print(markdown(pd.DataFrame(rows, columns=COLUMNS)).splitlines()[2].replace("\\xa0", " "))
    | Baisse de 0,8 point, 400 réponses | 4,0 % | 100,0 % |
    """
    share = table.pivot(index="what", columns="judged", values="share")
    among = 100 * share[FRAGILE] / share[FOUND]
    fall = f"Baisse de {french.number(_FALL, 1)} point"
    labels = {
        f"{fall}, 400 réponses": [what for what in TRUE if what.endswith("_400")],
        f"{fall}, 1 000 réponses": [what for what in TRUE if what.endswith("_1000")],
        f"{fall}, réponses plus nombreuses à la fin": ["late"],
        "Baisse que fait un seul jour": ["flood"],
        "Baisse que fait un seul mois": ["month"],
    }
    lines = [
        "| Ce qui baisse | Trouvé, au moins | Dit fragile |",
        "|:----------------------|---:|---:|",
    ]
    for label, cells in labels.items():
        ends = [french.percent(x, 1) for x in (among[cells].min(), among[cells].max())]
        told = " à ".join(dict.fromkeys(ends))
        lines.append(f"| {label} | {french.percent(share.loc[cells, FOUND].min(), 1)} | {told} |")
    times = french.number(table["repetitions"].max())
    caption = f": Baisses trouvées et, parmi elles, dites fragiles, sur {times} tirées au hasard"
    return captioned(lines, caption, "tbl-fragile")
