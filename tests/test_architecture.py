"""Imports go one way; a room that reaches back up would tie loaders to pages."""

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "observlib"

# From the ground up: a room imports only from rows below its own (and from itself).
FLOORS = [
    {"errors"},
    {"git", "measures", "period", "files", "text", "personal", "addresses"},
    {"yaml_files"},
    {"catalogue", "working_days", "inputs", "disk_cache", "demo"},
    {"tables", "estimates"},
    {"comparisons"},
    {"families", "published_text", "coding"},
    {"practices", "actions", "scratch", "selection"},
    {"comparability", "replies", "decisions", "corrections", "expectations"},
    {"survey", "series", "confidentiality"},
    {"loaders"},
    {"store", "project", "answers", "swap"},
    {"counts", "publications"},
    {"display", "fetching"},
    {"errata", "watch"},
    {"quotes", "dataset", "revisions"},
    {"comparison"},
    {"main_points", "departments"},
    {"sentences"},
    {"themes"},
    {"findings", "followed", "demonstration"},
    {"frame", "say"},
    {"contents", "planning", "showing", "told"},
    {"drawing"},
    {"study"},
    {"overview"},
    {"edition"},
    {"publish"},
    {"standing", "scaffold", "live", "editions", "menus"},
    {"staging", "explaining"},
    {"release", "preview", "packages", "review"},
    {"cli"},
]
# Beyond the floors: what must not know each other although one stands above.
STRANGERS = {
    "answers": {"loaders"},
    "comparison": {"loaders", "store", "project", "fetching"},
    "themes": {"loaders", "store", "project", "fetching"},
    "display": {"loaders", "store", "answers", "project"},
    "demonstration": {"loaders", "store", "tables"},
    "publish": {"store", "loaders", "themes", "comparison", "edition"},
}


def _room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the room they reach for"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        assert not {"tools", "tests"} & {name.split(".")[0] for name in names}, "not shipped"
        found |= {name.split(".")[1] for name in names if name.startswith("observlib.")}
    return found


MODULES = sorted(SOURCE.rglob("*.py"))


def test_every_room_has_a_floor():
    rooms = {_room(path) for path in MODULES} - {"__init__"}
    assert rooms == set().union(*FLOORS)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_only_go_down(path):
    room = _room(path)
    if room == "__init__":
        assert _imports(path) == {"study"}
        return
    floor = next(i for i, rooms in enumerate(FLOORS) if room in rooms)
    allowed = {room}.union(*FLOORS[:floor]) - STRANGERS.get(room, set())
    same = FLOORS[floor] - {room}
    assert _imports(path) <= allowed, f"{room} may not import {_imports(path) - allowed}"
    assert not _imports(path) & same


def test_what_is_invented_is_known_to_demonstrations_alone():
    """Else chance would reach a page, or what a family depends on would leave code out."""
    knowing = set()
    for path in MODULES:
        part = path.relative_to(SOURCE).as_posix()
        text = path.read_text(encoding="utf-8")
        if re.search(r"observlib\.demo\b|import (demo|demonstration)\b|\.demonstration\b", text):
            knowing |= {part} - {one for one in [part] if "demonstration" in one}
    assert knowing == {"cli/__init__.py"}  # which writes it


def test_sentences_are_imported_by_sentences_alone():
    """Else a page would keep what a changed sentence says by others (`edition.page_cache`)."""
    themes = {_module(path) for path in (SOURCE / "themes").rglob("*sentences.py")}
    importing = {path.name for path in MODULES if themes & _all_imports(path)}
    assert not [name for name in importing if not name.endswith("sentences.py")]
    knowing = {
        _room(path) for path in MODULES if "observlib.study.narratives" in _all_imports(path)
    }
    assert knowing == {"say", "contents"}  # by whose `offered` it is known which were said


def _module(path: Path) -> str:
    return ".".join(["observlib", *path.relative_to(SOURCE).with_suffix("").parts])


def _all_imports(path: Path) -> set[str]:
    """The modules that a file imports, and the names that it takes from them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_no_theme_imports_another():
    """What several themes share has a room of its own, so that each can be read alone."""
    crossed = set()
    for path in (SOURCE / "themes").glob("*/*.py"):
        theme = path.parent.name
        for found in re.findall(r"observlib\.themes\.(\w+)", path.read_text(encoding="utf-8")):
            crossed |= {(theme, found)} - {(theme, theme)}
    assert not crossed
