"""What was made is kept by all that it was made of: it is made once, and it is known why again.

Inputs say what something is made of: names, as `the library/display/charts.py`, each with the
digest of what it holds. An entry is one file, renamed into place: a reader finds it whole or not at
all. It begins with the digest of the rest, so that a damaged one is noticed, and made again.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import io
import json
import math
import os
import platform
import re
import sys
import time
import zipfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath

from observlib.base import files
from observlib.base.errors import bounded

Inputs = dict[str, str]
KEPT_FOLDER = Path("reports") / ".kept"  # in a project
_MOST = 400_000_000  # bytes of a folder of entries: some twenty editions of which nothing is alike
LIBRARY = "the library"
MADE_OF = "observlib_made_of"  # in the metadata of a committed notebook: see `edition.new_study`
USED = "observlib_used"  # in that of an executed one: see `edition.engine`
_INPUTS = ".inputs.json"  # of an entry, beside its files
_DIGITS = 64
_LATEST = 50  # entries of a name among which the most like one is looked for
_SOURCE = Path(__file__).parents[1]
_IMPORTED = time.time_ns()  # as the code of the library is, or soon
_SENTENCES = "sentences"  # templates of a theme, which its figures are not made of
_LOADERS = "observlib.loaders"  # what a change of theirs gives shows in the digests of the store
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(observlib[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n(]*)"
    r"|import[ \t]+(observlib[^\n]*))",
    re.M,
)
_NO_NAMES = re.compile(r"#[^\n]*|[()\\]")  # beside the names of an import


# --- Entries ------------------------------------------------------------------------------------


def made(
    folder: Path | None, name: str, of: Mapping[str, str], make: Callable[[], Mapping[str, bytes]]
) -> Mapping[str, bytes]:
    """The files of an entry, made and kept where there is none; without a folder none is kept."""
    if (found := get(folder, name, of)) is not None:
        return found
    contents = make()
    put(folder, name, of, contents)
    return contents


def put(
    folder: Path | None,
    name: str,
    of: Mapping[str, str],
    contents: Mapping[str, bytes],
    used: Mapping[str, str] | None = None,
) -> None:
    """Keep some files, by their names, as one entry; where it cannot be written, none is kept."""
    if folder is None:
        return
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(_INPUTS, json.dumps([of, used or {}]))
        for path, content in contents.items():
            archive.writestr(path, content)
    whole = hashlib.sha256(packed.getvalue()).hexdigest().encode() + packed.getvalue()
    with contextlib.suppress(OSError):  # what was made is there all the same
        folder.mkdir(parents=True, exist_ok=True)
        files.write_bytes(_place(folder, name, of, used), whole)


def get(
    folder: Path | None, name: str, of: Mapping[str, str], now: Mapping[str, str] | None = None
) -> dict[str, bytes] | None:
    """The files of an entry; None where there is none, or it is not as it was written."""
    if folder is None:
        return None
    path = _place(folder, name, of)
    places = [path] if now is None else folder.glob(f"{glob.escape(path.name)}.*")
    for path in places:
        if (found := _read(path)) and all((now or {}).get(k, "") == v for k, v in found[2].items()):
            with contextlib.suppress(OSError):
                os.utime(path)  # it was of use: `prune` spares it
            return found[0]
    return None


def has(folder: Path, name: str, of: Mapping[str, str]) -> bool:
    """Whether there is an entry, which may be damaged."""
    return _place(folder, name, of).exists()


def differing(
    folder: Path, name: str, of: Mapping[str, str], now: Mapping[str, str] | None = None
) -> set[str] | None:
    """The inputs that differ from those of the most like entry; None where there is none."""
    found = []
    for path in sorted(folder.glob(f"{glob.escape(name)}.*"), key=_moment)[-_LATEST:]:
        if entry := _read(path):
            _, before, used = entry
            wanted = {**of, **{name: (now or {}).get(name, "") for name in used}}
            found.append(_differing({**before, **used}, wanted))
    return min(found, key=lambda names: (len(names), sorted(names)), default=None)


def why(
    folder: Path, name: str, of: Mapping[str, str], now: Mapping[str, str] | None = None
) -> list[str]:
    """As `differing`, in words; of none they are `never made`."""
    found = differing(folder, name, of, now)
    return ["never made"] if found is None else _in_words(found)


def prune(folder: Path, most: int = _MOST, since: float = math.inf) -> None:
    """Delete what was of no use for longest, until the rest has `most` bytes or is used `since`."""
    found = []
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # another run has deleted it
            state = path.stat()
            if path.is_file():
                found.append((state.st_mtime_ns, state.st_size, path))
    for when, size, path in sorted(found, reverse=True):
        most -= size
        if most < 0 and when < since * 1e9:
            with contextlib.suppress(OSError):
                path.unlink()


def _moment(path: Path) -> float:
    """When an entry was last of use."""
    with contextlib.suppress(OSError):  # another run has deleted it
        return path.stat().st_mtime
    return 0.0


def _place(
    folder: Path, name: str, of: Mapping[str, str], used: Mapping[str, str] | None = None
) -> Path:
    return folder / ".".join([name, key(of), *([key(used)] if used else [])])


def _read(path: Path) -> tuple[dict[str, bytes], Inputs, Inputs] | None:
    """The files of an entry, what it is made of, and what it has used beside; None of no entry."""
    try:
        whole = path.read_bytes()
    except OSError:
        return None
    packed = whole[_DIGITS:]
    if hashlib.sha256(packed).hexdigest().encode() != whole[:_DIGITS]:
        return None
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = [PurePosixPath(name) for name in archive.namelist()]
        if any(name.is_absolute() or ".." in name.parts for name in names):
            return None  # nobody but a stranger wrote this
        found = {str(name): archive.read(str(name)) for name in names}
    of, used = json.loads(found.pop(_INPUTS, b"[{}, {}]"))
    return found, of, used


# --- Inputs -------------------------------------------------------------------------------------


def bytes_digest(content: bytes) -> str:
    """The digest of some bytes."""
    return hashlib.sha256(content).hexdigest()[:32]


def key(inputs: Mapping[str, str]) -> str:
    """The digest of inputs: the same for the same names and digests, in any order."""
    return bytes_digest(json.dumps(inputs, sort_keys=True).encode())


def by_group(inputs: Mapping[str, str]) -> Inputs:
    """One digest for each group of inputs.

    >>> list(by_group({"the data/calls": "a", "Python": "3", "the data/polls": "b"}))
    ['the data', 'Python']
    """
    groups: dict[str, Inputs] = {}
    for name, value in inputs.items():
        groups.setdefault(name.partition("/")[0], {})[name] = value
    return {group: key(own) for group, own in groups.items()}


def difference_words(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What differs between inputs, in words: each group with a few of its parts."""
    return _in_words(_differing(before, now))


