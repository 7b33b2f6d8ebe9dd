"""What sentences say, held to the letter: each case of a test has its text in `said.yml`.

Who changes a sentence on purpose runs `SAID=write pytest tests/themes`, and reads what changed.
"""

import os
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.words import plain

from observlib.catalogue import Catalogue

Cases = Mapping[str, Callable[[Catalogue], Any]]
_FILE = Path(__file__).with_name("said.yml")


def test(theme: str, cases: Cases, by_line: bool = False) -> Callable[[str, Catalogue], None]:
    """A test that each case says what it is known to say: whole pages, line by line."""

    @pytest.mark.parametrize("case", cases)
    def held(case: str, catalogue: Catalogue) -> None:
        said = cases[case](catalogue)
        _hold(theme, case, cases, str(said).splitlines() if by_line else said)

    return held


def _hold(theme: str, case: str, cases: Cases, said: Any) -> None:
    """A case says what it is known to say; of several texts, each does."""
    texts = [*map(plain, said)] if isinstance(said, list | tuple) else plain(said)
    if os.environ.get("SAID") == "write":
        known = _known.__wrapped__()
        known.setdefault(theme, {})[case] = texts
        told = yaml.safe_dump(known, allow_unicode=True, width=100, sort_keys=True)
        _FILE.write_text(told, encoding="utf-8")
        return
    known = _known()[theme]
    assert texts == known[case]
    assert known.keys() == cases.keys(), "said.yml holds what no case says"


@cache
def _known() -> dict[str, dict[str, Any]]:
    return yaml.safe_load(_FILE.read_text(encoding="utf-8")) if _FILE.is_file() else {}
