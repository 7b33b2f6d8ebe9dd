"""What several tests need: the project's catalogue, and real exports where they are at hand."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from observlib import cli
from observlib.catalogue import Catalogue, load_catalogue

# A shared machine may stall for longer than any deadline; what is asked here is truth, not speed.
settings.register_profile("observlib", deadline=None)
settings.load_profile("observlib")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(ROOT / "data" / "catalogue")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real open data beside the project; it is never part of it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real open data is not beside the project (../shared/data)")
    return folder


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Path:
    """A data folder with the demonstration's exports (`raw/`) and its store."""
    from observlib import demo, store

    data = tmp_path_factory.mktemp("demonstration")
    demo.write(data / "raw")
    done = store.ingest(data / "raw", data, catalogue)
    assert not done.problems and done.rejects.empty and not done.unclaimed
    return data


@pytest.fixture
def observ(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run the command's own entry point; give its exit code and what it printed."""

    def run(*words: object) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["observ", *map(str, words)])
            capsys.readouterr()
            code = 0
            try:
                cli.main()
            except SystemExit as end:
                code = int(end.code or 0)
        return code, *capsys.readouterr()

    return run
