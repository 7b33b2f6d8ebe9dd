"""False changes of a whole edition, and of its front page, where nothing changes.

Twelve pages compare marks with those of a year before, each corrected as one family with what it
compares beside. All marks are drawn alike in both quarters: whatever rises or falls is false.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from observlib.base.period import Quarter
from observlib.estimates import REFERENCE
from observlib.indicators.pairs import HEADLINE
from observlib.language import french
from observlib.stats.survey.comparison import compare
from observlib.themes import main_points
from tools.coverage.equivalence import MARKS, SHAPES, measured
from tools.coverage.simulate import SHARES, captioned
from tools.demo.chance import stream

BEGIN = "<!-- edition: written by `make coverage` -->"
END = "<!-- /edition -->"
COLUMNS = ["what", "judged", *SHARES]
REPETITIONS = 250
PAGES, ANSWERS = 12, 200
ANYWHERE, FRONT = "anywhere", "front"  # a false change is on a page, or among the main points
CELLS = {"usual_1": ("usual", 1), "usual_8": ("usual", 8), "tens_88_4": ("tens_88", 4)}
CASES = tuple(product(CELLS, (ANYWHERE, FRONT)))
_NOW = Quarter("2026-T3")
_OF = {"against": "before", "group": "", "product": "boamp", "channel": "web", "device": "d"}
_OF |= {"period": str(_NOW), REFERENCE + "period": str(_NOW - 4)}


def drawn(what: str, seed: int, repetition: int) -> pd.DataFrame:
    """Pairs of means of two quarters, by page: a headline, and marks beside it.

    Examples
    --------
    >>> rows = drawn("usual_8", 1, 0)
    >>> len(rows), int((rows["indicator"] == "satisfaction_10").sum())
    (96, 12)
    """
    shape, marks = CELLS[what]
    source = stream(seed, "edition", what, str(repetition))
    chance = np.random.default_rng(source.getrandbits(64))
    given = chance.multinomial(ANSWERS, SHAPES[shape], size=(2, PAGES * marks))
    sides = [
        pd.DataFrame([measured(np.repeat(MARKS, of), 1.0, chance) for of in side]).add_prefix(name)
        for name, side in zip((REFERENCE, ""), given, strict=True)
    ]
    names = [HEADLINE, *(f"mark_{i:02d}" for i in range(1, marks))]
    rows = pd.concat(sides, axis=1).assign(indicator=names * PAGES, **_OF)
    return rows.assign(page=np.arange(len(rows)) // marks)


def found(case: tuple[str, str], seed: int, repetition: int) -> bool:
    """Whether a page tells a change, or the front page."""
    what, judged = case
    rows = drawn(what, seed, repetition)
    pages = [
        compare(
            page,
            dict.fromkeys(page["indicator"], "mean"),
            dict.fromkeys(page["indicator"], 0.5),
            first=page["indicator"] == HEADLINE,
        )
        for _, page in rows.groupby("page")
    ]
    pairs = pd.concat(pages, ignore_index=True)
    if judged == FRONT:
        pairs = main_points.held_together(pairs, _NOW)
    return len(main_points.established(pairs, _NOW)) > 0


def markdown(table: pd.DataFrame) -> str:
    """The table of the method's page.

    Examples
    --------
    >>> rows = [(what, judged, 9, 4.0, 3.0, 5.0) for what, judged in CASES]
    >>> print(markdown(pd.DataFrame(rows, columns=COLUMNS)).splitlines()[2].replace("\\xa0", " "))
    | Une note par page | 4,0 % | 4,0 % |
    """
    labels = {
        "usual_1": "Une note par page",
        "usual_8": "Huit notes par page",
        "tens_88_4": "Quatre notes par page, presque toutes des dix",
    }
    lines = [
        "| Rien ne change | Sur une page au moins | En première page |",
        "|:--------|---:|---:|",
    ]
    for what, label in labels.items():
        own = table[table["what"] == what].set_index("judged")["share"]
        cells = [french.percent(own[judged], 1) for judged in (ANYWHERE, FRONT)]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    times = french.number(table["repetitions"].max())
    caption = (
        f": Éditions de douze pages où une fausse hausse ou baisse est dite, sur {times} tirées au "
        "hasard"
    )
    return captioned(lines, caption, "tbl-edition")
