"""What an edition says of itself in the site: its days, its headline, its files."""

import hashlib
import json
import mimetypes
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from datetime import date as Day
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal, get_args

from pydantic import Field

from observlib import dataset, estimates
from observlib.base import addresses, files, kept
from observlib.base.errors import ObservError
from observlib.base.kept import Inputs
from observlib.base.period import edition_day
from observlib.base.text import fold_label
from observlib.base.yaml_files import dump, mapping, read_text
from observlib.catalogue.entries import Part, Slug
from observlib.dataset.package_tables import filled
from observlib.display.pages import macros
from observlib.language.prose import Markdown
from observlib.pipeline import archive
from observlib.records.published_text import Line, Role, a_role
from observlib.records.record import Record

MANIFEST_FILE = "manifest.json"
BUILD = "build.json"
# what two builds of one edition cannot have alike, and why
UNREPEATED = {BUILD: "says on which machine, with which versions and how long this build ran"}
_FORMER = "edition.json"  # as editions of older versions have it
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
    folders = {
        path.parent for name in (MANIFEST_FILE, _FORMER) for path in site.glob(f"*-T[1-4]/{name}")
    }
    return sorted(map(manifest_of, folders), key=lambda edition: edition.quarter, reverse=True)


def manifest_of(folder: Path) -> Edition:
    """What the edition in a folder of a site says of itself."""
    path = folder / (MANIFEST_FILE if (folder / MANIFEST_FILE).exists() else _FORMER)
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        own = {field.name: raw[field.name] for field in fields(Edition)}
        return Edition(**{**own, "revisions": tuple(raw["revisions"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ObservError(
            f"{folder / MANIFEST_FILE}: does not say what edition this is ({error}); bring it back "
            f"from a copy, or remove {folder} and publish it again: `observ edition {folder.name}`"
        ) from error


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
    whole = [page for page in manifest["studies"] if "description" in page]
    tells = [[page["page"], page["description"]] for page in whole]
    for table in archive.archive_tables(folder):
        rows = table.drop(columns=_SOURCES, errors="ignore")
        tells.append(sorted(estimates.csv_lines(rows)))
    if "errata" in manifest:
        tells.append([[name, one["digest"]] for name, one in manifest["errata"].items()])
    told = kept.bytes_digest(json.dumps(tells).encode())
    day = today.isoformat()
    new = Edition(str(manifest["quarter"]), manifest["kind"], day, (), headline, told, {})
    if before is None or before.kind != new.kind:
        return new
    is_revised = told != before.told and day > before.changed.isoformat()
    days = (*before.revisions, day) if is_revised else before.revisions
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
    says = MANIFEST_FILE if (folder / MANIFEST_FILE).exists() else _FORMER
    found = kept.tree("", folder, skipped=None)
    return {name[1:]: found[name] for name in found if name[1:] not in (says, *UNREPEATED)}


# --- A published edition as one file, which arrives whole wherever it is put


def put_edition(edition: Path, to: str) -> str:
    """Put a published edition, as a .zip named by its quarter, into a folder or at an address."""
    about = raw(edition)
    day = edition_day(about["published"], about["revisions"])
    inside = sorted(path for path in edition.rglob("*") if path.is_file())
    named = {f"{edition.name}/{path.relative_to(edition).as_posix()}": path for path in inside}
    content = dataset.archive({name: path.read_bytes() for name, path in named.items()}, day)
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
    files = [_file(path, folder, titles) for path in paths]
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
    things = [thing if isinstance(thing, list) else [thing] for thing in made["@graph"]]
    _write({**made, "@graph": [thing for several in things for thing in several]}, folder / CRATE)


def manifest_tells(manifest: Mapping[str, Any]) -> dict[str, str]:
    """What a manifest and the description both tell of an edition, by its place in the manifest."""
    groups = {
        f"{key}.{name}": f"{v}"
        for key in ("made_from", "data")
        for name, v in manifest[key].items()
    }
    return {"quarter": manifest["quarter"], "published": manifest["published"], **groups}


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


def _file(path: Path, folder: Path, titles: Mapping[str, str]) -> dict[str, Any]:
    name = path.relative_to(folder).as_posix()
    content = path.read_bytes()
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kind, media = _kinds().get(path.suffix, ("Fichier de la mise en page", guessed))
    title = titles.get(path.stem)
    return {
        "@id": name,
        "@type": "File",
        "name": path.name,
        "description": f"{kind} : {title}" if title else kind,
        "encodingFormat": media,
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


@cache
def _kinds() -> dict[str, tuple[str, str]]:
    path = Path(__file__).with_name("crate.yml")
    return mapping(read_text(path), path)


# --- Reviews, `reports/reviews/<id>.yml`: who read an edition again, what they found, and answers

_PAGES, _TEXT = macros(__file__), macros(__file__, str, str)
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
    known = {
        "id": path.stem,
        "edition": edition,
        "told": told,
        "date": today,
        "role": role,
        "verdict": verdict,
    }
    return f"{_TEXT('begun', dump(known))}\n"


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
