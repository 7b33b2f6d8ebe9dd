"""Many tests at once: Benjamini and Hochberg's own example, a Holm by hand, and what must hold."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.stats.survey.multiplicity import adjust, common_level, halves, levels

# Y. Benjamini and Y. Hochberg (1995), section 4.1: fifteen hypotheses on a treatment
PAPER = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
         0.5719, 0.6528, 0.7590, 1.0000]  # fmt: skip
FAMILIES = st.lists(st.floats(0, 1), min_size=1, max_size=30)
METHODS = st.sampled_from(["holm", "bh"])


def test_weights_are_refused_where_the_method_knows_none():
    with pytest.raises(ValueError, match="weights are of the method 'holm'"):
        adjust([0.01, 0.02], "bh", np.array([1.5, 0.5]))


def test_the_paper_s_example_rejects_four_by_bh_and_three_by_holm():
    assert (adjust(PAPER, "bh") <= 0.05).sum() == 4
    assert (adjust(PAPER, "holm") <= 0.05).sum() == 3


def test_holm_by_hand():
    # 4 x 0.005; 3 x 0.01; 2 x 0.03; then no less than the one before
    assert adjust([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_both_corrections_are_those_of_statsmodels():
    from statsmodels.stats.multitest import multipletests

    mixed = np.random.default_rng(4).permutation([*PAPER, 0.02, 0.02, 0.0])
    for ours, theirs in (("holm", "holm"), ("bh", "fdr_bh")):
        assert adjust(mixed, ours) == pytest.approx(multipletests(mixed, method=theirs)[1])


@given(FAMILIES)
def test_bh_agrees_with_scipy(p_values):
    from scipy.stats import false_discovery_control

    assert adjust(p_values, "bh") == pytest.approx(false_discovery_control(p_values))


@given(p_values=FAMILIES, method=METHODS)
def test_a_correction_never_makes_a_p_value_smaller(p_values, method):
    adjusted = adjust(p_values, method)
    assert (adjusted >= np.array(p_values) - 1e-12).all() and (adjusted <= 1).all()


@given(p_values=FAMILIES, more=FAMILIES)
def test_a_longer_family_never_makes_a_rise_appear(p_values, more):
    alone = adjust(p_values)
    assert (adjust(p_values + more)[: len(alone)] >= alone - 1e-12).all()
    assert common_level(p_values + more) >= common_level(p_values) - 1e-12


@given(p_values=FAMILIES, method=METHODS)
def test_what_was_not_tested_is_no_member_of_the_family(p_values, method):
    holed = adjust([math.nan, *p_values, math.nan], method)
    assert np.isnan(holed[[0, -1]]).all()
    assert holed[1:-1] == pytest.approx(adjust(p_values, method))
    assert common_level([math.nan, *p_values], method) == common_level(p_values, method)


@given(p_values=FAMILIES, method=METHODS, level=st.sampled_from([0.9, 0.95, 0.99]))
def test_an_interval_at_the_common_level_says_what_the_corrected_test_says(p_values, method, level):
    critical = 1 - common_level(p_values, method, level)
    assert critical <= 1 - level + 1e-12
    for p, adjusted in zip(p_values, adjust(p_values, method), strict=True):
        if abs(p - critical) > 1e-9:
            assert (p < critical) == (adjusted <= 1 - level)


FEW = st.lists(st.tuples(st.floats(0, 0.2), st.booleans()), min_size=1, max_size=7)


@given(FEW)
def test_a_headline_first_rejects_what_closed_testing_does_and_keeps_to_the_error(tests):
    """Of all sets of tests at once, weighted Bonferroni tests (Marcus, Peritz, Gabriel 1976)."""
    p_values, first = (np.array(part) for part in zip(*tests, strict=True))
    weights = halves(first, p_values)

    def rejects(some: tuple[int, ...]) -> bool:
        shares = weights[list(some)] / weights[list(some)].sum()
        return bool((p_values[list(some)] <= 0.05 * shares + 1e-15).any())

    every = range(len(p_values))
    sets = [some for size in every for some in combinations(every, size + 1)]
    closed = [all(rejects(some) for some in sets if i in some) for i in every]
    assert (adjust(p_values, weights=weights) <= 0.05 + 1e-12).tolist() == closed


@given(FEW)
def test_an_interval_of_a_weighted_family_says_what_the_corrected_test_says(tests):
    p_values, first = (np.array(part) for part in zip(*tests, strict=True))
    weights = halves(first, p_values)
    critical = 1 - levels(p_values, weights=weights)
    assert (critical <= 0.05 + 1e-12).all()
    for p, limit, adjusted in zip(
        p_values, critical, adjust(p_values, weights=weights), strict=True
    ):
        if abs(p - limit) > 1e-9:
            assert (p < limit) == (adjusted <= 0.05)


def test_the_headline_s_half_is_shared_by_the_headlines_that_are_tested():
    p_values = np.array([0.01, math.nan, 0.2, 0.3, 0.4])
    assert halves([True, True, False, False, False], p_values)[[0, 2]] == pytest.approx([2, 2 / 3])
    # where headlines are half of the family or more, or there is none, all weigh the same
    assert set(halves([True, True, True, False, False], p_values)) == {1.0}
    assert set(halves([False] * 5, p_values)) == {1.0}


def test_of_no_test_there_is_no_correction():
    assert adjust([]).tolist() == [] and np.isnan(adjust([math.nan])).all()
    for alone in ([], [math.nan], [0.3]):
        assert common_level(alone) == pytest.approx(0.95)
    assert common_level([0.3] * 8) == pytest.approx(1 - 0.05 / 8)


def test_what_is_no_p_value_or_method_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjust([0.2, 1.3])
    with pytest.raises(ValueError, match="holm, bh"):
        adjust([0.2], "bonferroni")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"write 0\.95"):
        common_level([0.2], level=95)
