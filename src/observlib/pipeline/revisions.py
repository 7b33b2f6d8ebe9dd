"""What an edition tells otherwise than before, and why: the policy of revisions, applied.

Publications are the vintages: each value is there with its edition and its day. Nothing is stored
beside them; what is revised, and the marks of figures, follow from them and from the policy.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date as Day
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import pandas as pd
from pydantic import Field, StringConstraints, model_validator

from observlib import estimates, store
from observlib.base.errors import SHOWN, ObservError, bounded
from observlib.base.period import Period, Quarter
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import SELECTS, Part, Revision, Slug, Text
from observlib.estimates import FIGURE, TOLD, WITHHELD
from observlib.language import french, wording, words
from observlib.language.words import is_count
from observlib.pipeline import archive, project
from observlib.pipeline.archive import Publication
from observlib.records import Line, Record
from observlib.records.sheets import Correction

# --- Errata: which published figures were wrong, and what they are

ERRATA_PAGE = "errata"  # of the site
ERRATUM_PREFIX = "erratum-"  # before its id, where it is the reason of a revision, and on its page
_NUMBERS = ("published", "corrected")
_ABOUT = ("unit", "cause", "what", "digest")
ERRATA_COLUMNS = ["erratum", "day", *FIGURE, *_NUMBERS, *_ABOUT]
_Key = tuple[str, ...]  # the names by which a figure is the same in all editions
BEFORE = "before_"  # begins the columns of what was told before
_Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class Figure(Part):
    """A figure by its names, what was told of it, and what is told now."""

    indicator: Text
    product: str = ""
    channel: str = ""
    device: str = ""
    period: Text
    group: str = ""
    group_value: str = ""
    published: _Number = Field(description="what was told, as pages wrote it")
    corrected: _Number | None = Field(default=None, description="what is told now")
    withdrawn: bool = Field(default=False, description="true: it is told no more")

    @model_validator(mode="after")
    def _is_another_or_none(self) -> Figure:
        if self.withdrawn != (self.corrected is None):
            raise ValueError("give `corrected`, or `withdrawn: true` in its place")
        if self.corrected == self.published:
            raise ValueError("corrected is what was published; an erratum changes a figure")
        return self

    @property
    def key(self) -> _Key:
        """The names by which it is the same in all editions."""
        return tuple(getattr(self, name) for name in FIGURE)


class Erratum(Record):
    """One erratum, as its file tells it."""

    FOLDER: ClassVar[str] = "errata"  # in `reports/` (see `standing.BESIDE`)
    ORDER: ClassVar[str] = "day"

    day: Day = Field(description="of its publication")
    figures: tuple[Figure, ...] = Field(min_length=1)
    what: Annotated[Line, StringConstraints(min_length=20)] = Field(
        description="what was wrong, a sentence for readers (fr)"
    )
    cause: Literal["source", "processing", "writing"]
    correction: Slug | None = Field(
        default=None, description="the file of corrections that mends the source"
    )

    @model_validator(mode="after")
    def _tells_each_once(self) -> Erratum:
        times = Counter(figure.key for figure in self.figures)
        if twice := [_named(key) for key in times if times[key] > 1]:
            raise ValueError(f"{twice[0]}: comes twice")
        return self


class _Reason(Revision):
    """An erratum as the reason of revisions: what was told of its figures, and what is now."""

    changes: dict[_Key, tuple[float, float]]


def load_errata(reports: Path) -> tuple[Erratum, ...]:
    """Read and check the errata of a project, the earliest first."""
    found = Erratum.load(reports)
    last: dict[_Key, tuple[Figure, str]] = {}
    problems = []
    for one in found:
        for figure in one.figures:
            before, by = last.get(figure.key, (None, ""))
            if before and before.corrected != figure.published:
                now = "withdrawn" if before.withdrawn else before.corrected
                problems.append(
                    f"{_path(reports, one.id)}: {_named(figure.key)}: published is "
                    f"{figure.published:g}, and {by}.yml made it {now}; an erratum of an erratum "
                    "begins with what the first one made"
                )
            last[figure.key] = figure, one.id
    ObservError.raise_any(problems)
    return found


def no_errata() -> pd.DataFrame:
    """The frame of no errata."""
    return _frame([])


def _frame(rows: Iterable[estimates.Row]) -> pd.DataFrame:
    return estimates.with_types(pd.DataFrame(list(rows), columns=ERRATA_COLUMNS), _NUMBERS)


def known_errata(root: Path, data: Path, today: Day) -> pd.DataFrame:
    """The errata of what was published from a data folder, as a frame; of a demonstration, those of
    figures that it never told are left out, as they are of real editions."""
    sheets = load_errata(root / "reports")
    if not sheets:
        return no_errata()
    catalogue = project.catalogue(data, root)
    told = _tellings(archive.earlier(data), sheets)
    corrections = [one.id for one in project.records_of(Correction, data, root)]
    rows, problems = [], []
    is_invented = store.kind(data) == "demonstration"
    for one in sheets:
        path = _path(root / "reports", one.id)
        own, wrong = _rows(one, told, catalogue)
        if wrong and is_invented:
            continue
        rows += own
        problems += [f"{path}: {line}" for line in wrong]
        if one.day > today:
            problems.append(f"{path}: day: {one.day} is still to come; today is {today}")
        if one.correction not in (None, *corrections):
            problems.append(
                f"{path}: correction: unknown {one.correction!r}; allowed: "
                f"{', '.join(corrections) or 'none'}"
            )
    ObservError.raise_any(problems)
    return _frame(rows)


def _path(reports: Path, name: str) -> Path:
    return reports / Erratum.FOLDER / f"{name}.yml"


def _tellings(
    told: Iterable[Publication], sheets: Iterable[Erratum]
) -> dict[_Key, list[estimates.Row]]:
    """All values that were told of the figures of errata."""
    names = {figure.indicator for one in sheets for figure in one.figures}
    found: dict[_Key, list[estimates.Row]] = {}
    for one in told:
        rows = one.told.estimates
        is_value = rows["indicator"].isin(names) & ~rows["status"].isin(WITHHELD)
        for row in estimates.records(rows[is_value]):
            found.setdefault(figure_key(row), []).append(row)
    return found


def _rows(
    one: Erratum, told: Mapping[_Key, list[estimates.Row]], catalogue: Catalogue
) -> tuple[list[estimates.Row], list[str]]:
    """The rows of an erratum, and what is wrong with figures that nobody told so."""
    rows, wrong = [], []
    for figure in one.figures:
        tellings, named = told.get(figure.key, []), _named(figure.key)
        published = [_in_digits(figure.published, row, catalogue) for row in tellings]
        same = [r for r, x in zip(tellings, published, strict=True) if _is_same(r["estimate"], x)]
        if not tellings:
            wrong.append(f"{named}: no edition told it; give its names as `estimates.csv` has them")
        elif not same:
            values = ", ".join(dict.fromkeys(f"{row['estimate']:.10g}" for row in tellings))
            wrong.append(
                f"{named}: published is {figure.published:.10g}, and editions told {values}"
            )
        else:
            row = same[-1]
            about = {"erratum": one.id, "day": one.day.isoformat(), "digest": one.digest}
            about |= {"cause": one.cause, "what": one.what, "unit": row["unit"]}
            about |= dict(zip(FIGURE, figure.key, strict=True))
            numbers = {name: _in_digits(getattr(figure, name), row, catalogue) for name in _NUMBERS}
            rows.append({**about, **numbers})
    return rows, wrong


def _in_digits(value: float | None, row: estimates.Row, catalogue: Catalogue) -> float:
    """A value with the digits that pages tell of a row's; none of one that is withdrawn."""
    if value is None:
        return math.nan
    return french.rounded(value, words.places(row, catalogue))


