"""A figure as SVG: the same bytes on every run, half as many of them, and a name for it.

Each element has a line of its own, for diffs. Text stays text; whatever the reader's font, each
line is at its place, and no wider than it was measured.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from xml.etree import ElementTree

from observlib.catalogue import Indicator
from observlib.display import style
from observlib.language import words
from observlib.language.prose import curly, typography

# --- Where each value of a drawing stands, and how it is told to who walks them with arrow keys

_KEPT = "observlib_values"


class _Value(NamedTuple):
    """A value at a place of axes: whose it is, where along its line, and its words."""

    ax: style.Axes
    x: float
    y: float
    whose: str
    where: str
    text: str


def keep_values(
    ax: style.Axes,
    x: float,
    y: float,
    row: Mapping[str, Any],
    indicator: Indicator,
    whose: str,
    where: str = "",
) -> None:
    """Let a drawing know a value that it shows; one that is withheld stands nowhere."""
    if row["status"] in words.STATUS_WORDS and row["status"] not in words.WITHHELD:
        text = _value_in_words(row, indicator)
        vars(ax.figure).setdefault(_KEPT, []).append(_Value(ax, x, y, whose, where, text))


def _value_in_words(row: Mapping[str, Any], indicator: Indicator) -> str:
    """A value, its interval and its reservation."""
    ends = words.interval(row, indicator)
    parts = (words.value(row, indicator), ends and f"de {ends}", words.STATUS_WORDS[row["status"]])
    return ", ".join(filter(None, parts))


def _attributes(fig: style.Figure, narrow: bool) -> dict[str, str]:
    """The attributes of a drawing that tell its values; none where it knows of none."""
    kept: list[_Value] = vars(fig).get(_KEPT, [])
    if not kept:
        return {}
    points = [value.ax.transData.transform((value.x, value.y)) * 72 / fig.dpi for value in kept]
    height = fig.get_size_inches()[1] * 72
    at = " ".join(f"{round(x)},{round(height - y)}" for x, y in points)
    if narrow:
        return {"data-at": at}
    whose = list(dict.fromkeys(value.whose for value in kept))
    where = list(dict.fromkeys(value.where for value in kept))
    told_ = [f"{whose.index(v.whose)},{where.index(v.where)},{v.text}" for v in kept]
    # JSON would have its quotation marks escaped, each in six bytes
    lists = ("|".join(map(_plain, texts)) for texts in (whose, where, told_))
    return {"data-at": at, "data-values": "¶".join(lists)}


def _plain(text: str) -> str:
    """A text without the signs that part lists."""
    return curly(typography(text.replace("|", "/").replace("¶", " ")))


NARROW = "application/vnd.observlib.narrow+svg"  # what a notebook keeps the narrow drawing as
_SVG = "{http://www.w3.org/2000/svg}"
_PLACES = ("d", "x", "y", "width", "height", "transform")
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_USUAL = {"font-size": f"{style.SIZE:g}px", "fill": style.INK.lower(), "text-anchor": "start"}
_NUMBER = r"-?\d+(?:\.\d+)?"


def render(fig: style.Figure, alt: str) -> str:
    """The figure, in `style.theme`, as one `<svg>` element that says its alternative text."""
    from matplotlib.text import Text

    for text in fig.findobj(Text):
        text.set_gid(text.get_horizontalalignment())  # of several lines, matplotlib tells it not
    buffer = io.BytesIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    fig.savefig(buffer, format="svg", metadata=nothing)
    root = ElementTree.fromstring(buffer.getvalue())  # comments and the document type go
    for group in root.iter(f"{_SVG}g"):
        for line in group.findall(f"{_SVG}text"):
            _anchored(line, _ANCHORS[group.get("id", "left")])
    for definitions in root.iter(f"{_SVG}defs"):
        for looks in definitions.findall(f"{_SVG}style"):  # a page would take them for its own
            definitions.remove(looks)
    _lighten(root)
    root.tail = None
    usual = {
        "font-family": style.FONTS,
        "font-size": f"{style.SIZE:g}",
        "fill": style.INK.lower(),
        "stroke-linejoin": "round",
        "stroke-linecap": "butt",
    }
    root.attrib = {"role": "img", "aria-label": alt, **root.attrib, **usual}
    root.attrib |= _attributes(fig, style.narrow())
    for prefix, uri in (("", _SVG), ("xlink", "{http://www.w3.org/1999/xlink}")):
        ElementTree.register_namespace(prefix, uri[1:].split("}")[0])
    return ElementTree.tostring(root, encoding="unicode")


def _anchored(line: ElementTree.Element, anchor: str) -> None:
    """Put a line of text where its alignment holds it, with what is not usual of its looks."""
    looks = dict(part.split(": ", 1) for part in line.attrib.pop("style").split("; "))
    looks.setdefault("fill", "#000000")
    moved = line.attrib.pop("transform", "")
    if "x" not in line.attrib:
        x, y = map(float, re.findall(_NUMBER, moved)[:2])
        if "rotate" in moved:  # which starts at its foot
            line.set("transform", moved)
        else:
            size, weight = float(looks["font-size"][:-2]), looks.get("font-weight", "normal")
            wide = style.text_width(line.text or "", size, "bold" if weight == "700" else weight)
            x += wide * {"start": 0, "middle": 0.5, "end": 1}[anchor]
            line.attrib |= {"x": str(x), "y": str(y)}
            looks["text-anchor"] = anchor
    looks = {k: v for k, v in looks.items() if k != "font-family" and _USUAL.get(k) != v}
    if looks:
        line.set("style", ";".join(f"{key}:{value}" for key, value in looks.items()))


def _lighten(node: ElementTree.Element) -> None:
    """Drop what draws nothing: names of groups, bare groups, decimals, repeated styles."""
    kept: list[ElementTree.Element] = []
    for child in node:
        _lighten(child)
        bare = child.tag == f"{_SVG}g" and not child.attrib
        if child.tag != f"{_SVG}metadata":
            kept += list(child) if bare else [child]
    node[:] = kept
    node.text = "\n" if kept else (node.text or "").strip("\n ") or None
    node.tail = "\n"
    if "style" in node.attrib:
        node.attrib["style"] = node.attrib["style"].replace(": ", ":").replace("; ", ";")
    if node.tag == f"{_SVG}g":
        node.attrib.pop("id", None)  # only markers, hatches and clips are referred to
        styles = {child.attrib.get("style", "") for child in node}
        drawn = {child.tag for child in node}
        if drawn == {f"{_SVG}use"} and len(styles) == 1 and styles != {""}:
            node.attrib["style"] = styles.pop()  # markers of one series
            for child in node:
                del child.attrib["style"]
    for name in _PLACES:
        if name in node.attrib:
            node.attrib[name] = _rounded(node.attrib[name])


def _rounded(places: str) -> str:
    """Hundredths of a point; no space that is not needed."""
    tight = re.sub(r" ?([MLQCz]) ?", r"\1", " ".join(places.split()))
    return re.sub(r"-?\d+\.\d+", lambda x: f"{round(float(x[0]), 2) + 0.0:g}", tight)
