"""Each number that a page tells is among the estimates that its cell carries, for all to take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from observlib import estimates

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
# Numbers that are no estimates: dates, the level of an interval, scales, ranks, references.
_NO_ESTIMATES = (
    rf"\b(?:\d{{1,2}}(?:er)? )?(?:{_MONTHS})(?: \d{{4}})?",
    r"\b\d(?:er|e)? trimestre(?: \d{4})?",
    r"\bT\d(?: \d{4})?|\b(?:19|20)\d{2}\b",
    r"intervalles? à \d+(?:,\d+)? %|\bsur (?:10|5|100|\d+ ans)\b",
    r"\[?@[\w-]+\]?|https?://\S+|`[^`]*`",
    r"\b\d+e\b",
)
_NUMBER = re.compile(r"(?<![\w,.])[+−-]?\d{1,3}(?:[   ]\d{3})+(?:,\d+)?|[+−-]?\d+(?:,\d+)?")


def cells() -> Iterator[Any]:
    for path in NOTEBOOKS:
        for position, cell in enumerate(nbformat.read(path, as_version=4).cells, start=1):
            for output in cell.get("outputs", []):
                if estimates.MIME in output.data:
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
    rows = estimates.from_json(data[estimates.MIME])
    numbers = rows[estimates.NUMBERS].to_numpy().ravel()
    return {abs(float(x)) for x in numbers if x == x}


@pytest.mark.parametrize("data", cells())
def test_each_number_told_is_carried(data: Any) -> None:
    rows = estimates.from_json(data[estimates.MIME])
    labels = {
        text for name in ("group_value", "group") for text in rows[name] if re.search(r"\d", text)
    }
    held = known(data)
    lost = []
    for number in told(data, labels):
        said, decimals = value(number)
        count = decimals == 0 and said <= max(len(rows), 12)  # of rows, not a value of one
        scaled = [said * factor for factor in (1, 1e3, 1e6, 60, 1 / 60)]
        near = any(
            abs(x - y) <= factor * 0.5000001 * 10**-decimals
            for y, factor in zip(scaled, (1, 1e3, 1e6, 60, 1 / 60), strict=True)
            for x in held
        )
        if not (near or count):
            lost.append(number)
    assert not lost
