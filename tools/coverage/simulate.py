"""Repetitions of all parts, in several processes, and how often their intervals hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from itertools import repeat as repeated
from multiprocessing import get_context
from typing import Any, TypeVar

import pandas as pd

from observlib.language.prose import typography
from observlib.stats.survey.intervals import clustered_share, wilson
from tools.coverage.parts import PARTS
from tools.coverage.truth import held

COLUMNS = [
    "indicator", "device", "n", "repetitions", "intervals", "covered", "low", "high",
    "lowest", "lowest_high", "lowest_value",
]  # fmt: skip
SHARES = ["repetitions", "share", "low", "high"]
_AT_ONCE = 20  # repetitions of one task: more at once gain nothing, and hold more memory
T = TypeVar("T")
_OFTEN = 0.25  # a category is told by itself where it is published in so many repetitions


def repeat(part: str, seed: int, repetitions: Sequence[int]) -> pd.DataFrame:
    """The intervals of some repetitions of a part, each with whether it holds: `truth.HELD`."""
    own = PARTS[part]
    true = own.truths()
    return pd.concat([held(frame, true) for frame in own.estimate(seed, repetitions)])


def simulate(
    repetitions: Mapping[str, int],
    seed: int,
    processes: int = 1,
    progress: Callable[[int], object] | None = None,
) -> pd.DataFrame:
    """Repeat parts, and count how often each indicator's interval holds the truth.

    The seed decides all chance: how tasks are shared among processes changes nothing.

    Parameters
    ----------
    repetitions
        By part of `parts.PARTS`, how many.
    seed
        Of the repetitions' chance.
    processes
        1 stays in this process.
    progress
        Called with the number of repetitions that were done since.

    Returns
    -------
    DataFrame
        What `covered` gives.
    """
    tasks = [
        (part, range(first, min(first + _AT_ONCE, count)))
        for part, count in repetitions.items()
        for first in range(0, count, _AT_ONCE)
    ]
    parts, some = zip(*tasks, strict=True)
    found = []
    made = shared_out(processes, repeat, parts, repeated(seed), some)
    for intervals, done in zip(made, some, strict=True):
        found.append(intervals)
        if progress:
            progress(len(done))
    return covered(pd.concat(found, ignore_index=True))


def shared_out(processes: int, work: Callable[..., T], *given: Iterable[Any]) -> Iterator[T]:
    """What work gives of each task, in order: made in several processes, or, of one, in this."""
    if processes == 1:
        yield from map(work, *given)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(work, *given)


def how_often(
    part: Any,
    seed: int,
    repetitions: int = 0,
    processes: int = 1,
    progress: Callable[[int], object] = lambda _: None,
) -> pd.DataFrame:
    """How often something is found, by case: the part's `COLUMNS`, shares in %.

    `low` and `high` are the Monte-Carlo interval at 95 % (Wilson's). The seed decides all chance.

    Parameters
    ----------
    part
        A module: `found` says of one of its `CASES`, with the seed and the repetition's number,
        whether it is.
    repetitions
        As many as the module says, if not given.
    """
    repetitions = repetitions or part.REPETITIONS
    starts = range(0, repetitions, _AT_ONCE)
    parts = [range(first, min(first + _AT_ONCE, repetitions)) for first in starts]
    each, some = zip(*product(part.CASES, parts), strict=True)
    hits = dict.fromkeys(part.CASES, 0)
    made = shared_out(processes, _times, repeated(part.found), each, repeated(seed), some)
    for case, done, number in zip(each, some, made, strict=True):
        hits[case] += number
        progress(len(done))
    rows = [
        (*case, repetitions, *(100 * x for x in (n / repetitions, *wilson(n, repetitions))))
        for case, n in hits.items()
    ]
    return pd.DataFrame(rows, columns=part.COLUMNS)


def captioned(lines: Sequence[str], caption: str, label: str) -> str:
    """A table of the method's page with its caption and its label, in French typography.

    Examples
    --------
    >>> print(captioned(["| a |", "|---|"], ": Essai", "tbl-essai"), end="")
    | a |
    |---|
    <BLANKLINE>
    : Essai {#tbl-essai}
    """
    return typography("\n".join([*lines, "", f"{caption} {{#{label}}}"])) + "\n"


def _times(found: Callable[..., bool], case: Any, seed: int, repetitions: range) -> int:
    return sum(found(case, seed, i) for i in repetitions)


def covered(intervals: pd.DataFrame) -> pd.DataFrame:
    """How often the intervals of each indicator and device hold the truth.

    Intervals of one repetition come from the same draw: the Monte-Carlo interval is Wilson's on
    the number of independent ones that they are worth (see `intervals.clustered_share`).

    Parameters
    ----------
    intervals
        `truth.HELD`.

    Returns
    -------
    DataFrame
        One row an indicator and device, sorted: `COLUMNS`. `n` is the median base, `repetitions`
        those in which an interval was published, `intervals` how many were, `covered` the share
        in % that hold with its 95 % Monte-Carlo interval `low`, `high`; of an indicator with
        groups, `lowest` is the share of the group value where it is least, `lowest_value`, among
        those published in a quarter of the repetitions, and `lowest_high` the upper end of its
        Monte-Carlo interval, at a level that Bonferroni corrects for having taken the least.

    Examples
    --------
    >>> from tools.coverage.truth import HELD
    >>> hits = [("nps", "d", "", i, 90.0, i > 4) for i in range(100)]
    >>> covered(pd.DataFrame(hits, columns=HELD))[["repetitions", "covered"]].values.tolist()
    [[100.0, 95.0]]
    """
    rows = []
    for (indicator, device), own in intervals.groupby(["indicator", "device"], sort=True):
        counts = own.groupby("repetition")["held"].agg(["sum", "size"]).astype(int)
        share, worth = clustered_share(list(counts.itertuples(index=False, name=None)))
        low, high = wilson(share * worth, worth)
        lowest = _lowest(own, _OFTEN * len(counts))
        rows.append(
            {
                "indicator": indicator,
                "device": device,
                "n": own["n"].median(),
                "repetitions": len(counts),
                "intervals": len(own),
                "covered": 100 * share,
                "low": 100 * low,
                "high": 100 * high,
                **lowest,
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def _lowest(intervals: pd.DataFrame, often: float) -> dict[str, object]:
    """The group value whose intervals hold least, of those published often enough."""
    by_value = intervals.groupby("group_value")["held"].agg(["sum", "size"])
    told = by_value[by_value["size"] >= often]
    if len(by_value) < 2 or told.empty:
        return {}
    name = (told["sum"] / told["size"]).idxmin()
    hits, n = (int(told.at[name, column]) for column in ("sum", "size"))
    _, high = wilson(hits, n, 1 - 0.05 / len(told))
    return {"lowest": 100 * hits / n, "lowest_high": 100 * high, "lowest_value": str(name)}
