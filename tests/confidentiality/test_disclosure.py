"""No number on few people gets out, neither alone nor by what stands beside it."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib import estimates
from observlib.confidentiality.disclosure import (
    merge_small,
    protect,
    unanimous,
    widened,
    window_told,
    withheld_parts,
)


def row(estimate: float, n: int, **more: object) -> dict[str, object]:
    return {"indicator": "i", "period": "2026-T3", "unit": "%", "estimate": estimate, "n": n,
            **more}  # fmt: skip


def shared(of: float, n: int, group: str, value: str) -> dict[str, object]:
    return row(of, n, group=group, group_value=value)


def statuses(*rows: dict[str, object], **how: Any) -> list[str]:
    out = protect(pd.DataFrame(rows), **how)
    withheld = out["status"] == "suppressed"
    assert out.loc[withheld, estimates.NUMBERS].isna().all(axis=None)
    return out["status"].tolist()


@pytest.mark.parametrize(("found", "status"), [
    (row(100, 12), "suppressed"),  # each of the twelve is known to have answered so
    (row(0, 29), "suppressed"),
    (row(-100, 12, unit="points"), "suppressed"),
    (row(100, 30), "published"),
    (row(92.3, 13), "suppressed"),  # and the thirteenth alone to have answered otherwise
    (row(50, 22), "low_base"), (row(50, 29), "low_base"), (row(50, 30), "published"),
    (row(100 * 11 / 21, 21), "suppressed"),  # the ten others
    (row(10, 100), "suppressed"), (row(11, 100), "published"),  # ten, and eleven
    (row(89, 100), "published"), (row(90, 100), "suppressed"),
    # of a weighted share, the nearest number of people
    (row(0.49, 100), "published"), (row(0.5, 100), "suppressed"),
    (row(10.49, 100), "suppressed"), (row(10.5, 100), "published"),
    (row(0, 400), "published"),
    (row(10, 20, unit="sur 10"), "low_base"),
    (row(5, 10, unit="sur 10"), "suppressed"), (row(5, 11, unit="sur 10"), "low_base"),
    (row(100, 12, unit="s"), "low_base"),
    (shared(0, 12, "feeling", "Négatif"), "low_base"),
    (shared(100, 12, "feeling", "Négatif"), "suppressed"),
    (row(1, 20, status="partial"), "partial"), (row(50, 5, status="partial"), "suppressed"),
    (row(40, 50, ci_low=30.0, ci_high=50.0, status="suppressed"), "suppressed"),
])  # fmt: skip
def test_what_few_people_answered_is_not_told(found, status):
    assert statuses(found) == [status]


def test_a_delay_is_nobody_s_answer_but_on_few_it_is_not_told_either():
    assert statuses(row(100, 10), row(100, 12), personal=False) == ["suppressed", "low_base"]
    assert statuses(row(5, 15, unit="sur 10"), low_base=15) == ["published"]
    assert statuses({**row(1, 0), "estimate": None, "status": "missing"}) == ["missing"]
    assert [bool(unanimous("%", 100.0, n)) for n in (29, 30)] == [True, False]


@pytest.mark.parametrize(("rows", "status"), [
    ([shared(100, 12, "feeling", "Négatif"), shared(0, 12, "feeling", "Positif")], "suppressed"),
    ([shared(0.5, 400, "reason", "A"), shared(99.5, 400, "reason", "B")], "suppressed"),
    ([row(4, 250), row(96, 250)], "suppressed"), ([row(4.4, 250), row(95.6, 250)], "published"),
    ([shared(4, 250, "reason", "A"), shared(50, 250, "reason", "B")], "suppressed"),
    ([shared(4, 250, "reason", "A"), shared(50, 250, "other", "B")], None),
])  # fmt: skip
def test_a_nearly_unanimous_answer_is_not_told_by_other_categories(rows, status):
    assert statuses(*rows) == ([status] * 2 if status else ["suppressed", "published"])


def test_marks_of_few_people_cannot_be_computed_from_their_mean_s_interval():
    ends = {"ci_low": 4.0, "ci_high": 6.0, "n_eff": 29}
    rows = [row(5, n, unit="sur 10", **ends | {"n_eff": n}) for n in (29, 30)]
    few, many = protect(pd.DataFrame(rows)).to_dict("records")
    assert few["estimate"] == 5 and np.isnan([few["ci_low"], few["ci_high"], few["n_eff"]]).all()
    assert (many["ci_low"], many["ci_high"], many["n_eff"]) == (4, 6, 30)
    tested = protect(pd.DataFrame(rows), personal=False)  # how a site fares names nobody
    assert tested["ci_low"].notna().all()


def test_the_base_of_a_mean_is_rounded_so_that_a_late_answer_is_not_its_difference():
    rows = pd.DataFrame([row(50, n, unit="sur 10") for n in (11, 12, 17, 18, 152, 153)])
    assert protect(rows)["n"].tolist() == [15, 15, 15, 20, 150, 155]
    counts = pd.DataFrame([row(n, n, unit="messages") for n in (11, 152)])
    assert protect(counts)["n"].tolist() == [11, 152]  # a count is told as it is


@pytest.mark.parametrize(("unit", "ends", "told"), [
    ("sur 10", (7.83, 9.05), (7.5, 9.5)), ("sur 10", (8.0, 9.0), (8.0, 9.0)),
    ("sur 10", (0.2, 9.8), (0.0, 10.0)), ("points", (-3.0, 41.0), (-10.0, 50.0)),
    ("points", (-97.0, 99.0), (-100.0, 100.0)),
])  # fmt: skip
def test_a_series_in_wide_steps_has_ends_on_them_within_its_scale_and_around_its_value(
    unit, ends, told
):
    found = row(8.44, 489, unit=unit, ci_low=ends[0], ci_high=ends[1])
    out = widened(estimates.make([found, {**found, "n": 498}]), 1)
    assert out[["ci_low", "ci_high"]].values.tolist() == [[*told], [*ends]]
    assert out["estimate"].tolist() == [8.4, 8.44]


FEW = 11


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40)), st.sampled_from("abz"))
def test_what_the_total_leaves_is_never_of_few_people(counts, other):
    also = {other} & set(counts)
    hidden = withheld_parts(counts, also)
    assert {name for name, count in counts.items() if 0 < count < FEW} | also <= hidden
    rest = sum(counts[name] for name in hidden)
    shown = [name for name, count in counts.items() if count and name not in hidden]
    assert not hidden or not shown or (rest >= FEW and len(hidden) > 1)


def recovered(counts: list[int]) -> list[int]:
    """Quarters that are not told and that those told and all the years told determine."""
    told = [None if not count else count >= FEW for count in counts]
    known = [place for place, state in enumerate(told) if state is not False]
    rows = [np.eye(len(counts))[place] for place in known]
    for end in range(4, len(counts) + 1):
        span = range(end - 4, end)
        inside = sum(counts[place] for place in span)
        if inside >= FEW and window_told([told[place] for place in span]):
            rows.append(np.isin(np.arange(len(counts)), span).astype(float))
    matrix = np.array(rows).reshape(len(rows), len(counts))
    rank = np.linalg.matrix_rank(matrix)
    return [
        place
        for place, state in enumerate(told)
        if state is False
        and np.linalg.matrix_rank(np.vstack([matrix, np.eye(len(counts))[place]])) == rank
    ]


@examples(300)
@given(
    st.lists(st.sampled_from([0, 4, 7, 10, 30]), min_size=4, max_size=14)
    | st.lists(st.sampled_from([0, 6, 8]), min_size=4, max_size=14)
)
def test_no_small_quarter_is_had_from_all_the_editions_together(counts):
    # nothing before the device began, nor after it stopped
    assert recovered([0] * 3 + counts + [0] * 3) == []


@pytest.mark.parametrize(("quarters", "told"), [
    *[(of, True) for of in ("----", " - -", "+ ++", "    ", "- - ", " - - -", "---", "-", "+", "")],
    *[(of, False) for of in ("++--", "   -", "- ", " -", "--  ", "-  -", "- -", "- - -")],
])  # fmt: skip
def test_years_of_small_quarters_are_told_and_every_other_is_a_rhythm(quarters, told):
    """A quarter that is told is +, one of few people -, and one of nobody a space."""
    assert window_told([{"+": True, "-": False, " ": None}[one] for one in quarters]) == told


@pytest.mark.parametrize(("counts", "hidden"), [
    ({"a": 10, "b": 30, "c": 15}, "ac"), ({"a": 11, "b": 30, "c": 15}, ""),
    # two that are hidden: of ten people together they take a third, of eleven none
    ({"a": 5, "b": 5, "c": 30, "d": 15}, "abd"), ({"a": 5, "b": 6, "c": 30, "d": 15}, "ab"),
    # nobody in a part hides nothing, and is not what a hidden one takes along
    ({"a": 0, "b": 30}, ""), ({"a": 1, "b": 0, "c": 30}, "ac"),
])  # fmt: skip
def test_ten_people_are_few_and_eleven_are_not_in_a_part_or_in_what_is_hidden(counts, hidden):
    assert withheld_parts(counts) == {*hidden}


def people(*counts: int) -> dict[str, set[str]]:
    return {f"c{i}": {f"{i}-{j}" for j in range(count)} for i, count in enumerate(counts)}


def test_nothing_is_told_where_nothing_can_be_told_apart_and_people_count_once():
    assert merge_small(people(30, 3)) == {} and merge_small(people(4, 3)) == {}
    assert merge_small({}) == {}
    same = {str(i) for i in range(8)}
    found = merge_small({"a": same, "b": same, "c": {str(i) for i in range(20)}, "d": same | {"x"}})
    assert found == {}  # nine people: the one large category joins, and nothing is left apart


@given(st.lists(st.integers(0, 40), max_size=8))
def test_every_group_holds_eleven_people_and_no_one_is_lost(counts):
    holders = people(*counts)
    found = merge_small(holders)
    if not found:
        return
    assert all(len(ids) >= 11 for _, ids in found.values())
    names = [name for members, _ in found.values() for name in members]
    assert sorted(names) == sorted(holders)
    assert sum(len(ids) for _, ids in found.values()) == sum(counts)


def test_ten_people_are_few_and_eleven_are_not_wherever_it_is_asked():
    assert list(merge_small(people(10, 30, 40))) == ["c2", "Autres"]
    assert list(merge_small(people(11, 30, 40))) == ["c0", "c1", "c2"]
    # small ones of ten together take the next smallest; of eleven, they do not
    assert list(merge_small(people(5, 5, 30, 40))) == ["c3", "Autres"]
    assert list(merge_small(people(5, 6, 30, 40))) == ["c2", "c3", "Autres"]
    # what all that is left holds: nothing is told apart
    assert merge_small({"a": {"x"}, "b": {"x"}}) == {}


def test_one_category_of_nobody_takes_the_smallest_others_until_they_are_eleven():
    found = merge_small(people(0, 11, 12, 40))
    assert list(found) == ["c2", "c3", "Autres"] and found["Autres"][0] == ("c0", "c1")
    assert len(found["Autres"][1]) == 11


def test_a_category_with_the_name_of_the_rest_is_not_lost_in_it():
    """Many tools call a theme "Autres": its people were left out where small ones joined it."""
    holders = {"Autres": people(40)["c0"], "Prix": {f"p{i}" for i in range(30)}, "Rare": {"x"}}
    found = merge_small(holders)
    assert found["Autres"][0] == ("Autres", "Rare") and len(found["Autres"][1]) == 41
    assert list(merge_small({"Autres": holders["Autres"], "Prix": holders["Prix"]})) == [
        "Autres",
        "Prix",
    ]
