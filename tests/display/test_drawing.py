"""A drawing: words in their frame, values in words beside it, and no code of an export's."""

import json
import math
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pypandoc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from tests.display.conftest import luminance
from tests.words import plain

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.display import charts, style
from observlib.display.dots import small_line
from observlib.display.output import pipe_table
from observlib.display.panels import axis_periods, describe_lines, period_ticks
from observlib.language.rounding import rounded_estimates

TEXT = "{http://www.w3.org/2000/svg}text"


def words(markup: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(markup).iter(TEXT)]


@pytest.mark.parametrize(("side", "anchor"), [("center", "middle"), ("right", "end")])
def test_each_line_of_a_text_stays_on_its_axis_in_a_font_of_other_widths(side, anchor):
    with style.theme():
        fig = Figure(figsize=(4, 2))
        style.write_label(fig, 100, 20, "Une ligne\nplus longue\n", ha=side)
        markup = charts.render(fig, "Une")
    lines = [node for node in ElementTree.fromstring(markup).iter(TEXT) if node.text]
    assert [line.text for line in lines] == ["Une ligne", "plus longue"]
    assert all(f"text-anchor:{anchor}" in line.get("style", "") for line in lines)
    places = [float(line.get("x", "nan")) for line in lines]
    assert all(abs(a - b) < 0.5 for a, b in pairwise(places))


def test_a_colour_of_the_theme_has_one_for_dark_pages():
    sheet = (Path(__file__).parents[2] / "reports" / "drawings.css").read_text()
    dark = sheet.partition("prefers-color-scheme: dark")[2].partition("forced-colors")[0]
    told = dict(re.findall(r"--c-(\w{6}): #(\w{6})", dark))
    used = (*style.PALETTE, style.INK, style.GREY, style.FAINT)
    assert {colour[1:].lower() for colour in used} <= set(told)
    page = luminance(f"#{told['ffffff']}")
    for colour in (*style.PALETTE, style.INK, style.GREY):
        assert (luminance(f"#{told[colour[1:].lower()]}") + 0.05) / (page + 0.05) >= 3, colour


def test_importing_display_leaves_the_drawing_libraries_alone():
    code = "import sys, observlib.display; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "observlib.display" in loaded
    assert not loaded & {"matplotlib", "seaborn", "great_tables", "scipy"}


def test_a_text_carries_the_estimates_that_it_uses(marks, catalogue):
    said = display.text("La note est de 8,4 : bien !").carrying([marks, marks], catalogue)
    bundle = said._repr_mimebundle_()
    assert bundle["text/markdown"] == "La note est de 8,4\xa0: bien\u202f!"
    content = json.loads(json.dumps(bundle[estimates.MIME], allow_nan=False))
    assert content["kind"] == "text" and "caption" not in content
    pd.testing.assert_frame_equal(estimates.from_json(content), rounded_estimates(marks, catalogue))


@pytest.mark.parametrize(
    "word",
    ["<script>alert(1)</script>", "</p>", "<!-- a", "`<b>`{=html}", "a\n```{=html}\n<b>\n```"],
)
def test_a_word_of_an_export_runs_no_code_in_a_page(word, marks, catalogue):
    line = " ".join(word.split("\n"))
    columns = {"Réponse": [line], "n": ["1"]}
    said = [
        display.text(f"Réponse « {word} »").shown["text/markdown"],
        display.text(pipe_table(columns)).shown["text/markdown"],
        display.dot_chart(marks, catalogue, caption=f"« {line} »").content["caption"],
    ]
    for markdown in said:
        page = pypandoc.convert_text(markdown, "html", format="markdown")
        assert not re.search(r"<(script|b)>|<!--|</p>.*</p>", page), page


@pytest.mark.parametrize("caption", ["", "  ", "deux\nlignes"])
def test_no_chart_without_a_caption(caption, marks, catalogue):
    for make in (display.dot_chart, display.line_chart, display.table):
        with pytest.raises(ObservError, match="caption"):
            make(marks, catalogue, caption=caption)


@given(st.lists(st.floats(-1e12, 1e12) | st.just(math.nan), max_size=12))
def test_a_small_line_stays_in_its_frame_whatever_its_values(values):
    picture = ElementTree.fromstring(small_line(values))
    width, height = (float(x) for x in picture.attrib["viewBox"].split()[2:])
    places = [
        place.split(",")
        for line in picture.iter("{http://www.w3.org/2000/svg}polyline")
        for place in line.attrib["points"].split()
    ]
    assert len(places) == sum(not math.isnan(value) for value in values)
    assert all(0 <= float(x) <= width and 0 <= float(y) <= height for x, y in places)


@given(st.lists(st.floats(0, 300), max_size=8), st.floats(1, 30))
def test_labels_never_overlap_and_stay_on_the_chart(wanted, gap):
    high = max(300.0, gap * len(wanted))
    placed = style.spread(wanted, gap, 0, high)
    in_order = sorted(placed)
    assert all(b - a >= gap - 1e-6 for a, b in pairwise(in_order))
    assert all(-1e-6 <= place <= high + 1e-6 for place in placed)
    pairs = sorted(zip(wanted, placed, strict=True))
    assert [p for _, p in pairs] == sorted(placed) or len(set(wanted)) < len(wanted)


