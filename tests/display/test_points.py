"""Points: what others wrote is words, and small lines stay in their frame."""

import math
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from observlib.display.dots import point, points, small_line


def test_a_label_that_looks_like_markup_is_words_in_a_point():
    made = points([point("Une {note} *forte*", "7", ["a|b"], "1.svg", 'Un "trait"')])
    assert r"### Une \{note\} \*forte\* {.no-anchor" in made and r"[a\|b]{.detail}" in made
    assert 'fig-alt="Un “trait”"' in made


def test_a_verdict_stands_before_the_details_and_only_where_there_is_one():
    assert "verdict" not in point("T", "7", ["d"], "1.svg", "t")
    made = point("T", "7", ["d"], "1.svg", "t", verdict="En hausse")
    assert made.index("[En hausse]{.verdict}") < made.index("[d]{.detail}")


@given(st.lists(st.floats(-1e12, 1e12) | st.just(math.nan), max_size=12))
def test_a_small_line_stays_in_its_frame_whatever_its_values(values):
    picture = ET.fromstring(small_line(values))
    width, height = (float(x) for x in picture.attrib["viewBox"].split()[2:])
    places = [
        place.split(",")
        for line in picture.iter("{http://www.w3.org/2000/svg}polyline")
        for place in line.attrib["points"].split()
    ]
    assert len(places) == sum(not math.isnan(value) for value in values)
    assert all(0 <= float(x) <= width and 0 <= float(y) <= height for x, y in places)
