"""What is looked at before a release: each line says what it found, and may be `blocking`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pandas as pd

from observlib import store
from observlib.base.errors import ObservError, bounded
from observlib.base.period import Quarter
from observlib.edition import notices
from observlib.edition.plan import load_studies
from observlib.pipeline import project, revisions
from observlib.publish import record
from observlib.publish.project import broken_links, links_of
from observlib.publish.record import ZONE, Calendar, Edition, Planned, check_kept, load_calendar
from observlib.records.sheets import Action, Correction, Decision, Expectation, Reply
from observlib.store import GRACE
from observlib.store.ledger import LedgerEntry, read_ledger

MANY_REJECTED, SOME_REJECTED = 5, 1  # percent of a device's rows: stops a release, warns
_AHEAD = 4  # editions whose dates are announced: a year
GUIDE = "documentation/reference/data.html"  # of the columns of the data, in the site
PACKAGE = (".zip", "estimates.csv", "comparisons.csv", "dictionary.csv",
           "datapackage.json", "dataset.jsonld")  # fmt: skip
_NAMES = ("id", "slug", "quarter", "name")  # what each thing that people write is called by
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class Check(NamedTuple):
    """What was looked at, how it stands, and what was found."""

    name: str
    state: Literal["ok", "warning", "blocking"]
    told: str


def _check(
    name: str, wrong: str, fine: str, state: Literal["warning", "blocking"] = "blocking"
) -> Check:
    """A check that found something wrong, or (`""`) that all is fine."""
    return Check(name, state, wrong) if wrong else Check(name, "ok", fine)


def before(data: Path, root: Path, quarter: Quarter, now: datetime) -> list[Check]:
    """The checks that need no made edition."""
    dates, today = load_calendar(data, root), now.astimezone(ZONE).date()
    devices = project.catalogue_with_devices(data, root).devices
    found = store.status(data, devices.values(), today)
    ledger = read_ledger(data / "store")
    return [
        hour(dates, quarter, now),
        next_dates(dates, quarter),
        imports(found, quarter),
        never_given(found),
        rejects([one for one in ledger.files if one.device in devices] if ledger else (), quarter),
        corrections_at_source(store.open_corrections(data)),
        corrected(notices.unborne(root, data, quarter, today)),
        earlier_review(
            record.published_editions(root / "reports" / "_site"),
            record.Review.load(root / "reports"),
            quarter,
        ),
    ]


def written(data: Path, root: Path, today: date) -> dict[str, list[str]]:
    """What each thing that people write for editions is called, by kind, once all is checked."""
    known, ledger = project.catalogue(data, root), read_ledger(data / "store")
    kind, reports = ledger.kind if ledger else "", root / "reports"
    named: dict[str, list[str]] = {}
    problems = store.corrections_of(data, known).faults if ledger else []
    kinds: dict[str, Callable[[], Iterable[Any]]] = {
        "practices": lambda: project.practices(data, kind, root).sheets,
        "actions": lambda: project.records_of(Action, data, root),
        "decisions": lambda: project.records_of(Decision, data, root),
        "replies": lambda: project.records_of(Reply, data, root),
        "corrections": lambda: project.records_of(Correction, data, root),
        "expectations": lambda: project.records_of(Expectation, data, root),
        "errata": lambda: revisions.load_errata(reports),
        "reviews": lambda: record.Review.load(reports),
        "calendar": lambda: load_calendar(data, root).editions,
        "studies": lambda: load_studies(root / "notebooks").values(),
    }
    for name, read in kinds.items():
        try:
            names = (
                next(getattr(one, key) for key in _NAMES if hasattr(one, key)) for one in read()
            )
            named[name] = [*names]
        except ObservError as error:
            problems += error.problems
    ObservError.raise_any(dict.fromkeys(problems))
    check_kept(load_calendar(data, root), reports / "_site", kind, today)
    if ledger:
        revisions.known_errata(root, data, today)
    return named


def corrections_at_source(asked: Iterable[Mapping[str, Any]]) -> Check:
    """Whether sources still give what is mended here: their owners were asked, and have not yet."""
    told = [f"{one['id']} ({one['device']})" for one in asked]
    wrong = f"open: {bounded(told)}: ask the source again" if told else ""
    return _check("corrections", wrong, "none is open", "warning")


def corrected(lacking: Mapping[str, str]) -> Check:
    """Whether each edition of the site bears the errata of what it tells."""
    told = "; ".join(f"{quarter} ({names})" for quarter, names in lacking.items())
    again = f"publish it again: `observ edition {min(lacking, default='')}`"
    wrong = f"not borne by {told}: {again}" if lacking else ""
    return _check("errata", wrong, "each edition bears those of what it tells")


def earlier_review(
    published: Iterable[Edition], read: Iterable[record.Review], quarter: Quarter
) -> Check:
    """Whether somebody read the edition before again, and got answers."""
    last = next((one for one in published if one.quarter < quarter), None)
    if last is None:
        return Check("review", "ok", "no edition before")
    own = [sheet for sheet in read if (sheet.edition, sheet.told) == (last.quarter, last.told)]
    if not own:
        told = f"nobody read {last.quarter} again: `observ review` with --write ROLE"
        return Check("review", "warning", told)
    waiting = sum(point.answer is None for sheet in own for point in sheet.points)
    if own[-1].verdict not in record.GOOD or waiting:
        told = f"{last.quarter}: {own[-1].verdict}; points that wait for an answer: {waiting}"
        return Check("review", "warning", told)
    return Check("review", "ok", f"{last.quarter}: {own[-1].verdict}")


def after(manifest: Mapping[str, Any], report: Mapping[str, Any], site: Path) -> list[Check]:
    """The checks of a made edition."""
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    own = sorted(name for name in files if name.endswith(".html"))
    texts = {name: (site / name).read_text(encoding="utf-8") for name in own}
    found = (links(site, texts), accessibility(texts), data_guide(files))
    return [pages(manifest), disclosure(report), *found]


def due(dates: Calendar, published: Iterable[Edition], now: datetime) -> Planned | None:
    """The latest edition whose hour has come, where it has not appeared on its day or since."""
    come = [one for one in dates.editions if one.moment <= now]
    days = {edition.quarter: edition.changed for edition in published}
    if not come or days.get(come[-1].quarter, date.min) >= come[-1].date:
        return None
    return come[-1]


def hour(dates: Calendar, quarter: Quarter, now: datetime) -> Check:
    """Whether an edition may appear by now: it has a date, and its hour is there."""
    planned = dates.of(quarter)
    if planned is None:
        return Check("hour", "blocking", f"{quarter} has no date: announce one in calendar.yml")
    when = f"{planned.date} {planned.hour} (Paris)"
    if now < planned.moment:
        return Check("hour", "blocking", f"{quarter} may be released from {when}, not before")
    if not planned.fixed:
        return Check("hour", "warning", f"{when}: the date was planned and never fixed")
    return Check("hour", "ok", f"announced for {when}")


def next_dates(dates: Calendar, quarter: Quarter) -> Check:
    """Whether readers know when the next editions appear."""
    following = [quarter + number for number in range(1, _AHEAD + 1)]
    missing = [name for name in following if dates.of(name) is None]
    if following[0] in missing:
        told = f"{following[0]} has no date: announce one in calendar.yml"
        return Check("next dates", "blocking", told)
    if missing:
        told = f"no date for {bounded(missing)}: announce a year ahead"
        return Check("next dates", "warning", told)
    return Check("next dates", "ok", "announced a year ahead")


def imports(found: pd.DataFrame, quarter: Quarter) -> Check:
    """Whether each device that has given something has given all of the quarter."""
    lacking = [
        f"{row['device']} (nothing after {row['last']})"
        for row in found.to_dict("records")
        if row["expected"] and not _is_whole(row, quarter)
    ]
    wrong = f"not whole for {quarter}: {bounded(lacking)}: export and ingest what follows"
    return _check("imports", wrong if lacking else "", f"whole for {quarter}")


def count_complete(found: pd.DataFrame, quarter: Quarter) -> tuple[int, int]:
    """How many devices have given all of the quarter, and of how many that was expected."""
    due = [row for row in found.to_dict("records") if row["rhythm"] != "occasional"]
    return sum(_is_whole(row, quarter) for row in due), len(due)


def _is_whole(row: Mapping[str, Any], quarter: Quarter) -> bool:
    """Whether what is expected next of a device is of a later quarter."""
    after = quarter.end + timedelta(days=GRACE)
    return bool(row["expected"]) and date.fromisoformat(row["expected"]) > after


def never_given(found: pd.DataFrame) -> Check:
    """Whether some device of the catalogue has never given anything."""
    never = found.loc[(found["exports"] == 0) & (found["rhythm"] != "occasional"), "device"]
    wrong = f"never gave anything: {bounded(never.tolist())}" if len(never) else ""
    return _check("devices", wrong, "each has given something", "warning")


def rejects(entries: Iterable[LedgerEntry], quarter: Quarter) -> Check:
    """Whether rows of the quarter were rejected, by device: the exports that touch it count."""
    rows, rejected = Counter[str](), Counter[str]()
    start, end = quarter.start.isoformat(), quarter.end.isoformat()
    for entry in entries:
        if entry.span is None or (entry.span[0][:10] <= end and entry.span[1][:10] >= start):
            rows[entry.device] += entry.rows + entry.to_mend
            rejected[entry.device] += entry.to_mend
    shares = {name: 100 * rejected[name] / count for name, count in rows.items() if count}
    most = sorted(shares, key=lambda name: -shares[name])
    some = [f"{name} {shares[name]:.1f} %" for name in most if shares[name] > SOME_REJECTED]
    if some:
        state: Any = "blocking" if shares[most[0]] > MANY_REJECTED else "warning"
        told = f"of the rows were rejected (over {MANY_REJECTED} % stops a release)"
        return Check("rejects", state, f"{bounded(some)} {told}")
    return Check("rejects", "ok", f"{rejected.total()} of {rows.total()} rows rejected")


def pages(manifest: Mapping[str, Any]) -> Check:
    """Whether the edition has all its pages."""
    absent = [page["page"] for page in manifest["studies"] if "sha256" not in page]
    wrong = f"absent: {bounded(absent)}: make them, without --study and --keep-going"
    return _check("pages", wrong if absent else "", f"all {len(manifest['studies'])} are there")


def disclosure(report: Mapping[str, Any]) -> Check:
    """What the edition's own attack found: no figure that is withheld may be worked back."""
    found = f"{report['tried']} figures tried, {report['withheld']} of them withheld"
    if report["pinned"]:
        told = f"{found}: {report['pinned']} could be worked back: withhold more"
        return Check("disclosure", "blocking", told)
    if not report["tried"]:
        return Check("disclosure", "warning", "nothing was tried: no figure rests on few people")
    return Check("disclosure", "ok", f"{found}, none could be worked back")


