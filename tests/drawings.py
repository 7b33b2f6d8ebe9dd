"""Charts read back: what their axes are, and where their points lie on them."""

import re
import unicodedata
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
GRID = "#e5e5e5"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
Place = tuple[float, float]


class Axis(NamedTuple):
    """An axis of numbers: `place` of a value is where it is drawn; `values` are its ticks'."""

    slope: float
    zero: float
    values: list[float]
    points: list[float]  # where something is drawn

    def place(self, value: float) -> float:
        return self.zero + self.slope * value


class Word(NamedTuple):
    """A text of a drawing, and where it stands."""

    x: float
    y: float
    text: str


def said(markup: str) -> list[Word]:
    """The texts of a drawing."""
    return [_word(node) for node in ElementTree.fromstring(markup).iter(f"{_SVG}text")]


def _word(node: ElementTree.Element) -> Word:
    moved = _NUMBER.findall(node.get("transform", "0 0"))
    x, y = node.get("x", moved[0]), node.get("y", moved[1])
    return Word(float(x), float(y), unicodedata.normalize("NFKC", node.text or ""))


def axes(markup: str) -> list[Axis]:
    """The axes of numbers of a drawing, with all places where something is drawn along each."""
    grids: list[tuple[tuple[int, float, float], list[Place]]] = []
    points: list[Place] = []
    shapes: dict[str, list[Place]] = {}
    root = ElementTree.fromstring(markup)
    defined = {shape for part in root.iter(f"{_SVG}defs") for shape in part.iter()}
    line: list[Place] = []
    for node in root.iter():
        if node.tag == f"{_SVG}path" and node in defined:
            shapes[f"#{node.get('id')}"] = _pairs(node)
        elif node.tag == f"{_SVG}path" and f"stroke:{GRID}" in node.get("style", ""):
            line = _pairs(node)
        elif node.tag == f"{_SVG}path":
            points += _pairs(node)
        elif node.tag == f"{_SVG}use" and node.get(_LINK, "").startswith("#m"):
            at = float(node.get("x", "0")), float(node.get("y", "0"))
            whole = shapes[node.get(_LINK, "")] if at[0] == 0 else [(0.0, 0.0)]
            points += [(at[0] + x, at[1] + y) for x, y in whole]
        elif node.tag == f"{_SVG}text":
            if line and (value := _value(_word(node).text)) is not None:
                side = 0 if line[0][0] == line[1][0] else 1
                ends = sorted(place[1 - side] for place in line)
                grid = (side, ends[0], ends[1])
                if not grids or grids[-1][0] != grid or grids[-1][1][-1][1] >= value:
                    grids.append((grid, []))
                grids[-1][1].append((line[0][side], value))
            line = []
    return [_axis(grid, ticks, points) for grid, ticks in grids if len(ticks) > 1]


def _axis(grid: tuple[int, float, float], ticks: list[Place], points: list[Place]) -> Axis:
    """The axis of some lines of a grid, and what is drawn over them."""
    side, *ends = grid
    places, values = zip(*ticks, strict=True)
    slope, zero = np.polyfit(values, places, 1)
    beyond = (max(places) - min(places)) / (len(places) - 1)
    along = (point[side] for point in points if ends[0] - 1 <= point[1 - side] <= ends[1] + 1)
    over = {at for at in along if min(places) - beyond < at < max(places) + beyond}
    return Axis(float(slope), float(zero), list(values), sorted(over))


def _value(text: str) -> float | None:
    number = re.sub(r"[\s%]", "", text).replace("−", "-").replace(",", ".")
    return float(number) if re.fullmatch(r"[+-]?\d+(\.\d+)?", number) else None


def _pairs(node: ElementTree.Element) -> list[Place]:
    numbers = [float(x) for x in _NUMBER.findall(node.get("d", ""))]
    return list(zip(numbers[::2], numbers[1::2], strict=False))
