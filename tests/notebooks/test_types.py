"""The code of notebooks is checked as code: a wrong name or argument is found before it runs."""

import contextlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from mypy import api

from observlib import study
from observlib.display.output import METHODS
from observlib.study import narratives, texts
from observlib.study.selection import asked_of_chart

ROOT = Path(__file__).parents[2]
WRONG = """
from observlib import Study

study = Study("2026-T3", "data/demo")
marks = study.estimates("satisfaction", produit="boamp")
study.lines(marks, captoin="Notes")
study.say.contacts.lowest_answer_rate(marks, perod="2026-T3")
study.say.contacts.lowset(marks)
study.dots(marks, study.say.span(), by=3)
"""


def of_notebook(path: Path) -> str:
    """A notebook's code cells, one after the other."""
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "code") + "\n"


def written_out() -> str:
    """The module `say` with each sentence written out: what `Say` finds only when it is asked."""
    source = inspect.getsource(texts).replace("class Say:", "class _Say:")
    return "\n".join([source, *_class("Say", narratives)])


def charts_written_out() -> str:
    """The module of `Study` with each method written out that is registered where it draws."""
    source = inspect.getsource(study).replace("setattr(Study,", "setattr(_Study,")
    lines = [source.replace("class Study:", "class _Study:"), "class Study(_Study):"]
    for name, draw in METHODS.items():
        lines += [f"    def {name}{asked_of_chart(draw)}:", "        raise NotImplementedError"]
    return "\n".join(lines)


def _class(name: str, module: ModuleType) -> Iterator[str]:
    themes: list[str] = []
    lines = [f"class {name}:", "    def __init__(self, *own: Any) -> None: ..."]
    for sentence, found in texts.offered(module).items():
        if isinstance(found, ModuleType):
            yield from _class(f"_{sentence}", found)
            themes.append(f"    {sentence} = _{sentence}()")
            continue
        signature = str(texts.asked_for(found)).replace("'pd.DataFrame'", "pd.DataFrame")
        for word in re.findall(r"\b[A-Z]\w+", signature):
            if known := found.__globals__.get(word):
                yield f"from {known.__module__} import {word}"
        lines += ["    @staticmethod", f"    def {sentence}{signature}:"]
        lines.append("        raise NotImplementedError")
    yield from (*lines, *themes)


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What mypy finds in every notebook, and in `WRONG`: one run, with what `make check` kept."""
    folder = tmp_path_factory.mktemp("code")
    codes = {path.stem: of_notebook(path) for path in (ROOT / "notebooks").glob("*.ipynb")}
    for name, code in {**codes, "wrong": WRONG}.items():
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
    asked = ["--no-error-summary"]
    for name, text in (("texts", written_out()), ("__init__", charts_written_out())):
        shadow = folder / f"{name}.written"
        shadow.write_text(text, encoding="utf-8")
        own = str(ROOT / "src" / "observlib" / "study" / f"{name}.py")
        asked += ["--shadow-file", own, str(shadow)]
    with contextlib.chdir(ROOT):
        told, problem, _ = api.run([*asked, *map(str, folder.glob("*.py"))])
    assert not problem
    return [re.sub(r"^.*/(?=\w+\.py:)", "", line) for line in told.splitlines()]


def test_no_notebook_names_or_gives_what_does_not_exist(faults):
    assert [line for line in faults if not line.startswith("wrong.py")] == []


FAULTS = ('5: error: Unexpected keyword argument "produit" for "estimates"',
     '6: error: Unexpected keyword argument "captoin" for "lines"',
     '7: error: Unexpected keyword argument "perod" for "lowest_answer_rate"',
     '8: error: "_contacts" has no attribute "lowset"',
     '9: error: Missing positional argument "frame" in call to "span"',
     '9: error: Argument "by" to "dots" of "Study" has incompatible type "int"',
)  # fmt: skip


def test_what_does_not_exist_is_found(faults):
    found = "".join(line for line in faults if line.startswith("wrong.py"))
    assert [fault for fault in FAULTS if f"wrong.py:{fault}" not in found] == []
