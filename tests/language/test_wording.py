"""Words that stand as data: who changes a sentence breaks no page."""

import re
from pathlib import Path

import pytest
from tests.words import fields

from observlib.language import wording

SOURCE = Path(__file__).parents[2] / "src" / "observlib"
BESIDE = [
    path
    for path in sorted(SOURCE.rglob("*.py"))
    if "wording.load_texts(__file__)" in path.read_text("utf-8")
]


def test_groups_give_dotted_keys(tmp_path):
    (tmp_path / "a.yml").write_text('a: "{name} : {n}"\nverbs: {rise: monte}\n', "utf-8")
    texts = wording.load_texts(str(tmp_path / "a.py"))
    assert texts == {"a": "{name} : {n}", "verbs.rise": "monte"}
    assert texts.group("verbs") == {"rise": "monte"}


@pytest.mark.parametrize("path", BESIDE, ids=lambda path: str(path.relative_to(SOURCE)))
def test_each_text_is_said_with_names_that_its_module_gives(path):
    code, texts = path.read_text("utf-8"), wording.load_texts(str(path))
    assert {*re.findall(r'_TEXTS\["([\w.]+)"\]', code)} <= texts.keys()
    words = {*re.findall(r"\w+", code)}
    for key, text in texts.items():
        assert key.partition(".")[0] in words, f"{key} is never said"
        assert {*fields(text)} <= words, f"{key}: a name that is not given"
