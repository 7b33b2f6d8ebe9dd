"""A change that lasts: how soon it is found by quarters alone, and by the year's quarters together.

A mark is asked in eight quarters. From some quarter of the second year on it is lower by a part of
its standard deviation, or nothing changes. Each quarter is a page of its own, on which the mark is
compared with a year before: by the quarter alone, with all the error of the page; or by the quarter
and by the year so far, which share it. The mark's level may wander beside, and keep half of it from
one quarter to the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.signal import lfilter

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue, load_catalogue
from observlib.indicators.pairs import HEADLINE, across_periods, so_far
from observlib.language import french
from observlib.stats.survey.comparison import compare
from observlib.stats.survey.differences import adjust
from tools.coverage.equivalence import MARKS, SHAPES, measured
from tools.coverage.simulate import SHARES, captioned
from tools.demo.chance import stream

BEGIN = "<!-- lasting: written by `make coverage` -->"
END = "<!-- /lasting -->"
COLUMNS = ["what", "judged", *SHARES]
REPETITIONS = 400
ALONE, TOGETHER = "alone", "together"  # the quarter, or it and the year so far
LOOKS = 4
FEW, MANY = 200, 800  # answers a quarter
ECHO = 0.5  # what a level keeps from quarter to quarter
SIZES, WANDERS = (0.0, 0.1, 0.2, 0.3), (0.0, 0.05)  # in standard deviations
LATE = 3  # the quarter of the year since which a change lasts that came late


class Cell(NamedTuple):
    """A mark: its shape, answers a quarter, how much lower, how it wanders, and since when."""

    shape: str
    n: int
    size: float
    wander: float
    since: int = 1


_SHAPES = ("usual", "camps", "tens_88")
_GRID = (
    *(Cell(*cell) for cell in product(_SHAPES, (FEW,), SIZES, WANDERS[:1])),
    *(Cell(*cell) for cell in product(_SHAPES, (FEW,), (0.0, 0.2), WANDERS[1:])),
    *(Cell(*cell) for cell in product(_SHAPES, (MANY,), SIZES[:2], WANDERS[:1])),
    *(Cell(*cell) for cell in product(_SHAPES, (MANY,), SIZES[:1], WANDERS[1:])),
    *(Cell(shape, FEW, 0.2, 0.0, LATE) for shape in _SHAPES),
)
CELLS = {"_".join(map(str, cell)): cell for cell in _GRID}
_JUDGED = [f"{how}_{look}" for how in (ALONE, TOGETHER) for look in range(1, LOOKS + 1)]
CASES = tuple(product(CELLS, _JUDGED))
_LAST = Quarter("2026-T4")
_OF = {"indicator": HEADLINE, "channel": "web", "device": "d", "unit": "sur 10"}
_BATCH = 200  # repetitions, each a product of its own


def drawn(what: str, seed: int, repetition: int) -> pd.DataFrame:
    """The estimates of a mark in the quarters of two years.

    Examples
    --------
    >>> rows = drawn("usual_200_0.2_0.0_1", 1, 0)
    >>> rows["period"].tolist()[::4], rows["n"].unique().tolist()
    (['2025-T1', '2026-T1'], [200.0])
    """
    return estimates.make(_rows(what, seed, repetition))


def _rows(what: str, seed: int, repetition: int) -> Iterator[dict[str, Any]]:
    cell = CELLS[what]
    source = stream(seed, "lasting", what, str(repetition))
    chance = np.random.default_rng(source.getrandbits(64))
    shares = np.array(SHAPES[cell.shape])
    middle = float(shares @ MARKS)
    deviation = float(np.sqrt(shares @ (MARKS - middle) ** 2))
    noise = chance.normal(size=2 * LOOKS) * np.sqrt(1 - ECHO**2)
    noise[0] /= np.sqrt(1 - ECHO**2)
    lower = cell.size * (np.arange(2 * LOOKS) >= LOOKS + cell.since - 1)
    levels = deviation * (cell.wander * lfilter([1], [1, -ECHO], noise) - lower)
    for quarter, level in zip(_LAST.back(2 * LOOKS), levels, strict=True):
        given = np.repeat(MARKS, chance.multinomial(cell.n, moved(shares, level)))
        of = {**_OF, "product": f"p{repetition:05d}", "period": quarter}
        yield measured(given, 1.0, chance) | of


def moved(shares: np.ndarray, level: float) -> np.ndarray:
    """How often each mark is given once their mean is other by as much: marks go one step.

    No more goes than there is.

    Examples
    --------
    >>> round(float(moved(np.array(SHAPES["tens_88"]), -0.5) @ MARKS), 9)
    8.8
    """
    step = MARKS[1] - MARKS[0]
    leaving = shares * (np.arange(len(shares)) > 0 if level < 0 else np.arange(len(shares)) < 4)
    part = min(abs(level) / step / leaving.sum(), 1.0) * leaving
    return shares - part + np.roll(part, -1 if level < 0 else 1)


def found(case: tuple[str, str], seed: int, repetition: int) -> bool:
    """Whether a change is told on one of the pages until then, by the quarter or by both looks."""
    what, judged = case
    how, _, look = judged.partition("_")
    pages = _told(what, seed, repetition // _BATCH)[how][repetition % _BATCH]
    return bool(pages[: int(look)].any())


@lru_cache(2 * REPETITIONS // _BATCH)
def _told(what: str, seed: int, batch: int) -> dict[str, np.ndarray]:
    """Whether each page tells a change, by repetition and look."""
    some = range(batch * _BATCH, (batch + 1) * _BATCH)
    frame = estimates.make(row for repetition in some for row in _rows(what, seed, repetition))
    told: dict[str, list[np.ndarray]] = {ALONE: [], TOGETHER: []}
    for quarter in _LAST.back(LOOKS):
        alone = across_periods(frame, _catalogue(), quarter, quarter - 4)
        pairs = pd.concat([alone, so_far(frame, _catalogue(), quarter)], ignore_index=True)
        tests = compare(pairs, {HEADLINE: "mean"}, {})
        p = tests.pivot(index="product", columns="against", values="p_value")
        told[ALONE].append(p["before"].to_numpy() <= 0.05)
        told[TOGETHER].append(np.array([min(adjust(one)) <= 0.05 for one in p.to_numpy()]))
    return {how: np.transpose(pages) for how, pages in told.items()}


@lru_cache(1)
def _catalogue() -> Catalogue:
    return load_catalogue(Path(__file__).parents[2] / "data" / "catalogue")


def markdown(table: pd.DataFrame) -> str:
    """The table of the method's page: a mark of the usual shape and few answers, and the worst.

    Examples
    --------
    >>> rows = [(what, judged, 9, 4.0, 3.0, 5.0) for what, judged in CASES]
    >>> print(markdown(pd.DataFrame(rows, columns=COLUMNS)).splitlines()[3].replace("\\xa0", " "))
    | Rien ne change, et le niveau flotte : une fausse dans l’année | 4 % | 4 % | 4 % |
    """
    shares = table.pivot(index="what", columns="judged", values="share")
    cells = pd.DataFrame.from_dict(CELLS, orient="index", columns=Cell._fields).join(shares)
    quarters = ("un trimestre", "deux trimestres", "trois trimestres", "quatre trimestres")
    told = {
        "Rien ne change : une fausse évolution dans l’année": (0.0, 0.0, 1, LOOKS),
        "Rien ne change, et le niveau flotte : une fausse dans l’année": (0.0, 0.05, 1, LOOKS),
        f"Elle baisse de 0,1, vu en {quarters[3]}": (0.1, 0.0, 1, LOOKS),
        **{f"Elle baisse de 0,2, vu en {quarters[k - 1]}": (0.2, 0.0, 1, k) for k in (1, 2, 3, 4)},
        f"Elle baisse de 0,2 et flotte, vu en {quarters[2]}": (0.2, 0.05, 1, 3),
        f"Elle baisse de 0,2 à l’été, vu en {quarters[1]}": (0.2, 0.0, LATE, LOOKS),
        f"Elle baisse de 0,3, vu en {quarters[1]}": (0.3, 0.0, 1, 2),
    }
    lines = [
        "| La note d’un produit | Trimestres seuls | Avec l’année | Au pire |",
        "|:---------------------------|---:|---:|---:|",
    ]
    for label, (*of, look) in told.items():
        own = cells[(cells[["size", "wander", "since"]] == of).all(axis=1)]
        size = of[0]
        usual = own.query(f"shape == 'usual' and n == {FEW}").iloc[0]
        both = own if size == 0 else own.query(f"n == {FEW}")
        worst = both[f"{TOGETHER}_{look}"].agg("min" if size else "max")
        shown = [usual[f"{ALONE}_{look}"], usual[f"{TOGETHER}_{look}"], worst]
        lines.append(f"| {label} | {' | '.join(french.percent(x, 0) for x in shown)} |")
    times = french.number(table["repetitions"].max())
    caption = (
        f": Années où une évolution est dite, sur {times} tirées au hasard, de {FEW} notes par "
        "trimestre ; baisses en écarts-types"
    )
    return captioned(lines, caption, "tbl-duree")
