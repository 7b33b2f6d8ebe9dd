"""What a study's cells may hand to a page: nothing of the machine, nothing unreadable, no flood."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE_BYTES = 10_000_000  # of outputs; the largest page of the demonstration has 0.4 million
INJECTED = "injected-parameters"


def cell_problems(notebook: Any, root: Path) -> list[str]:
    """Why the cells of an executed notebook cannot be published, one line each.

    - A cell that prints, or shows a bare Python value: pages are made of sentences, tables and
      charts, and what is printed tells of the machine and changes from run to run.
    - A cell whose source or output holds the path of the project or of the user's home folder.
    - Outputs of more than `PAGE_BYTES` in all.

    What goes to `stderr` is not looked at: it is never published. Cells are counted as in the
    study, without the one of the parameters that were given.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook, new_output
    >>> printed = new_output("stream", name="stdout", text="12")
    >>> notebook = new_notebook(cells=[new_code_cell("print(12)", outputs=[printed])])
    >>> cell_problems(notebook, Path("/x"))
    ['cell 1 prints; end it with what it is to show, and remove the print']
    """
    found: list[str] = []
    sizes: dict[int, int] = {}
    places = _places(root)
    position = 0
    for cell in notebook.cells:
        injected = INJECTED in cell.metadata.get("tags", [])
        position += not injected
        outputs = [o for o in cell.get("outputs", []) if o.get("name") != "stderr"]
        sizes[position] = sizes.get(position, 0) + sum(map(_size, outputs))
        if any(output.output_type == "stream" for output in outputs):
            found.append(
                f"cell {position} prints; end it with what it is to show, and remove the print"
            )
        if any(set(output.get("data", ())) == {"text/plain"} for output in outputs):
            found.append(
                f"cell {position} shows a bare Python value; show a sentence, a table or a chart"
            )
        texts = [*_texts(outputs), *([] if injected else [cell.source])]
        if any(places.search(text) for text in texts):
            found.append(
                f"cell {position} holds a path of this machine (the project's or the home "
                "folder); name files from the project's root"
            )
    total = sum(sizes.values())
    if total > PAGE_BYTES:
        largest = max(sizes, key=lambda place: sizes[place])
        found.append(
            f"its outputs have {total / 1e6:.1f} MB, of which cell {largest} has "
            f"{sizes[largest] / 1e6:.1f}; a page may have {PAGE_BYTES / 1e6:.0f}; show less"
        )
    return found


def _places(root: Path) -> re.Pattern[str]:
    """Matches the project's and the home folder, where they stand as a path of their own."""
    known = [root]
    with contextlib.suppress(RuntimeError):  # a user without a home folder
        known.append(Path.home())
    own = {str(folder) for place in known for folder in (place, place.resolve())}
    words = "|".join(re.escape(place) for place in sorted(own) if place != os.sep)
    return re.compile(rf"(?<![\w.-])(?:{words or '(?!)'})(?![\w-])")


def _size(output: Any) -> int:
    return len(json.dumps(output, ensure_ascii=False))


def _texts(value: Any) -> Iterator[str]:
    """Every text within what a notebook holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