def _is_same(value: float, other: float) -> bool:
    return math.isclose(value, other, rel_tol=1e-9, abs_tol=1e-9)


def borne_errata(
    errata: pd.DataFrame, rows: pd.DataFrame, told: Iterable[Publication], quarter: str
) -> pd.DataFrame:
    """An edition's errata: of figures that it tells, or told before it was made again."""
    if errata.empty:
        return errata
    former = [one.told.estimates for one in told if one.quarter == quarter]
    told_here = pd.concat([frame[FIGURE] for frame in (rows, *former)])
    return errata[keys_of(errata).isin(keys_of(told_here))].reset_index(drop=True)


def errata_digests(errata: pd.DataFrame) -> dict[str, str]:
    """The digest of each erratum of a frame, by its id."""
    return dict(zip(errata["erratum"], errata["digest"], strict=True))


def check_errata(errata: pd.DataFrame, rows: pd.DataFrame, quarter: str, reports: Path) -> None:
    """Stop an edition that still tells what an erratum corrects, or a third value."""
    problems = {}
    last = errata.drop_duplicates(FIGURE, keep="last")
    for row in estimates.records(matched_rows(last, rows).both):
        must_be = row[f"{BEFORE}corrected"]
        if _is_now(row, must_be):
            continue
        must = "nothing, as it is withdrawn" if math.isnan(must_be) else f"{must_be:.10g}"
        has = row["status"] if row["status"] in WITHHELD else f"{row['estimate']:.10g}"
        named = _named(figure_key(row))
        problems[named] = (
            f"{_path(reports, row[f'{BEFORE}erratum'])}: {named}: the edition {quarter} tells "
            f"{has}, and should tell {must}: mend the source (a file of corrections) or the "
            "formula, or the erratum"
        )
    if problems:
        raise ObservError(*problems.values(), "nothing was published")


