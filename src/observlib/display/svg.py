"""A figure as SVG: the same bytes on every run, half as many of them, and a name for it.

Each element has a line of its own, so that a notebook kept with it shows what has changed.

Text is drawn as outlines of the font that matplotlib ships, so that a browser and typst show the
same picture whatever fonts they have.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SVG = "{http://www.w3.org/2000/svg}"
_LINK = "{http://www.w3.org/1999/xlink}href"
_PLACES = ("d", "x", "y", "width", "height", "transform")


def render(fig: Figure, alt: str) -> str:
    """The figure as one `<svg>` element that says its alternative text.

    Its theme must be that of `style.theme`, which fixes the seed of matplotlib's identifiers.
    """
    buffer = io.BytesIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    fig.savefig(buffer, format="svg", metadata=nothing)
    root = ElementTree.fromstring(buffer.getvalue())  # comments and the document type go
    _lighten(root)
    root.tail = None
    root.attrib = {"role": "img", "aria-label": alt, **root.attrib}
    for prefix, uri in (("", _SVG), ("xlink", _LINK)):
        ElementTree.register_namespace(prefix, uri[1:].split("}")[0])
    return ElementTree.tostring(root, encoding="unicode")


def _lighten(node: ElementTree.Element) -> None:
    """Drop what draws nothing: names of groups, bare groups, decimals, repeated styles."""
    kept: list[ElementTree.Element] = []
    for child in node:
        _lighten(child)
        bare = child.tag == f"{_SVG}g" and not child.attrib
        if child.tag != f"{_SVG}metadata":
            kept += list(child) if bare else [child]
    node[:] = kept
    node.text = "\n" if kept else (node.text or "").strip() or None
    node.tail = "\n"
    if "style" in node.attrib:
        node.attrib["style"] = node.attrib["style"].replace(": ", ":").replace("; ", ";")
    if node.tag == f"{_SVG}g":
        node.attrib.pop("id", None)  # only glyphs, markers and clips are referred to
        styles = {child.attrib.get("style", "") for child in node}
        drawn = {child.tag for child in node}
        if drawn == {f"{_SVG}use"} and len(styles) == 1 and styles != {""}:
            node.attrib["style"] = styles.pop()  # markers of one series
            for child in node:
                del child.attrib["style"]
    if node.tag == f"{_SVG}use":
        node.attrib[_LINK] = _short(node.attrib[_LINK])
        move = re.fullmatch(r"translate\((\S+) 0(?:\.0)?\)", node.attrib.get("transform", ""))
        if move:
            del node.attrib["transform"]
            node.attrib["x"] = move[1]
    elif "id" in node.attrib:
        node.attrib["id"] = _short(node.attrib["id"])
    if node.attrib.get("transform") == "scale(0.015625)" and "d" in node.attrib:
        # glyphs are outlined in 2048ths of an em or finer; 256ths of ten points are enough
        node.attrib["transform"] = "scale(0.25)"
        node.attrib["d"] = re.sub(
            r"-?\d+(?:\.\d+)?", lambda x: str(round(float(x[0]) / 16)), node.attrib["d"]
        )
    for name in _PLACES:
        if name in node.attrib and not node.attrib[name].startswith("scale"):
            node.attrib[name] = _rounded(node.attrib[name])


def _short(reference: str) -> str:
    """`#DejaVuSans-Bold-4e` as `#db-4e`."""
    return re.sub(
        r"DejaVuSans(?:-([A-Z])[A-Za-z]*)?-", lambda m: f"d{(m[1] or '').lower()}-", reference
    )


def _rounded(places: str) -> str:
    """Hundredths of a point, but for scales, which are factors; no space that is not needed."""
    tight = re.sub(r" ?([MLQCz]) ?", r"\1", " ".join(places.split()))
    parts = re.split(r"(scale\([^)]*\))", tight)
    return "".join(
        part
        if part.startswith("scale")
        else re.sub(r"-?\d+\.\d+", lambda x: f"{round(float(x[0]), 2) + 0.0:g}", part)
        for part in parts
    )
