"""Cohen's kappa: what decides whether a share is published at all."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn import metrics

from observlib.stats.survey.association import cohens_kappa


def test_kappa_is_what_cohen_defines_worked_out_by_hand():
    # 45 and 25 alike of 100; each says yes 60 times: by chance 0.6 * 0.6 + 0.4 * 0.4 = 0.52
    one = ["yes"] * 60 + ["no"] * 40
    other = ["yes"] * 45 + ["no"] * 15 + ["yes"] * 15 + ["no"] * 25
    found = cohens_kappa(one, other)
    assert found.kappa == pytest.approx((0.70 - 0.52) / (1 - 0.52))
    assert found.low < found.kappa < found.high
    assert found.n == 100


def test_three_codes_agree_with_scikit_learn():
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


@pytest.mark.slow
def test_nineteen_intervals_in_twenty_hold_the_kappa_of_all_texts():
    """Two coders who read yes in three texts of ten, each off in one of ten: kappa is 0.620."""
    source, held = np.random.default_rng(5), 0
    for _ in range(800):
        truth = source.random(60) < 0.3
        one, other = (np.where(source.random(60) < 0.1, ~truth, truth) for _ in range(2))
        found = cohens_kappa(one.astype(str).tolist(), other.astype(str).tolist())
        yes = 0.3 * 0.9 + 0.7 * 0.1
        alike, chance = 0.9**2 + 0.1**2, yes**2 + (1 - yes) ** 2
        held += found.low <= (alike - chance) / (1 - chance) <= found.high
    assert 0.92 <= held / 800 <= 0.98
