"""The tiny project with a history of its own, which has published its edition."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.conftest import made_once
from tests.copies import ROOT
from tests.tiny import project

T3, DAY = project.QUARTER, project.DAY
STUDIES = ("apercu", "visites", "appels", "avis", "enquete-portail")
COMMAND = project.COMMAND
HERE = {"PYTHONHASHSEED": "1", "TZ": "Europe/Paris", "LC_ALL": "C.UTF-8"}
ELSEWHERE = {"PYTHONHASHSEED": "77", "TZ": "Pacific/Auckland", "LC_ALL": "C", "LANG": "tr_TR"}


class Small(NamedTuple):
    """The project, its data folder, and the folder of its published edition."""

    root: Path
    data: Path
    edition: Path


def observ(root: Path, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a project, by the project's own code."""
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *map(str, words)], cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src"), **environment}, capture_output=True,
        encoding="utf-8",
    )  # fmt: skip


def git(root: Path, *words: str) -> str:
    who = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org"}
    who |= {"GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org"}
    who |= {"GIT_AUTHOR_DATE": "2026-11-01T09:00Z", "GIT_COMMITTER_DATE": "2026-11-01T09:00Z"}
    done = subprocess.run(
        ["git", "-C", root, *words], env={**os.environ, **who}, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def make_project(root: Path, environment: Mapping[str, str]) -> None:
    """The tiny project with the library's code, committed, its data read, its edition published."""
    project.write(root)
    shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in (".gitignore", ".gitattributes", ".git_archival.txt"):
        shutil.copy(ROOT / name, root)
    with (root / ".gitignore").open("a", encoding="utf-8") as stream:
        stream.write("data/published/\n")
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "A project")
    edition = ("edition", T3, "--publisher", "embedded")
    for words in (("ingest", "data/raw"), edition):
        done = observ(root, *words, SOURCE_DATE_EPOCH=DAY, **environment)
        assert done.returncode == 0, done.stderr


def of(root: Path) -> Small:
    return Small(root, root / "data", root / "reports" / "_site" / T3)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Made once for all tests, none of which changes it."""
    made = made_once(tmp_path_factory, "tiny edition", lambda root: make_project(root, HERE), 600)
    return of(made)
