"""What a page depends on: names of inputs, each with the digest of what it holds.

A name is `the group/the part`, such as `the library/display/charts.py`; nothing here runs or
imports what it looks at.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path

from observlib.base.errors import bounded

Inputs = dict[str, str]
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(observlib[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n(]*)"
    r"|import[ \t]+(observlib[^\n]*))",
    re.M,
)
_NO_NAMES = re.compile(r"#[^\n]*|[()\\]")  # beside the names of an import
LIBRARY = "the library"
MADE_OF = "observlib_made_of"  # in the metadata of a committed notebook: see `edition.fingerprint`
USED = "observlib_used"  # in that of an executed one: see `edition.shell`
# What no page can see of the library: it makes the store, the site or the command line.
UNSEEN = frozenset(
    (
        *("base/disk_cache", "base/git", "base/replacing", "cli"),
        *("desk/fetching", "desk/scaffold", "desk/watch", "edition/checklist"),
        *("edition/errata_page", "edition/explaining", "edition/live", "edition/menus"),
        *("edition/new_study", "edition/origins", "edition/packages", "edition/preview"),
        *("edition/quality", "edition/release", "edition/site", "edition/staging", "edition/trace"),
        *("loaders", "publish/editions", "publish/standing", "review"),
    )
)
# What of it makes a published page of its source; a test looks whether the publisher imports more.
RENDERING = frozenset(
    (
        *("base", "catalogue", "confidentiality", "display", "estimates", "language", "publish"),
        *("records", "stats"),
    )
)


def digest(content: bytes) -> str:
    """The digest of some bytes.

    Examples
    --------
    >>> digest(b"")
    'e3b0c44298fc1c149afbf4c8996fb924'
    """
    return hashlib.sha256(content).hexdigest()[:32]


def key(inputs: Mapping[str, str]) -> str:
    """The digest of inputs: the same for the same names and digests, in any order."""
    return digest(json.dumps(inputs, sort_keys=True).encode())


def by_group(inputs: Mapping[str, str]) -> Inputs:
    """One digest for each group of inputs.

    Examples
    --------
    >>> list(by_group({"the data/calls": "a", "Python": "3", "the data/polls": "b"}))
    ['the data', 'Python']
    """
    groups: dict[str, Inputs] = {}
    for name, value in inputs.items():
        groups.setdefault(name.partition("/")[0], {})[name] = value
    return {group: key(own) for group, own in groups.items()}


def tree(group: str, folder: Path, skipped: Collection[str] | None = ()) -> Inputs:
    """Each file below a folder, by the digest of its bytes; hidden ones and bytecode are left out.

    Parameters
    ----------
    group
        The first part of their names.
    folder
        Searched to any depth; it may be absent.
    skipped
        Names of its own folders that are left out; None: nothing is, whatever its name.
    """
    return {f"{group}/{name}": file(folder / name) for name in _below(folder, skipped)}


def stamps(group: str, folder: Path) -> Inputs:
    """Each file below a folder, by its size and the moment of its last change, as git's index does.

    For large files that are never changed, only replaced.
    """
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
        return digest(path.read_bytes())
    except OSError as error:  # whoever has a use for the file tells it
        return f"cannot be read: {error.errno}"


def library() -> Inputs:
    """Each file of this library; they are read again where one has changed since."""
    return dict(_library(tuple(stamps(LIBRARY, Path(__file__).parents[1]).items())))


@lru_cache(1)  # an edition asks for it seven times
def _library(_: tuple[tuple[str, str], ...]) -> Inputs:
    return tree(LIBRARY, Path(__file__).parents[1])


@cache
def loaded() -> Inputs:
    """Each file of this library as it was at the process's first call, as its code is."""
    return library()


def within(inputs: Mapping[str, str], rooms: Collection[str], inside: bool = True) -> Inputs:
    """The inputs of which those of the library are inside some places only, or outside of them.

    A place is a room, or what stands in one: `publish/editions`, `base/git`.

    Examples
    --------
    >>> known = {"the library/cli/new.py": "a", "the library/base/files.py": "b", "Python": "3"}
    >>> list(within(known, {"cli"}, inside=False))
    ['the library/base/files.py', 'Python']
    """

    def is_wanted(name: str) -> bool:
        group, _, part = name.partition("/")
        if group != LIBRARY:
            return True
        above = part.removesuffix(".py").split("/")
        places = ("/".join(above[:depth]) for depth in range(1, len(above) + 1))
        return any(place in rooms for place in places) == inside

    return {name: value for name, value in inputs.items() if is_wanted(name)}


