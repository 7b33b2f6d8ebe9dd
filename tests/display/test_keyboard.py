"""A drawing carries each value that it shows, in words as true as its data, and where it stands."""

import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from observlib import display, estimates
from observlib.display import svg


def carried(made: display.Output) -> list[str]:
    """The values of a chart, in words; each has a place in both of its drawings."""
    wide = ElementTree.fromstring(made.shown["image/svg+xml"])
    narrow = ElementTree.fromstring(made.shown[svg.NARROW])
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
        found.append(f"{', '.join(names)} : {text}".replace("\xa0", " ").replace("\u202f", " "))
    return found


Draw = Callable[..., display.Output]


@pytest.fixture
def parts(grouped: Any) -> Any:
    return grouped({"Oui": 62.0, "Non": 30.0, "Autre": 8.0})


@pytest.mark.parametrize(
    ("draw", "more"),
    [
        (display.dot_chart, {"by": "group_value"}),
        (display.bar_chart, {}),
    ],
    ids=["dots", "bars"],
)
def test_rows_carry_their_values_intervals_and_reservations(draw, more, grouped, invented):
    states = {"Non": "low_base"}
    rows = grouped({"Oui": 62.0, "Non": 30.0, "Rare": "suppressed"}, half=4.2, states=states)
    made = draw(rows, invented, caption="U", **more)
    assert carried(made) == [
        "Oui : 62 %, de 57 à 67 %",
        "Non : 30 %, de 25 à 35 %, faible effectif",
    ]


def test_bars_of_100_carry_each_of_their_parts(parts, invented):
    made = display.share_chart(parts, invented, caption="U", by="period")
    assert carried(made) == [
        "3e trimestre 2026, Oui : 62 %",
        "3e trimestre 2026, Non : 30 %",
        "3e trimestre 2026, Autre : 8 %",
    ]


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
    rows = estimates.make(
        [
            {
                **row,
                "period": "2026-T1",
                "estimate": 7.2345,
                "ci_low": 7.01,
                "ci_high": 7.46,
                "n": 99,
            },
            {**row, "period": "2026-T2", "status": "suppressed"},
            {**row, "period": "2026-T3", "estimate": 7.0, "n": 20, "status": "low_base"},
        ]
    )
    assert carried(display.line_chart(rows, catalogue, caption="U")) == [
        "BOAMP, 1er trimestre 2026 : 7,2 sur 10, de 6,9 à 7,5",
        "BOAMP, 3e trimestre 2026 : 7,0 sur 10, faible effectif",
    ]


def test_a_name_that_holds_what_parts_lists_is_still_one_name(grouped, invented):
    rows = grouped({"a|b¶c": 62.0, "Non": 38.0})
    assert len(carried(display.bar_chart(rows, invented, caption="U"))) == 2


def test_a_chart_without_any_value_carries_none(grouped, invented):
    rows = grouped({"Oui": "suppressed", "Non": "suppressed"})
    assert carried(display.bar_chart(rows, invented, caption="U")) == []
