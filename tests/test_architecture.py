"""Imports go one way, and each room keeps to its budget (docs/architecture.md, Rooms)."""

import ast
import re
from pathlib import Path

from tools import size

# Beyond the floors: what must not know each other although one stands above.
STRANGERS = {"indicators": {"loaders"}, "themes": {"loaders", "store"}, "display": {"loaders"}}
STRANGERS |= {"publish": {"loaders", "themes", "indicators"}}
MODULES = sorted(size.LIBRARY.rglob("*.py"))


def test_imports_only_go_down():
    assert size.up(size.arrows(), size.table()) == []
    assert size.circles(size.arrows()) == []


def test_rooms_that_must_not_know_each_other_do_not():
    of = size.arrows()
    assert of["__init__"] == {"study"}
    crossed = {room: of[room] & others for room, others in STRANGERS.items()}
    assert not any(crossed.values()), crossed


def test_imports_name_the_room_that_they_reach_for_and_what_is_shipped():
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not getattr(node, "level", 0), f"{path}: a relative import"
            if isinstance(node, ast.Import | ast.ImportFrom):
                modules = [getattr(node, "module", None) or alias.name for alias in node.names]
                assert not {"tools", "tests"} & {name.split(".")[0] for name in modules}, path


def test_sentences_are_imported_by_sentences_alone():
    themes = {_module(path) for path in (size.LIBRARY / "themes").glob("*/*sentences.py")}
    importing = {path.name for path in MODULES if themes & _imports(path)}
    assert not [name for name in importing if not name.endswith("sentences.py")]
    knowing = [path for path in MODULES if "observlib.study.narratives" in _imports(path)]
    # by whose `offered` it is known which were said
    assert {size.room_of(path) for path in knowing} == {"study"}


def _module(path: Path) -> str:
    return ".".join(["observlib", *path.relative_to(size.LIBRARY).with_suffix("").parts])


def _imports(path: Path) -> set[str]:
    """The modules that a file imports, and the names that it takes from them."""
    return {part for name in size.imported(path) for part in (name, name.rpartition(".")[0])}


def test_no_theme_imports_another():
    crossed = set()
    for path in (size.LIBRARY / "themes").glob("*/*.py"):
        theme = path.parent.name
        for found in re.findall(r"observlib\.themes\.(\w+)", path.read_text(encoding="utf-8")):
            if (size.LIBRARY / "themes" / found).is_dir():
                crossed |= {(theme, found)} - {(theme, theme)}
    assert not crossed


def test_every_room_stands_in_the_table_and_every_row_is_a_room():
    assert size.rooms().keys() == size.table().keys()


def test_no_room_is_larger_than_its_budget():
    known = size.table()
    larger = [
        f"{room}: {code} lines of code, and a budget of {known[room].budget}"
        for room, paths in size.rooms().items()
        if (code := size.size(paths).code) > known[room].budget
    ]
    assert not larger, "raise it in docs/architecture.md, in a commit that says for what"


def test_no_file_is_too_long_to_be_read_at_once():
    lines = {
        path: path.read_bytes().count(b"\n") for paths in size.rooms().values() for path in paths
    }
    assert {str(path): n for path, n in lines.items() if n > 700} == {}


def test_no_public_name_stands_in_two_modules():
    assert size.in_several_modules() == [], "begin with `_` what only its module uses"


def test_code_is_what_is_neither_blank_nor_comment_nor_docstring(tmp_path):
    text = '"""What it is."""\n\n# why\nNAMES = """a\nb"""\n\n\ndef _own():\n    """Do."""\n'
    (tmp_path / "a.py").write_text(text, encoding="utf-8")
    one = size.size([tmp_path / "a.py"])
    assert (one.files, one.code, one.docstrings, one.names) == (1, 3, 2, 1)


def test_rooms_that_import_each_other_are_a_circle_and_stand_on_one_floor():
    of = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set()}
    assert size.circles(of) == [["b", "c"]]
    assert size.floors(of) == {"a": 2, "b": 1, "c": 1, "d": 0}
    known = {name: size.Room(floor, 9) for floor, name in enumerate("dcba")}
    assert size.up(of, known) == ["c -> b"]
