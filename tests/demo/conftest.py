"""One demonstration, written once for all tests that only read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from observlib import demo


class Demonstration(NamedTuple):
    folder: Path
    truths: dict[str, Any]


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    folder = tmp_path_factory.mktemp("demonstration") / "raw"
    return Demonstration(folder, demo.write(folder))
