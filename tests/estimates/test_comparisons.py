"""The contract of estimates and of their comparisons."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.estimates import (
    LEAST_BASE,
    base,
    comparisons_from_json,
    make,
    make_comparisons,
    mark,
    tipping_point,
)
from observlib.indicators import pairs as comparing

CASES = yaml.safe_load(Path(__file__).with_name("contract.yml").read_text(encoding="utf-8"))


def pairs(catalogue: Catalogue, now: float = 74.0, then: float = 62.0) -> pd.DataFrame:
    mark = {"indicator": "satisfied_share", "unit": "%", "product": "boamp"}
    frame = make(
        {**mark, "period": period, "estimate": value, "n": 400, "n_eff": 400}
        for period, value in (("2025-T3", then), ("2026-T3", now))
    )
    return comparing.tested(
        catalogue, comparing.across_periods(frame, catalogue, "2026-T3", "2025-T3")
    )


@pytest.mark.parametrize(("change", "what"), CASES["comparisons"])
def test_a_row_that_breaks_the_contract_is_refused_with_what_is_wrong(catalogue, change, what):
    with pytest.raises(ValueError, match=what):
        make_comparisons(pairs(catalogue).assign(**change))


def test_a_withheld_side_has_no_difference_that_would_tell_it(catalogue):
    hidden = {"estimate": math.nan, "ci_low": math.nan, "ci_high": math.nan, "n": math.nan}
    rows = pairs(catalogue).assign(**hidden, n_eff=math.nan, status="suppressed")
    with pytest.raises(ValueError, match="a difference of a value that is withheld"):
        make_comparisons(rows)


@examples(30)
@given(st.floats(0, 100), st.floats(0, 100))
def test_any_two_shares_make_a_comparison_that_json_gives_back(catalogue, now, then):
    made = make_comparisons(pairs(catalogue, now, then))
    table = {"columns": estimates.COMPARISON_COLUMNS, "rows": estimates.csv_lines(made)}
    text = json.dumps(table, allow_nan=False)
    back = comparisons_from_json(json.loads(text))
    pd.testing.assert_frame_equal(back, made, rtol=1e-9)


ENDS = st.integers(-5000, 5000).map(lambda end: end / 1000)


@given(ENDS, ENDS, st.integers(0, 1000).map(lambda margin: margin / 1000))
def test_a_verdict_falls_at_its_tipping_point_and_not_before(one, other, margin):
    low, high = sorted((one, other))
    tip = tipping_point(low, high, margin)
    if math.isnan(tip):
        assert low <= 0 <= high and (low <= -margin or high >= margin)
        return
    assert tip > 0
    moves = [tip * share for share in (-1.000001, -0.999999, 0.999999, 1.000001)]

    def holds(moved: float) -> bool:
        if low > 0 or high < 0:
            return low + moved > 0 if low > 0 else high + moved < 0
        return -margin <= low + moved and high + moved <= margin

    assert holds(moves[1]) and holds(moves[2])
    assert not holds(moves[0]) or not holds(moves[3])


@pytest.mark.parametrize(("people", "told"), CASES["bases"])
def test_a_base_is_told_to_the_nearest_five_and_never_as_one_that_is_withheld(people, told):
    assert base(people) == told and isinstance(base(people), float)
    assert LEAST_BASE == 15


def test_marks_of_few_are_told_to_half_a_point_and_scores_to_five():
    assert mark(7.2, "sur 10") == 7.0 and mark(7.3, "sur 10") == 7.5
    assert mark(12.4, "points") == 10 and mark(-12.6, "points") == -15
    assert str(mark(np.array([-0.1]), "sur 10")[0]) == "0.0"  # no minus before a zero


ROW = {"indicator": "i", "period": "2026-T3", "unit": "%", "estimate": 50.0, "n": 100}
finite = st.floats(-1e9, 1e9, allow_nan=False)


@pytest.mark.parametrize(("change", "what"), CASES["estimates"])
def test_an_unpublishable_number_cannot_become_an_estimate(change, what):
    with pytest.raises(ValueError, match=what):
        estimates.make([{**ROW, **change}])


@examples(40)
@given(st.lists(st.tuples(finite, st.integers(11, 10**9)), max_size=20))
def test_the_page_s_machine_readable_output_gives_the_numbers_back(rows):
    frame = estimates.make({**ROW, "estimate": value, "n": n} for value, n in rows)
    back = estimates.from_json(estimates.to_json(frame))
    assert back["n"].tolist() == frame["n"].tolist()
    for one, other in zip(back["estimate"], frame["estimate"], strict=True):
        assert math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-300)
    assert estimates.to_json(back) == estimates.to_json(frame)


def test_what_a_count_counts_is_the_catalogue_s_word_and_a_share_needs_its_unit():
    visits = {"indicator": "visits", "period": "2026-T3", "estimate": 12.0}
    frame = estimates.make([visits, {**visits, "unit": "pages"}, ROW])
    told = estimates.with_units(frame, {"visits": "visites", "i": "%"})
    assert told["unit"].tolist() == ["visites", "pages", "%"]
    # it was protected as a count
    for unit in ["%", "points", "sur 10", ""]:
        frame = estimates.make([{**ROW, "unit": ""}])
        with pytest.raises(ValueError, match="no unit"):
            estimates.with_units(frame, {"i": unit})
