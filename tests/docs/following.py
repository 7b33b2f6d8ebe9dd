"""Follow a page of the documentation to the letter, in a copy of the project.

What a page's code blocks do, in their order:

- under a paragraph that ends "`some/file`:", a block is that file's text, or a part of it where
  it is there already; under "Add to `some/file`:" it goes to its end; a `diff` block changes lines
  of it, which it has exactly once;
- `sh`: each line, which a backslash continues, is run: the `PROGRAMS` as they are, one that ends
  with `&` until the page does; `export …` is so to the page's end; of `make …` it is checked that
  the Makefile has the target; once a new copy was asked what it would make (`--explain`), it has
  what was kept when that was made elsewhere;
- `python` without a file: a cell of a study; what its last line gives is shown;
- `text` under a command or a cell: found in what it prints, where `…` stands for anything.
"""

import filecmp
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from tests.copies import ALL_KEPT, share_kept

from observlib.base import kept
from observlib.pipeline import archive

ROOT = Path(__file__).parents[2]
DEMO = Path("data", "demo")
PUBLISHED = "2026-11-16"  # the day that the demonstration's calendar gives 2026-T3
PROGRAMS = {
    "observ": [sys.executable, "-c", "from observlib.cli import main; main()"],
    "pytest": [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
    "dask": [sys.executable, "-m", "dask"],
    "moto_server": [sys.executable, "-m", "moto.server"],
    "python": [sys.executable],
}
CELLS = """
import ast, json, sys
place = {}
for cell in json.load(sys.stdin):
    tree = ast.parse(cell)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), place)
    shown = eval(compile(ast.Expression(last.value), "<cell>", "eval"), place) if last else ""
    print(shown if isinstance(shown, str) else repr(shown), end="\\0")
"""


class Block(NamedTuple):
    """A code block: where it stands, its language, its text and the paragraph before it."""

    where: str
    language: str
    text: str
    before: str

    @property
    def file(self) -> str:
        """The file that the paragraph before it names."""
        found = re.search(r"`([\w./-]+)`:$", self.before)
        return found[1] if found else ""


def blocks(page: Path) -> Iterator[Block]:
    """The code blocks of a page."""
    text = page.read_text(encoding="utf-8")
    for found in re.finditer(r"(?ms)^```(\w+)\n(.*?)^```$", text):
        before = text[: found.start()].rstrip().rpartition("\n\n")[2]
        line = text.count("\n", 0, found.start()) + 1
        yield Block(f"{page.name}:{line}", found[1], found[2], before)


def copy_project(place: Path, is_new: bool) -> Path:
    """What a clone holds, with the store that `make edition` makes of the demonstration."""
    made = ("__pycache__", ".*", "_site", "_failed", "editions", "practices", "documentation")
    for name in ("src", "notebooks", "tests", "docs", "tools"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "reports", place / "reports", ignore=shutil.ignore_patterns(*made))

    def exports(folder: str, names: list[str]) -> set[str]:
        own = Path(folder) == ROOT / "data"  # an analyst's, which no page may count on
        return {"raw", *(["store"] if own else [])} & set(names)

    shutil.copytree(ROOT / "data", place / "data", ignore=exports)
    for name in ("Makefile", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, place)
    for path in (place / DEMO / archive.ARCHIVE_FOLDER).glob(f"*/{archive.STEPS}"):
        steps = json.loads(path.read_text(encoding="utf-8")) | {archive.DAY: PUBLISHED}
        path.write_text(json.dumps(steps), encoding="utf-8")
    if not is_new:
        share_kept(place, ALL_KEPT)
    return place


def follow(page: Path, place: Path, with_cells: bool = True) -> None:
    """Do all that a page says, in a project; an `AssertionError` names the line that fails."""
    with ExitStack() as running:
        _follow([*blocks(page), Block("the end", "", "", "")], place, with_cells, running)


def _follow(found: list[Block], place: Path, with_cells: bool, running: ExitStack) -> None:
    cells: list[tuple[Block, Block | None]] = []
    printed = ""
    for block in found:
        if block.language == "text" and cells:
            cells[-1] = (cells[-1][0], block)
        elif block.language == "text":
            _compare(block, printed)
        elif block.language == "python" and not block.file:
            cells.append((block, None))
        else:
            _run_cells(cells if with_cells else [], place)
            cells = []
            if block.language == "sh":
                printed = _run_lines(block, place, running)
            elif block.language:
                assert block.file, f"{block.where}: the paragraph before names no file"
                _write(block, place / block.file)


def changed(place: Path) -> set[str]:
    """The files of a copy of the project that are not as they were; exports and site left out."""
    folders = ("src", "notebooks", "tests", "docs", "data/catalogue")
    found = [path for name in folders for path in (place / name).rglob("*") if path.is_file()]
    names = [path.relative_to(place) for path in found if "__pycache__" not in path.parts]
    _, differ, new = filecmp.cmpfiles(ROOT, place, map(str, names), shallow=False)
    return {Path(name).as_posix() for name in (*differ, *new)}


def _write(block: Block, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if block.language == "diff":
        lines = block.text.splitlines()
        old, new = ("\n".join(x[1:] for x in lines if x[:1] != sign) for sign in "+-")
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{block.where}: {path} has {text.count(old)} times {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")
    elif re.search(r"dd to\s+`[^`]*`:$", block.before):
        with path.open("a", encoding="utf-8") as file:
            file.write(block.text)
    elif path.exists():
        held = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            held = "\n".join("".join(cell["source"]) for cell in json.loads(held)["cells"])
        assert block.text in held, f"{block.where}: {path} has no {block.text!r} in {held[:500]}"
    else:
        path.write_text(block.text, encoding="utf-8")


def _run_lines(block: Block, place: Path, running: ExitStack) -> str:
    """Run the commands of a block; what they print."""
    targets = re.findall(r"(?m)^([a-z-]+)(?= |:)", (place / "Makefile").read_text(encoding="utf-8"))
    printed = ""
    for line in block.text.replace("\\\n", " ").splitlines():
        program, *words = shlex.split(line, comments=True) or ["#"]
        if program == "make":
            assert words[0] in targets, f"{block.where}: make has no {words[0]}"
        elif program == "export":
            settings = dict(word.split("=", 1) for word in words)
            running.enter_context(mock.patch.dict(os.environ, settings))
        elif program != "#":
            command = [*PROGRAMS[program], *words]
            if command[-1] == "&":
                process = subprocess.Popen(command[:-1], cwd=place, env=_environment(place))
                running.callback(process.wait)
                running.callback(process.terminate)
                if "--port" in words:
                    _wait_for(int(words[words.index("--port") + 1]))
            else:
                printed += _run(command, place, f"{block.where}: {line}")
                if "--explain" in words and not (place / kept.KEPT_FOLDER).exists():
                    share_kept(place, ALL_KEPT)
    return printed


def _wait_for(port: int) -> None:
    """Wait until a server of this machine answers."""
    end = time.monotonic() + 60
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        assert time.monotonic() < end, f"nothing answers at port {port}"
        time.sleep(0.1)


def _run_cells(cells: list[tuple[Block, Block | None]], place: Path) -> None:
    if cells:
        given = json.dumps([block.text for block, _ in cells])
        where = cells[0][0].where
        shown = _run([sys.executable, "-c", CELLS], place, where, given).split("\0")
        for (_, expected), found in zip(cells, shown, strict=False):
            if expected:
                _compare(expected, found)


def _run(command: list[str], place: Path, where: str, given: str = "") -> str:
    how = {"cwd": place, "env": _environment(place), "input": given, "timeout": 300}
    done = subprocess.run(command, **how, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, f"{where} fails:\n{done.stdout[-2000:]}{done.stderr[-3000:]}"
    return done.stdout


def _environment(place: Path) -> dict[str, str]:
    known = {"PYTHONPATH": f"{place / 'src'}{os.pathsep}{place}", "PYTHONUTF8": "1"}
    return os.environ | known


def _compare(expected: Block, found: str) -> None:
    """Whether a text is found in what was printed, apart from white space; `…` is anything."""
    parts = (re.escape(" ".join(part.split())) for part in expected.text.split("…"))
    said = " ".join(found.split())
    told = f"{expected.where}: is not in what was shown:\n{found}"
    assert re.search(".*?".join(parts), said), told
