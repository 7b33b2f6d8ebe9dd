"""An edition made again, from this project's own code and data; nothing of a bundle is run."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from collections import Counter, deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from observlib import store
from observlib.base import addresses, git, kept
from observlib.base.errors import SHOWN, ObservError, bounded, visible
from observlib.base.files import end_all, write_all
from observlib.base.period import Quarter, edition_day, epoch
from observlib.catalogue.entries import fault_texts
from observlib.pipeline import archive, revisions
from observlib.publish import record, standing
from observlib.review.comparison import Wording
from observlib.store.address import SETTING, address

# --- A published edition as a reviewer gets it: a folder, or a zip of one, perhaps a stranger's

MOST_BYTES, MOST_FILES, MOST_OF_MANIFEST = 4_000_000_000, 100_000, 50_000_000
_RATIO = 1_000  # of a file to what a zip holds of it: text that repeats itself is packed to 1/200


def _is_inside(name: str) -> str:
    """A path that stays in its folder, on every system."""
    path = PurePosixPath(name)
    outside = path.is_absolute() or ".." in path.parts or not path.parts
    if outside or re.search(r"[\\:\x00-\x1f]", name) or name != path.as_posix():
        raise ValueError(f"{name!r} does not stay in the folder")
    return name


def _is_written_as(parse: Callable[[str], object]) -> AfterValidator:
    def check(text: str) -> str:
        try:
            return str(parse(text))
        except ObservError as error:
            raise ValueError(str(error)) from None
        except ValueError:
            raise ValueError("a day is expected, such as 2026-11-16") from None

    return AfterValidator(check)


_Quarter = Annotated[str, _is_written_as(Quarter)]
_Day = Annotated[str, _is_written_as(date.fromisoformat)]
_Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
_Commit = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{40}(-dirty)?)?$")]
_Place = Annotated[str, AfterValidator(_is_inside)]
_Name = Annotated[str, StringConstraints(pattern=r"^\w[\w.-]{0,99}$")]  # no option of a command


class ReviewedStudy(BaseModel):
    """What a manifest says of a page."""

    model_config = ConfigDict(extra="allow")
    page: _Name
    study: _Name
    title: str
    parameters: dict[str, str | int | float | bool] = {}
    asked: bool = True
    error: str = ""


class _Erratum(BaseModel):
    """What a manifest says of an erratum."""

    model_config = ConfigDict(extra="allow")
    digest: _Digest


class ReviewedManifest(BaseModel):
    """What a reviewer needs of a manifest; the rest is compared as it is."""

    model_config = ConfigDict(extra="allow")
    quarter: _Quarter
    kind: Literal["demonstration", "real"]
    published: _Day
    revisions: list[_Day]
    commit: _Commit
    told: _Digest
    publisher: Literal["embedded", "quarto"]
    made_from: dict[str, _Digest]
    data: dict[_Name, str]
    earlier: dict[_Name, _Digest]
    files: dict[_Place, _Digest]
    studies: list[ReviewedStudy]
    errata: dict[_Name, _Erratum] = {}
    full_report: bool = False


@dataclass(frozen=True)
class Bundle:
    """An edition's folder, its manifest, and the manifest as it was read."""

    folder: Path
    manifest: ReviewedManifest
    raw: dict[str, Any]

    @cached_property
    def files(self) -> kept.Inputs:
        """Its files by their digests (see `record.files_of`)."""
        return record.edition_files(self.folder)

    @property
    def day(self) -> date:
        """The day that its pages bear."""
        return edition_day(self.manifest.published, self.manifest.revisions)


def open_bundle(place: Path, work: Path) -> Bundle:
    """Open a bundle: a folder as it is, a zip unpacked into the folder `work`."""
    if not place.exists():
        raise ObservError(f"{place}: is not there; name the folder of an edition, or a zip of it")
    folder = place if place.is_dir() else _unpacked(place, work)
    if not (folder / record.MANIFEST_FILE).is_file():
        below = [path.parent for path in folder.glob(f"*/{record.MANIFEST_FILE}")]
        if len(below) != 1:
            raise ObservError(
                f"{place}: holds no {record.MANIFEST_FILE}; name the folder of an edition as it is "
                "published, such as reports/_site/2026-T3, or a zip of it"
            )
        folder = below[0]
    _check_folder(folder)
    raw = _read(folder / record.MANIFEST_FILE)
    try:
        return Bundle(folder, ReviewedManifest.model_validate(raw), raw)
    except ValidationError as error:
        lines = [
            f"{record.MANIFEST_FILE}: {said}"
            for _, said in fault_texts(error, ReviewedManifest, raw)
        ]
        more = [f"{record.MANIFEST_FILE}: and {len(lines) - SHOWN} more"] * (len(lines) > SHOWN)
        raise ObservError(*lines[:SHOWN], *more) from None


