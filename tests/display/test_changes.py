"""The table of comparisons: a verdict in words, beside the interval that decides it."""

import math
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.display import drawn
from tests.words import plain

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, Indicator
from observlib.display import changes
from observlib.estimates import VERDICTS
from observlib.stats.survey.comparison import REASONS, compare, waves
from observlib.stats.survey.intervals import student

NOW, BEFORE = "2026-T3", "2025-T3"


def mark(value: float, period: str, product: str, **more: Any) -> dict[str, Any]:
    low, high = student(value, 2.0, 300)
    row = {"indicator": "satisfaction_10", "unit": "sur 10", "product": product, "period": period}
    row |= {"channel": "web", "device": f"jdma-{product}"}
    return {**row, "estimate": value, "ci_low": low, "ci_high": high, "n": 300, "n_eff": 300} | more


def study(*marks: dict[str, Any]) -> pd.DataFrame:
    pairs = waves(estimates.make(marks), NOW, BEFORE)
    return compare(pairs, {"satisfaction_10": "mean"}, {"satisfaction_10": 0.5})


@pytest.fixture
def compared() -> pd.DataFrame:
    return pairs()


def pairs() -> pd.DataFrame:
    """A rise, a level and a value that is withheld."""
    withheld = dict.fromkeys(estimates.NUMBERS) | {"status": "suppressed"}
    return study(
        mark(6.8, BEFORE, "boamp"), mark(7.9, NOW, "boamp"),
        mark(7.0, BEFORE, "bodacc"), mark(7.1, NOW, "bodacc"),
        mark(7.0, BEFORE, "legifrance"), mark(7.0, NOW, "legifrance", **withheld),
    )  # fmt: skip


def of_both(**more: str) -> dict[str, str]:
    """What both sides of a pair are of."""
    return more | {f"reference_{name}": value for name, value in more.items()}


CLARITY = of_both(indicator="clarity_10", product="boamp", device="jdma-boamp")
NPS = of_both(indicator="nps", unit="points")
OTHERS = {"reference_group_value": "Eux (2025)", "group_value": "Nous"}
CASES: drawn.Cases = {
    "changes": ("change_table", lambda f: pairs(), {}),
    "changes of two measures": ("change_table", lambda f: pd.concat([
        pairs(), pairs().assign(**NPS)]), {}),
    "changes of answers": ("change_table", lambda f: pairs().assign(against="before"), {}),
    "changes of groups": ("change_table", lambda f: pairs().assign(
        group="age", group_value=["18-24", "25-34", "35-49"]), {}),
    "a product withheld for one of two measures": ("change_table", lambda f: pd.concat([
        pairs(), pairs().iloc[[2]].assign(**CLARITY)]), {}),
    "changes that are all withheld": ("change_table", lambda f: pairs().iloc[[2]], {}),
    "places of two measures": ("place_table", lambda f: pd.concat([
        pairs().iloc[[0]], pairs().iloc[[1]].assign(**NPS)]).assign(against="peer", **OTHERS), {}),
    **{f"places of {kind}": ("place_table", lambda f, kind=kind: pairs().assign(
        against=kind, **(OTHERS if kind != "product" else {"reference_product": "vie-publique"})),
        {}) for kind in ("peer", "product", "others", "raw")},
}  # fmt: skip
test_changes_are_drawn_as_they_are_known = drawn.test(
    {name: (kind, rows, {"label": "tbl-a"}) for name, (kind, rows, _) in CASES.items()}
)


def table(compared: pd.DataFrame, catalogue: Catalogue) -> display.Output:
    return display.change_table(compared, catalogue, caption="Légende", label="tbl-a")


def place(compared: pd.DataFrame, catalogue: Catalogue) -> display.Output:
    return display.place_table(compared, catalogue, caption="Légende", label="tbl-a")


