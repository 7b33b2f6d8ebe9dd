"""An answer is said to lead only where it surely does: a tie has no leader 19 times in 20."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtr

from observlib import estimates
from observlib.indicators import pairs
from observlib.stats.survey.comparison import PAIRED

DRAWS = 500


def question(counts: dict[str, float], n: int, **more: Any) -> pd.DataFrame:
    return estimates.make(rows_of(counts, n, **more))


def rows_of(counts: dict[str, float], n: int, device: str = "d") -> list[dict[str, Any]]:
    row = {"indicator": "reason_share", "unit": "%", "period": "2026-T3", "device": device}
    row |= {"group": "reason", "n": n, "n_eff": n}
    return [{**row, "group_value": k, "estimate": 100 * x / n} for k, x in counts.items()]


def ticks(*asked: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimates and who ticked what, of questions of a row a person and a column an answer."""
    shares, ticked = [], []
    for i, given in enumerate(asked):
        names = np.array(list("ABCDEF")[: given.shape[1]])
        who, what = np.nonzero(given)
        rows = {"device": f"d{i}", "response_id": who, "category": names[what]}
        ticked.append(pd.DataFrame(rows))
        shares += rows_of(dict(zip(names, given.sum(axis=0), strict=True)), len(given), f"d{i}")
    return estimates.make(shares), pd.concat(ticked)


def test_the_first_is_paired_with_the_second_whatever_both_ticked():
    found = pairs.leading_answer(question({"A": 20, "B": 70, "C": 10}, 100))
    assert found[["group_value", "reference_group_value"]].values.tolist() == [["B", "A"]]
    assert found[list(PAIRED)].values.tolist() == [[pytest.approx(math.sqrt(90)), 99]]
    given = np.zeros((120, 2), dtype=bool)
    given[:70, 0] = given[40:90, 1] = True  # 30 both, 40 and 20 one alone
    found = pairs.leading_answer(*ticks(given))
    assert found[PAIRED[0]].tolist() == [pytest.approx(100 * math.sqrt(40 + 20) / 120)]


def test_what_is_grouped_leads_nothing_and_what_is_withheld_is_not_told_by_its_place():
    assert pairs.leading_answer(question({"A": 40, "Autres": 60}, 100)).empty
    grouped = pairs.leading_answer(question({"A": 40, "B": 20, "Autres motifs": 60}, 120))
    assert grouped["reference_group_value"].tolist() == ["B"]
    hidden = question({"A": 40, "B": 20}, 100)
    withheld = {**hidden.iloc[0].to_dict(), "group_value": "C", "status": "suppressed"}
    withheld |= dict.fromkeys(estimates.NUMBERS, None)
    assert pairs.leading_answer(estimates.combine([hidden, estimates.make([withheld])])).empty
    assert pairs.leading_answer(hidden.head(0)).empty


@pytest.mark.parametrize("cell", ["both", "second alone", "neither"])
@pytest.mark.parametrize("few", [10, 11])
def test_each_cell_of_two_answers_hides_ten_people_and_shows_eleven(cell, few):
    """Who ticked both, the second alone (who are fewer than the first alone), or neither."""
    of = {"both": 40, "first alone": 50, "second alone": 30, "neither": 60, cell: few}
    both, one, two, neither = of.values()
    given = np.zeros((both + one + two + neither, 2), dtype=bool)
    given[: both + one, 0] = given[:both, 1] = True
    given[both + one : both + one + two, 1] = True
    shared = both if few == 11 else max(0, both - neither)  # the least that the shares allow
    expected = 100 * math.sqrt(2 * both + one + two - 2 * shared) / len(given)
    assert pairs.leading_answer(*ticks(given))[PAIRED[0]].tolist() == [pytest.approx(expected)]


def test_two_that_go_together_do_not_hide_a_third_as_frequent_as_the_first():
    """A is ahead of B by a few who ticked nearly the same; of C, which ties with A, it is not."""
    given = np.zeros((2000, 3), dtype=bool)
    given[:1000, 0] = given[60:1020, 1] = True
    given[500:1450, 2] = True
    found = pairs.leading_answer(*ticks(given))
    assert found[["group_value", "reference_group_value"]].values.tolist() == [["A", "C"]]


@pytest.mark.parametrize(
    "shares",
    [[0.5, 0.5], *(pytest.param(shares, marks=pytest.mark.slow)
                   for shares in ([1 / 3] * 3, [1 / 6] * 6, [0.4, 0.4, 0.1, 0.1]))],
)  # fmt: skip
def test_a_tie_of_single_answers_has_a_leader_at_most_once_in_twenty(shares):
    random = np.random.default_rng(20260930)
    asked: list[dict[str, Any]] = []
    for i, counts in enumerate(random.multinomial(400, shares, DRAWS)):
        asked += rows_of({f"option {at}": x for at, x in enumerate(counts)}, 400, f"d{i}")
    told = _told(pairs.leading_answer(estimates.make(asked)))
    assert told <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / DRAWS)
    if len(set(shares)) == 1 and len(shares) > 2:  # more that tie make a lead rarer, not easier
        assert told <= 0.03


@pytest.mark.parametrize(
    "ticked",
    ["together", *(pytest.param(x, marks=pytest.mark.slow) for x in ("independent", "apart"))],
)
def test_a_tie_of_several_answers_has_a_leader_at_most_once_in_twenty(ticked):
    random = np.random.default_rng(20260930)
    asked = []
    for _ in range(DRAWS):
        given = random.random((400, 4)) < 0.4
        if ticked == "together":  # two pairs, each of which mostly goes together
            given[:, [1, 3]] = given[:, [0, 2]]
            given ^= (random.random((400, 4)) < 0.1) & (random.random((400, 4)) < 0.5)
        if ticked == "apart":  # 40 % each, nobody ticks both of the first two
            given[:, 1] = ~given[:, 0] & (random.random(400) < 2 / 3)
        asked.append(given)
    assert _told(pairs.leading_answer(*ticks(*asked))) <= 0.05


def test_a_clear_leader_is_told(catalogue):
    found = pairs.leading_answer(question({"A": 180, "B": 110, "C": 110}, 400))
    assert pairs.tested(catalogue, found)["verdict"].tolist() == ["rise"]
    near = pairs.leading_answer(question({"A": 140, "B": 130, "C": 130}, 400))
    assert pairs.tested(catalogue, near)["verdict"].tolist() == ["unknown"]


def _told(found: pd.DataFrame) -> float:
    """In which part of the questions, each alone in its study, an answer is said to lead."""
    difference = found["estimate"] - found["reference_estimate"]
    away = difference / found[PAIRED[0]]
    return float((2 * stdtr(found[PAIRED[1]], -away) <= 0.05).mean())