def _differing(before: Mapping[str, str], now: Mapping[str, str]) -> set[str]:
    return {name for name, _ in before.items() ^ now.items()}


def _in_words(names: Iterable[str]) -> list[str]:
    groups: dict[str, list[str]] = {}
    for name in sorted(names):
        group, _, part = name.partition("/")
        groups.setdefault(group, []).extend([part] * bool(part))
    return [f"{group} ({bounded(parts, 3)})" if parts else group for group, parts in groups.items()]


def tree(group: str, folder: Path, skipped: Collection[str] | None = ()) -> Inputs:
    """Each file below a folder, by the digest of its bytes; not hidden ones, nor bytecode."""
    return {f"{group}/{name}": file(folder / name) for name in _below(folder, skipped)}


def stamps(group: str, folder: Path) -> Inputs:
    """Each file below a folder, by its size and the moment of its last change, as git's index."""
    found = {}
    for name in _below(folder, ()):
        with contextlib.suppress(OSError):  # it has just been deleted
            state = (folder / name).stat()
            found[f"{group}/{name}"] = f"{state.st_size} bytes of {state.st_mtime_ns}"
    return found


def _below(folder: Path | str, skipped: Collection[str] | None, above: str = "") -> Iterator[str]:
    """Names of the files below a folder: its own before those of its folders."""
    try:
        with os.scandir(folder) as found:
            shown = (x for x in found if skipped is None or x.name[0] != ".")
            entries = sorted(shown, key=lambda entry: entry.name)
    except OSError:  # it is not there, or not to be read
        return
    folders = []
    for entry in entries:
        with contextlib.suppress(OSError):  # a link that leads to itself
            if entry.is_file():
                yield above + entry.name
            elif entry.is_dir() and (
                skipped is None or entry.name not in ("__pycache__", *skipped)
            ):
                folders.append(entry)
    for entry in folders:
        yield from _below(entry.path, skipped and (), f"{above}{entry.name}/")


def file(path: Path) -> str:
    """The digest of a file; of one that cannot be read, that it cannot."""
    try:
        return bytes_digest(path.read_bytes())
    except OSError as error:  # whoever has a use for the file tells it
        return f"cannot be read: {error.errno}"


