"""A new study keeps every rule of the committed ones, from its first minute."""

import errno
import importlib.util
import inspect
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
from tests.copies import share_kept

from observlib.base import files
from observlib.base.errors import ObservError, UsageError
from observlib.edition import new_study as refresh
from observlib.edition.new_study import new_study
from observlib.edition.plan import load_studies

ROOT = Path(__file__).parents[2]
CONVENTIONS = ROOT / "tests" / "notebooks" / "test_conventions.py"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, demonstration: Path) -> Path:
    made = tmp_path_factory.mktemp("project")
    for name in ("catalogue", "formats", "reference", "practices"):
        shutil.copytree(ROOT / "data" / name, made / "data" / name)
    # as it stands in the project: what families give of it is kept there
    ignored = shutil.ignore_patterns("raw", "published")
    shutil.copytree(demonstration, made / "data" / "demo", ignore=ignored)
    (made / "reports").mkdir()
    share_kept(made)
    (made / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "frequentation.ipynb", made / "notebooks")
    return made


@pytest.fixture(scope="module")
def path(root: Path) -> Path:
    return new_study(root, "essai_un", "Un « essai » : premier", "Pourquoi ?")


@pytest.fixture(scope="module")
def conventions() -> ModuleType:
    spec = importlib.util.spec_from_file_location("conventions", CONVENTIONS)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_is_a_study_that_comes_after_the_others(root, path):
    studies = load_studies(root / "notebooks")
    assert list(studies) == ["frequentation", "essai_un"]
    assert studies["essai_un"].title == "Un « essai » : premier"
    assert studies["essai_un"].question == "Pourquoi ?"
    assert studies["essai_un"].order == studies["frequentation"].order + 2


def test_it_keeps_every_convention_of_the_committed_notebooks(path, conventions):
    asked = 0
    for name, check in vars(conventions).items():
        of_one = name.startswith("test_") and "search" not in name
        wanted = list(inspect.signature(check).parameters) if of_one else []
        if wanted == ["notebook"]:
            check(nbformat.read(path, as_version=4))
            asked += 1
        elif wanted == ["path"]:
            check(path)
            asked += 1
    assert asked >= 10


@pytest.mark.slow
def test_nbval_finds_the_same_outputs_when_it_runs_it_again(root, path):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval"]
    command += ["--nbval-current-env", "--rootdir", str(root), "-o", "addopts=", str(path)]
    command += ["--nbval-sanitize-with", str(ROOT / "tests" / "notebooks" / "sanitize.cfg")]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_study_that_exists_is_not_written_over(root, path):
    before = path.read_bytes()
    with pytest.raises(UsageError, match=r"notebooks/essai_un\.ipynb: exists already"):
        new_study(root, "essai_un")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"name": "Essai deux"}, "name 'Essai deux': allowed"),
        ({"name": "../essai"}, "allowed: a-z"),
        ({"name": "essai_deux", "title": " "}, "title ' ': is empty"),
        ({"name": "essai_deux", "question": ""}, "question '': is empty"),
    ],
)
def test_words_that_will_not_do_are_told(root, words, said):
    with pytest.raises(UsageError) as caught:
        new_study(root, **words)
    assert said in str(caught.value)


def test_without_demonstration_data_it_says_how_to_make_some(tmp_path):
    (tmp_path / "notebooks").mkdir()
    with pytest.raises(ObservError, match=r"python -m tools\.demo data/demo/raw"):
        new_study(tmp_path, "essai")
    assert not list((tmp_path / "notebooks").iterdir())


@pytest.mark.parametrize("fault", ["disk", "run"])
def test_a_fault_leaves_no_half_study(root, monkeypatch, fault):
    def executed(studies: Any, root: Path) -> list[tuple[Any, Any]]:
        if fault == "run":
            raise ObservError("cell 3: no")
        (study,) = studies
        return [(study, nbformat.read(study.path, as_version=4))]

    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("observlib.edition.new_study.executed", executed)
    monkeypatch.setattr(files.os, "fsync", fail)
    before = sorted((root / "notebooks").iterdir())
    with pytest.raises(ObservError, match={"disk": "no study was written", "run": "cell 3"}[fault]):
        new_study(root, "essai_deux")
    assert sorted((root / "notebooks").iterdir()) == before


def test_what_it_is_run_by_is_what_refreshes_the_committed_ones():
    from observlib.edition import new_study as study

    assert study.executed is refresh.executed
