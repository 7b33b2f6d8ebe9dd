"""What the page of the method says of changes of level was found by drawing series of them."""

from pathlib import Path

import pandas as pd
import pytest

from observlib import project
from tools.coverage import breaks
from tools.coverage.simulate import how_often

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return project.reference("breaks")


def test_where_no_level_changes_one_series_in_a_hundred_at_most_is_said_to_break(table):
    still = table[table["what"] != "level"]
    assert len(still) == 12 and (table["repetitions"] == breaks.REPETITIONS).all()
    assert (still["share"] <= 1).all(), "more false breaks than the page promises"


def test_a_level_that_falls_by_a_third_is_found_and_by_a_fifth_once_in_two_at_the_least(table):
    least = table[table["what"] == "level"].groupby("size")["share"].min()
    assert least[-0.3] >= 95 and least[-0.2] >= 45


def test_the_page_of_the_method_shows_the_committed_table_of_breaks(table):
    text = (ROOT / "reports" / "methode.qmd").read_text(encoding="utf-8")
    shown = text.partition(breaks.BEGIN)[2].partition(breaks.END)[0]
    assert shown.strip() == breaks.markdown(table).strip(), "run python -m tools.coverage.page"
    assert "@tbl-ruptures" in text


def test_the_same_seed_gives_the_same_series_and_another_seed_others():
    case = ("season", 0.6, 0.0)
    first = breaks.drawn(case, 3, 0)
    assert first.equals(breaks.drawn(case, 3, 0))
    assert not first.equals(breaks.drawn(case, 4, 0)) and not first.equals(breaks.drawn(case, 3, 1))


def test_few_repetitions_tell_a_fall_of_a_third_from_nothing():
    few = how_often(breaks, 1, repetitions=2).set_index(["what", "size"])["share"]
    assert few["level", -0.3].mean() >= 75 > 25 >= few["nothing", 0.0].mean()
