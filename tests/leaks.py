"""Look for figures that an edition withholds in each of its files, whatever their kind.

Somebody who knows the true figures reads every file: its rows, its sentences and attributes, its
drawings, and what it hides (metadata, comments, compressed streams). A withheld figure leaks

- where its own row or origin, or a comparison with it, holds any number;
- where words that name it tell its value or its base, which nothing told there has;
- where a page tells a number of three digits or more that is its value, and nothing told has it;
- where any file holds six digits of its value;
- where a chart has a point at its place, and nothing told lies there.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tests.drawings import axes
from tests.file_parts import Part, parts
from tests.told_numbers import is_told, numbers, value
from tests.words import plain

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.confidentiality.control import estimate_key
from observlib.estimates import COMPARISON_NUMBERS
from observlib.language import words

Row = dict[str, Any]
NEAR = 0.03  # points of a drawing, which keeps hundredths
DIGITS = 6  # of a value, which no page tells
_DECIMALS = re.compile(r"(?<![\w.,])\d+[.,]\d{3,}")
# how many values are withheld, pages, millions, days, quarters, digests
_NO_FIGURES = re.compile(
    r"\b\d+ (?:valeurs?|mesures?|périodes?|produits?|comparaisons?)\b"
    r"|\b\d+\s*/\s*\d+$|\b[\d,]+\smillions?\b"
    r"|\b\d{2}/\d{2}/\d{4}\b|\b\d{4}-\d{2}-\d{2}|\b\d{4}-[Tt]\d\b|\b[0-9a-f]{32,}\b"
)


class Withheld:
    """What an edition withholds: estimates with their true `estimate` and `n`."""

    def __init__(self, truths: pd.DataFrame, catalogue: Catalogue) -> None:
        self.rows = {estimate_key(row): row for row in estimates.records(truths)}
        self.by_identifier = {estimates.identifier(row): row for row in self.rows.values()}
        self.catalogue = catalogue
        values = [(abs(row["estimate"]), row) for row in self.rows.values()]
        self._sorted = sorted((x for x in values if x[0] == x[0]), key=lambda x: x[0])
        exact = [(x, row) for x, row in self._sorted if round(x, 3) != x and x >= 0.1]
        self._digits = {_digits(f"{x:.12f}"): row for x, row in exact}

    def named(self, row: Row) -> list[str]:
        """The words by which a page names a figure: its group, else its product and its device."""
        columns = ["group_value"] if row["group"] else ["product", "device"]
        return [_flat(words.label(row, name, self.catalogue)) for name in columns if row[name]]

    def at(self, number: float, decimals: int) -> Row | None:
        """A figure whose value is told by a number."""
        half = 0.5 * 10**-decimals + 1e-9
        place = bisect_left(self._sorted, number - half, key=lambda x: x[0])
        found = self._sorted[place : place + 1]
        return found[0][1] if found and found[0][0] <= number + half else None

    def exactly(self, number: str) -> Row | None:
        """A figure of whose value a number has the first digits."""
        digits = _digits(number)
        return self._digits.get(digits) if digits else None


def _digits(number: str) -> str:
    """The first digits of a number, not rounded; none where it has fewer."""
    whole, _, rest = number.replace(",", ".").partition(".")
    after = DIGITS - len(whole.lstrip("0"))
    return f"{int(whole)}.{rest[:after]}" if len(rest) >= after else ""


def _flat(text: str) -> str:
    """A text without what its setting changes."""
    return re.sub(r"[\s\\*\u2010\u2011-]", "", plain(text).replace("'", "’")).casefold()


class Told:
    """The figures that a page, or one of its cells, carries: those told, and those withheld."""

    def __init__(self, frames: Iterable[pd.DataFrame], withheld: Withheld) -> None:
        self.told: list[tuple[list[str], list[float]]] = []
        self.withheld: list[tuple[list[str], Row]] = []
        rows = {tuple(row.values()): row for frame in frames for row in estimates.records(frame)}
        for row in rows.values():
            if (key := estimate_key(row)) in withheld.rows:
                self.withheld.append((withheld.named(row), withheld.rows[key]))
            own = [abs(x) for x in row.values() if isinstance(x, float) and x == x]
            self.told.append((withheld.named(row), own))
        self.numbers = sorted({x for _, own in self.told for x in own})
        self._names = {name for names, _ in self.told for name in names}
        own_numbers = [[row["n"], row["estimate"]] for _, row in self.withheld]
        self._values = np.abs(np.array(own_numbers, float).reshape(-1, 2))

    def near(self, number: float, by: float) -> list[tuple[list[str], Row]]:
        """What is withheld of which a number is the value or the base."""
        is_near = (np.abs(self._values - number) <= by).any(axis=1)
        return [self.withheld[place] for place in np.flatnonzero(is_near)]

    def told_in(self, flat: str) -> list[float]:
        """The numbers of all that a text names."""
        named = {name for name in self._names if name in flat}
        return [x for names, own in self.told if not named.isdisjoint(names) for x in own]


def leaks(
    files: Iterable[Path], pages: dict[str, tuple[pd.DataFrame, ...]], withheld: Withheld
) -> Iterator[str]:
    """What files tell of what their edition withholds, each with the place where.

    `pages` carry what they do by their names; what belongs to none is held against all of them.
    """
    told = {name: Told(rows, withheld) for name, rows in pages.items()}
    everything = Told((frame for frames in pages.values() for frame in frames), withheld)
    seen, drawn = set(), {""}
    for path in sorted(files, key=lambda path: path.suffix != ".ipynb"):  # whose cells say best
        page, content = _page(path, pages), path.read_bytes()
        if (page, path.suffix, content) in seen:  # a notebook is published as it was made
            continue
        seen.add((page, path.suffix, content))
        own = told.get(page, everything)
        carried, here = None, own
        for part in parts(path.name, content):
            if part.drawing in drawn:  # a chart's own cell says best what it shows
                part = part._replace(drawing="")
            drawn.add(part.drawing)
            if part.carried is not carried:
                carried = part.carried
                here = Told(carried, withheld) if carried else own
            for found in dict.fromkeys(_of_part(part, here, own, withheld)):
                yield f"{path}: {part.where}: {found}"


def _page(path: Path, pages: Iterable[str]) -> str:
    """The page to which a file belongs: files beside it have longer names."""
    names = (path.stem.removesuffix("-comparaisons"), path.parent.name.removesuffix("_files"))
    return next((name for name in pages if name in names), "")


def _of_part(part: Part, here: Told, page: Told, withheld: Withheld) -> Iterator[str]:
    if part.frame is not None:
        yield from _in_rows(part.frame, withheld)
    if part.drawing:
        yield from _in_drawing(part.drawing, here)
    if (row := withheld.by_identifier.get(part.figure)) and re.search(r"\d", part.text):
        yield f"{part.text} of {estimate_key(row)}"
    for number in _DECIMALS.findall(part.text):
        if row := withheld.exactly(number):
            yield f"{number} is {estimate_key(row)}"
    if part.is_prose:
        yield from _in_words(part.text, here, page, withheld)


def _in_rows(frame: pd.DataFrame, withheld: Withheld) -> Iterator[str]:
    """Numbers in rows of what is withheld, and in comparisons of which one side is."""
    pairs = "reference_status" in frame
    for row in estimates.records(frame):
        for side in ("", estimates.REFERENCE) if pairs else ("",):
            if estimate_key(row, side) not in withheld.rows:
                continue
            names = [side + name for name in estimates.NUMBERS]
            names += [name for name in COMPARISON_NUMBERS if name != "level"] if pairs else []
            some = [f"{name} {row[name]:g}" for name in names if row[name] == row[name]]
            if some:
                yield f"{estimate_key(row, side)} has {', '.join(some)}"


def _in_words(text: str, here: Told, page: Told, withheld: Withheld) -> Iterator[str]:
    """Numbers that are those of what is withheld, and of nothing that is told."""
    flat = _flat(text)
    for said in numbers(_NO_FIGURES.sub(" ", plain(text))):
        number, decimals = value(said)
        half = 0.5 * 10**-decimals + 1e-9
        share = re.search(rf"(?<![\d,]){re.escape(said)}\s?%", plain(text))
        for names, row in here.near(number, half):
            if share and row["unit"] != "%":  # which counts no one
                continue
            is_named = any(name in flat for name in names)
            if is_named and not any(is_told(x, number, decimals) for x in here.told_in(flat)):
                yield f"{said} of {estimate_key(row)} in {text[:200]!r}"
        if decimals and number >= 10 ** (2 - decimals):  # three digits
            found = withheld.at(number, decimals)
            if found and not any(is_told(x, number, decimals) for x in page.numbers):
                yield f"{said} of {estimate_key(found)} in {text[:200]!r}"


def _in_drawing(markup: str, here: Told) -> Iterator[str]:
    """Points of a chart at the place of what is withheld, where nothing told lies."""
    for axis in axes(markup):
        known = [axis.place(x) for x in (*here.numbers, *axis.values)]
        free = [p for p in axis.points if not any(abs(p - x) < NEAR for x in known)]
        for _, row in here.withheld:
            place = axis.place(row["estimate"])
            if any(abs(p - place) < NEAR for p in free):
                yield f"a point at {row['estimate']:g}, {estimate_key(row)}"
