"""Means, totals and ratios beside R: textbook sums, what has no error, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.stats.survey.design import Design, design, within
from observlib.stats.survey.estimation import (
    degrees_of_freedom,
    effective_units,
    mean,
    ratio,
    sampled_fraction,
    total,
    without_error,
)
from observlib.stats.survey.intervals import bounded
from observlib.stats.survey.weighting import calibrate


@pytest.fixture(scope="module")
def stratified(apistrat: pd.DataFrame) -> Design:
    return design(apistrat, weights="pw", strata="stype", population="fpc")


def test_a_census_s_calibrated_mean_misses_its_truth_by_as_much_as_is_said(calibrated_census):
    found = mean(calibrated_census, "api00").iloc[0]  # svymean(~api00, subset(r, stype == "H"))
    expected = [620.5581652040, 3.1957994027, 614.1359658615, 626.9803645465]
    assert found[["estimate", "se", "ci_low", "ci_high"]].tolist() == pytest.approx(expected)
    truth = calibrated_census.frame.loc[calibrated_census.domain, "api00"].mean()
    assert found["ci_low"] < truth < found["ci_high"]


def test_an_unadjusted_calibration_changes_nothing_in_any_domain(stratified):
    class Nothing:
        weights = start = stratified.weights

        def residuals(self, values: np.ndarray) -> np.ndarray:
            return values

    frame = stratified.frame.assign(place=np.arange(200) % 40)  # more domains than one block
    plain = design(frame, weights="pw", strata="stype", population="fpc")
    made = design(frame, strata="stype", population="fpc", calibration=Nothing())
    for estimate in (mean, total):
        pd.testing.assert_frame_equal(
            estimate(plain, "api00", by="place"), estimate(made, "api00", by="place")
        )


def test_a_simple_sample_of_the_smallest_values_has_its_closed_form():
    values = np.random.default_rng(3).normal(10, 4, 50) * 1e-13
    found = mean(design(pd.DataFrame({"y": values}), population=400), "y").iloc[0]
    assert found["se"] ** 2 == pytest.approx(
        values.var(ddof=1) / 50 * (1 - 50 / 400), rel=1e-9, abs=0
    )
    assert found["deff"] == pytest.approx(1) and found["n_eff"] == pytest.approx(50)


def test_weights_nearer_to_the_population_than_to_the_sample_are_its_own():
    frame = pd.DataFrame({"y": [1.0, 4, 6, 9], "normed": 2.0, "expanding": 8.0})
    found = {
        name: mean(design(frame, weights=name, population=64), "y")["deff"][0]
        for name in ("normed", "expanding")
    }
    # 4 of 64 were asked; a sum of 8 is nearer to 4, by its ratio, and 32 nearer to 64
    assert found["normed"] == pytest.approx(1)
    assert found["expanding"] == pytest.approx((1 - 4 / 64) / (1 - 4 / 32))


def test_values_all_alike_leave_kish_s_effective_number_of_clusters():
    frame = pd.DataFrame({"y": 4.2, "town": [1, 1, 1, 2, 3], "w": [1.0, 1, 1, 2, 1]})
    found = mean(design(frame, weights="w", clusters="town"), "y").iloc[0]
    assert found["n_eff"] == pytest.approx(6**2 / (9 + 4 + 1))
    assert np.isnan(found["deff"]) and found["se"] < 1e-12


def test_an_empty_domain_is_a_missing_row():
    frame = pd.DataFrame({"y": [1.0, 2.0, None, None], "x": [0.0] * 4, "g": list("aabb")})
    made = design(frame)
    found = mean(made, "y", by="g")
    assert found["status"].tolist() == ["published", "missing"]
    nobody = within(made, frame["y"] > 5)
    for empty in (
        mean(nobody, "y", by="g"),
        total(nobody, "y"),
        ratio(nobody, "y", "x"),
        ratio(made, "y", "x"),
    ):
        assert (empty["status"] == "missing").all()
        assert empty[["estimate", "se", "ci_low", "ci_high", "deff", "n_eff"]].isna().all(axis=None)


@pytest.mark.parametrize("lonely", ["adjust", "average"])
def test_a_lonely_unit_that_did_not_answer_widens_no_interval(lonely):
    frame = pd.DataFrame({"y": [1.0, 2, 4, 7, 8, None], "pool": list("aaabbc")})
    made = design(frame, strata="pool", lonely=lonely)
    known = design(frame.dropna(), strata="pool")
    for estimate in (mean, total):
        assert estimate(made, "y")["se"][0] == pytest.approx(estimate(known, "y")["se"][0])


def test_answers_all_alike_do_not_pass_for_a_mean_without_error():
    frame = pd.DataFrame({"y": 0.1, "twice": 0.2, "none": 0, "one": 1, "w": np.arange(1.0, 21.0)})
    for made in (design(frame), design(frame, weights="w"), design(frame, population=25)):
        alike = [mean(made, "y"), ratio(made, "y", "twice"), total(made, "none")]
        for found in alike:
            assert found["status"].tolist() == ["no_interval"] and found["estimate"].notna().all()
            assert found[["ci_low", "ci_high"]].isna().all(axis=None) and found["se"][0] == 0
    # how many the weights stand for is an estimate like others
    assert total(design(frame, weights="w"), "one")["status"][0] == "published"


def test_what_margins_explain_has_no_error_but_for_rounding():
    frame = pd.DataFrame({"x": [0.0, 1, 1, 0, 1], "s": list("abbab")})
    margin = {"s": pd.Series({"a": 51.7, "b": 54.0})}
    found = mean(design(frame, calibration=calibrate(frame, margin)), "x").iloc[0]
    assert found["se"] == 0 and found["ci_low"] == found["estimate"] == pytest.approx(54 / 105.7)


@pytest.mark.parametrize("values", [
    pd.array([1, None, 3, 4, 4], dtype="Int64"),
    pd.array(["1", None, "3", "4", "4"], dtype="string"), pd.Categorical([1, None, 3, 4, 4]),
    pd.Series([1, pd.NA, "3", 4.0, 4], dtype=object),
])  # fmt: skip
def test_numbers_are_numbers_whatever_holds_them(values):
    frame = pd.DataFrame({"y": values, "g": pd.array(["a", pd.NA, "a", "b", "b"], dtype="string")})
    found = mean(design(frame), "y", by="g")
    assert found["estimate"].tolist() == [2, 4] and found["n"].tolist() == [2, 2]


def test_domains_are_found_though_the_index_has_their_name_or_a_column_has_none():
    frame = pd.DataFrame({"y": [1.0, 2.0, 6.0], "g": list("aab"), 0: list("xyy")})
    indexed = design(frame.set_index("g", drop=False))
    assert mean(indexed, "y", by="g")["estimate"].tolist() == [1.5, 6]
    assert mean(indexed, "y", by=["g", "g"]).columns.tolist().count("g") == 1
    by_number = mean(indexed, "y", by=0)  # type: ignore[arg-type]
    assert by_number["estimate"].tolist() == [1, 4]
    assert mean(indexed, "y", by=[])["estimate"].tolist() == [3]


def test_marks_of_a_small_group_have_an_interval_on_their_scale_and_no_more_answers_than_kish():
    """One low mark of a small weight: Student's interval would pass the best mark, and be short."""
    frame = pd.DataFrame({"mark": [10.0] * 19 + [2.0], "w": [1.0, 3.0] * 9 + [3.0, 0.2], "g": "a"})
    sample = design(frame, weights="w")
    found, plain = mean(sample, "mark", by="g", ends=(0, 10)), mean(sample, "mark", by="g")
    same = ["estimate", "se", "df", "n_eff", "deff"]
    pd.testing.assert_frame_equal(found[same], plain[same])
    low, high = found.loc[0, ["ci_low", "ci_high"]]
    assert low < plain.loc[0, "ci_low"] and high < 10 < plain.loc[0, "ci_high"]
    known = frame["w"].sum() ** 2 / (frame["w"] ** 2).sum()
    error = plain.loc[0, "se"] * math.sqrt(plain.loc[0, "n_eff"] / known)
    assert (low, high) == pytest.approx(bounded(plain.loc[0, "estimate"], error, 19, (0, 10)))


