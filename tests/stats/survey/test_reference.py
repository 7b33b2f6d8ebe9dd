"""No value that R gave is left without a test that asks for it."""

from __future__ import annotations

import ast
import json
from pathlib import Path


def test_every_reference_value_is_asked_for_by_a_test(shared_data):
    rows = json.loads(
        (shared_data.parent / "reference" / "survey_reference.json").read_text(encoding="utf-8")
    )
    asked = {
        node.value
        for path in Path(__file__).parent.glob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    }
    assert {row["id"] for row in rows} - asked == set()
