"""Prevalence of texts: intervals that hold the truth as often as they say, and are worth it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from observlib.stats.survey.intervals import wilson
from observlib.stats.survey.prediction_powered import prevalence


def _measured(
    texts: int, n: int, share: float, finds: float, spares: float, draws: int, seed: int = 7
) -> tuple[float, float]:
    """How often intervals hold the truth, and their width over that of the sample alone.

    The machine `finds` so many of the texts that hold it, and `spares` so many of the others.
    """
    source = np.random.default_rng(seed)
    # how many texts hold it or not, as the machine says or not; and of those that are read
    chances = [share * finds, share * (1 - finds), (1 - share) * (1 - spares), (1 - share) * spares]
    of_all = source.multinomial(texts, chances, size=draws)
    read, rest = np.zeros_like(of_all), np.full(draws, n)
    for kind in range(4):
        read[:, kind] = source.hypergeometric(
            of_all[:, kind], of_all[:, kind + 1 :].sum(axis=1), rest
        )
        rest = rest - read[:, kind]
    seen = np.column_stack([read, of_all[:, 0] + of_all[:, 2], of_all[:, 0] + of_all[:, 1]])
    held, width, alone = 0, 0.0, 0.0
    for (*own, guessed, holding), times in zip(
        *np.unique(seen, axis=0, return_counts=True), strict=True
    ):
        true, guess = np.repeat([1, 1, 0, 0], own), np.repeat([1, 0, 1, 0], own)
        found = prevalence(true, guess, guessed, texts)
        held += times * (found.low - 1e-12 <= holding / texts <= found.high + 1e-12)
        width += times * (found.high - found.low)
        alone += times * (found.hand_high - found.hand_low)
    return held / draws, width / alone


# texts, read, share, and how good the machine is at texts that hold it and at others
CASES = [
    (400, 50, 0.05, 0.6, 0.9),
    (400, 50, 0.1, 0.9, 0.9),
    (400, 50, 0.3, 0.8, 0.8),
    (3000, 100, 0.02, 0.6, 0.6),
    (3000, 100, 0.05, 0.8, 0.98),
    (3000, 100, 0.3, 0.9, 0.9),
    (3000, 100, 0.5, 0.5, 0.5),
    (120, 100, 0.3, 0.9, 0.9),
]


@pytest.mark.parametrize("case", CASES)
def test_nineteen_intervals_in_twenty_hold_the_share_of_the_texts(case):
    held, _ = _measured(*case, draws=2000)
    assert 0.93 <= held <= 0.97 + 3 * (0.03 * 0.97 / 2000) ** 0.5


@pytest.mark.slow
@pytest.mark.parametrize("texts", [120, 3000])
@pytest.mark.parametrize("n", [30, 100, 200])
@pytest.mark.parametrize("share", [0.02, 0.05, 0.1, 0.3, 0.5])
def test_intervals_hold_over_samples_shares_and_machines(texts, n, share):
    if n >= texts:
        return
    for finds, spares in [
        (0.5, 0.5),
        (0.6, 0.9),
        (0.8, 0.8),
        (0.9, 0.9),
        (0.9, 0.98),
        (0.95, 0.95),
    ]:
        held, _ = _measured(texts, n, share, finds, spares, draws=3000)
        assert held >= 0.93 - 3 * (0.07 * 0.93 / 3000) ** 0.5, (finds, spares)
        # a machine that errs once or twice in the sample leaves steps that no interval fills
        mistakes = n * (share * (1 - finds) + (1 - share) * (1 - spares))
        if n * share >= 5 and mistakes >= 10:
            assert held <= 0.97 + 3 * (0.03 * 0.97 / 3000) ** 0.5, (finds, spares)


def test_a_machine_right_nine_times_in_ten_narrows_the_interval_by_three_tenths():
    assert _measured(3000, 100, 0.5, 0.9, 0.9, draws=300)[1] <= 0.7
    assert _measured(3000, 100, 0.3, 0.9, 0.9, draws=300)[1] <= 0.7
    # of what is rarer it must be right more often
    assert _measured(3000, 100, 0.1, 0.95, 0.95, draws=300)[1] <= 0.7


def test_a_machine_that_knows_nothing_widens_nothing():
    _, width = _measured(3000, 100, 0.3, 0.5, 0.5, draws=500)
    assert 0.97 <= width <= 1.01


def test_a_machine_that_is_always_off_the_same_way_shifts_nothing():
    """It sees anger in every other calm text: the plain count of its guesses would say 0.6."""
    source = np.random.default_rng(3)
    found = []
    for _ in range(400):
        true = source.random(1000) < 0.2
        guess = true | (source.random(1000) < 0.5)
        read = source.permutation(1000)[:100]
        found.append(prevalence(true[read], guess[read], guess.sum(), 1000).estimate - true.mean())
    assert abs(np.mean(found)) < 3 * np.std(found) / 20


def test_in_large_samples_it_is_the_interval_of_the_papers():
    source = np.random.default_rng(11)
    true = source.random(1_000_000) < 0.3
    guess = np.where(true, source.random(1_000_000) < 0.85, source.random(1_000_000) < 0.1)
    y, f = true[:4000].astype(float), guess[:4000].astype(float)
    rest = guess[4000:].astype(float)
    # PPI++, equations (3) and (9) for a mean, its texts apart from those that were read
    n, more = len(y), len(rest)
    tuned = np.cov(y, f)[0, 1] / ((1 + n / more) * np.var(guess, ddof=1))
    middle = tuned * rest.mean() + (y - tuned * f).mean()
    error = np.sqrt(tuned**2 * rest.var() / more + (y - tuned * f).var() / n)
    found = prevalence(y, f, guess.sum(), len(true))
    assert found.estimate == pytest.approx(middle, abs=3e-4)
    half = (found.high - found.low) / 2
    assert half == pytest.approx(
        float(ndtri(0.975)) * error, rel=0.02
    )  # theirs is of all texts to come
    assert found.tuning == pytest.approx(tuned, rel=0.03)


def test_it_is_the_share_of_each_part_that_the_machine_makes():
    codes = [1] * 12 + [0] * 3 + [1] * 2 + [0] * 33
    guesses = [1] * 15 + [0] * 35
    found = prevalence(codes, guesses, guessed=250, texts=1000)
    assert found.estimate == pytest.approx(0.25 * 12 / 15 + 0.75 * 2 / 35)
    assert found.hand == pytest.approx(14 / 50)


def test_where_all_texts_are_read_nothing_is_uncertain():
    codes, guesses = [1, 0, 1, 0, 0] * 8, [1, 1, 1, 0, 0] * 8
    found = prevalence(codes, guesses, guessed=24, texts=40)
    assert (found.estimate, found.low, found.high) == pytest.approx((0.4, 0.4, 0.4))
    assert found.n_eff == pytest.approx(40)


def test_a_machine_that_never_errs_in_the_sample_leaves_an_interval():
    codes = [1] * 10 + [0] * 40
    found = prevalence(codes, codes, guessed=400, texts=2000)
    assert found.low < 0.19 and found.high > 0.21


def test_a_machine_that_says_the_same_of_every_read_text_is_not_believed():
    codes = [1] * 5 + [0] * 45
    found = prevalence(codes, [0] * 50, guessed=300, texts=100_000)
    assert found.tuning == 0 and found.estimate == 0.1
    assert (found.low, found.high) == pytest.approx(wilson(5, 50), abs=1e-3)


def test_texts_on_which_people_disagree_count_as_half():
    found = prevalence([1, 0.5, 0, 0] * 10, [1, 0, 0, 0] * 10, guessed=250, texts=1000)
    assert found.estimate == pytest.approx(0.25 + 0.75 / 6)


@pytest.mark.parametrize(
    ("codes", "guesses", "guessed", "texts"),
    [
        ([1, 0], [1], 5, 10),
        ([], [], 5, 10),
        ([1, 0, 1], [1, 1, 1], 2, 10),
        ([1, 0, 1], [0, 0, 0], 9, 10),
        ([1, 0, 1], [1, 0, 1], 2, 2),
        ([1, 2, 1], [1, 0, 1], 5, 10),
        ([1, 0, 1], [1, 0.3, 1], 5, 10),
    ],
)
def test_what_is_no_sample_of_the_texts_is_refused(codes, guesses, guessed, texts):
    with pytest.raises(ValueError, match=r"no sample|between 0 and 1"):
        prevalence(codes, guesses, guessed, texts)
