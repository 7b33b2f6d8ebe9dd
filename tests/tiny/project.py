"""A tiny project: its own catalogue, exports and studies, published by the commands alone."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
QUARTER, DAY = "2026-T3", "1795478400"  # 24 November 2026
SHARED = ("indicators", "groups", "codebook", "families", "peers", "revisions")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
COMMAND = "from observlib.cli import main; main()"


def write(root: Path, source: Path = ROOT) -> None:
    """Write the project into a new folder: what is not its own is that of a copy of the sources."""
    for name in ("formats", "reference"):
        shutil.copytree(source / "data" / name, root / "data" / name)
    for name in ("catalogue", "raw"):
        shutil.copytree(HERE / name, root / "data" / name)
    for name in SHARED:
        shutil.copy(source / "data" / "catalogue" / f"{name}.yml", root / "data" / "catalogue")
    for name in ("reports", "notebooks", "docs"):
        (root / name).mkdir()
    for path in (source / "reports").iterdir():
        if path.is_file():
            shutil.copy(path, root / "reports")
    (root / "docs" / "index.md").write_text("# Documentation\n", encoding="utf-8")
    (root / ".git_archival.txt").write_text(f"node: {'0' * 40}\n", encoding="utf-8")
    studies = yaml.safe_load((HERE / "studies.yml").read_text(encoding="utf-8"))
    for name, study in studies.items():
        nbformat.write(_notebook(**study), root / "notebooks" / f"{name}.ipynb")


def _notebook(front: dict[str, Any], cells: list[str], each: str = "") -> Any:
    parameters: dict[str, Any] = {"quarter": {"type": "quarter"}, "data": {"type": "data"}}
    if each:
        parameters[each] = {"type": "device", "each": True}
    header = yaml.safe_dump({**front, "parameters": parameters}, allow_unicode=True)
    all_cells = [new_raw_cell(f"---\n{header}---")]
    given = "\n".join(f"{name} = None" for name in parameters)
    all_cells.append(new_code_cell(given, metadata={"tags": ["parameters"]}))
    for position, text in enumerate(cells):
        tags = {"tags": ["finding"]} if position == 1 else {}
        is_prose = text.startswith("## ")
        all_cells.append(
            new_markdown_cell(text) if is_prose else new_code_cell(text, metadata=tags)
        )
    return new_notebook(cells=all_cells, metadata={"kernelspec": KERNEL})


def observ(root: Path, *words: str, source: Path = ROOT) -> str:
    """What the command prints in a project, run by the code of a copy of the sources."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *words], cwd=root,
        env={**os.environ, "PYTHONPATH": str(source / "src"), "SOURCE_DATE_EPOCH": DAY},
        capture_output=True, encoding="utf-8",
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"observ {' '.join(words)}:\n{done.stderr[-2000:]}")
    return done.stdout


def publish(root: Path, source: Path = ROOT) -> None:
    """Read the exports, and publish the edition."""
    observ(root, "ingest", "data/raw", source=source)
    observ(root, "edition", QUARTER, "--publisher", "embedded", source=source)
