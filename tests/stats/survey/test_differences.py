"""The answers that a verdict needs are those of books, of R and of an exact count."""

import math

import numpy as np
import pytest
from scipy.special import gammaln, ndtri, xlogy

from observlib.stats.survey import differences
from observlib.stats.survey.differences import answers_needed, least_levels, power, smallest_found
from observlib.stats.survey.intervals import score_ends


# R 4: power.t.test(delta = d, sd = s, power = .8, sig.level = a)$n
@pytest.mark.parametrize(("difference", "sd", "error", "n"), [
    *((0.5, 1.0, 0.05, 63.765764), (1.0, 1.0, 0.05, 16.714768)),
    *((0.5, 2.5, 0.05, 393.40666), (0.5, 2.9, 0.025 / 19, 1108.3959)),
])  # fmt: skip
def test_means_need_the_answers_that_r_says(difference, sd, error, n):
    assert answers_needed(difference, sd=sd, level=1 - error) == math.ceil(n)
    assert power(n, difference, sd=sd, level=1 - error) == pytest.approx(0.8, abs=1e-6)


def test_power_and_the_smallest_difference_of_means_are_those_of_r():
    # power.t.test(n = 300, delta = .5, sd = 2.9, sig.level = .025)$power, and of n = 5
    assert power(300, 0.5, sd=2.9, level=0.975) == pytest.approx(0.44661882, abs=1e-6)
    assert power(5, 2.0, sd=1.0) == pytest.approx(0.79054163, abs=1e-6)
    # power.t.test(n = 300, sd = 2.9, power = .8, sig.level = .025)$delta
    assert smallest_found(300, sd=2.9, level=0.975) == pytest.approx(0.73154665, abs=1e-5)
    # 29 / qchisq(c(.975, .025), 29), the variance of marks that are about normal
    assert differences.variance_ends(0.05, 0.5, 30) == pytest.approx((0.63427, 1.80717), rel=1e-4)


# R 4: power.prop.test(p1 = p, p2 = p - .05, power = .8, sig.level = a)$n, of the pooled z test
@pytest.mark.parametrize(("share", "error", "n"), [
    *((0.5, 0.05, 1564.6721), (0.7, 0.05, 1376.2989), (0.85, 0.05, 905.36578)),
    *((0.5, 0.025 / 19, 3277.2769), (0.85, 0.025 / 19, 1896.6515)),
])  # fmt: skip
def test_shares_need_about_what_r_says_of_another_test(share, error, n):
    assert answers_needed(0.05, share=share, level=1 - error) == pytest.approx(n, rel=0.003)


def exact(n: int, share: float, moved: float, level: float) -> float:
    """The chance of each pair of counts whose interval leaves out 0 on the right side, added up."""
    counts = np.arange(n + 1)
    ways = gammaln(n + 1) - gammaln(counts + 1) - gammaln(n - counts + 1)
    shares = (max(share, moved), min(share, moved))
    chances = [np.exp(ways + xlogy(counts, p) + xlogy(n - counts, 1 - p)) for p in shares]
    low, high = score_ends(counts / n, float(n), float(ndtri((1 + level) / 2)))
    one, other = np.meshgrid(counts, counts, indexing="ij")
    reach = np.hypot((one / n) - low[one], high[other] - (other / n))
    return float(np.sum(np.outer(*chances)[(one - other) / n > reach]))


@pytest.mark.parametrize(("share", "difference", "level"), [
    *((0.5, 0.15, 0.95), (0.85, 0.1, 0.95), (0.97, 0.07, 0.95)),
    *((0.1, 0.12, 0.975), (0.7, 0.2, 0.998)),
])  # fmt: skip
def test_the_power_of_shares_is_that_of_every_pair_of_counts(share, difference, level):
    n = answers_needed(difference, share=share, level=level)
    moved = share - difference if share >= 0.5 else share + difference
    assert exact(n, share, moved, level) == pytest.approx(0.8, abs=0.015)


def test_a_headline_and_the_others_have_each_half_of_the_error_and_one_alone_all_of_it():
    levels = least_levels([True, True] + 18 * [False])
    assert levels[0] == pytest.approx(1 - 0.05 / 2 / 2)
    assert levels[-1] == pytest.approx(1 - 0.05 / 2 / 18)
    assert least_levels([True]) == [0.95] and least_levels([]) == []


@pytest.mark.parametrize(("asked", "why"), [
    ({"difference": 1.0}, "either the deviation"),
    ({"difference": 1.0, "sd": 1.0, "share": 0.5}, "either the deviation"),
    ({"difference": 1.0, "sd": 0.0}, "deviation is above 0"),
    ({"difference": 0.1, "share": 80.0}, "write 0.8 for 80 %"),
    ({"difference": 0.0, "sd": 1.0}, "difference 0.0"),
    ({"difference": 0.9, "share": 0.8}, "at most 0.8"),
    ({"difference": 0.9, "sd": 0.2, "mean": 0.8}, "at most 0.8"),
    ({"difference": 0.1, "sd": 2.0, "mean": 8.0}, "scale from 0 to 1"),
    ({"difference": 1.0, "sd": 1.0, "level": 95.0}, "write 0.95"),
    ({"difference": 1.0, "sd": 1.0, "design_effect": 0.0}, "design effect is above 0"),
])  # fmt: skip
def test_what_cannot_be_planned_says_what_is_allowed(asked, why):
    with pytest.raises(ValueError, match=why):
        answers_needed(asked.pop("difference"), **asked)
