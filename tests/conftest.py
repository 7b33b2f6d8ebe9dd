"""What several tests need: the project's catalogue, and real exports where they are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from observlib.catalogue import Catalogue, load_catalogue

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
