"""What an edition says of itself in the site, to people and to programs: its days, files, reviews.

`_site/2026-T3/` is a whole site, which nothing that is published later changes. Beside these
folders stand the front page, `editions/` (list, series), the feed and the calendar.
"""

import hashlib
import json
import mimetypes
import re
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from datetime import date as Day
from itertools import chain, pairwise
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, get_args
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from observlib import dataset, estimates
from observlib.base import addresses, files, kept
from observlib.base.errors import ObservError, bounded
from observlib.base.kept import Inputs
from observlib.base.period import Quarter, edition_day, public_holidays
from observlib.base.text import fold_label
from observlib.base.yaml_files import dump, load_data, read_yaml
from observlib.catalogue.entries import Part, Slug, validated
from observlib.dataset import filled
from observlib.display.output import macros
from observlib.language import french
from observlib.language.prose import Markdown, typography
from observlib.pipeline import archive, project
from observlib.pipeline.revisions import ERRATA_PAGE, ERRATUM_PREFIX
from observlib.records import Line, Record, Role, a_role

_PAGES, _TEXT = macros(__file__), macros(__file__, str, str)
_XML = macros(__file__, escape, str)
_ICS = macros(__file__, lambda text: re.sub(r"([\\;,])", r"\\\1", text), str)
MANIFEST_FILE = "manifest.json"
BUILD = "build.json"
# what two builds of one edition cannot have alike, and why
UNREPEATED = {BUILD: "says on which machine, with which versions and how long this build ran"}
_SOURCES = ["source", estimates.REFERENCE + "source"]  # a new export alone tells nothing new


@dataclass(frozen=True)
class Edition:
    """An edition as it is published; `told` is the digest of all that its pages tell."""

    quarter: str
    kind: str
    published: str
    revisions: tuple[str, ...]
    headline: str
    told: str
    files: Inputs

    @property
    def is_demonstration(self) -> bool:
        """Whether the figures are synthetic."""
        return self.kind == "demonstration"

    @property
    def changed(self) -> date:
        """The day of its last revision, or else of its publication."""
        return edition_day(self.published, self.revisions)

    @property
    def days(self) -> dict[str, Any]:
        """The days of its publication and revisions, as its manifest has them."""
        return {"published": self.published, "revisions": list(self.revisions)}


def published_editions(site: Path) -> list[Edition]:
    """The editions that a site holds, the latest first."""
    folders = [path.parent for path in site.glob(f"*-T[1-4]/{MANIFEST_FILE}")]
    return sorted(map(manifest_of, folders), key=lambda edition: edition.quarter, reverse=True)


