"""Change the code a little, and see whether a test notices.

    python -m tools.mutation --sample 150 --seed 1
    python -m tools.mutation confidentiality store/correcting.py    # every change of these

Of all single changes that could be made to the packages named (`<` to `<=`, `+` to `-`, 10 to 11,
a condition turned round, a `not` dropped, a value returned that is None, a call left out), some
are drawn at random. Each is made alone in a copy of the sources, against which the nearest tests
run (the module's doctests, `tests/<package>/test_<module>*.py`, and three more at most that import
it), then all those of its package, but with `--quick`. Tests see no open data beside the project,
as in a clean clone.
Each line tells a change and whether a test failed, or took too long. Of the changes
that no test noticed, some change nothing that can be seen (a bound that no value meets), and each
of the others wants a test. The exit code is 0 where at least nine of ten were noticed.

One process, at low priority: some seconds a change that is noticed, a minute or two one that is
not.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import Phase, settings

ROOT = Path(__file__).parents[1]
LIBRARY = Path("src/observlib")
PACKAGES = ("stats", "confidentiality", "store")
LONGEST = 200  # seconds of a processor, and ten times as many by the clock
HEAVY = ("pandas", "pandera.pandas", "scipy.stats", "statsmodels.api", "pydantic")
_PAIRS = "Lt LtE, Gt GtE, Eq NotEq, In NotIn, Is IsNot, Add Sub, Mult Div, BitOr BitAnd, And Or"
_SWAPS: dict[str, Any] = {"Pow": ast.Mult, "FloorDiv": ast.Div, "Mod": ast.Mult}
for _one, _other in map(str.split, _PAIRS.split(",")):
    _SWAPS |= {_one: getattr(ast, _other), _other: getattr(ast, _one)}
_UNREAD = (ast.Raise, ast.Assert, ast.JoinedStr)  # messages, and what is never so


class Mutant(NamedTuple):
    """A change: the bytes of a module that it replaces, and what by."""

    module: Path
    line: int
    start: int
    end: int
    before: str
    after: str


def mutants(module: Path, source: str) -> Iterator[Mutant]:
    """Every single change of a module."""
    text = source.encode()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node, after in _changes(ast.parse(source)):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        yield Mutant(module, node.lineno, start, end, text[start:end].decode(), after)


def _changes(node: ast.AST) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """What could stand in a node's place, and in that of each node below."""
    if isinstance(node, ast.expr):
        yield from ((node, f"({after})") for after in _of_expression(node))
    elif isinstance(node, ast.Return) and ast.unparse(node) not in ("return", "return None"):
        yield node, "return None"
    elif isinstance(node, ast.AugAssign) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield node, "pass"
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        if "TYPE_CHECKING" in ast.unparse(node.test):
            return
        yield node.test, f"(not ({ast.unparse(node.test)}))"
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns", "decorator_list"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not isinstance(child, _UNREAD):
                    yield from _changes(child)


def _of_expression(node: ast.expr) -> Iterator[str]:
    made: list[ast.expr] = []
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        made = [ast.Constant(not node.value)]
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        near = {node.value - 1, node.value + 1} - {node.value}  # 1e100 and 1 more are one number
        made = [ast.Constant(number) for number in sorted(near)]
    elif isinstance(node, ast.UnaryOp):
        made = [node.operand]
    elif isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            others = [*node.ops[:place], _swapped(operator), *node.ops[place + 1 :]]
            made.append(ast.Compare(node.left, others, node.comparators))
    elif isinstance(node, ast.BoolOp):
        made = [ast.BoolOp(_swapped(node.op), node.values)]
    elif isinstance(node, ast.BinOp) and type(node.op).__name__ in _SWAPS:
        made = [ast.BinOp(node.left, _swapped(node.op), node.right)]
    yield from map(ast.unparse, made)


def _swapped(operator: ast.AST) -> Any:
    return _SWAPS[type(operator).__name__]()


