"""What a browser shows of pages, and what axe-core, the accessibility rules of Deque, finds."""

import json
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from tests.site.conftest import asked, pages_of

WIDTHS = (1280, 375, 320)
_HARNESS = Path(__file__).with_name("look_at_pages.html").read_text(encoding="utf-8")


def looked_at(
    copy: Path,
    dump: Callable[..., str],
    axe: Sequence[int] = WIDTHS,
    more: Sequence[int] = (),
    words: dict[str, Sequence[str]] | None = None,
) -> dict[str, dict[str, Any]]:
    """Each page of a copy of a site by width, measured where words are searched; what these find.

    All are there.
    """
    script = files("axe_playwright_python") / "axe.min.js"
    (copy / "axe.min.js").write_bytes(script.read_bytes())
    pages, widths = pages_of(copy), [*axe, *more]
    seconds = 60 + 5 * len(pages) * len(widths)
    given = {"pages": pages, "widths": widths, "axe": [*axe], "words": words}
    budget = f"--virtual-time-budget={10**6 * seconds}"
    harness = _HARNESS.replace("%s", json.dumps(given))
    found: dict[str, dict[str, Any]] = asked(dump, copy, harness, budget, seconds=seconds)
    assert len(found["pages"]) == len(pages) * len(widths)
    return found


def violations(
    copy: Path, dump: Callable[..., str], widths: Sequence[int] = WIDTHS
) -> dict[str, list[str]]:
    """The rules that each page of a copy of a site breaks, by page and width."""
    return {name: told["rules"] for name, told in looked_at(copy, dump, widths)["pages"].items()}
