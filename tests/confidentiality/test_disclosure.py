"""No number on few people gets out, neither alone nor by what stands beside it."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
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

CASES = yaml.safe_load(Path(__file__).with_name("disclosure.yml").read_text(encoding="utf-8"))


def row(estimate: float, n: int, **more: object) -> dict[str, object]:
    return {"indicator": "i", "period": "2026-T3", "unit": "%", "estimate": estimate, "n": n,
            **more}  # fmt: skip


def statuses(*rows: dict[str, object], **how: Any) -> list[str]:
    out = protect(pd.DataFrame(rows), **how)
    withheld = out["status"] == "suppressed"
    assert out.loc[withheld, estimates.NUMBERS].isna().all(axis=None)
    return out["status"].tolist()


@pytest.mark.parametrize("case", [*([one] for one in CASES["alone"]), *CASES["together"]], ids=str)
def test_what_few_people_answered_is_not_told_neither_by_itself_nor_by_its_neighbour(case):
    rows = [row(estimate, n, **more) for estimate, n, more, _ in case]
    assert statuses(*rows) == [status for *_, status in case]


def test_a_delay_is_nobody_s_answer_but_on_few_it_is_not_told_either():
    assert statuses(row(100, 10), row(100, 12), personal=False) == ["suppressed", "low_base"]
    assert statuses(row(5, 15, unit="sur 10"), low_base=15) == ["published"]
    assert statuses({**row(1, 0), "estimate": None, "status": "missing"}) == ["missing"]
    assert [bool(unanimous("%", 100.0, n)) for n in (29, 30)] == [True, False]


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


def test_years_of_small_quarters_are_told_and_every_other_is_a_rhythm():
    for name, told in (("years told", True), ("years hidden", False)):
        for year in CASES[name]:
            quarters = [{"+": True, "-": False, " ": None}[one] for one in year]
            assert window_told(quarters) == told, year


@pytest.mark.parametrize(("counts", "hidden"), CASES["parts"], ids=str)
def test_ten_people_are_few_and_eleven_are_not_in_a_part_or_in_what_is_hidden(counts, hidden):
    assert withheld_parts(counts) == {*hidden}


def people(*counts: int) -> dict[str, set[str]]:
    return {f"c{i}": {f"{i}-{j}" for j in range(count)} for i, count in enumerate(counts)}


def test_people_of_several_categories_count_once():
    same = {str(i) for i in range(8)}
    found = merge_small({"a": same, "b": same, "c": {str(i) for i in range(20)}, "d": same | {"x"}})
    assert found == {}  # nine people: the one large category joins, and nothing is left apart
    # what all that is left holds: nothing is told apart
    assert merge_small({"a": {"x"}, "b": {"x"}}) == {}


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


@pytest.mark.parametrize(("counts", "groups"), CASES["categories"], ids=str)
def test_ten_people_are_few_and_eleven_are_not_in_what_small_categories_are_together(
    counts, groups
):
    assert list(merge_small(people(*counts))) == groups


def test_a_category_with_the_name_of_the_rest_is_not_lost_in_it():
    """Many tools call a theme "Autres": its people were left out where small ones joined it."""
    holders = {"Autres": people(40)["c0"], "Prix": {f"p{i}" for i in range(30)}, "Rare": {"x"}}
    found = merge_small(holders)
    assert found["Autres"][0] == ("Autres", "Rare") and len(found["Autres"][1]) == 41
    large = {name: holders[name] for name in ("Autres", "Prix")}
    assert list(merge_small(large)) == ["Autres", "Prix"]
