"""What happened to a line is marked where it was, named, and told in the words for who listens."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

from observlib import display, estimates
from observlib.display import panels
from observlib.records.actions import Action, Expected

QUARTERS = ["2025-T3", "2025-T4", "2026-T1", "2026-T2", "2026-T3"]
MONTHS = ["2025-01", "2025-02", "2025-03", "2025-04"]


def event(name: str = "robots", **more: Any) -> Action:
    told: dict[str, Any] = {
        "id": name, "title": f"Ceci est {name}", "product": "boamp", "date": date(2026, 1, 1),
        "done": "Fait.", "contact": "pôle études",
        "expected": (Expected(indicator="visits", direction="down"),), **more,
    }  # fmt: skip
    return Action(**told)


def line(
    product: str = "boamp", periods: list[str] = QUARTERS, device: str = "matomo-boamp", **more: Any
) -> pd.DataFrame:
    row = {"indicator": "visits", "unit": "visites", "product": product, "channel": "web"}
    return estimates.make(
        [
            {**row, "device": device, "period": p, "estimate": 200_000.0 + 1000 * i, **more}
            for i, p in enumerate(periods)
        ]
    )


def drawn(frame: pd.DataFrame, catalogue: Any, *events: Action) -> display.Output:
    return display.line_chart(frame, catalogue, caption="U", events=events)


def test_a_change_of_measure_is_lettered_on_its_line_and_named_with_its_day(catalogue):
    made = drawn(line(), catalogue, event(kind="measure"))
    svg = made.shown["image/svg+xml"].replace("\xa0", " ")
    assert ">A</text>" in svg
    assert "A : Ceci est robots (changement de mesure, 1er janvier 2026)." in svg
    alt = made.content["alt"].replace("\xa0", " ")
    said = "BOAMP, repère A : Ceci est robots (changement de mesure, 1er janvier 2026)."
    assert said in alt
    assert [told["id"] for told in made.content["events"]] == ["robots"]


def test_of_several_lines_only_the_one_that_it_touches_is_marked(catalogue, figures):
    frame = estimates.combine([line(), line("bodacc", device="datagouv-bodacc")])
    made = drawn(frame, catalogue, event())
    assert "BOAMP, repère A" in made.content["alt"].replace("\xa0", " ")
    assert "BODACC, repère" not in made.content["alt"]
    marks = [text for text in figures[-1].axes[0].texts if text.get_text() == "A"]
    assert len(marks) == 1 and marks[0].xy[1] == pytest.approx(201_500)  # on the line itself


@pytest.mark.parametrize(
    "other",
    [
        {"product": "bodacc"},
        {"device": "datagouv-boamp"},
        {"expected": (Expected(indicator="downloads", direction="up"),)},
        {"date": date(2025, 7, 1)},  # before all that is drawn
        {"date": date(2026, 10, 1)},
    ],
    ids=["another product", "another device", "another indicator", "before", "after"],
)
def test_what_does_not_touch_a_line_while_it_is_seen_is_not_on_it(other, catalogue):
    made = drawn(line(), catalogue, event(**other))
    assert "events" not in made.content and "repère" not in made.content["alt"]


def test_an_indicator_made_of_the_one_that_is_touched_is_marked_too(catalogue):
    made = drawn(line(indicator="visits_adjusted"), catalogue, event())
    assert made.content["events"]
    assert "events" not in drawn(line(indicator="visits_adjusted"), catalogue).content


def test_letters_follow_the_days_and_an_event_stands_where_its_day_is(catalogue):
    series = {"BOAMP": line(periods=MONTHS).set_index("period", drop=False)}
    later, sooner = event("b", date=date(2025, 4, 16)), event("a", date=date(2025, 2, 1))
    found = panels.event_marks(series, MONTHS, [later, sooner])["BOAMP"]
    assert [(mark.letter, mark.event.id) for mark in found] == [("A", "a"), ("B", "b")]
    assert [mark.x for mark in found] == [0.5, 3.0]


def test_no_word_of_what_happened_stands_on_another(catalogue, assert_readable):
    many = [event(f"cas-{i}", date=date(2025, 8 + i, 15)) for i in range(4)]
    drawn(line(), catalogue, *many)
    frame = estimates.combine([line(), line("bodacc", device="datagouv-bodacc")])
    drawn(frame, catalogue, *many)
    assert_readable()
