"""Each number that a page tells is among the estimates that its cell carries, for all to take."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from tests.copies import DEMO

from observlib import comparisons, estimates, project

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
# Numbers that are no estimates: dates, the level of an interval, scales, ranks, references.
_NO_ESTIMATES = (
    rf"\b(?:\d{{1,2}}(?:er)? )?(?:{_MONTHS})(?: \d{{4}})?",
    r"\b\d(?:er|e)? trimestre(?: \d{4})?",
    r"\bT\d(?: \d{4})?|\b(?:19|20)\d{2}\b",
    r"[Ii]ntervalles? à \d+(?:,\d+)? %|\bsur (?:10|5|100|\d+ ans)\b|à 100 %",
    r"\[?@[\w-]+\]?|https?://\S+|`[^`]*`",
    r"\b\d+e\b",
)
_NUMBER = re.compile(r"(?<![\w,.])[+−-]?\d{1,3}(?:[   ]\d{3})+(?:,\d+)?|[+−-]?\d+(?:,\d+)?")


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
    for label in sorted(labels, key=len, reverse=True):
        text = text.replace(label.replace("’", "'"), " ")
    for pattern in _NO_ESTIMATES:
        text = re.sub(pattern, " ", text)
    return _NUMBER.findall(text)


def value(number: str) -> tuple[float, int]:
    """What a number says, and its decimals."""
    plain = re.sub(r"[   ]", "", number).replace("−", "-").lstrip("+")
    _, _, decimals = plain.partition(",")
    return abs(float(plain.replace(",", "."))), len(decimals)


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
        if not (count or any(_is_told(x, said, decimals) for x in held)):
            lost.append(number)
    assert not lost


def _is_told(x: float, said: float, decimals: int) -> bool:
    """Whether a value is told by a number, in its unit or in thousands, millions or minutes.

    The ends of intervals are told outwards: up to a unit of the last digit away.
    """
    return any(abs(x - said * unit) < unit * 10**-decimals for unit in (1, 1e3, 1e6, 60, 1 / 60))