def manifest_of(folder: Path) -> Edition:
    """What the edition in a folder of a site says of itself."""
    try:
        found = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        own = {field.name: found[field.name] for field in fields(Edition)}
        return Edition(**{**own, "revisions": tuple(found["revisions"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        what = f"does not say what edition this is ({error}); bring it back from a copy"
        again = f"or remove {folder} and publish it again: `observ edition {folder.name}`"
        raise ObservError(f"{folder / MANIFEST_FILE}: {what}, {again}") from error


def studies(folder: Path) -> dict[str, str]:
    """The pages of the edition in a folder of a site that stand, with their titles."""
    found = raw(folder).get("studies", ())
    return {study["page"]: study["title"] for study in found if "sha256" in study}


def errata(folder: Path) -> dict[str, dict[str, Any]]:
    """The errata that the edition in a folder of a site bears, with the pages that tell them."""
    return dict(raw(folder).get("errata", {}))


def raw(folder: Path) -> dict[str, Any]:
    """The manifest of the edition in a folder of a site; nothing where it has none."""
    try:
        return dict(json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8")))
    except FileNotFoundError:  # nothing is published there, or an older version did
        return {}


def new_edition(
    manifest: Mapping[str, Any], folder: Path, headline: str, before: Edition | None, today: date
) -> Edition:
    """An edition that is about to be published.

    It is a revision where the quarter's edition was published on an earlier day, of the same kind
    of data, and a figure, a finding, a page or an erratum is no longer the same.
    """
    described = [page for page in manifest["studies"] if "description" in page]
    tells = [[page["page"], page["description"]] for page in described]
    for table in archive.archive_tables(folder):
        tells.append(sorted(estimates.csv_lines(table.drop(columns=_SOURCES, errors="ignore"))))
    if "errata" in manifest:
        tells.append([[name, one["digest"]] for name, one in manifest["errata"].items()])
    told = kept.bytes_digest(json.dumps(tells).encode())
    day = today.isoformat()
    new = Edition(str(manifest["quarter"]), manifest["kind"], day, (), headline, told, {})
    if before is None or before.kind != new.kind:
        return new
    is_revised = told != before.told and day > before.changed.isoformat()
    days = (*before.revisions, *([day] if is_revised else []))
    return replace(new, published=before.published, revisions=days)


def write_record(
    edition: Edition, manifest: Mapping[str, Any], build: Mapping[str, Any], folder: Path
) -> None:
    """Write an edition's manifest beside its pages, once these are made, and how they were made."""
    _write({**build, "digest": _digest(build)}, folder / BUILD)
    whole = asdict(replace(edition, files=edition_files(folder)))
    _write({**manifest, **whole, "apart": UNREPEATED}, folder / MANIFEST_FILE)


def _write(content: Mapping[str, Any], path: Path) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def _digest(build: Mapping[str, Any]) -> str:
    return kept.bytes_digest(json.dumps(build, sort_keys=True).encode())


def build_is_whole(folder: Path) -> bool:
    """Whether what an edition says of how it was made is as it was written."""
    try:
        found = json.loads((folder / BUILD).read_text(encoding="utf-8"))
        return bool(found.pop("digest") == _digest(found))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def edition_files(folder: Path) -> Inputs:
    """The files of an edition by their digests, without what says so, and what no build repeats."""
    found = kept.tree("", folder, skipped=None)
    return {name[1:]: found[name] for name in found if name[1:] not in (MANIFEST_FILE, *UNREPEATED)}


# --- A published edition as one file, which arrives whole wherever it is put


def put_edition(edition: Path, to: str) -> str:
    """Put a published edition, as a .zip named by its quarter, into a folder or at an address."""
    about = raw(edition)
    day = edition_day(about["published"], about["revisions"])
    inside = sorted(path for path in edition.rglob("*") if path.is_file())
    named = {path.relative_to(edition.parent).as_posix(): path.read_bytes() for path in inside}
    content = dataset.archive(named, day)
    if not addresses.is_address(to):
        path = Path(to) / f"{edition.name}.zip"
        with files.telling_write_errors(path.parent, "what was there is as it was"):
            path.parent.mkdir(parents=True, exist_ok=True)
            files.write_bytes(path, content)
        return str(path)
    target = f"{addresses.checked_address(to, '--to')}/{edition.name}.zip"
    with tempfile.NamedTemporaryFile(prefix="observlib-") as whole:
        whole.write(content)
        whole.flush()
        addresses.send(Path(whole.name), target)
    return target


# --- An edition as a research object: what its files are, for programs that know none of ours

CRATE = "ro-crate-metadata.json"
# the manifest has the digest of this description, so that this one has not the manifest's
_OWN = (CRATE, MANIFEST_FILE, BUILD)


def write_crate(edition: Edition, manifest: Mapping[str, Any], folder: Path) -> None:
    """Describe an edition's folder in it, as JSON-LD: the crate, its files, how it was made."""
    package = json.loads((folder / dataset.PACKAGE_FOLDER / "datapackage.json").read_text("utf-8"))
    licence, title = package["licenses"][0], package["title"]
    titles = {study["page"]: study["title"] for study in manifest["studies"]}
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in _OWN)
    kinds = load_data(str(Path(__file__).with_name("crate")))
    files = [_file(path, folder, titles, kinds) for path in paths]
    inputs = [
        {"@id": f"#{name.replace(' ', '-')}", "@type": "PropertyValue", "name": name, "value": told}
        for name, told in {**manifest["made_from"], **manifest["data"]}.items()
    ]
    synthetic = "Chiffres synthétiques. " if edition.is_demonstration else ""
    made: dict[str, Any] = filled(
        Path(__file__).with_name("crate.json"),
        title=title,
        description=synthetic + (edition.headline or title),
        published=edition.published,
        changed=edition.changed.isoformat(),
        quarter=edition.quarter,
        licence=licence["path"],
        licence_title=licence["title"],
        publisher=package["contributors"][0]["title"],
        command=f"observ edition {edition.quarter}",
        library=manifest["version"],
        files=files,
        parts=[{"@id": file["@id"]} for file in files],
        inputs=inputs,
        objects=[{"@id": value["@id"]} for value in inputs],
    )
    parts = [part if isinstance(part, list) else [part] for part in made["@graph"]]
    _write({**made, "@graph": [*chain.from_iterable(parts)]}, folder / CRATE)


def manifest_tells(manifest: Mapping[str, Any]) -> dict[str, str]:
    """What a manifest and the description both tell of an edition, by its place in the manifest."""
    told = {name: manifest[name] for name in ("quarter", "published")}
    for key in ("made_from", "data"):
        told |= {f"{key}.{name}": f"{value}" for name, value in manifest[key].items()}
    return told


def read_description(folder: Path) -> dict[str, str]:
    """The same, as the description in a folder tells it; nothing of one that cannot be read."""
    try:
        graph = json.loads((folder / CRATE).read_text(encoding="utf-8"))["@graph"]
        things = {thing["@id"]: thing for thing in graph}
        found = {"quarter": things["./"]["version"], "published": things["./"]["datePublished"]}
        for thing in things.values():
            if thing["@type"] == "PropertyValue":
                found |= {f"{key}.{thing['name']}": thing["value"] for key in ("made_from", "data")}
        return {name: f"{value}" for name, value in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _file(
    path: Path, folder: Path, titles: Mapping[str, str], kinds: Mapping[str, tuple[str, str]]
) -> dict[str, Any]:
    name = path.relative_to(folder).as_posix()
    content, title = path.read_bytes(), titles.get(path.stem)
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kind, media = kinds.get(path.suffix, ("Fichier de la mise en page", guessed))
    about = {"@id": name, "@type": "File", "name": path.name}
    about |= {"description": f"{kind} : {title}" if title else kind, "encodingFormat": media}
    digest = hashlib.sha256(content).hexdigest()
    return {**about, "contentSize": str(len(content)), "sha256": digest}


# --- Reviews, `reports/reviews/<id>.yml`: who read an edition again, what they found, and answers

REVIEWS_PAGE = "relectures"
_Verdict = Literal["reproduced", "within tolerance", "differs", "cannot be run"]
REPRODUCED, CLOSE, DIFFERS, NOT_RUN = get_args(_Verdict)
GOOD = (REPRODUCED, CLOSE)
VERDICT_WORDS = {
    REPRODUCED: "reproduite",
    CLOSE: "reproduite, à la tolérance près",
    DIFFERS: "différente",
    NOT_RUN: "non refaite",
}


class ReviewPoint(Part):
    """What a reviewer remarks, of one study or of all, and what was answered."""

    study: Slug | None = None
    point: Line
    answer: Line | None = None


class Review(Record):
    """One review, as its file tells it."""

    FOLDER: ClassVar[str] = "reviews"  # in `reports/` (`standing.BESIDE`)

    edition: str = Field(pattern=r"^(?:19|2\d)\d{2}-T[1-4]$")
    told: str = Field(pattern=r"^[0-9a-f]{32}$")
    date: Day
    role: Role
    verdict: _Verdict
    studies: tuple[Slug, ...] = ()
    points: tuple[ReviewPoint, ...] = ()


def review_file(reports: Path, edition: str, role: str) -> Path:
    """Where a new review of an edition is written."""
    try:
        slug = "-".join(re.findall(r"[a-z0-9]+", fold_label(a_role(role))))
        if not slug:
            raise ValueError("has no letter; give a role, such as 'pôle études'")
    except ValueError as error:
        raise ObservError(f"--write {role!r}: {error}") from None
    path = reports / Review.FOLDER / f"{edition.lower()}-{slug}.yml"
    if path.exists():
        raise ObservError(f"{path}: is there already; add to it, or name another role")
    return path


def review_begun(path: Path, edition: str, told: str, verdict: str, role: str, today: Day) -> str:
    """The text of a new review, which its author goes on with."""
    known = {"id": path.stem, "edition": edition, "told": told, "date": today}
    return f"{_TEXT('begun', dump(known | {'role': role, 'verdict': verdict}))}\n"


def badge(edition: Edition, read: Iterable[Review], study: str = "") -> Markdown:
    """Whether what an edition tells today, or one of its studies, was reviewed, in a few words."""
    own = [one for one in read if not one.studies or study in one.studies]
    own = [one for one in own if one.edition == edition.quarter]
    now = [one for one in own if one.told == edition.told]
    return _PAGES("badge", now[-1:], len(own), VERDICT_WORDS, GOOD)


def reviews_page(
    editions: Sequence[Edition], studies: Mapping[str, Mapping[str, str]], read: Sequence[Review]
) -> str:
    """The page of reviews, as Markdown: of each edition its badge, its studies, its reviews."""
    return _PAGES("page", editions, studies, read, VERDICT_WORDS, badge)


# --- The release calendar: the day and hour of each edition, and who reads it before

_HOUR = "08:45"
ZONE = ZoneInfo("Europe/Paris")
_NOTICE = timedelta(weeks=4)  # before an edition: from then on its date is firm


class DateChange(Part):
    """A date that an edition had; when it was decided to change it, and why."""

    before: Day = Field(alias="from")
    decided: Day
    reason: Line


class Access(Part):
    """A role that reads editions before they appear."""

    role: Annotated[Line, AfterValidator(a_role)]
    why: Line
    since: Day
    until: Day | None = None


class Planned(Part):
    """The day and hour of an edition."""

    quarter: str = Field(pattern=r"^(?:19|2\d)\d{2}-T[1-4]$")
    date: Day
    hour: str = Field(default=_HOUR, pattern=r"^(?:[01]\d|2[0-3]):[0-5]\d$")
    fixed: Day | None = None
    changed: tuple[DateChange, ...] = ()

    @property
    def times(self) -> int:
        """How often what is announced of it has changed."""
        return len(self.changed) + bool(self.fixed)

    @property
    def moment(self) -> datetime:
        """When it appears, in Paris."""
        return datetime.fromisoformat(f"{self.date} {self.hour}").replace(tzinfo=ZONE)

    def _faults(self) -> Iterator[str]:
        if self.date <= Quarter(self.quarter).end:
            yield f"its date {self.date} is before the quarter's end"
        if self.date.weekday() > 4 or self.date in public_holidays(self.date.year):
            yield f"its date {self.date} is no working day; give the next one"
        first = self.changed[0].before if self.changed else self.date
        if self.changed and self.fixed is None:
            yield "'changed' tells of a date that was never fixed; give `fixed`, or take it out"
        elif self.fixed and self.fixed > first - _NOTICE:
            mend = "give a later date, or leave `fixed` out, and it is announced as planned"
            yield f"fixed on {self.fixed}, less than four weeks before {first}: {mend}"
        days = [*filter(None, (self.fixed,)), *(change.decided for change in self.changed)]
        if days != sorted(days):
            yield "the days of 'changed' do not follow 'fixed' and each other; put them in order"
        dates = [*(change.before for change in self.changed), self.date]
        if same := [day for day, after in pairwise(dates) if day == after]:
            yield f"'changed' tells a change from {same[0]} to the same day; remove it"


class Calendar(Part):
    """The editions, the oldest first, and who reads them before they appear."""

    editions: tuple[Planned, ...] = ()
    access: tuple[Access, ...] = ()

    def of(self, quarter: str) -> Planned | None:
        """The day of a quarter's edition, where it has one."""
        return next((one for one in self.editions if one.quarter == quarter), None)

    def after(self, quarter: str) -> list[Planned]:
        """The editions after a quarter's."""
        return [one for one in self.editions if one.quarter > quarter]


def load_calendar(data: Path, root: Path) -> Calendar:
    """Read and check the calendar of a data folder; an empty one where the project has none."""
    path = project.calendar_file(data, root)
    if path is None:
        return Calendar()
    raw, lines, problems = read_yaml(path, dict, "`editions:` and `access:`", "is gone")
    found = None if problems else validated(Calendar, raw, path, lines, problems)
    if found is None:
        raise ObservError(*problems)
    quarters = [one.quarter for one in found.editions]
    if twice := sorted(name for name, times in Counter(quarters).items() if times > 1):
        raise ObservError(f"{path}: has {bounded(twice)} twice; keep one of each")
    for place, (one, other) in enumerate(pairwise(found.editions), 1):
        if one.quarter > other.quarter or one.date >= other.date:
            what = f"{other.quarter} of {other.date} stands after {one.quarter} of {one.date}"
            problems.append(f"{path}:{lines['editions', place]}: {what}; put them in order")
    ObservError.raise_any(problems)
    return found


# --- What tells programs of the editions: a feed, and a calendar

FEED, CALENDAR = "feed.xml", "calendrier.ics"
_ERRATUM = "erratum"  # the term of entries that are one
_PLANNED = re.compile(r"DTSTART:(\S+)\r\nSUMMARY:([^\r]*)\r\nSTATUS:(\w+)")
_LINE = 75  # octets of a line of a calendar (RFC 5545, 3.1)


class _Told(NamedTuple):
    """An entry of the feed; `place` is its page from the site's root."""

    day: str
    id: str
    title: str
    place: str
    summary: str
    term: str = ""


def _name_of(quarter: str, revision: int = 0) -> str:
    """What an edition is called, or one of its revisions."""
    name = f"Édition du {french.period_label(quarter)}"
    return f"{name}, révision {revision}" if revision else name


def feed(
    editions: Sequence[Edition], title: str, site: str, errata: Iterable[tuple[str, ...]] = ()
) -> bytes:
    """An Atom feed (RFC 4287) of editions, revisions and errata, the latest first."""
    told = []
    for edition in sorted(editions, key=lambda one: one.quarter):
        for number, day in enumerate((edition.published, *edition.revisions)):
            name, place = _name_of(edition.quarter, number), f"{edition.quarter}/index.html"
            one = _identifier(title, edition.quarter, number)
            told.append(_Told(day, one, _marked(name, edition), place, edition.headline or name))
    for name, day, headline, summary in [*errata][::-1]:
        one, marked = _identifier(title, _ERRATUM, name), _marked(headline, editions[0])
        place = f"editions/{ERRATA_PAGE}.html#{ERRATUM_PREFIX}{name}"
        told.append(_Told(day, one, marked, place, summary, _ERRATUM))
    told = sorted(told, key=lambda one: one.day)[::-1]
    text = _XML("feed", _identifier(title), title, site, told)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{text}\n".encode()


def _identifier(*parts: object) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, "/".join(["observlib", *map(str, parts)])).urn


def _marked(name: str, edition: Edition) -> str:
    """A name that leaves the site: it says that figures are synthetic, where they are."""
    return f"{name} (chiffres synthétiques)" if edition.is_demonstration else name


def calendar(editions: Sequence[Edition], dates: Calendar, title: str, site: str) -> bytes:
    """A calendar (RFC 5545) of editions and revisions; `SEQUENCE` grows as their dates change."""
    following = dates.after(editions[0].quarter)
    since = [one.changed[-1].decided if one.changed else one.fixed for one in following]
    stamp = max([*(edition.changed for edition in editions), *filter(None, since)])
    events = []  # of each its uid, start, name, status, sequence, address and moves
    for edition in reversed(editions):
        for number, day in enumerate((edition.published, *edition.revisions)):
            told = None if number else dates.of(edition.quarter)
            one = _identifier(title, edition.quarter, number)
            name = _marked(_name_of(edition.quarter, number), edition)
            times = told.times + 1 if told else 0
            url = f"{site}{edition.quarter}/index.html" if site else ""
            start = f";VALUE=DATE:{day.replace('-', '')}"
            events.append((one, start, name, "CONFIRMED", times, url, ""))
    for planned in following:
        one = _identifier(title, planned.quarter, 0)  # its own, once the edition is published
        start = f":{planned.moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        name = _name_of(planned.quarter) + ("" if planned.fixed else " (date prévue)")
        status = "CONFIRMED" if planned.fixed else "TENTATIVE"
        moves = " ".join(map(typography, _moves(planned)))
        events.append((one, start, name, status, planned.times, "", moves))
    text = _ICS("calendar", title, f"{stamp:%Y%m%d}T000000Z", events)
    return "".join(map(_folded, text.split("\n"))).encode()


def _moves(planned: Planned) -> list[str]:
    """What is said of each change of an edition's date: both days, why, when it was decided."""
    days = [*(change.before for change in planned.changed), planned.date]
    told = []
    for change, day in zip(planned.changed, days[1:], strict=True):
        before, after, decided = map(french.day_label, (change.before, day, change.decided))
        moved = f"{_name_of(planned.quarter)} : le {after}, et non plus le {before}"
        told.append(f"{moved}. {change.reason.rstrip('.')}. Décision du {decided}.")
    return told


def check_kept(dates: Calendar, site: Path, kind: str, today: date) -> None:
    """Raise where a firm date that the site announces (fixed, or near) is moved without a word."""
    path = site / CALENDAR
    if not path.is_file() or kind not in {one.kind for one in published_editions(site)}:
        return
    text = path.read_bytes().decode("utf-8").replace("\r\n ", "")
    known = {_name_of(one.quarter): one for one in dates.editions}
    problems = []
    # planned editions have an hour, those that appeared have none
    for start, name, status in _PLANNED.findall(text):
        said = datetime.fromisoformat(start).astimezone(ZONE).date()
        name = name.partition(" (")[0]
        one = known.get(name)
        days = [one.date, *(change.before for change in one.changed)] if one else []
        if said not in days and (status == "CONFIRMED" or today > said - _NOTICE):
            moved = f"{said}, which is firm, and has {one.date if one else 'no date'} now"
            mend = f"give `changed` with `from: {said}`, `decided` and `reason`"
            problems.append(f"calendar.yml: {name!r} was announced for {moved}: {mend}")
    ObservError.raise_any(problems)


def _folded(line: str) -> str:
    """A line of at most 75 octets, and others that go on with it; no letter is cut."""
    parts, size = [""], 0
    for letter in line:
        size += len(letter.encode("utf-8"))
        if size > _LINE:
            parts.append("")
            size = 1 + len(letter.encode("utf-8"))
        parts[-1] += letter
    return "\r\n ".join(parts) + "\r\n"


# --- What the page of the release calendar tells: the next dates, those that moved, those kept


def calendar_parts(editions: Sequence[Edition], dates: Calendar) -> dict[str, str]:
    """The parts of the page, each by the name of its place."""
    moves = [move for one in dates.editions for move in _moves(one)]
    appeared = [(date.fromisoformat(one.published), dates.of(one.quarter)) for one in editions]
    return {
        "prochaines": _PAGES("planned", dates.after(editions[0].quarter), edition_hour),
        "changements": _PAGES("moved", moves),
        "tenues": _PAGES("kept", [one for one in appeared if one[1]], days_missed),
        "acces": _PAGES("access", dates.access),
    }


def edition_hour(planned: Planned) -> str:
    """The hour of an edition.

    >>> edition_hour(Planned(quarter="2026-T4", date=date(2027, 2, 15))).replace("\\xa0", " ")
    '8 h 45'
    """
    hours, minutes = planned.hour.split(":")
    return f"{int(hours)}{french.NBSP}h" + (f"{french.NBSP}{minutes}" if minutes != "00" else "")


def days_missed(planned: Planned, published: date) -> str:
    """By how much an edition missed the day that was announced.

    >>> announced = Planned(quarter="2026-T4", date=date(2027, 2, 15))
    >>> [days_missed(announced, date(2027, 2, day)).replace("\\xa0", " ") for day in (15, 17)]
    ['le jour dit', '2 jours après']
    """
    days = (published - planned.date).days
    told = french.count(abs(days), "jour", "jours")
    return f"{told} {'après' if days > 0 else 'avant'}" if days else "le jour dit"
