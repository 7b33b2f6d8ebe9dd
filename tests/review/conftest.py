"""A small project with a history of its own, which has published one study of real exports."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.conftest import made_once
from tests.copies import DEMO, ROOT

from observlib.publish import standing

T3, DAY = "2026-T3", "1795219200"  # 21 November 2026
DEVICES = ("matomo-vie-publique", "jdma-vie-publique")
STUDIES = ("frequentation", "satisfaction")
COMMAND = "from observlib.cli import main; main()"
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


def make_project(root: Path, exports: Path, environment: Mapping[str, str]) -> Small:
    """A project of two studies, committed, its data ingested, its edition published."""
    data = root / "data" / DEMO.name
    for name in ("catalogue", "formats", "reference", "practices"):
        shutil.copytree(ROOT / "data" / name, root / "data" / name)
    for name in ("catalogue", "practices", "actions", "decisions", "partners"):
        shutil.copytree(DEMO / name, data / name)
    for name in STUDIES:
        (root / "notebooks").mkdir(exist_ok=True)
        shutil.copy(ROOT / "notebooks" / f"{name}.ipynb", root / "notebooks")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src", root / "src", ignore=ignored)
    (root / "docs").mkdir()  # one page: all are made alike, and `tests/docs` publishes them
    (root / "docs" / "index.md").write_text("# Documentation\n\nHow to.\n", encoding="utf-8")
    standing.copy_sources(ROOT, root / "reports")
    for name in ("requirements.lock", ".gitignore", ".gitattributes", ".git_archival.txt"):
        shutil.copy(ROOT / name, root)
    git(root, "init", "--quiet")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "A project")
    shutil.copytree(exports, data / "raw")
    done = observ(root, "ingest", data / "raw", "--data", data, **environment)
    assert done.returncode == 0, done.stderr
    done = observ(
        root, "edition", T3, "--data", data, "--publisher", "embedded",
        SOURCE_DATE_EPOCH=DAY, **environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return of(root)


def of(root: Path) -> Small:
    return Small(root, root / "data" / DEMO.name, root / "reports" / "_site" / T3)


def some_exports(raw: Path, folder: Path) -> Path:
    """Copy the exports of few devices into a new folder."""
    for path in raw.rglob("*"):
        parts = path.stem.replace("_", "-")
        if path.is_file() and (path.name == "demonstration.json" or parts.startswith(DEVICES)):
            target = folder / path.relative_to(raw)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    return folder


@pytest.fixture(scope="session")
def small(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Small:
    def make(folder: Path) -> None:
        exports = some_exports(demonstration / "raw", folder / "exports")
        make_project(folder / "p", exports, HERE)

    return of(made_once(tmp_path_factory, "small edition", make, 600) / "p")
