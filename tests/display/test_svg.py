import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure

from observlib import display
from observlib.display import style, svg

TEXT = "{http://www.w3.org/2000/svg}text"


def words(markup: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(markup).iter(TEXT)]


def test_the_words_of_a_chart_are_text_in_both_drawings_and_the_narrow_is_for_telephones(
    marks, catalogue
):
    shown = display.dot_chart(marks, catalogue, caption="Une").shown
    for mime, wide in (("image/svg+xml", style.WIDE), (svg.NARROW, style.NARROW)):
        assert f'width="{wide:g}pt"' in shown[mime]
        assert {"8,4", "6,2", "Légifrance"} <= set(words(shown[mime]))
        assert "<style" not in shown[mime], "it would dress the whole page"


@pytest.mark.parametrize(("side", "anchor"), [("center", "middle"), ("right", "end")])
def test_each_line_of_a_text_stays_on_its_axis_in_a_font_of_other_widths(side, anchor):
    with style.theme():
        fig = Figure(figsize=(4, 2))
        style.write(fig, 100, 20, "Une ligne\nplus longue\n", ha=side)
        markup = svg.render(fig, "Une")
    lines = [node for node in ElementTree.fromstring(markup).iter(TEXT) if node.text]
    assert [line.text for line in lines] == ["Une ligne", "plus longue"]
    assert all(f"text-anchor:{anchor}" in line.get("style", "") for line in lines)
    places = [float(line.get("x", "nan")) for line in lines]
    assert all(abs(a - b) < 0.5 for a, b in pairwise(places))


def test_a_colour_of_the_theme_has_one_for_dark_pages():
    from pathlib import Path

    sheet = (Path(__file__).parents[2] / "reports" / "drawings.css").read_text()
    dark = sheet.partition("prefers-color-scheme: dark")[2].partition("forced-colors")[0]
    told = dict(re.findall(r"--c-(\w{6}): #(\w{6})", dark))
    used = (*style.PALETTE, style.INK, style.GREY, style.FAINT)
    assert {colour[1:].lower() for colour in used} <= set(told)
    page = luminance(told["ffffff"])
    for colour in (*style.PALETTE, style.INK, style.GREY):
        assert (luminance(told[colour[1:].lower()]) + 0.05) / (page + 0.05) >= 3, colour


def luminance(colour: str) -> float:
    """Source: Web Content Accessibility Guidelines 2.2, "relative luminance"."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
    return float(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2])
