"""Each number that a page tells is among the estimates that its cell carries, for all to take."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from tests.copies import DEMO
from tests.told_numbers import is_told, numbers, value

from observlib import estimates
from observlib.estimates import comparisons
from observlib.pipeline import project

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def cells() -> Iterator[Any]:
    for path in NOTEBOOKS:
        for position, cell in enumerate(nbformat.read(path, as_version=4).cells, start=1):
            for output in cell.get("outputs", []):
                if estimates.MIME in output.data and "study.notes(" not in cell.source:
                    yield pytest.param(output.data, id=f"{path.stem}-{position}")


def told(data: Any, labels: set[str]) -> list[str]:
    """The numbers of a cell's text, caption, alternative text and folded table."""
    content = data[estimates.MIME]
    texts = [content.get(key, "") for key in ("caption", "alt", "data_markdown")]
    texts.append("".join(data.get("text/markdown", "")))
    text = " ".join(texts).replace("\xa0", " ").replace("\u202f", " ").replace("\\", "")
    text = text.replace("’", "'")
    text = re.sub(r"(environ \d+) 000\b", r"\1", text)  # told in thousands
    for label in sorted(labels, key=len, reverse=True):
        text = text.replace(label.replace("’", "'"), " ")
    return numbers(text)


def known(data: Any) -> set[float]:
    """Every number of the estimates and comparisons that a cell carries."""
    content = data[estimates.MIME]
    frames = [estimates.from_json(content)]
    if "comparisons" in content:
        frames.append(comparisons.from_json(content["comparisons"]))
    numbers = [x for frame in frames for x in frame.select_dtypes("number").to_numpy().ravel()]
    levels = [100 * x for frame in frames[1:] for x in frame["level"]]
    return {abs(float(x)) for x in (*numbers, *levels) if x == x}


def named(data: Any) -> set[str]:
    """What a cell names, whose digits are no numbers: products, devices, groups, indicators."""
    content, catalogue = data[estimates.MIME], project.catalogue(DEMO)
    parts = [content, *([content["comparisons"]] if "comparisons" in content else [])]
    cells = {
        cell for part in parts for row in estimates.from_lines(part["rows"]) for cell in row if cell
    }
    entries = [*catalogue.products.values(), *catalogue.devices.values(), *catalogue.peers.values()]
    entries += [*catalogue.indicators.values()]
    texts = {entry.label for entry in entries} | {
        e.note for e in catalogue.devices.values() if e.note
    }
    methods = {entry.method for entry in catalogue.indicators.values()}
    return {
        text
        for text in cells | texts | methods
        if re.search(r"[^\d.,-].*\d|\d.*[^\d.,-]|^3939$", text)
    }


@pytest.mark.parametrize("data", list(cells()))
def test_each_number_told_is_carried(data):
    """Beside its rows a cell may count them, and a funnel tells each step in % of another."""
    content = data[estimates.MIME]
    rows = estimates.from_json(content)
    held = known(data) | {float(x) for x in rows["group_value"] if x.isdigit()}
    if content.get("alt", "").startswith("Étapes d"):
        steps = [x for x in held if x]
        held |= {100 * x / y for x in steps for y in steps}
    pairs = len(content.get("comparisons", {"rows": ()})["rows"])
    places = rows["product"].nunique() * (rows["channel"].nunique() + 1)
    most = max(len(rows), pairs, places, 12)
    lost = []
    for number in told(data, named(data)):
        said, decimals = value(number)
        count = decimals == 0 and said <= most  # of rows, not the value of one
        if not (count or any(is_told(x, said, decimals) for x in held)):
            lost.append(number)
    assert not lost
