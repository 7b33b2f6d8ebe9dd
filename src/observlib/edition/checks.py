"""What a study's cells may hand to a page: nothing of the machine, nothing unreadable, no flood."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from observlib import estimates
from observlib.base.errors import bounded
from observlib.language.typography import prose_of

# of what outputs show, and of the estimates that they carry, which grow with the products that a
# sentence counts; the largest page of the demonstration has 0.4 million, of a ministry 25 million
PAGE_BYTES, DATA_BYTES = 10_000_000, 100_000_000
INJECTED = "injected-parameters"
DECIMALS = 2  # which indicators have at the most, unless the cell carries a finer value
# A number with its decimals: no part of a version, a date, a time, an identifier of a document.
_NUMBER = re.compile(
    r"(?<![^\W_])(?<![.,])(?<!\d:)(?<!arXiv:)(?<!version )(?!10\.\d{4,9}/)"
    r"\d+[.,](\d+)(?!\d|[.,]\d)"
)
_LEAST = re.compile(r"0[.,]0+[1-9]")  # what has more decimals so as not to read 0
_NO_WORDS = re.compile(r"(?s)<(style|script)\b.*?</\1>|</?[A-Za-z][^<>]*>")


def cell_problems(notebook: Any, root: Path) -> list[str]:
    """Why the cells of an executed notebook cannot be published, one line each.

    - A cell that prints, or shows a bare Python value: pages are made of sentences, tables and
      charts, and what is printed tells of the machine and changes from run to run.
    - A cell whose source or output holds the path of the project or of the user's home folder.
    - A number with more decimals than any page tells, in prose, in a caption or in a table: from
      them one may compute what each person answered.
    - Outputs that show more than `PAGE_BYTES` in all, or carry more than `DATA_BYTES` of estimates.

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
    shown, carried = Counter[int](), Counter[int]()  # bytes, by cell
    places = _places(root)
    position = 0
    for cell in notebook.cells:
        injected = INJECTED in cell.metadata.get("tags", [])
        position += not injected
        outputs = [o for o in cell.get("outputs", []) if o.get("name") != "stderr"]
        data = sum(map(_data_size, outputs))
        carried[position] += data
        shown[position] += sum(map(_size, outputs)) - data
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
        if fine := _too_fine(cell.source if cell.cell_type == "markdown" else "", outputs):
            found.append(
                f"cell {position} tells {bounded(fine)}, with more decimals than a page tells; "
                "say it with `study.say`, or write it with `french.number(x, 1)`"
            )
    found += _too_much(shown, "outputs have", PAGE_BYTES)
    return found + _too_much(carried, "outputs carry estimates of", DATA_BYTES)


def _too_much(sizes: Counter[int], what: str, most: int) -> list[str]:
    """A line where cells have too many bytes in all, that names the largest."""
    if sizes.total() <= most:
        return []
    ((largest, size),) = sizes.most_common(1)
    return [
        f"its {what} {sizes.total() / 1e6:.1f} MB, of which cell {largest} has {size / 1e6:.1f}; "
        f"a page may have {most / 1e6:.0f}; show less"
    ]


def _too_fine(prose: str, outputs: list[Any]) -> list[str]:
    """Numbers with more decimals than a page tells, and than the estimates beside them have.

    Drawings are not read: axes have ticks of their own, and marks are drawn from rounded values.
    """
    texts, carried = [prose_of(prose)], []
    for data in (output.get("data", {}) for output in outputs):
        content = data.get(estimates.MIME, {})
        markdown = [data.get("text/markdown", ""), content.get("data_markdown", "")]
        texts += [prose_of("".join(text)) for text in markdown]
        texts += [content.get("caption", ""), content.get("alt", "")]
        texts.append(_NO_WORDS.sub(" ", "".join(data.get("text/html", ""))))
        carried += [*content.get("rows", ()), *content.get("comparisons", {}).get("rows", ())]
    numbers = {number[0]: len(number[1]) for text in texts for number in _NUMBER.finditer(text)}
    needed = {places for number, places in numbers.items() if _LEAST.fullmatch(number)}
    fine = [x for x, places in numbers.items() if places > DECIMALS and places not in needed]
    if not fine:
        return []
    known = {str(cell).lstrip("-") for row in estimates.from_lines(carried) for cell in row}
    return [x for x in fine if x.replace(",", ".").rstrip("0") not in known]


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


def _data_size(output: Any) -> int:
    """What of an output is estimates and comparisons, which programs read."""
    content = output.get("data", {}).get(estimates.MIME, {})
    return sum(_size(content[name]) for name in ("rows", "comparisons") if name in content)


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
