"""One quantity, one story: no two pages of an edition tell one estimate differently."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from observlib import estimates

_QUANTITY = estimates.COLUMNS.index("estimate")  # what stands before it says of what it is


def told_differently(notebooks: Mapping[str, str]) -> list[str]:
    """What two pages tell differently, a line each, which names both.

    The estimates of a family cannot differ: each page selects from the same rows. Those that a
    study makes itself can.

    Parameters
    ----------
    notebooks
        The executed notebooks of an edition, by page.

    Examples
    --------
    >>> from nbformat import writes
    >>> from nbformat.v4 import new_code_cell, new_notebook, new_output
    >>> def page(value: float) -> str:
    ...     row = {"indicator": "nps", "period": "2026-T3", "estimate": value, "unit": "points"}
    ...     shown = {estimates.MIME: estimates.to_json(estimates.make([row]))}
    ...     output = new_output("display_data", shown)
    ...     return writes(new_notebook(cells=[new_code_cell("", outputs=[output])]))
    >>> told_differently({"a": page(1.0), "b": page(1.0)})
    []
    >>> told_differently({"a": page(1.0), "b": page(2.0)})[0][:57]
    'nps, 2026-T3: a tells 1 points, and b tells 2 points; sel'
    """
    first: dict[tuple[str, ...], tuple[str, tuple[str, ...]]] = {}
    problems: dict[tuple[str, ...], str] = {}
    for page, text in notebooks.items():
        for cells in estimates.from_lines(_lines(json.loads(text))):
            row = tuple(cell or "" for cell in cells)
            quantity, told = row[:_QUANTITY], row[_QUANTITY:-1]  # the last is its source
            before, known = first.setdefault(quantity, (page, told))
            if told != known:
                name = ", ".join(filter(None, quantity))
                problems.setdefault(
                    quantity,
                    f"{name}: {before} tells {_told(known)}, and {page} tells {_told(told)}; "
                    "select both from one family, or give yours a group of its own",
                )
    return list(problems.values())


def _told(values: tuple[str, ...]) -> str:
    named = dict(zip(estimates.COLUMNS[_QUANTITY:], values, strict=False))
    return f"{named['estimate']} {named['unit']}" if named["estimate"] else named["status"]


def _lines(notebook: Mapping[str, object]) -> Iterator[str]:
    """The estimates that a notebook carries, as lines."""
    for cell in notebook["cells"]:  # type: ignore[attr-defined]
        for output in cell.get("outputs", []):
            yield from output.get("data", {}).get(estimates.MIME, {}).get("rows", [])