def _read(path: Path) -> dict[str, Any]:
    if path.stat().st_size > MOST_OF_MANIFEST:
        raise ObservError(f"{path.name}: is over {MOST_OF_MANIFEST} bytes; it is no manifest")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        json.dumps(found)  # what is nested deeper than that is nothing that can be compared
    except (OSError, ValueError, RecursionError) as error:
        raise ObservError(f"{path.name}: is no manifest ({str(error).splitlines()[0]})") from None
    if not isinstance(found, dict):
        raise ObservError(f"{path.name}: is no manifest; it holds no keys")
    return found


def _check_folder(folder: Path) -> None:
    """Refuse links, which lead to files that are not the bundle's, and what is no file."""
    count = size = 0
    wrong = []
    for path in folder.rglob("*"):
        state = path.lstat()
        if stat.S_ISREG(state.st_mode):
            count, size = count + 1, size + state.st_size
        elif not stat.S_ISDIR(state.st_mode):
            wrong.append(path.relative_to(folder).as_posix())
    if wrong:
        named = bounded(sorted(map(repr, wrong)))
        raise ObservError(f"{folder}: holds links or devices, which no edition has: {named}")
    _check_size(folder, count, size)


def _check_size(place: Path, count: int, size: int) -> None:
    if count > MOST_FILES or size > MOST_BYTES:
        raise ObservError(
            f"{place}: has {count} files of {size} bytes; an edition has at most {MOST_FILES} of "
            f"{MOST_BYTES}"
        )


def _unpacked(place: Path, work: Path) -> Path:
    """The folder into which a zip is unpacked, once all that it names is known to be harmless."""
    try:
        with zipfile.ZipFile(place) as archive:
            inside = archive.infolist()
            _check_size(place, len(inside), sum(entry.file_size for entry in inside))
            times = Counter(entry.filename for entry in inside)
            wrong = [e.filename for e in inside if times[e.filename] > 1 or not _is_harmless(e)]
            if wrong:
                named = bounded(sorted(map(repr, wrong)))
                raise ObservError(
                    f"{place}: names what would leave its folder, links, a file twice, or one that "
                    f"unpacks to {_RATIO} times its size: {named}; nothing was unpacked"
                )
            archive.extractall(work)
    except ObservError:
        raise
    except Exception as error:  # of zipfile, and of whatever unpacks what was packed or damaged
        raise ObservError(
            f"{place}: cannot be unpacked ({error}); it is no zip of a folder"
        ) from None
    return work


def _is_harmless(entry: zipfile.ZipInfo) -> bool:
    try:
        _is_inside(entry.filename.removesuffix("/"))
    except ValueError:
        return False
    kind = stat.S_IFMT(entry.external_attr >> 16)
    is_plain = kind in (0, stat.S_IFREG, stat.S_IFDIR)
    return is_plain and entry.file_size <= _RATIO * max(entry.compress_size, 1)


def files_against_manifest(bundle: Bundle) -> dict[str, Wording]:
    """Each file that is not as the manifest says: absent, unknown, or changed."""
    there, told = bundle.files, bundle.manifest.files
    found = {name: Wording("absent") for name in told.keys() - there.keys()}
    found |= {name: Wording("unknown") for name in there.keys() - told.keys()}
    both = there.keys() & told.keys()
    found |= {name: Wording("changed") for name in both if there[name] != told[name]}
    return dict(sorted(found.items()))


_COMMAND = "from observlib.cli import main; main()"
# of the environment, what programs need to be found and to speak: no key, no password, no home
_ALLOWED = re.compile(
    r"PATH|PATHEXT|LD_LIBRARY_PATH|SYSTEMROOT|LANG|LANGUAGE|LC_\w+|TZ|DENO_DOM_PLUGIN"
    r"|QUARTO_(CONDA_PREFIX|DART_SASS|DENO|ESBUILD|PANDOC|SHARE_PATH|TYPST)"
)
# of a data folder: no code, no fact
_NEVER = ("raw", "store", archive.ARCHIVE_FOLDER, "identifiers")
Tell = Callable[[str], None]
Trusted = Collection[str]


