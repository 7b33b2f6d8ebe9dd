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


OTHERS = {"reference_group_value": "Eux (2025)", "group_value": "Nous"}
CASES: drawn.Cases = {
    "changes": ("change_table", lambda f: pairs(), {}),
    "changes of two measures": ("change_table", lambda f: pd.concat([pairs(), pairs().assign(
        indicator="nps", unit="points", reference_indicator="nps", reference_unit="points")]), {}),
    "changes of answers": ("change_table", lambda f: pairs().assign(against="before"), {}),
    "changes of groups": ("change_table", lambda f: pairs().assign(
        group="age", group_value=["18-24", "25-34", "35-49"]), {}),
    **{f"places of {kind}": ("place_table", lambda f, kind=kind: pairs().assign(
        against=kind, **(OTHERS if kind != "product" else {"reference_product": "vie-publique"})),
        {}) for kind in ("peer", "product", "others", "raw")},
}  # fmt: skip
test_changes_are_drawn_as_they_are_known = drawn.test(
    {name: (kind, rows, {"label": "tbl-a"}) for name, (kind, rows, _) in CASES.items()}
)


def cells(output: display.Output, row: str) -> list[str]:
    text = plain(output)
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {row} |")]
    return line.strip("| ").split(" | ")[1:]


def table(compared: pd.DataFrame, catalogue: Catalogue) -> display.Output:
    return display.change_table(compared, catalogue, caption="Légende", label="tbl-a")


def place(compared: pd.DataFrame, catalogue: Catalogue) -> display.Output:
    return display.place_table(compared, catalogue, caption="Légende", label="tbl-a")


def test_a_row_has_both_values_their_difference_its_interval_and_a_verdict(compared, catalogue):
    output = table(compared, catalogue)
    rise, near = (cells(output, name) for name in ("BOAMP", "BODACC"))
    assert rise[:2] == ["6,8", "7,9"] and rise[3] == "en hausse"
    assert rise[2].startswith("+1,1 (+0,7 à +1,5")
    assert near[3] == "stable"
    text = plain(output)
    assert "| Légifrance" not in text
    assert text.endswith("Sans comparaison (secret statistique) : Légifrance.")
    assert ": Satisfaction sur 10. Légende {#tbl-a}" in output.shown["text/markdown"]
    assert estimates.from_json(output.content).empty  # its pairs are carried by the study


def test_a_difference_that_rounding_seems_to_belie_is_explained_and_only_it(compared, catalogue):
    note = "Les écarts sont calculés avant que les valeurs soient arrondies."
    assert note not in plain(table(compared, catalogue))
    odd = table(study(mark(6.84, BEFORE, "boamp"), mark(7.86, NOW, "boamp")), catalogue)
    assert "| 6,8 | 7,9 | +1,0 (" in plain(odd)
    assert note in plain(odd)


def test_a_product_withheld_for_one_measure_is_not_said_to_be_without_any(compared, catalogue):
    other = compared[compared["product"] == "legifrance"]
    clarity = {"indicator": "clarity_10", "product": "boamp", "device": "jdma-boamp"}
    other = other.assign(**clarity, **{f"reference_{name}": x for name, x in clarity.items()})
    text = plain(table(pd.concat([compared, other]), catalogue))
    hidden = "Légifrance ; BOAMP, clarté du langage (sur 10)"
    assert text.endswith(f"Sans comparaison (secret statistique) : {hidden}.")


def test_a_table_whose_every_value_is_withheld_shows_its_rows(compared, catalogue):
    output = table(compared[compared["product"] == "legifrance"], catalogue)
    (row,) = [line for line in output.shown["text/plain"].splitlines() if "secret" in line]
    assert row.count("–") == 3 and "Sans comparaison" not in output.shown["text/plain"]


def test_a_verdict_on_answers_says_what_opinions_of_the_silent_would_undo_it(compared, catalogue):
    output = table(compared.assign(against="before"), catalogue)
    rise, near = (cells(output, name)[3] for name in ("BOAMP", "BODACC"))
    assert rise == "en hausse, bascule à 0,7"  # the interval ends at +0.73
    assert near == "stable, bascule à 0,03"  # at +0.47, where 0.5 matters
    text = plain(output)
    assert text.count("Bascule : le verdict tombe si l'avis de ceux qui n'ont pas répondu") == 1


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


def test_neighbours_are_placed_above_or_below(compared, catalogue):
    named = compared.assign(group_value="Nous", reference_group_value="Eux (2025)", against="peer")
    # the caption names the one indicator
    assert cells(place(named.iloc[:1], catalogue), "Nous")[:3] == ["Eux (2025)", "6,8", "7,9"]
    assert cells(place(named.iloc[:1], catalogue), "Nous")[4] == "au-dessus, bascule à 0,7"
    other = named.iloc[[1]].assign(indicator="nps", unit="points", group_value="Elles")
    other = other.assign(reference_indicator="nps", reference_unit="points")
    both = place(pd.concat([named.iloc[:1], other]), catalogue)
    assert cells(both, "Nous")[1] == "Satisfaction sur 10"


def test_products_categories_and_weights_are_each_named_as_they_are(compared, catalogue):
    one = compared.iloc[:1]
    two = one.assign(reference_product="legifrance", against="product")
    assert cells(place(two, catalogue), "BOAMP")[0] == "Légifrance"
    ages = one.assign(group_value="75 ans et plus", against="others")
    assert cells(place(ages, catalogue), "75 ans et plus")[:2] == ["6,8", "7,9"]
    weights = place(one.assign(against="raw"), catalogue)
    assert cells(weights, "Satisfaction sur 10")[:2] == ["6,8", "7,9"]


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


def test_rows_of_one_product_are_told_apart_by_what_each_is_of(catalogue):
    share = {"unit": "%", "indicator": "partner_call_share", "group": "partner"}
    rows = [
        mark(value, period, "boamp", **share, group_value=name)
        for name in ("Caisse fictive", "Ville fictive")
        for value, period in ((10.0, BEFORE), (12.0, NOW))
    ]
    pairs = compare(waves(estimates.make(rows), NOW, BEFORE), {"partner_call_share": "share"}, {})
    head, _, *lines = plain(table(pairs, catalogue)).splitlines()
    assert head.startswith("| Organisme | T3 2025 |")
    assert [line.split(" | ")[0] for line in lines[:2]] == ["| Caisse fictive", "| Ville fictive"]