def test_a_census_needs_no_interval_on_any_scale():
    whole = design(pd.DataFrame({"mark": [3.0, 4.0, 5.0]}), population=3)
    found = mean(whole, "mark", ends=(1, 5)).iloc[0]
    assert found["ci_low"] == found["ci_high"] == 4


def test_rows_of_no_domain_have_no_part_in_its_sampling_fraction():
    frame = pd.DataFrame({"pool": list("aabb"), "size": [2, 2, 8, 8]})
    made = design(frame, strata="pool", population="size")
    whole, part = np.array([0, 0, -1, -1]), np.array([-1, -1, 0, 0])
    assert sampled_fraction(made, whole, 1) == [1] and without_error(made, whole, 1).all()
    assert sampled_fraction(made, part, 1) == [0.25] and not without_error(made, part, 1).any()
    both = sampled_fraction(made, np.array([0, 0, 1, 1]), 2)
    assert both.tolist() == [1, 0.25]
    # of all: what 1 − f leaves, weighted by the squares of weights 1 and 4
    assert sampled_fraction(made, np.zeros(4, dtype=int), 1)[0] == pytest.approx(
        1 - 2 * 16 * 0.75 / (2 * 1 + 2 * 16)
    )


def test_effective_units_and_degrees_of_freedom_are_those_of_a_domain_s_own_rows():
    frame = pd.DataFrame({"who": list("aabbccdd"), "w": [1.0, 1, 1, 1, 2, 2, 3, 0]})
    made = design(frame, weights="w", clusters="who")
    codes = np.array([-1, -1, 0, 0, 0, 0, 1, 1])
    assert effective_units(made, codes, 2).tolist() == pytest.approx([36 / (4 + 16), 1])
    assert degrees_of_freedom(made, codes, 2).tolist() == [1, 0]
    assert degrees_of_freedom(made, np.zeros(8, dtype=int), 1).tolist() == [3]


