"""The project's history, where `git` keeps one: an edition is made again from a commit of it."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Collection
from pathlib import Path

from observlib.base.errors import ObservError

DIRTY = "-dirty"  # what ends the name of a commit of which files differ
_PATIENCE = 60  # seconds for which git is waited for
_BRANCHES = ("refs/heads", "refs/remotes")
ARCHIVAL = ".git_archival.txt"  # in an archive that git made, it names the commit


def commit(root: Path) -> str:
    """The commit that a folder stands at, ended by `-dirty` where its files differ; `""` of none.

    An archive of a commit, which has no history, says so in a file (git's `export-subst`).
    """
    if (root / ARCHIVAL).is_file():
        told_by_file = (root / ARCHIVAL).read_text(encoding="utf-8").strip().removeprefix("node: ")
        if _is_name(told_by_file.removesuffix(DIRTY)):
            return told_by_file
    return _told(root, "describe", "--always", "--abbrev=40", "--exclude=*", f"--dirty={DIRTY}")


def knows(root: Path, name: str) -> bool:
    """Whether a folder's history holds a commit."""
    return _is_name(name) and _run(root, "cat-file", "-e", f"{name}^{{commit}}") is not None


def branches(root: Path, holding: str = "") -> list[str]:
    """The branches of a folder's history, `origin/main` too: all, or those that hold a commit."""
    words = [f"--contains={holding}"] if _is_name(holding) else []
    return _told(root, "for-each-ref", "--format=%(refname:lstrip=2)", *words, *_BRANCHES).split()


def is_trusted(root: Path, name: str, trusted: Collection[str]) -> bool:
    """Whether a commit is part of what a folder stands at, or of one of these branches."""
    if not knows(root, name):
        return False
    is_own = _run(root, "merge-base", "--is-ancestor", name, "HEAD") is not None
    return is_own or not {*trusted}.isdisjoint(branches(root, name))


def author(root: Path, name: str) -> str:
    """Who wrote a commit, as the commit says."""
    return _told(root, "log", "-1", "--format=%an", name) if _is_name(name) else ""


def check_out(root: Path, name: str, folder: Path) -> None:
    """Write the files of a commit, as git's history has them, into a new folder."""
    files = _run(root, "archive", "--format=tar", f"{name}^{{commit}}") if _is_name(name) else None
    if files is None:
        raise ObservError(
            f"commit {name!r}: is not in this copy's history; `git fetch` may bring it, or look at "
            "which copy of the project the edition was made from"
        )
    with tarfile.open(fileobj=io.BytesIO(files)) as archive:
        archive.extractall(folder, filter="data")


def last_change(path: Path) -> str:
    """The day of a file's last commit; nothing where git, or a commit of it, is not there."""
    return _told(path.parent, "log", "-1", "--format=%cs", "--", path.name)


def _is_name(name: str) -> bool:
    """Whether a text can only be a commit's name: what a stranger wrote is no option of git."""
    return len(name) == 40 and set(name) <= set("0123456789abcdef")


def _told(root: Path, *words: str) -> str:
    """What git says, as text; nothing where it refuses."""
    return (_run(root, *words) or b"").decode("utf-8", "replace").strip()


def _run(root: Path, *words: str) -> bytes | None:
    """What git says; None where it is not installed, or refuses."""
    try:
        told = subprocess.run(
            ["git", "-C", root, *words], capture_output=True, check=True, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired as error:  # else a busy machine would name no commit
        raise ObservError(f"{root}: git did not answer within {_PATIENCE} s; try again") from error
    except (OSError, subprocess.SubprocessError):
        return None
    return told.stdout