def test_labels_with_room_stay_and_short_counts_tell_their_ends_apart(catalogue):
    assert style.spread([100.0, 20.0], 10, 0, 200) == [100.0, 20.0]
    visits = catalogue.indicators["visits"]
    points = [(1_031_000.0, "mai"), (1_049_000.0, "juin")]
    text = describe_lines(points, lambda x, decimals: charts.brief(x, visits, "visites", decimals))
    assert text.replace("\xa0", " ") == "de 1,03 M (mai) à 1,05 M (juin)"


@pytest.mark.parametrize("name", ["Entreprendre.Service-public.fr", "3939 Allô Service Public"])
def test_a_long_name_is_broken_between_words_and_loses_nothing(name):
    broken = style.wrap(name, 110)
    assert broken.count("\n") == 1
    assert broken.replace("\n", "").replace(" ", "") == name.replace(" ", "")
    assert all(style.text_width(line) <= 110 for line in broken.split("\n"))
    assert ".\nfr" not in broken


@pytest.mark.parametrize(
    ("first", "last"), [("2023-T1", "2026-T3"), ("2022-11", "2026-08"), ("2017", "2026")]
)
@pytest.mark.parametrize("width", [60.0, 140.0, 300.0])
def test_time_labels_do_not_run_into_each_other(first, last, width):
    periods = axis_periods([first, last])
    step = width / len(periods)
    marks = period_ticks(periods, step)
    assert marks
    for line in (0, 1):
        ends = [
            (i * step, style.text_width(text.split("\n")[line]) / 2)
            for i, text in marks
            if text.count("\n") >= line
        ]
        for (x, half), (x_next, half_next) in pairwise(ends):
            assert x_next - x >= half + half_next


def said(values: list[float], **more) -> str:
    points = [(value, f"n{i}") for i, value in enumerate(values)]
    return describe_lines(points, lambda x, _: f"{x:.0f} %", **more)


@pytest.mark.parametrize(
    ("values", "more", "text"),
    [([86.1, 85.8], {}, "86 % (n0 comme n1)"),
     ([86.1, 71.0, 86.4], {}, "86 % (n0 comme n2), minimum 71 % (n1)"),
     ([86.0, 71.0, 86.0], {"extremes": False}, "86 % (n0 comme n2)"),  # and not stable
     ([10.0, 30.0, 20.0], {}, "de 10 % (n0) à 20 % (n2), maximum 30 % (n1)"),
     ([10.0, 20.0, 20.4], {}, "de 10 % (n0) à 20 % (n2)"), ([10.0], {}, "10 % (n0)")],
)  # fmt: skip
def test_a_line_is_told_by_its_ends_and_what_lies_outside_them(values, more, text):
    assert said(values, **more) == text


def carried(made: display.Output) -> list[str]:
    """The values of a chart, in words; each has a place in both of its drawings."""
    wide = ElementTree.fromstring(made.shown["image/svg+xml"])
    narrow = ElementTree.fromstring(made.shown[charts.NARROW])
    assert "data-values" not in narrow.attrib  # told once
    if "data-values" not in wide.attrib:
        return []
    whose, where, told = (part.split("|") for part in wide.attrib["data-values"].split("¶"))
    for drawing in (wide, narrow):
        places = [tuple(map(int, at.split(","))) for at in drawing.attrib["data-at"].split()]
        assert len(places) == len(told)
        width, height = map(float, drawing.attrib["viewBox"].split()[2:])
        assert all(-1 <= x <= width + 1 and 0 <= y <= height for x, y in places)
    found = []
    for one in told:
        line, place, text = re.fullmatch(r"(\d+),(\d+),(.*)", one).groups()  # type: ignore[union-attr]
        names = filter(None, (whose[int(line)], where[int(place)]))
        found.append(plain(f"{', '.join(names)} : {text}"))
    return found


def test_a_line_carries_no_more_digits_than_its_data_and_nothing_that_is_withheld(catalogue):
    row = {"indicator": "satisfaction_10", "product": "boamp", "channel": "web", "unit": "sur 10"}
    first = {"estimate": 7.2345, "ci_low": 7.01, "ci_high": 7.46, "n": 99}
    last = {"estimate": 7.0, "n": 20, "status": "low_base"}
    rows = estimates.make(
        {**row, "period": f"2026-T{quarter}", **of}
        for quarter, of in enumerate((first, {"status": "suppressed"}, last), start=1)
    )
    assert carried(display.line_chart(rows, catalogue, caption="U")) == [
        "BOAMP, 1er trimestre 2026 : 7,2 sur 10, de 6,9 à 7,5",
        "BOAMP, 3e trimestre 2026 : 7,0 sur 10, faible effectif",
    ]