def noticed(mutant: Mutant, home: Path, quick: bool) -> bool:
    """Whether a test fails on a change, made in the copy of the project at `home`."""
    path = home / LIBRARY / mutant.module
    source = path.read_bytes()
    path.write_bytes(source[: mutant.start] + mutant.after.encode() + source[mutant.end :])
    tests = f"tests/{mutant.module.parent}"
    whole = [tests, f"{tests.replace('/', '/test_', 1)}.py"]
    near = nearest(mutant.module, home) or whole
    try:
        return fails([str(LIBRARY / mutant.module), *near], home) or (
            not quick and fails(whole, home)
        )
    finally:
        path.write_bytes(source)


def nearest(module: Path, home: Path) -> list[str]:
    """The tests whose name begins as a module's, and at most three others that import it."""
    parts = module.parent.parts if module.stem == "__init__" else module.with_suffix("").parts
    folder = home / "tests" / module.parent
    own = sorted(folder.glob(f"test_{parts[-1]}*.py"))
    others = (path for path in (home / "tests").rglob("test_*.py") if path not in own)
    importing = [path for path in others if ".".join(["observlib", *parts]) in _imported(path)]
    room = [folder, folder.with_name(f"test_{folder.name}.py")]
    importing.sort(key=lambda path: (not {path, path.parent} & {*room}, path.name))
    return [path.relative_to(home).as_posix() for path in [*own, *importing[:3]]]


def _imported(path: Path) -> set[str]:
    """Whatever a file imports: the modules, and the names that are taken of them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


def fails(tests: list[str], home: Path) -> bool:
    """Whether one of some tests fails, or they take too long; those of a path that is none pass."""
    there = [path for path in tests if (home / path).exists()]
    child = os.fork()  # with the libraries that `main` has imported, which is most of a short run
    if not child:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
        os.chdir(home)
        os.environ |= {"PYTHONPATH": f"{home / 'src'}", "PYTHONDONTWRITEBYTECODE": "1"}
        sys.path.insert(0, os.environ["PYTHONPATH"])
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        os._exit(pytest.main(["-x", "-m", "not slow", "-p", "no:cacheprovider", *there]))
    last = time.monotonic() + 10 * LONGEST
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        if time.monotonic() > last:
            os.killpg(child, signal.SIGKILL)
        time.sleep(0.02)
    return os.waitstatus_to_exitcode(ended[1]) not in (0, 5)  # 5: no test there


def main() -> int:
    """Draw, change, test and tell."""
    parser = argparse.ArgumentParser(description="Change the code, and see whether tests notice.")
    parser.add_argument("modules", nargs="*", default=PACKAGES, help="below src/observlib")
    parser.add_argument("--sample", type=int, default=10**6, help="how many changes (all)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="the nearest tests alone")
    asked = parser.parse_args()
    os.nice(10)
    for name in HEAVY:
        importlib.import_module(name)
    # each run draws the same examples, and looks for no smaller one that fails
    settings.register_profile("same", derandomize=True, phases=[Phase.explicit, Phase.generate])
    settings.load_profile("same")  # on which that of `tests/conftest.py` builds
    named = [ROOT / LIBRARY / name for name in asked.modules]
    paths = [file for path in named for file in ([path] if path.is_file() else path.rglob("*.py"))]
    own = [(path.relative_to(ROOT / LIBRARY), path.read_text("utf-8")) for path in sorted(paths)]
    made = [mutant for path, text in own for mutant in mutants(path, text)]
    drawn = random.Random(asked.seed).sample(made, min(asked.sample, len(made)))
    seen = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in ROOT.iterdir():
            if path.name in ("src", "tests"):
                shutil.copytree(path, Path(folder) / path.name)
            elif not path.name.startswith("."):
                (Path(folder) / path.name).symlink_to(path)
        for package in sorted({f"tests/{mutant.module.parent}" for mutant in drawn}):
            if not asked.quick and fails([package], Path(folder)):
                sys.exit(f"{package}: a test fails without any change; mend it first")
        for mutant in drawn:
            killed = noticed(mutant, Path(folder), asked.quick)
            seen += killed
            change = " ".join(f"{mutant.before} → {mutant.after}".split())
            verdict = "noticed " if killed else "SURVIVED"
            print(f"{verdict}  {mutant.module}:{mutant.line}  {change}", flush=True)
    print(f"{seen} of {len(drawn)} changes were noticed, of {len(made)} that could be made")
    return int(seen < 0.9 * len(drawn))


if __name__ == "__main__":
    sys.exit(main())