def _is_now(row: estimates.Row, corrected: float) -> bool:
    """Whether an estimate is what an erratum made of it."""
    is_withheld = row["status"] in WITHHELD
    if math.isnan(corrected):
        return is_withheld
    return not is_withheld and _is_same(row["estimate"], corrected)


def with_errata(catalogue: Catalogue, errata: pd.DataFrame) -> Catalogue:
    """A catalogue in whose policy of revisions errata are reasons too, before all others, each of
    what it says and of nothing else (see `_explains`)."""
    last = {figure_key(row): row["corrected"] for row in estimates.records(errata)}
    reasons: dict[str, Revision] = {}
    for name, own in errata.groupby("erratum", sort=False):
        rows = estimates.records(own)
        columns = ("indicator", "product", "device")
        ids: dict[str, Any] = {x: tuple(filter(None, own[x].unique())) for x in columns}
        one = _Reason(
            id=f"{ERRATUM_PREFIX}{name}",
            kind="correction",
            why=rows[0]["what"],
            since=Day.fromisoformat(rows[0]["day"]),
            changes={figure_key(row): (row["published"], last[figure_key(row)]) for row in rows},
            **ids,
        )
        reasons[one.id] = one
    return catalogue.model_copy(update={"revisions": {**reasons, **catalogue.revisions}})


def _explains(one: _Reason, row: estimates.Row) -> bool:
    """Whether an erratum is the reason of a revision, from the very value to the very value."""
    if (found := one.changes.get(figure_key(row))) is None or row["before_status"] in WITHHELD:
        return False
    published, corrected = found
    return _is_same(row["before_estimate"], published) and _is_now(row, corrected)


# --- Revisions: what is told otherwise than before, and why

_TEXTS = wording.load_texts(__file__)
SILENT = ""  # the reason of a revision that has none
# Reasons that statuses tell by themselves: they need no entry of the policy.
COMPLETED, ARRIVED, WITHHOLDING = "completed", "arrived", "withheld"
NATURAL = (COMPLETED, ARRIVED, WITHHOLDING)
_SLACK = 1e-9  # of numbers that are the same


class _Compared(NamedTuple):
    """Two frames side by side: the rows of both (`both`, the first one's after `before_`), of the
    second alone (`added`), and of the first alone (`removed`).
    """

    both: pd.DataFrame
    added: pd.DataFrame
    removed: pd.DataFrame


def matched_rows(before: pd.DataFrame, now: pd.DataFrame, keys: list[str] = FIGURE) -> _Compared:
    """Two frames whose rows are the same where their keys are."""
    first, second = (pd.MultiIndex.from_frame(rows[keys]) for rows in (before, now))
    then = before.add_prefix(BEFORE)
    both = now.merge(then, left_on=keys, right_on=[BEFORE + name for name in keys])
    return _Compared(both, now[~second.isin(first)], before[~first.isin(second)])


