"""The open data of a page: the estimates and comparisons that its notebook shows, as CSV."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from observlib import dataset, estimates
from observlib.base.errors import ObservError
from observlib.estimates import comparisons
from observlib.publish.manifest import Manifest
from observlib.publish.notebook import read_notebook

ESTIMATES, COMPARISONS = ".csv", "-comparaisons.csv"  # how a file's name ends
EVERYTHING = "Toutes les données de l’édition"
_CONTRACTS = {ESTIMATES: estimates, COMPARISONS: comparisons}
TITLES = {ESTIMATES: "Données", COMPARISONS: "Comparaisons"}


def frames(path: Path) -> dict[str, pd.DataFrame]:
    """What an executed notebook shows, by how the files of its open data end (see `open_data`)."""
    parts: dict[str, list[dict[str, Any]]] = {ESTIMATES: [], COMPARISONS: []}
    for position, cell in enumerate(read_notebook(path)["cells"], start=1):
        for output in cell.get("outputs") or []:
            content = (output.get("data") or {}).get(estimates.MIME)
            if content is not None:
                parts[ESTIMATES].append({**content, "cell": position})
                if "comparisons" in content:
                    parts[COMPARISONS].append({**content["comparisons"], "cell": position})
    return {end: _combined(contents, end, path) for end, contents in parts.items() if contents}


def write_package(manifest: Manifest, folder: Path, site: Path) -> None:
    """Put an edition's data package and manifest into a site, beside its pages."""
    for name in (*manifest.package, *(["manifest.json"] if manifest.pages else [])):
        target = site / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, target)


def whole_package(manifest: Manifest) -> str:
    """Where all data of an edition are in one file, from its pages; nothing where it has none."""
    return next((name for name in manifest.package if name.endswith(".zip")), "")


def open_data(path: Path) -> dict[str, str]:
    """The data of an executed notebook as CSV, by how their files' names end.

    Columns are those of `observlib.estimates` (`.csv`) and of `observlib.estimates.comparisons`
    (`-comparaisons.csv`), then the permanent `id` of each row, separated by commas; a number that
    does not apply is empty. What is shown twice, by a chart and its table, is written once. A text
    that a spreadsheet would take for a formula has an apostrophe before it (`text.as_cell`).

    Returns
    -------
    dict
        None of estimates where the notebook shows no cell of ours, nor of comparisons where no
        cell tells any.

    Raises
    ------
    ObservError
        Where an output breaks a contract.
    """
    return {
        name: dataset.csv(table.assign(id=_CONTRACTS[name].identifiers(table))).decode()
        for name, table in frames(path).items()
    }


def _combined(contents: list[dict[str, Any]], name: str, path: Path) -> pd.DataFrame:
    """What cells carry as one frame, each line once: many of a page carry the same."""
    columns = contents[0].get("columns")
    try:
        if any(content["columns"] != columns for content in contents):
            raise ValueError("its columns are not those of the cells before")
        lines = dict.fromkeys(row for content in contents for row in content["rows"])
        return _CONTRACTS[name].from_json({"columns": columns, "rows": list(lines)})
    except (ValueError, KeyError, TypeError) as error:
        if len(contents) > 1:  # then one of them alone is wrong, or the last
            for content in contents:
                _combined([content], name, path)
        cell = contents[-1]["cell"]
        raise ObservError(f"{path}: cell {cell}: not estimates: {error}") from error
