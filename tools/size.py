"""How large the house is, room by room, beside its budget; and how its rooms hang together.

    python -m tools.size

A room is a name at the top of `src/observlib`. A line of code is neither blank, comment nor
docstring; a text of several lines counts. Nodes are those of the syntax, to a line of code. A
room's floor is the longest way down from it by imports. The rooms' budgets, and the floors that
they may not reach above, stand in one table, that of docs/architecture.md.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "src" / "observlib"
TABLE = ROOT / "docs" / "architecture.md"
_ROW = re.compile(r"\| *(\d+) *\| *`(\w+)` *\|[^|]*\| *([\d,]+) *\|")
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_NO_CODE = ["COMMENT", "NL", "NEWLINE", "INDENT", "DEDENT", "ENDMARKER"]
Arrows = dict[str, set[str]]


class Size(NamedTuple):
    """What there is of some files."""

    files: int
    code: int
    docstrings: int
    nodes: int
    names: int


class Room(NamedTuple):
    """A room as the table has it; a room imports from lower floors alone."""

    floor: int
    budget: int


def table() -> dict[str, Room]:
    """The rooms that docs/architecture.md lists."""
    rows = _ROW.findall(TABLE.read_text(encoding="utf-8"))
    return {name: Room(int(floor), int(most.replace(",", ""))) for floor, name, most in rows}


def room_of(path: Path) -> str:
    """The room that a file of the library is in."""
    return path.relative_to(LIBRARY).parts[0].removesuffix(".py")


def rooms() -> dict[str, list[Path]]:
    """The files of each room."""
    paths = sorted(LIBRARY.rglob("*.py"))
    return {room: [*own] for room, own in groupby(paths, room_of)}


def size(paths: Iterable[Path]) -> Size:
    """How large files are together."""
    each = [_size(path.read_text(encoding="utf-8")) for path in paths]
    return Size(*(sum(part) for part in zip(*each, strict=True)))


def _size(text: str) -> Size:
    tree = ast.parse(text)
    docstrings = {line for node in ast.walk(tree) for line in _docstring(node)}
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    spans = (
        range(t.start[0], t.end[0] + 1) for t in tokens if tokenize.tok_name[t.type] not in _NO_CODE
    )
    code = {line for span in spans for line in span} - docstrings
    nodes = sum(not isinstance(node, ast.expr_context) for node in ast.walk(tree))
    return Size(1, len(code), len(docstrings), nodes, len(public_names(tree)))


def _docstring(node: ast.AST) -> range:
    """The lines of a node's docstring."""
    if not isinstance(node, _DOCUMENTED) or ast.get_docstring(node, clean=False) is None:
        return range(0)
    return range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)


def public_names(tree: ast.Module) -> list[str]:
    """What a module defines for others: functions, classes and constants."""
    names = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names += [target.id for target in targets if isinstance(target, ast.Name)]
    return [name for name in names if not name.startswith("_")]


def in_several_modules() -> list[str]:
    """The public names that more than one module of the library defines."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in LIBRARY.rglob("*.py"))
    modules = Counter(name for tree in trees for name in {*public_names(tree)})
    return sorted(name for name, many in modules.items() if many > 1)


def imported(path: Path) -> Iterator[str]:
    """Each module, or name in a module, that a file imports from the library."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.startswith("observlib."))


def arrows() -> Arrows:
    """The rooms from which each room imports."""
    return {
        room: {name.split(".")[1] for path in paths for name in imported(path)} - {room}
        for room, paths in rooms().items()
    }


def up(of: Arrows, known: Mapping[str, Room]) -> list[str]:
    """The arrows that do not lead to a lower floor of the table."""
    pairs = [(room, other) for room in of for other in sorted(of[room])]
    listed = [pair for pair in pairs if known.keys() >= {*pair}]
    return [f"{one} -> {other}" for one, other in listed if known[other].floor >= known[one].floor]


def circles(of: Arrows) -> list[list[str]]:
    """The rooms that import each other, directly or not."""
    reached = {room: _reached(room, of) for room in of}
    found = {room: sorted(o for o in reached[room] if room in reached[o]) for room in of}
    return [[*circle] for circle in sorted({tuple(own) for own in found.values() if own})]


def _reached(room: str, of: Arrows) -> set[str]:
    seen: set[str] = set()
    waiting = [*of[room]]
    while waiting:
        if (one := waiting.pop()) not in seen:
            seen.add(one)
            waiting += of[one]
    return seen


def floors(of: Arrows) -> dict[str, int]:
    """The longest way down from each room; rooms of one circle count once."""
    around = {room: set(circle) for circle in circles(of) for room in circle}
    found: dict[str, int] = {}

    def floor(room: str) -> int:
        if room not in found:
            own = around.get(room, {room})
            below = set().union(*(of[one] for one in own)) - own
            found[room] = max((floor(other) + 1 for other in below), default=0)
        return found[room]

    return {room: floor(room) for room in of}


def main() -> None:
    """Print what there is."""
    known, of, by_room = table(), arrows(), rooms()
    floor = floors(of)
    print(f"{'room':<18}files   code  budget   docs  nodes  names  floor")
    for room in sorted(by_room, key=lambda room: (-floor[room], room)):
        budget = str(known[room].budget) if room in known else "none"
        print(_line(room, size(by_room[room]), budget), f"{floor[room]:6}")
    for name in ("src", "tests", "tools"):
        print(_line(name, size(sorted((ROOT / name).rglob("*.py")))))
    print(f"{len(of)} rooms on {max(floor.values()) + 1} floors, {len(circles(of))} circles")
    print(f"{sum(map(len, of.values()))} arrows, {len(up(of, known))} up")
    print(f"{len(in_several_modules())} public names in several modules")


def _line(name: str, one: Size, budget: str = "") -> str:
    dense = one.nodes / max(one.code, 1)
    numbers = f"{one.code:7}{budget:>8}{one.docstrings:7}{dense:7.1f}{one.names:7}"
    return f"{name:<18}{one.files:5}{numbers}"


if __name__ == "__main__":
    main()
