"""An executed notebook as it is on the disk: importing nbformat would take longer than a page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from observlib import estimates
from observlib.base import files
from observlib.base.errors import ObservError

_MOST_BYTES = 1_000_000_000


def read_notebook(path: Path) -> dict[str, Any]:
    """A notebook as a mapping; sources and outputs may be texts or lists of lines.

    Raises
    ------
    ObservError
        Where the file cannot be read or is no notebook.
    """
    text = files.read_bytes(path, _MOST_BYTES, "show less of it")
    try:
        notebook = json.loads(text.decode("utf-8"))
    except ValueError as error:  # no JSON, or not UTF-8
        raise ObservError(f"{path}: not a notebook: {error}") from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise ObservError(f"{path}: not a notebook of format 4: it has no list of cells")
    return notebook


def joined(source: Any) -> str:
    """A notebook's text, which it may hold as a list of lines.

    Examples
    --------
    >>> joined(["a\\n", "b"])
    'a\\nb'
    """
    return "".join(source) if isinstance(source, list) else str(source)


def label_of(source: str) -> str:
    """The label that a cell gives itself, if it does.

    Examples
    --------
    >>> label_of("#| label: fig-notes\\nshow()"), label_of("show()")
    ('fig-notes', '')
    """
    found = re.search(r"(?m)^#\| label: *(\S+) *$", source)
    return found[1] if found else ""


def labelled_outputs(notebook: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The outputs of cells that have a label, by it: their data by MIME type."""
    for cell in notebook["cells"]:
        label = label_of(joined(cell.get("source", "")))
        for output in cell.get("outputs") or []:
            if label and "data" in output:
                yield label, output["data"]


def markdown_of(data: Mapping[str, Any], folder: str) -> tuple[str, dict[str, bytes]]:
    """The Markdown of an output; the drawings that it shows, by their paths in a folder of theirs.

    Parameters
    ----------
    data
        The output, by MIME type: `pictures` are among what it carries beside its estimates.
    folder
        The page's, beside it.

    Examples
    --------
    >>> carried = {"pictures": {"line-1.svg": "<svg/>"}}
    >>> markdown_of({"text/markdown": "![](line-1.svg)", estimates.MIME: carried}, "page")
    ('![](page/line-1.svg)', {'page/line-1.svg': b'<svg/>'})
    """
    text = joined(data["text/markdown"])
    files = {}
    for name, drawing in data.get(estimates.MIME, {}).get("pictures", {}).items():
        text = text.replace(f"]({name})", f"]({folder}/{name})")
        files[f"{folder}/{name}"] = drawing.encode("utf-8")
    return text, files
