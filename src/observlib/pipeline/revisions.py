"""What an edition tells otherwise than before, and why: the policy of revisions, applied.

Publications are the vintages: each value is there with its edition and its day. Nothing is stored
beside them; what is revised, and the marks of figures, follow from them and from the policy.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.base.errors import SHOWN, ObservError, bounded
from observlib.base.period import Quarter, bounds
from observlib.catalogue import Catalogue, Revision
from observlib.catalogue.revisions import SELECTS
from observlib.estimates import FIGURE, TOLD, WITHHELD
from observlib.language import wording
from observlib.language.words import is_count
from observlib.pipeline import archive, errata, project
from observlib.pipeline.archive import Publication

TEXTS = wording.beside(__file__)
BEFORE = "before_"  # begins the columns of what was told before
SILENT = ""  # the reason of a revision that has none
# Reasons that statuses tell by themselves: they need no entry of the policy.
COMPLETED, ARRIVED, WITHHOLDING = "completed", "arrived", "withheld"
NATURAL = (COMPLETED, ARRIVED, WITHHOLDING)
_SLACK = 1e-9  # of numbers that are the same


def earlier(told: Iterable[Publication], quarter: Quarter, today: date) -> list[Publication]:
    """What readers of an edition may have seen: editions up to its own, the latest quarter last.

    Those of its own quarter and day do not count: what is made again takes their place.
    """
    own, day = str(quarter), today.isoformat()
    kept = [one for one in told if one.quarter <= own and (one.quarter, one.day) != (own, day)]
    return sorted(kept, key=lambda one: (one.quarter, one.name))


def found(
    rows: pd.DataFrame,
    told: Iterable[Publication],
    catalogue: Catalogue,
    quarter: Quarter,
    today: date,
) -> pd.DataFrame:
    """The figures that an edition tells otherwise than they were last told, each with its reason.

    A value is set beside the last value: that it was withheld meanwhile hides no change of it.
    """
    rows = rows.assign(edition=str(quarter), day=today.isoformat())
    frames = [
        one.told.estimates.assign(edition=one.quarter, day=one.day)
        for one in earlier(told, quarter, today)
    ]
    whole = pd.concat(frames, ignore_index=True) if frames else rows.iloc[:0]
    last = whole.drop_duplicates(FIGURE, keep="last")
    valued = whole[~whole["status"].isin(WITHHELD)].drop_duplicates(FIGURE, keep="last")
    shown = ~rows["status"].isin(WITHHELD)
    firsts = pd.concat([last, valued]).drop_duplicates(FIGURE, keep="last")
    both = pd.concat([_beside(rows[shown], firsts), _beside(rows[~shown], last)])
    return with_reasons(both, catalogue)


def between(before: Publication, now: Publication, catalogue: Catalogue) -> pd.DataFrame:
    """The figures that one publication tells otherwise than another, as `found` gives them."""
    then, rows = (
        one.told.estimates.assign(edition=one.quarter, day=one.day) for one in (before, now)
    )
    return with_reasons(_beside(rows, then), catalogue)


def _beside(rows: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Figures that are told otherwise than before, with what was told."""
    named = before.add_prefix(BEFORE)
    both = rows.merge(named, left_on=FIGURE, right_on=[BEFORE + name for name in FIGURE])
    then = estimates.lines(both[[BEFORE + name for name in TOLD]])
    return both.loc[[a != b for a, b in zip(then, estimates.lines(both[TOLD]), strict=True)]]


