"""A label of an export may be any text: each chart is made, and stays on its sheet."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from observlib import display, estimates
from observlib.display.style import text_width, wrap
from observlib.language.prose import one_line

CAPITALS = "ANTICONSTITUTIONNELLEMENTINCOMPATIBLE"
LETTERS = "rindfleischetikettierungsueberwachungsaufgabenuebertragungsgesetz"
SIGNS = st.text(
    st.sampled_from("AMWil .-/:é\u0301\u200b\u200d\u202e\u0627\u05d0漢🙂\n\t$_^{}\\<&'\ufffe\x00"),
    max_size=80,
)
LABELS = st.one_of(SIGNS, st.text(max_size=60), st.sampled_from([CAPITALS, LETTERS, "M" * 400]))
pytestmark = pytest.mark.filterwarnings(
    "ignore:Glyph:UserWarning", "ignore:.*missing from:UserWarning"
)
QUARTERS = ("2026-T1", "2026-T2", "2026-T3")
CHARTS = {
    "bar": lambda grouped, x: grouped({x: 60.0, "Oui": 30.0, "Non": 10.0}, half=2.0),
    "dot": lambda grouped, x: grouped({x: 60.0, "Oui": 30.0}, half=2.0),
    "share": lambda grouped, x: estimates.combine(
        grouped({x: 70.0, "Oui": 30.0}).assign(device=name) for name in ("Non", x)),
    "funnel": lambda grouped, x: grouped({x: 600.0, "Oui": 30.0}, unit="appels"),
    "heat": lambda grouped, x: grouped(
        {f"{row} · {column}": 5.0 for row in sides(x) for column in sides(x)}),
    "line": lambda grouped, x: estimates.combine(
        grouped({x: 50.0, "Oui": 20.0}, period=period) for period in QUARTERS),
    "panels": lambda grouped, x: estimates.combine(
        grouped(dict.fromkeys((x, "Oui", "Non", "Peut-être", "Jamais"), 20.0), period=period)
        for period in QUARTERS[:2]),
    "curve": lambda grouped, x: estimates.combine(
        grouped({"0": 90.0, "1": 80.0, "2": 70.0}, device=name) for name in (x, "Oui")),
}  # fmt: skip
MORE = {"dot": {"by": "group_value"}, "share": {"by": "device"}, "line": {"by": "group_value"},
        "curve": {"by": "device", "x_label": "mois depuis l'inscription"}}  # fmt: skip
EACH = pytest.mark.parametrize("chart", CHARTS)


def sides(label: str) -> list[str]:
    """The rows and columns of a grid."""
    return [label.replace(" · ", " ") or "x", "lundi", "mardi"]


def drawn(chart: str, label: str, grouped: Any, catalogue: Any) -> display.Output:
    kind = "line" if chart == "panels" else chart
    draw = getattr(display, f"{kind}_chart")
    return draw(CHARTS[chart](grouped, label), catalogue, caption="C", **MORE.get(kind, {}))


@EACH
@settings(max_examples=2)
@given(label=LABELS)
@example(label=CAPITALS)
@example(label="M" * 400)
def test_any_label_stays_in_its_chart(chart, label, grouped, invented, figures, assert_readable):
    if not one_line(label) or one_line(label) in ("Oui", "Non"):
        return
    figures.clear()
    made = drawn(chart, label, grouped, invented)
    assert_readable()
    if len(label) < 80 and label in (CAPITALS, LETTERS):
        assert label in made.content["alt"] and label in made.content["data_markdown"]


@EACH
def test_a_label_as_long_as_a_book_holds_no_edition_up(chart, grouped, invented, monkeypatch):
    measured = 0

    def count(text: str, *how: Any, **more: Any) -> float:
        nonlocal measured
        measured += len(text)
        return text_width(text, *how, **more)

    monkeypatch.setattr("observlib.display.style.text_width", count)
    label = "M" * 50_000
    made = drawn(chart, label, grouped, invented)
    assert measured < 500_000
    assert label in made.content["data_markdown"]


@given(st.lists(st.sampled_from([*"ab .-/éM", "e\u0301"]), max_size=80), st.floats(20, 120))
def test_no_line_is_wider_than_its_room_and_no_accent_leaves_its_letter(letters, width):
    text = "".join(letters)
    lines_ = wrap(text, width).split("\n")
    assert all(text_width(line) <= width for line in lines_)
    assert "".join(lines_).replace(" ", "") == text.replace(" ", "")
    assert not any(line.startswith("\u0301") for line in lines_[1:])