def library_files() -> Inputs:
    """Each file of this library; they are read again where one has changed since."""
    return dict(_library(tuple(stamps(LIBRARY, _SOURCE).items())))


@lru_cache(1)  # an edition asks for it seven times
def _library(_: tuple[tuple[str, str], ...]) -> Inputs:
    return tree(LIBRARY, _SOURCE)


@cache
def loaded() -> Inputs:
    """Each file of this library as its code was imported.

    One that was written since, as by `git pull` beside an open notebook, is like no other: its
    former text is not known, and what its code makes must not be taken for what the new one does.
    """
    found, now = library_files(), time.time_ns()
    for name in found:
        written = (_SOURCE / name.removeprefix(f"{LIBRARY}/")).stat().st_mtime_ns
        if _IMPORTED < written <= now:
            found[name] = f"written after {_IMPORTED}, when it was imported"
    return found


def module_file(module: str) -> Inputs:
    """The file of a module alone, as it was `loaded`."""
    name = f"{'/'.join([LIBRARY, *module.split('.')[1:]])}.py"
    return {name: loaded()[name]}


def code_of(*modules: str) -> Inputs:
    """Each file of this library that modules are made of: their own, and all that these import.

    Words and templates beside a module are its own. Loaders are left out, as is the front door:
    what they make shows in the digests of the store.
    """
    return {name: loaded()[name] for name in _reached(modules)}


@cache
def _reached(modules: tuple[str, ...]) -> tuple[str, ...]:
    """The files of the library that modules are made of."""
    found: dict[str, None] = {}
    waiting = [*modules]
    for name in waiting:
        waiting += [name.rpartition(".")[0]] * ("." in name)  # a package is imported before
        for part in _parts().get(name, ()) if not name.startswith(_LOADERS) else ():
            if part not in found:
                found[part] = None
                if part.endswith(".py") and part != "__init__.py":
                    waiting += imported_modules((_SOURCE / part).read_text(encoding="utf-8"))
    return tuple(f"{LIBRARY}/{part}" for part in found)


@cache
def _parts() -> dict[str, list[str]]:
    """The files of the library by the modules whose own they are."""
    paths = [PurePosixPath(name.removeprefix(LIBRARY + "/")) for name in loaded()]
    modules = {path.with_suffix("") for path in paths if path.suffix == ".py"}
    found: dict[str, list[str]] = {}
    for path in paths:
        own = path.parent / path.name.partition(".")[0]
        if own.name == "__init__" or (own not in modules and own.name != _SENTENCES):
            own = next(above for above in path.parents if above / "__init__" in modules)
        found.setdefault(".".join(["observlib", *own.parts]), []).append(str(path))
    return found


def imported_modules(text: str) -> list[str]:
    """The modules, or names in them, that a source may import: by a pattern, for it is fast."""
    found: list[str] = []
    for module, names, modules in _IMPORT.findall(text):
        listed = _NO_NAMES.sub(" ", names or modules).split(",")
        own = [words.split()[0] for words in listed if words.strip()]
        found += [f"{module}.{name}" if module else name for name in own]
    return [name for name in found if name.startswith("observlib.")]


def installed_packages() -> Inputs:
    """The versions of Python and of every installed package, which a study may import."""
    # a kernel makes no number otherwise, and those of a cluster are not all alike
    machine = " ".join((platform.system(), platform.machine(), *platform.libc_ver()))
    found = {"Python": f"{sys.version} {machine}"}
    for place in sys.path:
        try:
            names = sorted(path.name for path in Path(place).iterdir())
        except OSError:  # an archive, or nothing
            continue
        for name in names:
            stem, dot, suffix = name.rpartition(".")
            package, _, version = stem.partition("-")
            if dot and suffix in ("dist-info", "egg-info") and package != "observlib":
                found.setdefault(f"the packages/{package}", version)  # the first is imported
    return found


def notebook(path: Path, kinds: Collection[str] = ("raw", "markdown", "code")) -> str:
    """The digest of a notebook without what executions write: outputs, numbers, what made them."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        cells = [cell for cell in read.pop("cells") if cell["cell_type"] in kinds]
        read["metadata"].pop(MADE_OF, None)
    except (OSError, ValueError, KeyError):  # it is being saved; reading it as a study tells
        return "cannot be read"
    run = {"outputs", "execution_count", "id"}
    own = [{name: part for name, part in cell.items() if name not in run} for cell in cells]
    for cell in own:
        cell["source"] = "".join(cell["source"])  # a text, or its lines
    return bytes_digest(json.dumps([read, own], sort_keys=True).encode())
