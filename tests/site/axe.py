"""What axe-core, the accessibility rules of Deque, finds on pages in a browser; what scrolls."""

import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

from tests.site.conftest import asked, pages_of

WIDTHS = (1280, 375, 320)
_HARNESS = Path(__file__).with_name("axe.html").read_text(encoding="utf-8")


def violations(
    copy: Path, dump: Callable[..., str], widths: Sequence[int] = WIDTHS
) -> dict[str, list[str]]:
    """The rules that each page of a copy of a site breaks, by page and width; all are there."""
    script = files("axe_playwright_python") / "axe.min.js"
    (copy / "axe.min.js").write_bytes(script.read_bytes())
    pages = pages_of(copy)
    seconds = 60 + 5 * len(pages) * len(widths)
    harness = _HARNESS % (json.dumps(pages), json.dumps(list(widths)))
    budget = f"--virtual-time-budget={10**6 * seconds}"
    found: dict[str, list[str]] = asked(dump, copy, harness, budget, seconds=seconds)
    assert len(found) == len(pages) * len(widths)
    return found
