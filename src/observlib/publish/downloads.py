"""The open data of a page: the estimates and comparisons that its notebook shows, as CSV."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from observlib import comparisons, estimates
from observlib.errors import ObservError
from observlib.publish.project import read_notebook
from observlib.text import as_cell

_ENDS = {"estimates": ".csv", "comparisons": "-comparaisons.csv"}
TITLES = {".csv": "Données", "-comparaisons.csv": "Comparaisons"}  # by how a file's name ends


def open_data(path: Path) -> dict[str, str]:
    """The data of an executed notebook as CSV, by how their files' names end.

    Columns are those of `observlib.estimates` (`.csv`) and of `observlib.comparisons`
    (`-comparaisons.csv`), separated by commas; a number that does not apply is empty. What is
    shown twice, by a chart and its table, is written once. A text that a spreadsheet would take
    for a formula has an apostrophe before it (`text.as_cell`).

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
    rows: list[pd.DataFrame] = []
    pairs: list[pd.DataFrame] = []
    for position, cell in enumerate(read_notebook(path)["cells"], start=1):
        for output in cell.get("outputs") or []:
            content = (output.get("data") or {}).get(estimates.MIME)
            if content is None:
                continue
            try:
                rows.append(estimates.from_json(content))
                if "comparisons" in content:
                    pairs.append(comparisons.from_json(content["comparisons"]))
            except (ValueError, KeyError, TypeError) as error:
                raise ObservError(f"{path}: cell {position}: not estimates: {error}") from error
    found = {}
    if rows:
        found[_ENDS["estimates"]] = _csv(estimates.combine(rows).drop_duplicates())
    if pairs:
        found[_ENDS["comparisons"]] = _csv(comparisons.combine(pairs))
    return found


def _csv(table: pd.DataFrame) -> str:
    words = table.select_dtypes(exclude="number").columns
    table[words] = table[words].map(as_cell)
    return str(table.to_csv(index=False, float_format="%.10g", lineterminator="\n"))
