"""What the page of the method says that a headline gains by coming first was found by drawing."""

from pathlib import Path

import pandas as pd
import pytest

from observlib import project
from tools.coverage import power
from tools.coverage.simulate import how_often

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return project.reference("power")


def test_a_true_fall_of_the_mark_is_seen_half_as_often_again_at_the_same_error(table):
    share = table.set_index(["what", "order"])["share"]
    assert (table["repetitions"] == power.REPETITIONS).all()
    assert share["nothing", power.FIRST] <= 5 and share["nothing", power.EQUAL] <= 5
    for what in ("headline", "all"):
        assert share[what, power.FIRST] >= 1.5 * share[what, power.EQUAL]


def test_the_page_of_the_method_shows_the_committed_table_of_power(table):
    text = (ROOT / "reports" / "methode.qmd").read_text(encoding="utf-8")
    shown = text.partition(power.BEGIN)[2].partition(power.END)[0]
    assert shown.strip() == power.markdown(table).strip(), "run python -m tools.coverage.page"
    assert "@tbl-puissance" in text


def test_the_same_seed_gives_the_same_answers_and_another_seed_others():
    first = power.drawn("all", 3, 0)
    assert first.equals(power.drawn("all", 3, 0))
    assert not first.equals(power.drawn("all", 4, 0)) and not first.equals(power.drawn("all", 3, 1))


def test_few_repetitions_tell_a_headline_that_falls_from_nothing():
    few = how_often(power, 1, repetitions=20).set_index(["what", "order"])["share"]
    assert few["headline", power.FIRST] > few["nothing", power.FIRST]
