"""Effects of actions that are none, and true ones that are found, in series of known making.

Five years of visits as in `breaks`, of which an action is dated a year before the end; in two
thirds of them each month resembles the one before. Nothing changes, or the trend bends, or the
season grows, or the level drifts, or a level falls that nobody recorded; then the action has an
effect, which some anticipate. Each is judged by its p value alone, as textbooks do, and as a study
does: other breaks told apart, and beside placebos.
"""

from __future__ import annotations

import math
from datetime import date
from itertools import product

import numpy as np
import pandas as pd

from observlib.language import french
from observlib.stats.series.interrupted import breaks_before, interrupted, stands
from tools.coverage.breaks import MONTHS, visits
from tools.coverage.simulate import SHARES, captioned
from tools.demo.chance import stream

BEGIN = "<!-- effects: written by `make coverage` -->"
END = "<!-- /effects -->"
COLUMNS = ["what", "judged", *SHARES]
REPETITIONS = 240
DAY, _AT = date(2025, 1, 1), 48  # the action, and its month among sixty
_CORRELATIONS = (0.0, 0.3, 0.6)  # each of a third of the repetitions
_EVENT = -0.2
_EARLIER = {"near": (6,), "far": (24,), "often": (0, 18, 33), "after_far": (24,)}  # months earlier
DRIFTS = {"drift_1": 0.01, "drift_2": 0.02, "drift_4": 0.04}  # of a level, a month (a walk's)
STILL = ("nothing", "trend", "season", *DRIFTS, "near", "far", "often")
FALLS = {"fall_10": -0.1, "fall_20": -0.2, "drift_fall": -0.2, "before": -0.2, "after_far": -0.2}
_SOONER = 3  # months before the action in which half of its effect is there, where some anticipate
TEST, WHOLE = "test", "whole"
CASES = tuple(product((*STILL, *FALLS), (TEST, WHOLE)))


def drawn(what: str, seed: int, repetition: int) -> pd.Series:
    """Visits of five years: what changes in them, beside an action of January 2025.

    Examples
    --------
    >>> still, fallen = (visits(stream(1, "x"), 0.0, "far", falls) for falls in ({}, {24: _EVENT}))
    >>> drawn("far", 1, 0).index[_AT], (fallen / still).round(2).iloc[[23, 24]].tolist()
    ('2025-01', [1.0, 0.8])
    """
    chance = stream(seed, "effects", what, str(repetition))
    correlation = _CORRELATIONS[repetition % len(_CORRELATIONS)]
    falls = {_AT - before: _EVENT for before in _EARLIER.get(what, ())}
    own = {_AT: FALLS[what]} if what in FALLS else {}
    if what == "before":
        half = math.sqrt(1 + FALLS[what]) - 1
        own = {_AT - _SOONER: half, _AT: half}
    drift = DRIFTS["drift_2"] if what == "drift_fall" else DRIFTS.get(what, 0.0)
    level = np.cumsum([drift * chance.gauss(0, 1) for _ in MONTHS])
    return (visits(chance, correlation, what, falls | own) * np.exp(level)).round()


def found(case: tuple[str, str], seed: int, repetition: int) -> bool:
    """Whether an effect is established; of a true one, of the right sign."""
    what, judged = case
    values = drawn(what, seed, repetition)
    breaks = breaks_before(values, DAY, counts=True) if judged == WHOLE else []
    (effect,) = interrupted(values, DAY, breaks=breaks).effects.to_dict("records")
    if effect["status"] != "published" or effect["p"] > 0.05:
        return False
    left = judged == TEST or stands(effect["placebos"], effect["as_clear"])
    return left and (what not in FALLS or effect["estimate"] < 0)


def markdown(table: pd.DataFrame) -> str:
    """The table of the method's page.

    Examples
    --------
    >>> rows = [("nothing", judged, 600, 4.0, 2.0, 6.0) for judged in (TEST, WHOLE)]
    >>> print(markdown(pd.DataFrame(rows, columns=COLUMNS)).splitlines()[2])
    | Rien ne change | 4,0\xa0% | 4,0\xa0% |
    """
    event = french.percent(-100 * _EVENT)
    drift = french.percent(100 * DRIFTS["drift_2"])
    labels = {
        "nothing": "Rien ne change",
        "trend": "La tendance plie",
        "season": "La saison grandit",
        **{
            what: f"Le niveau dérive au hasard, de {french.percent(100 * size)} par mois"
            for what, size in DRIFTS.items()
        },
        "near": f"Six mois plus tôt, autre chose fait baisser de {event}",
        "far": f"Deux ans plus tôt, autre chose fait baisser de {event}",
        "often": f"Autre chose fait baisser de {event} trois fois, dont le mois de l’action",
        **{
            what: f"L’action fait baisser de {french.percent(-100 * size)}"
            for what, size in FALLS.items()
        },
        "drift_fall": f"L’action aussi, et le niveau dérive de {drift} par mois",
        "before": "L’action aussi, dont la moitié de l’effet vient trois mois avant",
        "after_far": f"L’action aussi, deux ans après qu’autre chose a fait baisser de {event}",
    }
    lines = [
        "| Ce qui se passe | Le test seul | Avec contre-épreuves |",
        "|:-----------------------|---:|---:|",
    ]
    for what, label in labels.items():
        own = table[table["what"] == what].set_index("judged")["share"]
        if len(own):
            cells = [french.percent(own[judged], 1) for judged in (TEST, WHOLE)]
            lines.append(f"| {label} | {' | '.join(cells)} |")
    times = french.number(table["repetitions"].max())
    caption = f": Suites de cinq ans où un effet est établi, sur {times} tirées au hasard"
    return captioned(lines, caption, "tbl-contre-epreuves")