def seen_before(told: Iterable[Publication], now: Publication) -> list[Publication]:
    """What readers of an edition may have seen: editions up to its own, the latest quarter last,
    but for those of its own quarter and day, whose place it takes."""
    own = (now.quarter, now.day)
    kept = [one for one in told if one.quarter <= now.quarter and (one.quarter, one.day) != own]
    return sorted(kept, key=lambda one: (one.quarter, one.name))


def revised_figures(
    now: Publication, told: Iterable[Publication], catalogue: Catalogue
) -> pd.DataFrame:
    """The figures that an edition tells otherwise than they were last told, each with its reason: a
    value is set beside the last value, though it was withheld meanwhile."""
    rows = now.dated
    whole = pd.concat([rows.iloc[:0], *(one.dated for one in seen_before(told, now))])
    last = whole.drop_duplicates(FIGURE, keep="last")
    valued = pd.concat([last, whole[~whole["status"].isin(WITHHELD)]])
    valued = valued.drop_duplicates(FIGURE, keep="last")
    shown = ~rows["status"].isin(WITHHELD)
    changed = [_changed(valued, rows[shown]), _changed(last, rows[~shown])]
    return with_reasons(pd.concat(changed), catalogue)


def revised_between(before: Publication, now: Publication, catalogue: Catalogue) -> pd.DataFrame:
    """The figures that one publication tells otherwise than another, as `revised_figures`."""
    return with_reasons(_changed(before.dated, now.dated), catalogue)