def links(site: Path, texts: Mapping[str, str]) -> Check:
    """Whether every link, picture and fragment of the pages leads to its place."""
    found = broken_links(site, {name: links_of(text) for name, text in texts.items()})
    lines = [f"{name}: {line}" for name, told in found.items() for line in told]
    fine = f"those of {len(texts)} pages lead to their place"
    return _check("links", bounded(lines, sep="; "), fine)


def accessibility(texts: Mapping[str, str]) -> Check:
    """What a program can see of accessibility, page by page (language, heads, texts); no audit."""
    lines = [f"{name}: {fault}" for name, text in texts.items() for fault in faults(text)]
    fine = f"language, headings, texts of pictures, heads of tables of {len(texts)} pages"
    return _check("accessibility", bounded(lines, sep="; "), fine)


def faults(page: str) -> list[str]:
    """What keeps some people from reading an HTML page."""
    tags = _Tags(page).tags
    names = Counter(name for name, _ in tags)
    levels = [_HEADINGS.index(name) for name, _ in tags if name in _HEADINGS]
    skipped = [after for before, after in pairwise([-1, *levels]) if after > before + 1]
    found = {
        "no language": not any(name == "html" and told.get("lang") for name, told in tags),
        "no title": not names["title"],
        f"{names['main']} main parts": names["main"] != 1,
        f"{names['h1']} headings of the first level": names["h1"] != 1,
        f"level h{skipped[0] if skipped else 0} is left out": bool(skipped),
        "a picture has no text": any(name == "img" and "alt" not in told for name, told in tags),
        "tables have no heads": bool(names["table"]) and not names["th"],
    }
    return [fault for fault, is_there in found.items() if is_there]


class _Tags(HTMLParser):
    """The elements of a page in their order, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def data_guide(files: Collection[str]) -> Check:
    """Whether the edition's data are there, with what explains them."""
    absent = [end for end in PACKAGE if not any(name.endswith(end) for name in files)]
    if absent:
        return Check("data guide", "blocking", f"the edition's data lack {bounded(absent)}")
    if GUIDE not in files:
        return Check("data guide", "warning", f"{GUIDE}, which explains columns, is not there")
    return Check("data guide", "ok", "data, dictionary and description are there")
