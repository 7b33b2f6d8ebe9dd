"""What charts share: axes, words, the values that keys walk, and words in their frame."""

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib
import pandas as pd
import pypandoc
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.display.conftest import line
from tests.words import plain

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.display import charts, output, style
from observlib.language.prose import one_line
from observlib.language.words import rounded_estimates

TEXT = "{http://www.w3.org/2000/svg}text"
AXES = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
CAPITALS = "ANTICONSTITUTIONNELLEMENTINCOMPATIBLE"
SIGNS = st.text(
    st.sampled_from("AMWil .-/:é\u0301\u200b\u200d\u202e\u0627\u05d0漢🙂\n\t$_^{}\\<&'\ufffe\x00"),
    max_size=80,
)
LABELS = st.one_of(SIGNS, st.text(max_size=60), st.sampled_from([CAPITALS, "M" * 400]))
LONG = "Renouvellement d'une autorisation provisoire de séjour et changement d'adresse"
AXIS = "jours depuis la première fois que la personne a été interrogée par l'agence fictive"


def sides(label: str) -> list[str]:
    """The rows and columns of a grid."""
    return [label.replace(" · ", " ") or "x", "lundi", "mardi"]


CHARTS: dict[str, Any] = {
    "bar": lambda grouped, x: grouped({x: 60.0, "Oui": 30.0, "Non": 10.0}, half=2.0),
    "dot": lambda grouped, x: grouped({x: 60.0, "Oui": 30.0}, half=2.0),
    "share": lambda grouped, x: estimates.combine(
        grouped({x: 70.0, "Oui": 30.0}).assign(device=name) for name in ("Non", x)),
    "funnel": lambda grouped, x: grouped({x: 600.0, "Oui": 30.0}, unit="appels"),
    "heat": lambda grouped, x: grouped(
        {f"{row} · {column}": 5.0 for row in sides(x) for column in sides(x)}),
    "line": lambda grouped, x: estimates.combine(
        grouped({x: 50.0, "Oui": 20.0}, period=period) for period in ("2026-T1", "2026-T3")),
    "panels": lambda grouped, x: estimates.combine(
        grouped(dict.fromkeys((x, "Oui", "Non", "Peut-être", "Jamais"), 20.0), period=period)
        for period in ("2026-T1", "2026-T2")),
    "curve": lambda grouped, x: estimates.combine(
        grouped({"0": 90.0, "1": 80.0, "2": 70.0}, device=name) for name in (x, "Oui")),
}  # fmt: skip
MORE = {"dot": {"by": "group_value"}, "share": {"by": "device"}, "line": {"by": "group_value"},
        "curve": {"by": "device", "x_label": "mois depuis l'inscription"}}  # fmt: skip
EACH = pytest.mark.parametrize("chart", CHARTS)
pytestmark = pytest.mark.filterwarnings(
    "ignore:Glyph:UserWarning", "ignore:.*missing from:UserWarning"
)


def drawn(chart: str, label: str, grouped: Any, draw: Any) -> output.Output:
    kind = "line" if chart == "panels" else chart
    return draw(kind, CHARTS[chart](grouped, label), **MORE.get(kind, {}))


@EACH
@settings(max_examples=2)
@given(label=LABELS)
@example(label=CAPITALS)
@example(label="M" * 400)
def test_any_label_stays_in_its_chart(chart, label, grouped, draw, every_figure, assert_readable):
    if not one_line(label) or one_line(label) in ("Oui", "Non"):
        return
    every_figure.clear()
    made = drawn(chart, label, grouped, draw)
    assert_readable()
    if label == CAPITALS:
        assert label in made.content["alt"] and label in made.content["data_markdown"]


@EACH
def test_a_label_as_long_as_a_book_holds_no_edition_up(chart, grouped, draw, monkeypatch):
    measured, width = 0, style.text_width

    def count(text: str, *how: Any, **more: Any) -> float:
        nonlocal measured
        measured += len(text)
        return width(text, *how, **more)

    monkeypatch.setattr(style, "text_width", count)
    label = "M" * 20_000
    assert label in drawn(chart, label, grouped, draw).content["data_markdown"]
    assert measured < 400_000


@pytest.mark.parametrize("chart", [name for name in CHARTS if name != "panels"])
def test_an_empty_frame_or_caption_is_an_error_that_says_what_to_do(chart, grouped, draw):
    frame = CHARTS[chart](grouped, "x")
    for rows, caption, told in (
        (frame.head(0), "C", "no estimate to show"), (frame, " ", "write the answer"),
        (estimates.combine([frame] * 2), "C", "2 estimates for"), (frame, "a\nb", "one line"),
    ):  # fmt: skip
        with pytest.raises(ObservError, match=told):
            draw(chart, rows, **MORE.get(chart, {}) | {"caption": caption})


@pytest.mark.parametrize("unit", ["%", "appels", "s", "€", "points", "jours"])
def test_long_names_wide_values_and_axes_stay_apart(unit, grouped, draw, figure, assert_readable):
    frame = grouped({"0": 12.0, "2500": 93.5}, unit, product="annuaire", half=8.0)
    for chosen in (frame, estimates.combine([frame, frame.assign(product="entreprendre")])):
        draw("curve", chosen, x_label=AXIS)
    values = {LONG: 40.0 if unit == "%" else 4e5, "B": 3.0, "C": "missing"}
    more = grouped({"D": 12.0}, unit, n=123_456)
    draw("bar", estimates.combine([grouped(values, unit, half=2.0), more]), limit=3)
    fig = figure()
    assert fig.axes[0].get_window_extent().width > fig.bbox.width / 5
    assert_readable()