def _changed(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Figures that are told otherwise than before, with what was told."""
    both = matched_rows(before, now).both
    then = estimates.csv_lines(both[[BEFORE + name for name in TOLD]])
    return both.loc[[a != b for a, b in zip(then, estimates.csv_lines(both[TOLD]), strict=True)]]


def with_reasons(rows: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Figures that are told otherwise than before, with the `reason` of each."""
    reasons = [_reason(row, catalogue) for row in estimates.records(rows)]
    return rows.assign(reason=reasons).reset_index(drop=True)


def _reason(row: estimates.Row, catalogue: Catalogue) -> str:
    """A deliberate entry goes first (an erratum, of its very figures, on whatever day they were
    told), then what statuses say, then what is routine."""
    for one in catalogue.revisions.values():
        if isinstance(one, _Reason):
            if _explains(one, row):
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


def _is_before(row: estimates.Row, since: str) -> bool:
    """Whether a figure was last told before a day, or on that very one by another edition."""
    before = row[f"{BEFORE}day"]
    return bool(before < since or before == since == row["day"])


def _holds(one: Revision, row: estimates.Row) -> bool:
    """Whether an entry names a figure, and holds on the day that tells it; a day not kept is past,
    and of what an entry does not say all figures are meant."""
    if one.since and row["day"] and one.since.isoformat() > row["day"]:
        return False
    allowed = {column: getattr(one, column) for column in SELECTS}
    if any(ids and row[column] not in ids for column, ids in allowed.items()):
        return False
    return not one.period or any(_overlap(row["period"], period) for period in one.period)


def _overlap(period: str, other: str) -> bool:
    one, two = Period(period).days, Period(other).days
    if not (one and two):  # a source's own words for when
        return period == other
    return one[0] <= two[1] and two[0] <= one[1]


def _within(one: Revision, row: estimates.Row) -> bool:
    """Whether a revision is within a routine's limits: how far back, how large."""
    if one.months is not None:
        days, last = Period(row["period"]).days, Quarter(row["edition"]).end
        if not days or 12 * (last.year - days[1].year) + last.month - days[1].month > one.months:
            return False
    if row["status"] in WITHHELD or row["unit"] != row[f"{BEFORE}unit"]:
        return False
    pairs = [(row[BEFORE + name], row[name]) for name in ("estimate", "ci_low", "ci_high")]
    told = [pair for pair in pairs if not all(map(math.isnan, pair))]
    most = math.inf if one.at_most is None else one.at_most
    return all(abs(change(*pair, row["unit"])) <= most + _SLACK for pair in told)


def change(then: float, now: float, unit: str) -> float:
    """The size of a revision: in % of what was told for a count (no limit if that was 0), else in
    its unit.

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


def check_revisions(root: Path, data: Path, now: Publication, catalogue: Catalogue) -> None:
    """Stop an edition that tells figures otherwise than before, and says not why."""
    revised = revised_figures(now, archive.earlier(data), catalogue)
    silent = estimates.records(revised[revised["reason"] == SILENT])
    if not silent:
        return
    folder = project.own(data, "catalogue", root) or root / "data" / "catalogue"
    lines = [
        f"{now.quarter}: {_named(figure_key(row))}: {_value(row, BEFORE)} in "
        f"{row[f'{BEFORE}edition']}, now {_value(row)}"
        for row in silent
    ]
    raise ObservError(
        *bounded(lines, SHOWN, "\n").split("\n"),
        "nothing was published: an earlier edition told these figures otherwise, and no entry of "
        f"the policy of revisions says why; mend the error, or say the reason in "
        f"{folder / 'revisions.yml'}, in French, as it is published:\n{_entry(silent, now)}",
    )


def _named(key: _Key) -> str:
    return ", ".join(filter(None, key))


def _value(row: estimates.Row, side: str = "") -> str:
    """All that was told of a figure, in short."""
    value, low, high, n = (row[side + name] for name in ("estimate", "ci_low", "ci_high", "n"))
    parts = [] if math.isnan(value) else [f"{value:.10g}"]
    parts += [] if math.isnan(low) else [f"[{low:.10g}; {high:.10g}]"]
    parts += [] if math.isnan(n) else [f"n={n:.10g}"]
    status = str(row[f"{side}status"])
    return " ".join(parts if status == "published" else [*parts, f"({status})"])


def _entry(silent: Sequence[estimates.Row], now: Publication) -> str:
    """The lines of an entry that names what was revised, and waits for its reason."""
    lines = [f"- id: {now.quarter.lower()}-1", "  kind: correction  # or method", '  why: ""']
    lines.append(f"  since: {now.day}")
    for name in ("indicator", "product", "device", "period"):
        ids = sorted({str(row[name]) for row in silent})
        if all(ids) and len(ids) <= SHOWN:
            lines.append(f"  {name}: [{', '.join(ids)}]")
    return "\n".join(lines)


def revision_flags(
    now: Publication, told: Iterable[Publication], catalogue: Catalogue
) -> dict[_Key, str]:
    """Which figures of an edition are revised (`r`), and of another method than before (`b`): in
    the edition that tells them otherwise than readers may have seen, and not in later ones."""
    told = [*told]
    others = [one for one in told if one.quarter != now.quarter]
    own = [[one] for one in told if one.quarter == now.quarter]
    letters: defaultdict[_Key, set[str]] = defaultdict(set)
    for seen in (others, *own):
        for row in estimates.records(revised_figures(now, seen, catalogue)):
            letters[figure_key(row)].update(letters_of(row, catalogue))
    if any(map(_breaks, catalogue.revisions.values())):
        for row in estimates.records(now.dated.assign(reason=SILENT)):
            letters[figure_key(row)].update(break_of(row, catalogue))
    return {key: "".join(sorted(found)) for key, found in letters.items() if found}


def letters_of(row: estimates.Row, catalogue: Catalogue) -> str:
    """The letters of a figure that is told otherwise than before: a value that took another's."""
    if {row["status"], row[f"{BEFORE}status"]} & {*WITHHELD}:
        return ""
    return "r" + break_of(row, catalogue)


def break_of(row: estimates.Row, catalogue: Catalogue) -> str:
    """`b` for a value of another method: revised for that, or of a period that an entry names."""
    if row["status"] in WITHHELD:
        return ""
    new = (one for one in catalogue.revisions.values() if one.kind == "method")
    is_other = any(one.id == row["reason"] or (_breaks(one) and _holds(one, row)) for one in new)
    return "b" if is_other else ""


def _breaks(one: Revision) -> bool:
    return one.kind == "method" and bool(one.period)


def figure_key(row: estimates.Row) -> _Key:
    """The names by which a figure is the same in all editions."""
    return tuple(row[name] for name in FIGURE)


def keys_of(rows: pd.DataFrame) -> pd.MultiIndex:
    """The same of each row."""
    return pd.MultiIndex.from_frame(rows[FIGURE])


def revision_reason(reason: str, catalogue: Catalogue) -> str:
    """The reason of a revision, as it is published."""
    known = catalogue.revisions.get(reason)
    return known.why if known else _TEXTS[f"reasons.{reason or 'silent'}"]
