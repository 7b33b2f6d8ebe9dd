"""Words that stand as data: who changes a sentence breaks no page, and is told what is wrong."""

import ast
import re
from pathlib import Path

import pytest

from observlib.base.errors import ObservError
from observlib.language import wording

SOURCE = Path(__file__).parents[2] / "src" / "observlib"
BESIDE = sorted(
    path
    for path in SOURCE.rglob("*.py")
    if "wording.load_texts(__file__)" in path.read_text("utf-8")
)


def _written(tmp_path: Path, text: str) -> str:
    (tmp_path / "sentences.yml").write_text(text, encoding="utf-8")
    return str(tmp_path / "sentences.py")


def test_groups_give_dotted_keys(tmp_path):
    texts = wording.load_texts(_written(tmp_path, 'a: "{name} : {n}"\nverbs: {rise: monte}\n'))
    assert texts == {"a": "{name} : {n}", "verbs.rise": "monte"}


@pytest.mark.parametrize(
    ("text", "told"),
    [("a: 3\n", "sentences.yml:1: a: not a text but 3; put it in quotes"),
     ('a: "{"\n', "a brace opens and closes around a name"),
     ('b: {c: "{0}"}\n', "sentences.yml:1: b.c: {0} is no name"),
     ("- a\n", "keys with texts is expected")],
)  # fmt: skip
def test_a_wrong_text_is_told_with_its_file_and_key(tmp_path, text, told):
    with pytest.raises(ObservError, match=re.escape(told)):
        wording.load_texts(_written(tmp_path, text))
    (tmp_path / "sentences.yml").unlink()
    with pytest.raises(ObservError, match=r"sentences\.yml: it is not there"):
        wording.load_texts(str(tmp_path / "sentences.py"))


def _asked(path: Path) -> list[tuple[str, set[str] | None]]:
    """The keys that a module asks for as a pattern, and by which names each is filled."""
    tree = ast.parse(path.read_text("utf-8"))
    filled: dict[int, set[str] | None] = {}
    values: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            names = {keyword.arg for keyword in node.keywords}
            filled[id(node.func.value)] = None if None in names else names
        if isinstance(node, ast.Assign):
            # a text that has a name is filled later
            filled |= {id(inner): None for inner in ast.walk(node.value) if id(inner) not in filled}
            for target in node.targets:
                values.setdefault(ast.unparse(target), []).append(node.value)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "_TEXTS":
            found += [(key, filled.get(id(node), set())) for key in _keys(node.slice, values)]
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "_TEXTS.group":
            found += [(key + r"\..+", None) for key in _keys(node.args[0], values)]
    return found


def _keys(node: ast.expr, values: dict[str, list[ast.expr]]) -> list[str]:
    """Patterns of the keys that an expression may be; those of a variable are any word."""
    if isinstance(node, ast.Constant):
        return [re.escape(str(node.value))]
    if isinstance(node, ast.IfExp):
        return _keys(node.body, values) + _keys(node.orelse, values)
    if isinstance(node, ast.Name):
        known = (x for x in values.get(node.id, ()) if isinstance(x, ast.Constant | ast.IfExp))
        return [key for value in known for key in _keys(value, {})] or [r"[\w.]+"]
    if isinstance(node, ast.JoinedStr):
        parts = (isinstance(x, ast.Constant) and re.escape(str(x.value)) for x in node.values)
        return ["".join(part or r"\w+" for part in parts)]
    # what chooses among constants, as `french.plural` does
    return [re.escape(x.value) for x in ast.walk(node) if isinstance(x, ast.Constant) and x.value]


@pytest.mark.parametrize("path", BESIDE, ids=lambda path: str(path.relative_to(SOURCE)))
def test_each_text_is_said_with_the_names_that_it_has(path):
    texts = wording.load_texts(str(path))
    asked = _asked(path)
    assert asked, f"{path} reads words and says none"
    said = set()
    for pattern, names in asked:
        keys = [key for key in texts if re.fullmatch(pattern, key)]
        assert keys, f"{path} says {pattern}, which its words lack"
        said |= set(keys)
        for key in keys:
            wanted = set(wording.fields(texts[key]))
            assert names is None or wanted <= names, f"{key}: {wanted - names} is not given"
    assert not set(texts) - said, f"never said: {set(texts) - said}"