@pytest.mark.parametrize("columns", [
    ["Trouve l'information cherchée", "Démarche terminée en ligne"],
    [f"Motif assez long numéro {sign}" for sign in "abcdefghijkl"], [f"{n} h" for n in range(24)],
])  # fmt: skip
def test_long_names_of_a_grid_wrap_or_turn_and_never_touch(columns, grouped, draw, assert_readable):
    rows = ("Service-public.fr", "Direction de l'information légale et administrative")
    draw("heat", grouped({f"{row} · {x}": 20.0 + len(x) for row in rows for x in columns}))
    assert_readable()


def test_a_chart_comes_with_its_words_its_table_and_its_estimates(marks, catalogue):
    bundle = display.dot_chart(marks, catalogue, caption="Trois notes sur cinq : bien")
    shown = bundle._repr_mimebundle_()
    content = shown[estimates.MIME]
    assert content["kind"] == "chart" and content["caption"] == "Trois notes sur cinq\xa0: bien"
    assert content["alt"] == shown["text/plain"] and len(content["alt"]) > 100
    assert plain(content["title"]) == "Satisfaction sur 10, 3e trimestre 2026"
    assert content["data_markdown"].split("\n\n")[0].count("\n") == 1 + len(marks)
    pd.testing.assert_frame_equal(estimates.from_json(content), rounded_estimates(marks, catalogue))
    assert f'aria-label="{content["alt"]}"' in shown["image/svg+xml"]


def test_an_analyst_s_own_settings_change_no_byte(marks, visits, draw):
    def made() -> str:
        shown = draw("dot", marks).shown, draw("line", visits(["boamp"], ["2026-T1"])).shown
        return json.dumps(shown)

    ours = made()
    with matplotlib.rc_context({"font.size": 30.0, "axes.facecolor": "red"}):
        assert made() == ours


def test_the_heaviest_chart_is_light(visits, catalogue, draw):
    periods = [f"20{year}-T{quarter}" for year in range(23, 27) for quarter in (1, 2, 3, 4)]
    made = draw("line", visits(list(catalogue.products), periods, partial=True))
    assert len(made.shown["image/svg+xml"].encode()) < 65_000


@pytest.mark.parametrize(("low", "high", "unit", "steps", "ticks"), AXES["ticks"])
def test_axes_start_at_zero_or_stay_on_scale_and_times_are_whole(low, high, unit, steps, ticks):
    assert charts.axis_ticks(low, high, unit, steps) == ticks


@pytest.mark.parametrize(("places", "unit", "labels"), AXES["labels"])
def test_labels_of_ticks_have_one_precision(places, unit, labels):
    assert [*map(plain, charts.tick_labels(places, unit))] == labels


@pytest.mark.parametrize(("unit", "top"), [("sur 10", 10), ("sur 5", 5), ("%", 100), ("s", 1)])
def test_without_a_value_the_whole_scale_is_drawn(unit, top, marks):
    frame = marks[marks["estimate"].isna()]
    assert (
        charts.ticks(frame, unit, 5)[-1] == top and charts.chart_notes("cut_axis", [0.0, 1.0]) == []
    )
    assert charts.chart_notes("cut_axis", [0.1, 1.0]) == ["L'axe ne part pas de zéro."]


def carried(made: output.Output) -> list[str]:
    """The values of a chart, in words; each has a place in both of its drawings."""
    wide = ElementTree.fromstring(made.shown["image/svg+xml"])
    narrow = ElementTree.fromstring(made.shown[charts.NARROW])
    assert "data-values" not in narrow.attrib  # told once
    whose, where, told = (part.split("|") for part in wide.attrib["data-values"].split("¶"))
    for drawing in (wide, narrow):
        places = [tuple(map(int, at.split(","))) for at in drawing.attrib["data-at"].split()]
        width, height = map(float, drawing.attrib["viewBox"].split()[2:])
        assert len(places) == len(told)
        assert all(-1 <= x <= width + 1 and 0 <= y <= height for x, y in places)
    parts = [re.fullmatch(r"(\d+),(\d+),(.*)", one).groups() for one in told]  # type: ignore[union-attr]
    return [plain(f"{whose[int(a)]}, {where[int(b)]} : {text}") for a, b, text in parts]


def test_a_line_carries_no_more_digits_than_its_data_and_nothing_that_is_withheld(draw):
    rows = line("boamp", [7.2345, "suppressed", 7.0, None, None], half=0.23)
    rows["status"] = ["published", "suppressed", "low_base"]
    assert carried(draw("line", rows)) == [
        "BOAMP, 3e trimestre 2025 : 7,2 sur 10, de 6,9 à 7,5",
        "BOAMP, 1er trimestre 2026 : 7,0 sur 10, de 6,7 à 7,3, faible effectif",
    ]


@pytest.mark.parametrize(
    "word",
    ["<script>alert(1)</script>", "</p>", "<!-- a", "`<b>`{=html}", "a\n```{=html}\n<b>\n```"],
)
def test_a_word_of_an_export_runs_no_code_in_a_page(word, marks, draw):
    one = " ".join(word.split("\n"))
    for markdown in (
        display.text(f"Réponse « {word} »").shown["text/markdown"],
        display.text(output.pipe_table({"Réponse": [one], "n": ["1"]})).shown["text/markdown"],
        draw("dot", marks, caption=f"« {one} »").content["caption"],
    ):
        page = pypandoc.convert_text(markdown, "html", format="markdown")
        assert not re.search(r"<(script|b)>|<!--|</p>.*</p>", page), page