def imported(modules: Iterable[str]) -> Inputs:
    """Each file of this library that modules are made of: their own, and all that these import.

    The words beside a module (`language.wording`) are its own too. Imports inside functions count.
    The files are those of the process's first call, as its code is. The front door imports for
    notebooks alone; what no page can see (`UNSEEN`) is left out.

    Examples
    --------
    >>> sorted(imported(["observlib.base.files"]))
    ['the library/__init__.py', 'the library/base/__init__.py', 'the library/base/errors.py',
     'the library/base/files.py']
    """
    found, seen = {}, _seen()
    waiting = [*modules]
    for name in waiting:
        waiting += [name.rpartition(".")[0]] * ("." in name)  # a package is imported before
        part = "/".join([LIBRARY, *name.split(".")[1:]])
        for file in (f"{part}.py", f"{part}.yml", f"{part}/__init__.py"):
            if file in seen and file not in found:
                found[file] = seen[file]
                if file.endswith(".py") and file != f"{LIBRARY}/__init__.py":
                    waiting += _imports(file)
    return found


@cache
def _seen() -> Inputs:
    return within(loaded(), UNSEEN, inside=False)


@cache
def _imports(file: str) -> tuple[str, ...]:
    """The modules of this library that one of its files may import: some are names in modules.

    By a pattern, since each process of an edition asks for hundreds of files.
    """
    path = Path(__file__).parents[1].joinpath(file.removeprefix(f"{LIBRARY}/"))
    found: list[str] = []
    for module, names, modules in _IMPORT.findall(path.read_text(encoding="utf-8")):
        listed = _NO_NAMES.sub(" ", names or modules).split(",")
        own = [words.split()[0] for words in listed if words.strip()]
        found += [f"{module}.{name}" if module else name for name in own]
    return tuple(name for name in found if name.startswith("observlib."))


def installed() -> Inputs:
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


def seen_by_pages() -> Inputs:
    """What every page can see, but for the data and what the project knows."""
    return {**within(library(), UNSEEN, inside=False), **installed()}


def notebook(path: Path) -> str:
    """The digest of a notebook without what executions write: outputs, numbers, what made them."""
    return _of_cells(path, ("raw", "markdown", "code"))


def code(path: Path) -> str:
    """The digest of what of a notebook is executed: its cells of code, without what they gave."""
    return _of_cells(path, ("code",))


def _of_cells(path: Path, kinds: Collection[str]) -> str:
    try:
        made = json.loads(path.read_text(encoding="utf-8"))
        cells = [cell for cell in made.pop("cells") if cell["cell_type"] in kinds]
        made["metadata"].pop(MADE_OF, None)
    except (OSError, ValueError, KeyError):  # it is being saved; reading it as a study tells
        return "cannot be read"
    run = {"outputs", "execution_count", "id"}
    own = [{name: part for name, part in cell.items() if name not in run} for cell in cells]
    for cell in own:
        cell["source"] = "".join(cell["source"])  # a text, or its lines
    return digest(json.dumps([made, own], sort_keys=True).encode())


def fewest_changes(made: Iterable[tuple[Inputs, Inputs]]) -> list[str]:
    """What differs between the inputs of what was made and those now, in words, where least does.

    Parameters
    ----------
    made
        Of each thing that was made its inputs then, and now. Of none the words are `never made`.
    """
    counted = [
        (sum(then.get(name) != now.get(name) for name in then.keys() | now.keys()), then, now)
        for then, now in made
    ]
    if not counted:
        return ["never made"]
    _, then, now = min(counted, key=lambda found: found[0])
    return changes(then, now)


def changes(before: Mapping[str, str], now: Mapping[str, str], shown: int = 3) -> list[str]:
    """What differs between inputs, in words: each group with a few of its parts.

    Examples
    --------
    >>> before = {"Python": "3.12", "the data/calls": "a"}
    >>> changes(before, {"Python": "3.13", "the data/polls": "b"})
    ['Python', 'the data (calls, polls)']
    """
    groups: dict[str, list[str]] = {}
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            group, _, part = name.partition("/")
            groups.setdefault(group, []).extend([part] * bool(part))
    return [
        f"{group} ({bounded(parts, shown)})" if parts else group for group, parts in groups.items()
    ]