class CannotRun(ObservError):
    """What keeps an edition from being made again, and what would be needed."""


def remade(
    bundle: Bundle, root: Path, data: Path, work: Path, tell: Tell, trusted: Trusted
) -> Path:
    """Make the edition of a bundle again, at its manifest's commit; the folder of its pages."""
    copy = work / "project"
    made_by = _copy_code(bundle, root, data, copy, tell, trusted)
    _copy_errata(bundle, root, copy)
    place = _copy_data(bundle, root, data, copy)
    _seed(bundle, copy)
    manifest = bundle.manifest
    words = ["edition", manifest.quarter, "--data", place, "--publisher", manifest.publisher]
    if not all(study.asked for study in manifest.studies):
        asked = {study.study: None for study in manifest.studies if study.asked}
        words += [word for name in asked for word in ("--study", name)]
    if any(study.error for study in manifest.studies):
        words.append("--keep-going")
    if manifest.full_report:
        words.append("--full-report")
    home = work / "home"
    home.mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if _ALLOWED.fullmatch(name)},
        **dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"), str(home)),
        "PYTHONPATH": str(copy / "src"),
        "SOURCE_DATE_EPOCH": str(epoch(bundle.day)),
    }
    last = _run([sys.executable, "-c", _COMMAND, *words], copy, environment, tell)
    folder = copy / "reports" / "_site" / manifest.quarter
    if not (folder / record.MANIFEST_FILE).is_file():
        raise CannotRun("the edition could not be made again; its last lines follow", *last)
    name, other = (one.removesuffix(git.DIRTY) for one in (manifest.commit, made_by))
    if name and other not in ("", name):
        told = json.loads((folder / record.MANIFEST_FILE).read_text(encoding="utf-8"))
        (folder / record.MANIFEST_FILE).write_text(
            json.dumps(told | {"commit": made_by}), encoding="utf-8"
        )
    return folder


def _copy_code(
    bundle: Bundle, root: Path, data: Path, copy: Path, tell: Tell, trusted: Trusted
) -> str:
    """The project as the edition was made from it; its commit. That it is about to run is told."""
    meant = bundle.manifest.made_from
    name = bundle.manifest.commit
    problems: list[str] = []
    if git.knows(root, name) and not git.is_trusted(root, name, trusted):
        own = bounded(git.branches(root, name)) or "none"
        problems.append(
            f"commit {name[:12]}, by {git.author(root, name)} (branches: {own}): is not run, for "
            "it is no part of HEAD nor of a branch that --trust names; read it, then `git merge` "
            "it, or name its branch: --trust BRANCH"
        )
    elif name and not name.endswith(git.DIRTY):
        try:
            git.check_out(root, name, copy)
        except ObservError as error:
            problems += error.problems
        else:
            if not (found := _other(meant, copy, data, root)):
                tell(f"Running the code of commit {name[:12]}, by {git.author(root, name)}")
                return name
            problems.append(f"commit {name[:12]}: {_told(found)}")
            shutil.rmtree(copy)
    if not (found := _other(meant, root, data, root)):
        _copy_project(root, data, copy)
        (copy / git.ARCHIVAL).write_text(f"node: {name}\n", encoding="utf-8")
        for line in (*problems, f"Running the code of {root}, as it stands"):
            tell(line)
        return git.commit(root)
    problems.append(f"this copy of the project: {_told(found)}")
    raise CannotRun(*problems, "check out what the edition was made from, and review it there")


def _copy_errata(bundle: Bundle, root: Path, copy: Path) -> None:
    """Let the copy have the errata that the edition bears, as it bears them, and no other."""
    meant, found = bundle.manifest.errata, {}
    for reports in (copy / "reports", root / "reports"):
        for one in revisions.load_errata(reports) if meant else ():
            if one.id in meant and one.digest == meant[one.id].digest:
                name = f"{one.id}.yml"
                found[name] = (reports / revisions.Erratum.FOLDER / name).read_bytes()
    if lacking := sorted(name for name in meant if f"{name}.yml" not in found):
        raise CannotRun(
            f"{reports / revisions.Erratum.FOLDER}: {bounded(lacking)}: not here as the edition "
            "bears them; bring these errata back"
        )
    folder = copy / "reports" / revisions.Erratum.FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    write_all(found, folder)


