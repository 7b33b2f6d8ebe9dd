"""The open data of a page: the estimates that its notebook shows, as CSV."""

from __future__ import annotations

from pathlib import Path

from observlib.errors import ObservError
from observlib.publish.project import read_notebook
from observlib.text import as_cell


def estimates_csv(path: Path) -> str | None:
    """The estimates of an executed notebook as CSV; None where it shows none.

    Columns are `observlib.estimates.COLUMNS`, separated by commas; a number that does not apply
    is empty. An estimate that is shown twice, by a chart and its table, is written once. A text
    that a spreadsheet would take for a formula has an apostrophe before it (`text.as_cell`).

    Raises
    ------
    ObservError
        Where an output breaks the contract of estimates.
    """
    from observlib import estimates

    frames = []
    for position, cell in enumerate(read_notebook(path)["cells"], start=1):
        for output in cell.get("outputs") or []:
            content = (output.get("data") or {}).get(estimates.MIME)
            if content is None:
                continue
            try:
                text = "".join(content) if isinstance(content, list) else content
                frames.append(estimates.from_json(text))
            except (ValueError, KeyError, TypeError) as error:
                raise ObservError(f"{path}: cell {position}: not estimates: {error}") from error
    if not frames:
        return None
    table = estimates.combine(frames).drop_duplicates()
    words = table.columns.difference(estimates.NUMBERS)
    table[words] = table[words].map(as_cell)
    return str(table.to_csv(index=False, float_format="%.10g", lineterminator="\n"))
