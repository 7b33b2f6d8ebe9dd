"""Charts and tables held to the byte: each case of a test has its digest in `drawn.yml`.

A table has its lines there too, as who reads no HTML has them. No word of a chart is cut or stands
on another, but in those of `CROWDED`.

Who changes a drawing on purpose looks at it, then runs `DRAWN=write pytest tests/display`.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.words import plain

from observlib import display

_FILE = Path(__file__).with_name("drawn.yml")
# of which a word is cut by some points, or stands on another: to be mended
CROWDED = {"a custom figure, heated", "a wide grid", "years", "months of five",
           "a line that falls and rises behind another"}  # fmt: skip
Kind = str | Callable[..., Any]  # a function of `display`, by its name, or another
Cases = Mapping[str, tuple[Kind, Callable[..., Any], dict[str, Any]]]  # kind, rows, options


def test(cases: Cases) -> Callable[..., None]:
    """A test that each case is drawn as it is known; `rows` are made of the fixtures by name."""

    @pytest.mark.parametrize("case", cases)
    def held(
        case: str, grouped: Any, marks: Any, visits: Any, invented: Any, assert_readable: Any
    ) -> None:
        kind, rows, more = cases[case]
        frame = rows({"grouped": grouped, "marks": marks, "visits": visits})
        draw = getattr(display, kind) if isinstance(kind, str) else kind
        made = draw(frame, invented, caption="Une réponse", **more)
        whole = json.dumps([made.shown, made.content], sort_keys=True, default=str)
        digest = hashlib.sha256(whole.encode()).hexdigest()[:16]
        if "image/svg+xml" in made.shown:
            found: Any = digest
            if case not in CROWDED:
                assert_readable()
        else:
            found = [*plain(made).splitlines(), digest]
        known = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
        if os.environ.get("DRAWN") == "write":
            told = yaml.safe_dump(known | {case: found}, allow_unicode=True, width=200)
            _FILE.write_text(told, encoding="utf-8")
        else:
            assert found == known[case]

    return held