def test_a_difference_that_rounding_seems_to_belie_is_explained_and_only_it(compared, catalogue):
    note = "Les écarts sont calculés avant que les valeurs soient arrondies."
    assert note not in plain(table(compared, catalogue))
    odd = table(study(mark(6.84, BEFORE, "boamp"), mark(7.86, NOW, "boamp")), catalogue)
    assert "| 6,8 | 7,9 | +1,0 (" in plain(odd)
    assert note in plain(odd)


def test_what_nobody_chose_to_answer_has_no_tipping_point(catalogue):
    row = {"against": "before", "verdict": "rise", "difference_low": 0.4, "difference_high": 1.2}
    of = catalogue.indicators
    assert changes.tips(row, of["satisfaction_10"]) == 0.4
    for name in ("task_success", "partner_call_share", "visits", "poll_share"):
        assert math.isnan(changes.tips(row, of[name])), name
    for other in ("raw", "nothing", "answer"):
        assert math.isnan(changes.tips({**row, "against": other}, of["satisfaction_10"]))


@given(st.floats(0.001, 9), st.integers(0, 2))
def test_a_tipping_point_is_written_no_larger_than_it_is(least, decimals):
    about = {"id": "m", "label": "M", "unit": "sur 10", "method": "M", "better": "higher"}
    mark = Indicator(**about, comparison="mean", decimals=decimals)
    row = {"against": "before", "verdict": "rise", "difference_low": least, "difference_high": 10}
    assert 0 < changes.tips(row, mark) <= least + 1e-8


def test_the_level_of_the_intervals_is_told_and_is_not_95_where_two_are_tested(compared, catalogue):
    text = plain(table(compared, catalogue).shown["text/markdown"])
    assert f"intervalle à {changes.level(compared['level'])})".replace("\xa0", " ") in text
    assert compared["level"].dropna().unique() == pytest.approx([0.975])  # of two, one rejected
    alone = compared[compared["product"] == "boamp"][compared.columns[:30]]
    assert changes.level(compare(alone, {"satisfaction_10": "mean"}, {})["level"]) == "95\xa0%"


def test_a_table_of_nothing_or_of_several_periods_is_refused(compared, catalogue):
    two = pd.concat([compared, compared.assign(period="2026-T2")])
    for frame in (compared.iloc[:0], two):
        with pytest.raises(ObservError, match="pairs of periods"):
            table(frame, catalogue)
    kinds = compared.assign(against=["peer", "product", "others"])
    for frame in (kinds.iloc[:0], kinds):
        with pytest.raises(ObservError, match="kinds of pairs"):
            place(frame, catalogue)


def test_every_verdict_and_reason_has_words():
    assert set(estimates.EVOLVED) == set(changes.PLACED) == set(VERDICTS)
    assert set(REASONS) - {"precision", "usual"} <= set(changes.REASON_WORDS)
    as_usual = {"verdict": "unknown", "reason": "usual"}
    for difference, word in ((3.0, "plus"), (-3.0, "moins")):
        said = changes.verdict_words({**as_usual, "difference": difference})
        assert said == f"indéterminé, {word} qu'il y a un an"
    for reason in changes.REASON_WORDS:  # what was not tested is not said to be undetermined
        said = changes.verdict_words({"verdict": "unknown", "reason": reason})
        assert said.startswith("non testé (")


@given(st.floats(-9, 9), st.floats(0, 5), st.floats(0, 5), st.integers(0, 2))
def test_no_interval_as_written_belies_its_verdict(catalogue, difference, below, above, decimals):
    low, high = difference - below, difference + above
    verdict = "rise" if low > 1e-5 else "fall" if high < -1e-5 else "unknown"
    indicator = catalogue.indicators["nps"].model_copy(update={"decimals": decimals})
    row = {"difference": difference, "difference_low": low, "difference_high": high}
    said = changes.gap({**row, "verdict": verdict}, indicator)
    ends = [end[0] for end in said.rpartition("(")[2].split(" à ")]
    assert verdict == "unknown" or ends == [{"rise": "+", "fall": "−"}[verdict]] * 2
    nothing = dict.fromkeys(row, math.nan)
    assert changes.gap({**nothing, "verdict": "unknown"}, indicator) == "–"
