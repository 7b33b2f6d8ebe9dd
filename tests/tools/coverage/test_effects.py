"""What the page of the method says of effects of actions was found by drawing series of them."""

from pathlib import Path

import pandas as pd
import pytest

from observlib import project
from tools.coverage import effects
from tools.coverage.simulate import how_often

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return project.reference("effects")


def test_where_the_action_does_nothing_no_more_than_one_in_twenty_is_said_to_have_an_effect(table):
    still = table[table["what"].isin(effects.STILL)].set_index(["what", "judged"])
    assert len(still) == 12 and (table["repetitions"] == effects.REPETITIONS).all()
    whole = still.xs(effects.WHOLE, level="judged")
    assert (whole["low"] <= 5).all() and whole["share"].mean() <= 5, "more than the page promises"
    assert still.at[("trend", effects.TEST), "low"] > 20, "the test alone needs no placebos"


def test_an_effect_of_a_fifth_is_found_nine_times_in_ten(table):
    found = table.set_index(["what", "judged"])["share"]
    assert found["fall_20", effects.WHOLE] >= 90


def test_the_page_of_the_method_shows_the_committed_table_of_effects(table):
    text = (ROOT / "reports" / "methode.qmd").read_text(encoding="utf-8")
    shown = text.partition(effects.BEGIN)[2].partition(effects.END)[0]
    assert shown.strip() == effects.markdown(table).strip(), "run python -m tools.coverage.page"
    assert "@tbl-contre-epreuves" in text


def test_the_same_seed_gives_the_same_series_and_another_seed_others():
    first = effects.drawn("season", 3, 0)
    assert first.equals(effects.drawn("season", 3, 0))
    assert not first.equals(effects.drawn("season", 4, 0))
    assert not first.equals(effects.drawn("season", 3, 1))


def test_few_repetitions_tell_an_effect_of_a_fifth_from_nothing():
    few = how_often(effects, 1, repetitions=3).set_index(["what", "judged"])["share"]
    assert few["fall_20", effects.WHOLE] >= 66 > 34 >= few["nothing", effects.WHOLE]
