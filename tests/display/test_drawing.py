"""A drawing: words in their frame, values in words beside it, and no code of an export's."""

import json
import math
import re
import subprocess
import sys
from collections.abc import Callable
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
from observlib.display.dots import point, points, small_line
from observlib.display.output import pipe_table
from observlib.display.panels import Point, axis_periods, describe_lines, period_ticks
from observlib.language.rounding import rounded_estimates

TEXT = "{http://www.w3.org/2000/svg}text"


def words(markup: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(markup).iter(TEXT)]


def test_words_are_text_in_both_drawings_of_which_telephones_have_the_narrow(marks, catalogue):
    shown = display.dot_chart(marks, catalogue, caption="Une").shown
    for mime, wide in (("image/svg+xml", style.WIDE), (charts.NARROW, style.NARROW)):
        assert f'width="{wide:g}pt"' in shown[mime]
        assert {"8,4", "6,2", "Légifrance"} <= set(words(shown[mime]))
        assert "<style" not in shown[mime], "it would dress the whole page"


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


def test_a_point_s_label_is_words_and_its_verdict_stands_before_details():
    made = points([point("Une {note} *forte*", "7", ["a|b"], "1.svg", 'Un "trait"')])
    assert r"### Une \{note\} \*forte\* {.no-anchor" in made and r"[a\|b]{.detail}" in made
    assert 'fig-alt="Un “trait”"' in made
    assert "verdict" not in point("T", "7", ["d"], "1.svg", "t")
    made = point("T", "7", ["d"], "1.svg", "t", verdict="En hausse")
    assert made.index("[En hausse]{.verdict}") < made.index("[d]{.detail}")


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
    points = [Point(1_031_000.0, "mai"), Point(1_049_000.0, "juin")]
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
    points = [Point(value, f"n{i}") for i, value in enumerate(values)]
    return describe_lines(points, lambda x, _: f"{x:.0f} %", **more)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=12))
def test_a_value_is_never_its_own_minimum_or_maximum(values):
    text = said(values)
    told = re.findall(r"(\d+ %)", text)
    assert len(told) == len(set(told))
    assert f"{values[-1]:.0f} %" in told and f"{values[0]:.0f} %" in told


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


Draw = Callable[..., display.Output]


@pytest.mark.parametrize(
    ("draw", "more"),
    [(display.dot_chart, {"by": "group_value"}), (display.bar_chart, {})],
    ids=["dots", "bars"],
)
def test_rows_carry_their_values_intervals_and_reservations(draw, more, grouped, invented):
    states = {"Non": "low_base"}
    rows = grouped({"Oui": 62.0, "Non": 30.0, "Rare": "suppressed"}, half=4.2, states=states)
    made = draw(rows, invented, caption="U", **more)
    assert carried(made) == ["Oui : 62 %, de 57 à 67 %",
                             "Non : 30 %, de 25 à 35 %, faible effectif"]  # fmt: skip


def test_bars_of_100_carry_each_of_their_parts(grouped, invented):
    parts = grouped({"Oui": 62.0, "Non": 30.0, "Autre": 8.0})
    made = display.share_chart(parts, invented, caption="U", by="period")
    assert carried(made) == ["3e trimestre 2026, Oui : 62 %", "3e trimestre 2026, Non : 30 %",
                             "3e trimestre 2026, Autre : 8 %"]  # fmt: skip


def test_curves_grids_and_steps_carry_theirs(grouped, invented):
    months = grouped({"0": 100.0, "1": 80.0, "2": 71.0})
    curves = display.curve_chart(
        months, invented, caption="U", x_label="mois depuis l'inscription", by="period"
    )
    assert carried(curves)[1] == "3e trimestre 2026, 1 mois depuis l’inscription : 80 %"
    days = grouped({"lundi · 9 h": 10.0, "lundi · 10 h": 20.0, "mardi · 9 h": "suppressed"})
    grid = display.heat_chart(days, invented, caption="U")
    assert carried(grid) == ["lundi, 9 h : 10 %", "lundi, 10 h : 20 %"]
    steps = grouped({"Reçus": 400.0, "Décrochés": 300.0}, "appels")
    assert carried(display.funnel_chart(steps, invented, caption="U")) == [
        "Reçus : 400 appels",
        "Décrochés : 300 appels",
    ]


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


def test_a_name_with_a_list_s_sign_is_one_name_and_a_chart_of_nothing_has_none(grouped, invented):
    rows = grouped({"a|b¶c": 62.0, "Non": 38.0})
    assert len(carried(display.bar_chart(rows, invented, caption="U"))) == 2
    none = grouped({"Oui": "suppressed", "Non": "suppressed"})
    assert carried(display.bar_chart(none, invented, caption="U")) == []
