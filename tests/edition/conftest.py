"""Tiny studies, written by hand as if they were executed; and the demonstration, published."""

import copy
import shutil
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from tests.conftest import made_once
from tests.copies import ALL_KEPT, DEMO, share_kept
from tests.site.conftest import dump as dump

from observlib import estimates
from observlib.base.period import Quarter
from observlib.edition import packages
from observlib.edition.plan import Page, PlannedStudy
from observlib.edition.release import release
from observlib.publish import standing

ROOT = Path(__file__).parents[2]
NOW = Quarter("2026-T3")  # of the demonstration
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
HEADER = """title: Essai
order: 10
question: Que voit-on ?
parameters:
  quarter: {type: quarter}
  data: {type: data}"""
PARAMETERS = 'quarter = "2026-T3"\ndata = "data"'
ROW = {"indicator": "visits", "period": "2026-T3", "estimate": 12.0, "unit": "visites"}


class Make:
    """What the tests of editions are made of."""

    @staticmethod
    def notebook(
        *cells: NotebookNode | str, header: str = HEADER, parameters: str = PARAMETERS
    ) -> NotebookNode:
        """A study; a text stands for a code cell."""
        own = [new_code_cell(cell) if isinstance(cell, str) else cell for cell in cells]
        given = new_code_cell(parameters, metadata={"tags": ["parameters"]})
        made = new_notebook(cells=copy.deepcopy([new_raw_cell(f"---\n{header}\n---"), given, *own]))
        for position, cell in enumerate(made.cells):
            cell.id = f"own-{position}"
        language = {"name": "python", "version": "3.11.7"}
        made.metadata = NotebookNode({"kernelspec": KERNEL, "language_info": language})
        return made

    @classmethod
    def write(cls, path: Path, *cells: NotebookNode | str, **words: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(cls.notebook(*cells, **words), path)
        return path

    @staticmethod
    def markdown(text: str) -> NotebookNode:
        return new_markdown_cell(text)

    @staticmethod
    def shows(source: str, *outputs: NotebookNode, tags: tuple[str, ...] = ()) -> NotebookNode:
        """A code cell that was executed."""
        metadata = {"tags": list(tags)} if tags else {}
        return new_code_cell(source, execution_count=7, metadata=metadata, outputs=list(outputs))

    @classmethod
    def finding(cls, text: str = "Douze visites.") -> NotebookNode:
        return cls.shows("say()", cls.output("text", text), tags=("finding",))

    @staticmethod
    def output(kind: str, text: str = "Douze visites.", **carried: str) -> NotebookNode:
        """What a cell of `observlib.display` shows: `text`, `chart` or `table`."""
        types = {"text": "text/markdown", "chart": "image/svg+xml", "table": "text/html"}
        rows = estimates.make([{**ROW, "source": "x"}])
        content: dict[str, Any] = {"kind": kind, **estimates.to_json(rows)}
        if kind != "text":
            content |= {"caption": "Douze visites", "alt": "Une barre de 12."}
            content |= {"data_markdown": "| Mois | n |\n|:--|--:|\n| mai | 12 |"}
        data = {types[kind]: text, "text/plain": text, estimates.MIME: content | carried}
        return new_output("execute_result", data, execution_count=7)

    @staticmethod
    def study(path: Path, name: str = "essai", **words: Any) -> PlannedStudy:
        about = {"title": "Essai", "order": 10, "question": "Que voit-on ?", "parameters": {}}
        return PlannedStudy.model_validate({"name": name, "path": path, **about, **words})

    @classmethod
    def page(cls, path: Path = Path("essai.ipynb"), **parameters: Any) -> Page:
        return Page(cls.study(path, path.stem), path.stem, "Essai", parameters)


@pytest.fixture(scope="session")
def make() -> type[Make]:
    return Make


@pytest.fixture(scope="module")
def root(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project of its own, which has published the demonstration and made its packages."""
    root = made_once(tmp_path_factory, "built", partial(_build, demonstration), seconds=900)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        yield root


def _build(demonstration: Path, root: Path) -> None:
    """Publish the demonstration; what is made of it is kept where `make edition` finds it."""
    for name in ("catalogue", "formats", "reference", "practices"):
        shutil.copytree(ROOT / "data" / name, root / "data" / name)
    data = root / "data" / DEMO.name
    shutil.copytree(demonstration, data, ignore=shutil.ignore_patterns("raw", "published"))
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    shutil.copytree(ROOT / "docs", root / "docs")
    standing.copy_sources(ROOT, root / "reports")
    share_kept(root, ALL_KEPT)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        _, failed = release(root, data, NOW, publisher="embedded", today=date(2026, 11, 24))
        assert failed == []
        packages.make_packages(root, NOW, root / "packages", today=date(2026, 11, 28))
