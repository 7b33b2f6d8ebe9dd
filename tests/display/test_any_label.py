"""A label of an export may be any text: each chart is made, and stays on its sheet."""

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from observlib import display, estimates
from observlib.display.style import shortened, text_width, wrap
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


def bars(label: str, grouped: Any, catalogue: Any) -> display.Output:
    frame = grouped({label: 60.0, "Oui": 30.0, "Non": 10.0}, half=2.0)
    return display.bar_chart(frame, catalogue, caption="C")


def dots(label: str, grouped: Any, catalogue: Any) -> display.Output:
    frame = grouped({label: 60.0, "Oui": 30.0}, half=2.0)
    return display.dot_chart(frame, catalogue, caption="C", by="group_value")


def shares(label: str, grouped: Any, catalogue: Any) -> display.Output:
    frame = grouped({label: 70.0, "Oui": 30.0})
    two = [frame.assign(device=name) for name in ("Non", label)]
    return display.share_chart(estimates.combine(two), catalogue, caption="C", by="device")


def funnel(label: str, grouped: Any, catalogue: Any) -> display.Output:
    frame = grouped({label: 600.0, "Oui": 30.0}, unit="appels")
    return display.funnel_chart(frame, catalogue, caption="C")


def heat(label: str, grouped: Any, catalogue: Any) -> display.Output:
    sides = [label.replace(" · ", " ") or "x", "lundi", "mardi"]
    frame = grouped({f"{row} · {column}": 5.0 for row in sides for column in sides})
    return display.heat_chart(frame, catalogue, caption="C")


def lines(label: str, grouped: Any, catalogue: Any) -> display.Output:
    rows = [
        grouped({name: value}, period=period)
        for period in ("2026-T1", "2026-T2", "2026-T3")
        for name, value in ((label, 50.0), ("Oui", 20.0))
    ]
    return display.line_chart(estimates.combine(rows), catalogue, caption="C", by="group_value")


def panels(label: str, grouped: Any, catalogue: Any) -> display.Output:
    rows = [
        grouped({name: 20.0}, period=period)
        for period in ("2026-T1", "2026-T2")
        for name in (label, "Oui", "Non", "Peut-être", "Jamais")
    ]
    frame = estimates.combine(rows)
    return display.line_chart(frame, catalogue, caption="C", by="group_value")


def curves(label: str, grouped: Any, catalogue: Any) -> display.Output:
    two = [grouped({"0": 90.0, "1": 80.0, "2": 70.0}, device=name) for name in (label, "Oui")]
    frame, x_label = estimates.combine(two), "mois depuis l'inscription"
    return display.curve_chart(frame, catalogue, caption="C", x_label=x_label, by="device")


@pytest.mark.parametrize("chart", [bars, dots, shares, funnel, heat, lines, panels, curves])
@settings(max_examples=2)
@given(label=LABELS)
@example(label=CAPITALS)
@example(label="M" * 400)
def test_any_label_makes_a_chart_that_holds_it(
    chart, label, grouped, invented, figures, assert_readable
):
    if not one_line(label) or one_line(label) in ("Oui", "Non"):
        return
    figures.clear()
    made = chart(label, grouped, invented)
    assert_readable()
    if len(label) < 80 and label in (CAPITALS, LETTERS):
        assert label in made.content["alt"] and label in made.content["data_markdown"]


@pytest.mark.parametrize("chart", [bars, dots, shares, funnel, heat, lines, panels, curves])
def test_a_label_as_long_as_a_book_does_not_hold_an_edition_up(
    chart, grouped, invented, monkeypatch
):
    """What is measured is counted, in letters: each letter costs the time of its outline."""
    measured = 0

    def count(text: str, *how: Any, **more: Any) -> float:
        nonlocal measured
        measured += len(text)
        return text_width(text, *how, **more)

    monkeypatch.setattr("observlib.display.style.text_width", count)
    label = "M" * 50_000
    made = chart(label, grouped, invented)
    assert measured < 500_000
    assert label in made.content["data_markdown"]


@given(st.lists(st.sampled_from([*"ab .-/éM", "e\u0301"]), max_size=80), st.floats(20, 120))
def test_no_line_is_wider_than_its_room_and_no_accent_leaves_its_letter(letters, width):
    text = "".join(letters)
    lines_ = wrap(text, width).split("\n")
    assert all(text_width(line) <= width for line in lines_)
    assert "".join(lines_).replace(" ", "") == text.replace(" ", "")
    assert not any(line.startswith("\u0301") for line in lines_[1:])


def test_a_name_of_many_lines_ends_with_an_ellipsis():
    assert shortened("a\nb\nc", 3) == "a\nb\nc"
    assert shortened("a\nb\nc", 2) == "a\n…"
