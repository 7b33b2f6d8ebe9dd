"""An intruder: what counts of one to ten people the published estimates of an edition give away.

Someone who has the files of an edition knows, of each value, the numbers that would be written as
it is: an interval. The answers of few people are recovered where only one count of them fits all
that is published of a question. Scales are public: the forms show them.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.special import stdtrit

from observlib.stats.survey.intervals import wilson

Row = Mapping[str, Any]
Span = tuple[float, float]
Bases = Callable[[float], range]
Half = Callable[[Row], float]
SMALL = range(1, 11)
SUBJECT = ["product", "channel", "device", "period", "group", "group_value"]


def exactly(n: float) -> range:
    """The bases that are written as `n`, where bases are not rounded."""
    return range(round(n), round(n) + 1)


def digits(row: Row) -> float:
    """Half a unit of the tenth digit."""
    return 1e-9 * max(1.0, abs(row["estimate"]))


def wholes(row: Row, n: int, half: Half, step: float = 100.0) -> range:
    """The whole numbers, of people or of steps of marks, that a value may stand for of a base."""
    low, high = ((row["estimate"] + sign * half(row)) * n / step for sign in (-1, 1))
    return range(max(0, math.ceil(low - 1e-6)), math.floor(high + 1e-6) + 1)


def marks_recovered(
    rows: pd.DataFrame,
    scales: Mapping[tuple[str, str], Sequence[float]],
    bases: Bases = exactly,
    half: Half = digits,
    within: int = 0,
) -> list[tuple[str, str, str, float, int]]:
    """Counts of one to ten people who gave one mark of a scale: subject, indicator, mark, count.

    `scales` are the marks of each question's scale, on 0–10, by device and mean; `bases`, those
    that a published base may stand for; `half`, half a unit of the last digit of a row's numbers;
    `within`, how far from one another the counts that fit may be: 0 for an exact recovery.
    """
    found = []
    for row in rows.to_dict("records"):
        marks = scales.get((row["device"], row["indicator"]))
        if marks is None or math.isnan(row["estimate"]) or row["group"] == "weighting":
            continue
        subject = " ".join(str(row[name]) for name in SUBJECT)
        top = _share_of(rows, row) if row["indicator"] == "satisfaction_10" else None
        spans = _spans(row, marks, top, bases, half, within)
        for mark, (low, high) in zip(marks, spans, strict=True):
            if high - low <= within and max(low, 1) <= min(high, 10):
                found.append((subject, row["indicator"], row["unit"], mark, int(low)))
    return found


def _share_of(rows: pd.DataFrame, row: Row) -> Row | None:
    """The share of satisfied that stands beside a mean."""
    same = rows[rows["indicator"] == "satisfied_share"]
    for name in SUBJECT:
        same = same[same[name] == row[name]]
    known = same[same["estimate"].notna()].to_dict("records")
    return known[0] if known else None


def _spans(
    row: Row, marks: Sequence[float], top: Row | None, bases: Bases, half: Half, within: int
) -> list[Span]:
    """The least and most people who may have given each mark."""
    step = marks[1] - marks[0]
    levels = np.arange(len(marks))
    satisfied = (np.array(marks) >= 7.5 - 1e-9).astype(float)
    spans: list[Span] = [(math.inf, -math.inf)] * len(marks)
    error = half(row)
    for n in bases(row["n"]):
        low = max(0, math.ceil((row["estimate"] - error - marks[0]) * n / step - 1e-6))
        high = math.floor((row["estimate"] + error - marks[0]) * n / step + 1e-6)
        counts: list[int | None] = [None] if top is None else [*_numerators(top, n, half)]
        for total, count in product(range(low, high + 1), counts):
            limits = [(n, n), (total, total), _squares(row, n, total, step, marks[0], error)]
            matrix = [np.ones(len(marks)), levels, levels**2]
            if count is not None:
                matrix.append(satisfied)
                limits.append((count, count))
            least, most = (np.array(ends) for ends in zip(*limits, strict=True))
            constraint = LinearConstraint(np.array(matrix), least, most)
            for at in range(len(marks)):
                known = spans[at]
                # as soon as counts too far apart fit, or none of one to ten, there is no recovery
                if known[1] - known[0] > within or 10 < known[0] < math.inf:
                    continue
                ends = [_best(at, sign, len(marks), n, constraint) for sign in (1, -1)]
                if None in ends:
                    continue
                spans[at] = (min(known[0], ends[0]), max(known[1], ends[1]))  # type: ignore[type-var]
    return spans


def _numerators(row: Row, n: int, half: Half) -> Iterator[int]:
    """The counts that a share, its interval of Wilson and its base may stand for."""
    for count in wholes(row, n, half):
        share, ends = 100 * count / n, [100 * end for end in wilson(count, n)]
        away = [abs(end - share) for end in ends]
        told = [abs(row[name] - row["estimate"]) for name in ("ci_low", "ci_high")]
        step = 2 * half(row)
        # each distance is told rounded up
        if all(x - 1e-5 <= y <= x + step + 1e-5 for x, y in zip(away, told, strict=True)):
            yield count


def _squares(row: Row, n: int, total: int, step: float, least: float, error: float) -> Span:
    """Between what the sum of squared levels may be, as the interval of the mean tells it."""
    if math.isnan(row["ci_low"]) or n < 2:
        return 0.0, math.inf
    inner = [row["estimate"] - row["ci_low"], row["ci_high"] - row["estimate"]]
    width = max(inner)  # an end may have been cut at that of the scale
    t = float(stdtrit(n - 1, 0.975))
    # it is told rounded up
    spread = [max(0.0, x) * math.sqrt(n) / t / step for x in (width - 2 * error, width + 1e-6)]
    low, high = ((n - 1) * sd**2 + total**2 / n for sd in spread)
    slack = 1e-6 * max(1.0, high)
    return low - slack, high + slack


def _best(at: int, sign: int, k: int, n: int, constraint: LinearConstraint) -> float | None:
    goal = np.zeros(k)
    goal[at] = sign
    result = milp(goal, constraints=constraint, integrality=np.ones(k), bounds=Bounds(0, n))
    return round(sign * result.fun) if result.success else None


def promoters_recovered(
    rows: pd.DataFrame, bases: Bases = exactly, half: Half = digits
) -> list[tuple[str, int, int, int]]:
    """Detractors, passives and promoters, of each net promoter score of which one triple fits."""
    found = []
    for row in rows[(rows["indicator"] == "nps") & rows["estimate"].notna()].to_dict("records"):
        if row["group_value"] == "Avec redressement" or row["device"] == "published-figures":
            continue
        fits = list(_triples(row, bases, half))
        if len(fits) == 1:
            found.append((" ".join(str(row[name]) for name in SUBJECT), *fits[0]))
    return found


def _triples(row: Row, bases: Bases, half: Half) -> Iterator[tuple[int, int, int]]:
    error = half(row)
    for n in bases(row["n"]):
        p, d = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
        mean = 100 * (p - d) / n
        fit = (p + d <= n) & (abs(mean - row["estimate"]) <= error)
        if not math.isnan(row["ci_low"]) and n > 1:
            sd = np.sqrt(np.clip((1e4 * (p + d) - n * mean**2) / (n - 1), 0, None))
            ends = float(stdtrit(n - 1, 0.975)) * sd / math.sqrt(n)
            for told in (row["estimate"] - row["ci_low"], row["ci_high"] - row["estimate"]):
                fit &= (ends - 1e-5 <= told) & (told <= ends + 2 * error + 1e-5) | (told > 99)
        for promoters, detractors in zip(p[fit], d[fit], strict=True):
            yield int(detractors), int(n - promoters - detractors), int(promoters)


def shares_recovered(
    rows: pd.DataFrame, indicators: Sequence[str], bases: Bases = exactly, half: Half = digits
) -> list[tuple[str, str, int]]:
    """Shares of which one to ten people are the numerator, or what it leaves, and no others fit."""
    found = []
    for row in rows[rows["indicator"].isin(indicators) & rows["n"].notna()].to_dict("records"):
        if math.isnan(row["estimate"]) or row["group_value"] == "Avec redressement":
            continue
        fits = {min(k, n - k) for n in bases(row["n"]) for k in wholes(row, n, half)}
        if len(fits) == 1 and fits <= set(SMALL):
            subject = " ".join(str(row[name]) for name in SUBJECT)
            found.append((subject, row["indicator"], fits.pop()))
    return found


def incomplete_recovered(
    rows: pd.DataFrame, bases: Bases = exactly, half: Half = digits
) -> list[tuple[str, str, int]]:
    """People of a category who said it and not the rest of their profile: profile less weights.

    The profile is that of all who say their age, sex …; the margins before weighting are those of
    the respondents whose whole profile is known. Categories grouped on one side are passed over.
    """
    keys = ["device", "period", "group", "group_value"]
    known = rows[rows["estimate"].notna()]
    profile = known[known["indicator"] == "profile_share"]
    before = known[known["indicator"] == "weighting_before"]
    found = []
    for pair in profile.merge(before, on=keys, suffixes=("", "_whole")).to_dict("records"):
        whole = {name: pair.get(f"{name}_whole", pair[name]) for name in before.columns}
        fits = {
            all_ - some
            for n, m in product(bases(pair["n"]), bases(whole["n"]))
            for all_, some in product(wholes(pair, n, half), wholes(whole, m, half))
            if all_ >= some
        }
        if len(fits) == 1 and fits <= set(SMALL):
            found.append((" ".join(str(pair[key]) for key in keys), "profile", fits.pop()))
    return found


def late_recovered(
    before: Row,
    after: Row,
    step: float,
    bases: Bases = exactly,
    half: Half = digits,
    most: int = 3,
    top: float = 10.0,
) -> tuple[int, float] | None:
    """How many answered between two publications of a mean, and the sum of their marks.

    None where more than one pair fits, of at most `most` late answers. Marks go from 0 to `top`
    by `step`; a share is the mean of marks of 0 and 100.
    """
    fits = {
        (n - m, round(step * (total - first), 6))
        for m, n in product(bases(before["n"]), bases(after["n"]))
        if 0 < n - m <= most
        for first, total in product(wholes(before, m, half, step), wholes(after, n, half, step))
        if 0 <= step * (total - first) <= top * (n - m)
    }
    return fits.pop() if len(fits) == 1 else None