def with_reasons(rows: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Figures that are told otherwise than before, with the `reason` of each (see `found`)."""
    reasons = [_reason(row, catalogue) for row in estimates.records(rows)]
    return rows.assign(reason=reasons).reset_index(drop=True)


def _reason(row: Mapping[str, Any], catalogue: Catalogue) -> str:
    """What a deliberate entry says goes first, then what statuses say, then what is routine.

    An erratum holds of its very figures on whatever day they were told.
    """
    for one in catalogue.revisions.values():
        if isinstance(one, errata.Reason):
            if errata.explains(one, row):
                return one.id
        elif one.since and _is_before(row, one.since.isoformat()) and _holds(one, row):
            return one.id
    then, now = row[f"{BEFORE}status"], row["status"]
    if "suppressed" in (then, now):
        return WITHHOLDING
    if then == "missing":
        return ARRIVED
    if then == "partial" and now != "missing":
        return COMPLETED
    known = (one for one in catalogue.revisions.values() if not one.since)
    return next((one.id for one in known if _holds(one, row) and _within(one, row)), SILENT)


def _is_before(row: Mapping[str, Any], since: str) -> bool:
    """Whether a figure was last told before a day, or on that very one by another edition."""
    before = row[f"{BEFORE}day"]
    return bool(before < since or before == since == row["day"])


def _holds(one: Revision, row: Mapping[str, Any]) -> bool:
    """Whether an entry names a figure, and holds on the day that tells it; a day not kept is past.

    Of what an entry does not say, all figures are meant.
    """
    if one.since and row["day"] and one.since.isoformat() > row["day"]:
        return False
    allowed = {column: getattr(one, column) for column in SELECTS}
    if any(ids and row[column] not in ids for column, ids in allowed.items()):
        return False
    return not one.period or any(_overlap(row["period"], period) for period in one.period)


def _overlap(period: str, other: str) -> bool:
    try:
        (first, last), (begin, end) = bounds(period), bounds(other)
    except ValueError:  # a source's own words for when
        return period == other
    return first <= end and begin <= last


def _within(one: Revision, row: Mapping[str, Any]) -> bool:
    """Whether a revision is within a routine's limits: how far back, how large."""
    if one.months is not None:
        try:
            end = bounds(row["period"])[1]
        except ValueError:
            return False
        quarter = Quarter.parse(row["edition"])
        back = 12 * (quarter.end.year - end.year) + quarter.end.month - end.month
        if back > one.months:
            return False
    if row["status"] in WITHHELD or row["unit"] != row[f"{BEFORE}unit"]:
        return False
    if one.at_most is None:
        return True
    pairs = [(row[BEFORE + name], row[name]) for name in ("estimate", "ci_low", "ci_high")]
    changes = [abs(change(then, now, row["unit"])) for then, now in pairs if _is_told(then, now)]
    return all(size <= one.at_most + _SLACK for size in changes)


def _is_told(then: float, now: float) -> bool:
    return not (math.isnan(then) and math.isnan(now))


def change(then: float, now: float, unit: str) -> float:
    """The size of a revision: in % of what was told for a count, else in the figure's unit.

    It has no limit where one of the two is absent, or a count was none.

    Examples
    --------
    >>> change(200.0, 201.0, "visites"), round(change(7.1, 6.9, "sur 10"), 1)
    (0.5, -0.2)
    """
    if math.isnan(then) or math.isnan(now):
        return math.inf
    if then == now:
        return 0.0
    if not is_count(unit):
        return now - then
    return 100 * (now - then) / abs(then) if then else math.inf


def check(
    root: Path,
    data: Path,
    rows: pd.DataFrame,
    catalogue: Catalogue,
    quarter: Quarter,
    today: date,
) -> None:
    """Stop an edition that tells figures otherwise than before, and says not why."""
    revised = found(rows, archive.earlier(data), catalogue, quarter, today)
    silent = estimates.records(revised[revised["reason"] == SILENT])
    if not silent:
        return
    folder = project.own(data, "catalogue", root) or root / "data" / "catalogue"
    lines = [
        f"{quarter}: {_named(row)}: {_value(row, BEFORE)} in {row[f'{BEFORE}edition']}, now "
        f"{_value(row)}"
        for row in silent
    ]
    raise ObservError(
        *bounded(lines, SHOWN, "\n").split("\n"),
        "nothing was published: an earlier edition told these figures otherwise, and no entry of "
        f"the policy of revisions says why; mend the error, or say the reason in "
        f"{folder / 'revisions.yml'}, in French, as it is published:\n"
        f"{_entry(silent, quarter, today)}",
    )


def _named(row: Mapping[str, Any]) -> str:
    return ", ".join(str(row[name]) for name in FIGURE if row[name])


def _value(row: Mapping[str, Any], side: str = "") -> str:
    """All that was told of a figure, in short."""
    value, low, high, n = (row[side + name] for name in ("estimate", "ci_low", "ci_high", "n"))
    parts = [] if math.isnan(value) else [f"{value:.10g}"]
    parts += [] if math.isnan(low) else [f"[{low:.10g}; {high:.10g}]"]
    parts += [] if math.isnan(n) else [f"n={n:.10g}"]
    status = str(row[f"{side}status"])
    return " ".join(parts if status == "published" else [*parts, f"({status})"])


def _entry(silent: Sequence[Mapping[str, Any]], quarter: Quarter, today: date) -> str:
    """The lines of an entry that names what was revised, and waits for its reason."""
    lines = [f"- id: {str(quarter).lower()}-1", "  kind: correction  # or method", '  why: ""']
    lines.append(f"  since: {today}")
    for name in ("indicator", "product", "device", "period"):
        ids = sorted({str(row[name]) for row in silent})
        if all(ids) and len(ids) <= SHOWN:
            lines.append(f"  {name}: [{', '.join(ids)}]")
    return "\n".join(lines)


def marks(
    rows: pd.DataFrame,
    told: Iterable[Publication],
    catalogue: Catalogue,
    quarter: Quarter,
    today: date,
) -> dict[tuple[str, ...], str]:
    """Which figures of an edition are revised (`r`), and of another method than before (`b`).

    A figure is revised in the edition that tells it otherwise than the editions before, and whose
    own readers may have seen the other value; in later ones it is not.
    """
    told = [*told]
    others = [one for one in told if one.quarter != str(quarter)]
    own = [[one] for one in told if one.quarter == str(quarter)]
    revised = pd.concat([found(rows, seen, catalogue, quarter, today) for seen in (others, *own)])
    letters: dict[tuple[str, ...], set[str]] = {}
    for row in estimates.records(revised):
        letters.setdefault(key_of(row), set()).update(letters_of(row, catalogue))
    dated = rows.assign(edition=str(quarter), day=today.isoformat(), reason=SILENT)
    for row in estimates.records(dated) if any(map(_breaks, catalogue.revisions.values())) else ():
        letters.setdefault(key_of(row), set()).update(break_of(row, catalogue))
    return {key: "".join(sorted(found_)) for key, found_ in letters.items() if found_}


def letters_of(row: Mapping[str, Any], catalogue: Catalogue) -> str:
    """The letters of a figure that is told otherwise than before: a value that took another's."""
    if {row["status"], row[f"{BEFORE}status"]} & {*WITHHELD}:
        return ""
    return "r" + break_of(row, catalogue)


def break_of(row: Mapping[str, Any], catalogue: Catalogue) -> str:
    """`b` for a value of another method: revised for that, or of a period that an entry names."""
    if row["status"] in WITHHELD:
        return ""
    entries = catalogue.revisions.values()
    new = (one for one in entries if one.kind == "method")
    is_other = any(one.id == row["reason"] or (_breaks(one) and _holds(one, row)) for one in new)
    return "b" if is_other else ""


def _breaks(one: Revision) -> bool:
    return one.kind == "method" and bool(one.period)


def key_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """The names by which a figure is the same in all editions."""
    return tuple(str(row[name]) for name in FIGURE)


def why(reason: str, catalogue: Catalogue) -> str:
    """The reason of a revision, as it is published.

    Examples
    --------
    >>> why("completed", Catalogue.model_construct(revisions={}))
    "La période n'était pas complète."
    """
    known = catalogue.revisions.get(reason)
    return known.why if known else TEXTS[f"reasons.{reason or 'silent'}"]
