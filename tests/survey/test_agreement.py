"""Cohen's kappa: what decides whether a share is published at all."""

from __future__ import annotations

import math

import pytest

from observlib.survey.agreement import cohens_kappa


def test_kappa_is_what_cohen_defines_worked_out_by_hand():
    # 45 and 25 alike of 100; each says yes 60 times: by chance 0.6 * 0.6 + 0.4 * 0.4 = 0.52
    one = ["yes"] * 60 + ["no"] * 40
    other = ["yes"] * 45 + ["no"] * 15 + ["yes"] * 15 + ["no"] * 25
    found = cohens_kappa(one, other)
    assert found.kappa == pytest.approx((0.70 - 0.52) / (1 - 0.52))
    assert found.low < found.kappa < found.high
    assert found.n == 100


def test_three_codes_agree_with_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    one = ["a", "b", "c", "a", "b", "b", "c", "a"] * 5
    other = ["a", "b", "b", "a", "c", "b", "c", "b"] * 5
    expected = metrics.cohen_kappa_score(one, other)
    assert cohens_kappa(one, other).kappa == pytest.approx(expected)


def test_coders_who_only_ever_gave_one_code_have_shown_no_agreement():
    found = cohens_kappa(["no"] * 50, ["no"] * 50)
    assert math.isnan(found.kappa) and found.n == 50


def test_coders_who_always_disagree_are_below_chance_and_within_the_scale():
    found = cohens_kappa(["yes", "no"] * 20, ["no", "yes"] * 20)
    assert found.kappa == pytest.approx(-1)
    assert -1 <= found.low <= found.high <= 1
