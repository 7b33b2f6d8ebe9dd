"""A study that `quarto render` shows its author has captions, and loads nothing from elsewhere."""

import io
import runpy
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def passed(path: Path, monkeypatch: pytest.MonkeyPatch) -> nbformat.NotebookNode:
    """A notebook as Quarto has it, of the filter that `_quarto.yml` names."""
    settings = yaml.safe_load((NOTEBOOKS / "_quarto.yml").read_text(encoding="utf-8"))
    assert settings["project"]["output-dir"] == "_rendered" and not settings["execute"]["enabled"]
    (name,) = settings["ipynb-filters"]
    monkeypatch.setattr(sys, "stdin", io.StringIO(path.read_text(encoding="utf-8")))
    monkeypatch.setattr(sys, "stdout", written := io.StringIO())
    runpy.run_path(str(NOTEBOOKS / name), run_name="__main__")
    return nbformat.reads(written.getvalue(), 4)


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_each_chart_and_table_has_its_caption_and_no_output_brings_a_script(path, monkeypatch):
    notebook = passed(path, monkeypatch)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    shown = [(cell.source, o.data) for cell in cells for o in cell.outputs if "data" in o]
    for source, data in shown:
        assert "text/html" not in data
        if "image/svg+xml" in data:
            assert "#| fig-cap: " in source and "#| fig-alt: " in source
        if "<table" in data.get("text/markdown", "") and "#| label: tbl-" in source:
            assert "#| tbl-cap: " in source
    assert shown
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert sum("Données de démonstration" in text for text in texts) == 1
    assert "\nsubtitle: " in notebook.cells[0].source
