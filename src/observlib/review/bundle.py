"""A published edition as a reviewer gets it: a folder, or a zip of one, perhaps a stranger's.

Nothing of it is run. It is read within bounds, and only what its manifest can mean is taken for a
manifest.
"""

from __future__ import annotations

import json
import re
import shutil
import stat
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError

from observlib.base.errors import SHOWN, ObservError, bounded
from observlib.base.kept import Inputs
from observlib.base.period import Quarter, edition_day
from observlib.catalogue.mistakes import told
from observlib.publish.editions import record
from observlib.review.places import Word

MOST_BYTES, MOST_FILES, MOST_OF_MANIFEST = 4_000_000_000, 100_000, 50_000_000
_RATIO = 1_000  # of a file to what a zip holds of it: text that repeats itself is packed to 1/200


def _is_inside(name: str) -> str:
    """A path that stays in its folder, on every system."""
    path = PurePosixPath(name)
    outside = path.is_absolute() or ".." in path.parts or not path.parts
    if outside or re.search(r"[\\:\x00-\x1f]", name) or name != path.as_posix():
        raise ValueError(f"{name!r} does not stay in the folder")
    return name


def _is_quarter(text: str) -> str:
    try:
        return str(Quarter.parse(text))
    except ObservError as error:
        raise ValueError(str(error)) from None


def _is_day(text: str) -> str:
    with suppress(ValueError):
        return date.fromisoformat(text).isoformat()
    raise ValueError("a day is expected, such as 2026-11-16")


_Day = Annotated[str, AfterValidator(_is_day)]
_Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
_Commit = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{40}(-dirty)?)?$")]
_Place = Annotated[str, AfterValidator(_is_inside)]
_Name = Annotated[str, StringConstraints(pattern=r"^\w[\w.-]{0,99}$")]  # no option of a command


class Study(BaseModel):
    """What a manifest says of a page."""

    model_config = ConfigDict(extra="allow")
    page: _Name
    study: _Name
    title: str
    parameters: dict[str, str | int | float | bool] = {}
    asked: bool = True
    error: str = ""


class Erratum(BaseModel):
    """What a manifest says of an erratum."""

    model_config = ConfigDict(extra="allow")
    digest: _Digest


class Manifest(BaseModel):
    """What a reviewer needs of a manifest; the rest is compared as it is."""

    model_config = ConfigDict(extra="allow")
    quarter: Annotated[str, AfterValidator(_is_quarter)]
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
    studies: list[Study]
    errata: dict[_Name, Erratum] = {}


@dataclass(frozen=True)
class Bundle:
    """An edition's folder, its manifest, and the manifest as it was read."""

    folder: Path
    manifest: Manifest
    raw: dict[str, Any]

    @cached_property
    def files(self) -> Inputs:
        """Its files by their digests (see `record.files_of`)."""
        return record.files_of(self.folder)

    @property
    def day(self) -> date:
        """The day that its pages bear."""
        return edition_day(self.manifest.published, self.manifest.revisions)


def opened(place: Path, work: Path) -> Bundle:
    """Open a bundle: a folder as it is, a zip unpacked into the folder `work`.

    Raises
    ------
    ObservError
        For what is no bundle: no manifest, or one that cannot be; links, paths that lead out, more
        files or bytes than an edition has.
    """
    if not place.exists():
        raise ObservError(f"{place}: is not there; name the folder of an edition, or a zip of it")
    folder = place if place.is_dir() else _unpacked(place, work)
    if not (folder / record.NAME).is_file():
        below = [path.parent for path in folder.glob(f"*/{record.NAME}")]
        if len(below) != 1:
            raise ObservError(
                f"{place}: holds no {record.NAME}; name the folder of an edition as it is "
                "published, such as reports/_site/2026-T3, or a zip of it"
            )
        folder = below[0]
    _check_folder(folder)
    raw = _read(folder / record.NAME)
    try:
        return Bundle(folder, Manifest.model_validate(raw), raw)
    except ValidationError as error:
        lines = [f"{record.NAME}: {said}" for _, said in told(error, Manifest, raw)]
        more = [f"{record.NAME}: and {len(lines) - SHOWN} more"] * (len(lines) > SHOWN)
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
        raise ObservError(f"{folder}: holds links or devices, which no edition has: {_some(wrong)}")
    _check_size(folder, count, size)


def _check_size(place: Path, count: int, size: int) -> None:
    if count > MOST_FILES or size > MOST_BYTES:
        raise ObservError(
            f"{place}: has {count} files of {size} bytes; an edition has at most {MOST_FILES} of "
            f"{MOST_BYTES}"
        )


def _some(names: list[str]) -> str:
    return bounded(sorted(map(repr, names)))


def _unpacked(place: Path, work: Path) -> Path:
    """The folder into which a zip is unpacked, once all that it names is known to be harmless."""
    try:
        with zipfile.ZipFile(place) as archive:
            inside = archive.infolist()
            _check_size(place, len(inside), sum(entry.file_size for entry in inside))
            if wrong := [entry.filename for entry in inside if not _is_harmless(entry)]:
                raise ObservError(
                    f"{place}: names what would leave its folder, links, or a file that unpacks "
                    f"to {_RATIO} times its size: {_some(wrong)}; nothing was unpacked"
                )
            for entry in inside:
                if not entry.is_dir():
                    _unpack(archive, entry, work / entry.filename)
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


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    """Unpack a file, no further than it said that it would go."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry) as source, target.open("xb") as copy:
        shutil.copyfileobj(source, copy)


def files_against_manifest(bundle: Bundle) -> dict[str, Word]:
    """Each file that is not as the manifest says, and what is wrong: absent, unknown, or changed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     known = Manifest.model_construct(files={"index.html": "0" * 32})
    ...     files_against_manifest(Bundle(Path(place), known, {}))
    {'index.html': 'absent'}
    """
    there, told = bundle.files, bundle.manifest.files
    found = {name: Word("absent") for name in told.keys() - there.keys()}
    found |= {name: Word("unknown") for name in there.keys() - told.keys()}
    both = there.keys() & told.keys()
    found |= {name: Word("changed") for name in both if there[name] != told[name]}
    return dict(sorted(found.items()))
