"""How a line goes, in words: no value is told twice, and ends are told apart."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.display import charts
from observlib.display.panels import Point, describe_lines


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
    ("values", "text"),
    [
        ([86.1, 85.8], "86 % (n0 comme n1)"),
        ([86.1, 71.0, 86.4], "86 % (n0 comme n2), minimum 71 % (n1)"),
        ([10.0, 30.0, 20.0], "de 10 % (n0) à 20 % (n2), maximum 30 % (n1)"),
        ([10.0, 20.0, 20.4], "de 10 % (n0) à 20 % (n2)"),
        ([10.0], "10 % (n0)"),
    ],
)
def test_a_line_is_told_by_its_ends_and_what_lies_outside_them(values, text):
    assert said(values) == text


def test_a_line_whose_turns_are_not_told_is_not_called_stable():
    assert said([86.0, 71.0, 86.0], extremes=False) == "86 % (n0 comme n2)"


def test_shortened_counts_have_the_decimals_that_tell_their_ends_apart(catalogue):
    visits = catalogue.indicators["visits"]
    points = [Point(1_031_000.0, "mai"), Point(1_049_000.0, "juin")]
    text = describe_lines(points, lambda x, decimals: charts.brief(x, visits, "visites", decimals))
    assert text.replace("\xa0", " ") == "de 1,03 M (mai) à 1,05 M (juin)"