def _other(meant: Mapping[str, str], copy: Path, data: Path, root: Path) -> list[str]:
    """The groups of a project's files that are not those that an edition was made from."""
    own = copy / data.relative_to(root) if data.is_relative_to(root) else data
    return kept.difference_words(meant, made_from(copy, own))


def _told(groups: list[str]) -> str:
    return f"{visible(bounded(groups, 9))} differ from those that the edition was made from"


def made_from(root: Path, data: Path) -> kept.Inputs:
    """What an edition is made from, as manifests have it: the digest of each group of files."""
    found = {
        **standing.files_of_project(root, data),
        **kept.tree(kept.LIBRARY, root / "src" / "observlib"),
    }
    return standing.origin(root, found)


def _copy_project(root: Path, data: Path, copy: Path) -> None:
    """Copy what a project's own people wrote of it, as it stands."""
    ignored = shutil.ignore_patterns(".*", "__pycache__", "_site", "_failed")
    for name in ("src", "notebooks", "docs"):
        shutil.copytree(root / name, copy / name, ignore=ignored)
    standing.copy_sources(root, copy / "reports")
    if (root / "requirements.lock").is_file():
        shutil.copyfile(root / "requirements.lock", copy / "requirements.lock")
    for folder in (root / "data", data) if data.is_relative_to(root) else (root / "data",):
        for path in folder.iterdir() if folder.is_dir() else ():
            target = copy / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.is_file():
                shutil.copyfile(path, target)
            elif path.name not in _NEVER and not any(
                (path / name).is_dir()
                for name in ("raw", "store")  # a data folder of its own
            ):
                shutil.copytree(path, target, ignore=ignored, dirs_exist_ok=True)


def _copy_data(bundle: Bundle, root: Path, data: Path, copy: Path) -> str:
    """Put copies beside the copy's code: of the store, and of what was published before.

    What was published later is left out: disclosure control would know it.
    """
    store.follow_address(data)
    if other := kept.difference_words(bundle.manifest.data, store.table_digests(data)):
        raise CannotRun(
            f"{data}: the store's {bounded(other, 9)} are not those that the edition was made "
            "from; ingest the exports that gave them, and name their folder with --data"
        )
    known, earlier = archive.archive_digests(data), bundle.manifest.earlier
    if lacking := [name for name, digest in earlier.items() if known.get(name) != digest]:
        raise CannotRun(
            f"{data / archive.ARCHIVE_FOLDER}: {bounded(lacking)}: not here as the edition knew "
            "it, and disclosure control depends on it; publish these editions first, or bring them"
        )
    place = data.relative_to(root).as_posix() if data.is_relative_to(root) else None
    target = copy / place if place else copy.with_name(data.name)
    target.mkdir(parents=True, exist_ok=True)
    if where := address(data / "store"):
        addresses.copy_from(where, target / "store")
    shutil.copytree(
        data / "store", target / "store", ignore=shutil.ignore_patterns("rejects"),
        dirs_exist_ok=True,
    )  # fmt: skip
    (target / SETTING).unlink(missing_ok=True)  # the rows stand in the copy
    for name in earlier:
        shutil.copytree(
            data / archive.ARCHIVE_FOLDER / name, target / archive.ARCHIVE_FOLDER / name
        )
    return place or str(target)


def _seed(bundle: Bundle, copy: Path) -> None:
    """Let the copy know on which days the edition was published before its last revision."""
    manifest = bundle.manifest
    if not manifest.revisions:
        return
    folder = copy / "reports" / "_site" / manifest.quarter
    folder.mkdir(parents=True)
    before = manifest.model_dump(include={"quarter", "kind", "published"})
    before |= {"revisions": manifest.revisions[:-1], "headline": "", "told": "", "files": {}}
    (folder / record.MANIFEST_FILE).write_text(json.dumps(before), encoding="utf-8")


def _run(command: list[str], folder: Path, environment: Mapping[str, str], tell: Tell) -> list[str]:
    """Run a command, telling the lines of its progress; its last ones."""
    last: deque[str] = deque(maxlen=8)
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, encoding="utf-8", errors="replace", start_new_session=True,
    ) as process:  # fmt: skip
        try:
            for line in process.stderr or ():
                last.append(line.rstrip())
                tell(line.rstrip())
        except BaseException:
            end_all(process)
            raise
    return [*last]