@pytest.mark.parametrize(("name", "how", "why"), [
    ("y", {"by": "none"}, "no row has a value"), ("y", {"by": "many"}, "no single value in rows"),
    ("y", {"by": ["g", "h"]}, "no column g, h"),
    ("y", {"by": "n"}, "column n: the name of a result"),
    ("y", {"level": 95}, r"write 0\.95 for 95 %"),
    ("y", {"ends": (1, 5)}, r"beyond the ends \(1, 5\)"), ("z", {}, "no column z"),
    ("day", {}, "day: 5 values are no number"), ("large", {}, "large: 5 values are no number"),
    ("word", {}, r"word: 3 .*: rows of index 1 \('À venir'\), 3 \('–'\)$"),
])  # fmt: skip
def test_what_has_no_mean_is_told(name, how, why):
    frame = pd.DataFrame({"y": [1.0, 2, 3, 4, 6], "none": None, "many": [["a"]] * 5, "n": 1})
    frame = frame.assign(day=pd.Timestamp("2026-01-01"), large=1e200, value=list("abaab"))
    made = design(frame.assign(word=[1, "À venir", None, "–", "–"]))
    with pytest.raises((ObservError, ValueError), match=why):
        mean(made, name, **how)
    assert mean(made, "y", by="value")["value"].tolist() == ["a", "b"]


@st.composite
def samples(draw: st.DrawFn) -> pd.DataFrame:
    """Two or more clusters in each stratum, unknown values and weights of 0."""
    seed = draw(st.integers(0, 2**32 - 1))
    chance = np.random.default_rng(seed)
    towns = np.concatenate(
        [np.full(draw(st.integers(2, 4)), h) for h in range(draw(st.integers(1, 3)))]
    )
    town = np.concatenate([np.arange(len(towns)), chance.integers(0, len(towns), 20)])
    n = len(town)
    return pd.DataFrame(
        {
            "town": town,
            "pool": towns[town],
            "y": np.where(chance.random(n) < 0.1, np.nan, chance.normal(5, 2, n)),
            "w": chance.choice([0.0, 0.5, 1.0, 3.7], n, p=[0.1, 0.3, 0.3, 0.3]) + (town == 0),
            "g": chance.choice(["p", "q", "r", None], n),
            "size": 9,
        }
    )


@examples(25)
@given(samples(), st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_the_scale_of_weights_moves_a_mean(frame, chance):
    order = list(range(len(frame)))
    chance.shuffle(order)
    shuffled = frame.iloc[order].assign(w=frame["w"] * 7)
    first, second = (
        mean(design(each, weights="w", strata="pool", clusters="town"), "y", by="g")
        for each in (frame, shuffled)
    )
    same = ["g", "estimate", "se", "ci_low", "ci_high", "df", "n"]
    pd.testing.assert_frame_equal(first[same], second[same])
