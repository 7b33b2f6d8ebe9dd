"""Means, totals and ratios: R's values, naive sums of squares, jackknife and closed forms."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.stats.survey.design import Design, design, within
from observlib.stats.survey.estimation import covariance, mean, ratio, total
from observlib.stats.survey.intervals import bounded
from observlib.stats.survey.weighting import Calibration, Method, calibrate

Reference = Callable[..., dict[str, Any]]


def agrees(found: pd.Series, expected: dict[str, Any], rel: float = 1e-6) -> None:
    assert found["estimate"] == pytest.approx(expected["estimate"], rel=1e-8 if rel < 1e-5 else rel)
    for name in ("se", "ci_low", "ci_high"):
        if expected[name] is not None:
            assert found[name] == pytest.approx(expected[name], rel=rel), name


@pytest.fixture(scope="module")
def stratified(apistrat: pd.DataFrame) -> Design:
    return design(apistrat, weights="pw", strata="stype", population="fpc")


@pytest.fixture(scope="module")
def clustered(apiclus1: pd.DataFrame) -> Design:
    return design(apiclus1, weights="pw", clusters="dnum", population="fpc")


def test_means_totals_and_ratios_are_those_of_r(stratified, clustered, hdv2003, reference):
    agrees(mean(stratified, "api00").iloc[0], reference("strat_mean"))
    agrees(total(stratified, "enroll").iloc[0], reference("strat_total"))
    agrees(ratio(stratified, "api.stu", "enroll").iloc[0], reference("strat_ratio"))
    infinite = design(stratified.frame, weights="pw", strata="stype")
    agrees(mean(infinite, "api00").iloc[0], reference("strat_mean_nofpc"))
    agrees(mean(clustered, "api00").iloc[0], reference("clus_mean"))
    agrees(mean(design(hdv2003, weights="poids"), "age").iloc[0], reference("hdv_age"))


@pytest.mark.parametrize(
    ("name", "by"), [("strat_domain", "stype"), ("strat_domain_cross", "sch.wide")]
)
def test_domains_within_and_across_strata_are_those_of_r(stratified, reference, name, by):
    found = mean(stratified, "api00", by=by)
    for _, row in found.iterrows():
        agrees(row, reference(name, f"[{row[by]}]"))
        alone = mean(within(stratified, stratified.frame[by] == row[by]), "api00").iloc[0]
        assert alone["se"] == pytest.approx(row["se"], rel=1e-12) and alone["df"] == row["df"]


def test_the_design_effect_is_that_of_r(stratified, reference):
    found = mean(stratified, "api00").iloc[0]
    assert found["deff"] == pytest.approx(reference("strat_deff")["estimate"], rel=1e-6)
    assert found["n_eff"] == pytest.approx(200 / found["deff"])


def calibrated(frame: pd.DataFrame, method: Method) -> Calibration:
    margins = {
        "stype": pd.Series({"E": 4421, "H": 755, "M": 1018}),
        "sch.wide": pd.Series({"No": 1072, "Yes": 5122}),
    }
    bounds = (0.5, 2.0) if method == "logit" else None
    return calibrate(frame, margins, weights="pw", method=method, bounds=bounds)


@pytest.mark.parametrize(
    ("name", "method", "rel"),
    [
        ("clus_rake_mean", "raking", 1e-5),
        ("clus_calibrate_raking_mean", "raking", 1e-5),
        ("clus_linear_mean", "linear", 1e-6),
        ("clus_logit_mean", "logit", 1e-5),
    ],
)
def test_errors_of_calibrated_means_are_those_of_r(apiclus1, reference, name, method, rel):
    made = design(
        apiclus1, clusters="dnum", population="fpc", calibration=calibrated(apiclus1, method)
    )
    agrees(mean(made, "api00").iloc[0], reference(name), rel)
    if method == "raking":
        agrees(total(made, "enroll").iloc[0], reference("clus_rake_total"), rel)


def test_a_calibrated_margin_is_known_without_error(apiclus1):
    made = design(apiclus1, clusters="dnum", calibration=calibrated(apiclus1, "linear"))
    made = replace(made, frame=apiclus1.assign(one=1))
    schools = total(within(made, apiclus1["stype"] == "H"), "one").iloc[0]
    assert schools["estimate"] == pytest.approx(755)
    assert schools["se"] < 1e-6 * schools["estimate"]


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


def naive(frame: pd.DataFrame, scores: np.ndarray, finite: bool) -> float:
    """The textbook sum over strata, with a full-length variable that is 0 outside the domain."""
    sums = frame.assign(u=scores * frame["w"]).groupby(["pool", "town"])["u"].sum()
    found = 0.0
    for _, units in sums.groupby("pool"):
        n = len(units)
        found += (1 - n / 9 * finite) * n / (n - 1) * ((units - units.mean()) ** 2).sum()
    return found


@examples(25)
@given(samples(), st.booleans())
def test_all_domains_at_once_are_each_alone(frame, finite):
    made = design(
        frame,
        weights="w", strata="pool", clusters="town", population="size" if finite else None,
    )  # fmt: skip
    averages, sums = mean(made, "y", by="g"), total(made, "y", by="g")
    for row, summed in zip(averages.itertuples(), sums.itertuples(), strict=True):
        inside = ((frame["g"] == row.g) & frame["y"].notna()).to_numpy()
        y, w = frame["y"].fillna(0).to_numpy(), frame["w"].to_numpy() * inside
        assert row.n == (w > 0).sum()
        if row.n == 0:
            assert row.status == "missing" and np.isnan(row.estimate)
            continue
        kept = frame[(frame["g"] == row.g) & (frame["w"] > 0)]
        assert row.df == kept["town"].nunique() - kept["pool"].nunique()
        assert row.estimate == pytest.approx(y @ w / w.sum())
        assert summed.estimate == pytest.approx(y @ w)
        if row.df:
            scores = inside * (y - row.estimate) / w.sum()
            assert row.se**2 == pytest.approx(naive(frame, scores, finite), rel=1e-9, abs=1e-15)
            assert summed.se**2 == pytest.approx(
                naive(frame, inside * y, finite), rel=1e-9, abs=1e-15
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


@examples(25)
@given(samples())
def test_the_error_of_a_total_is_the_jackknife_s(frame):
    frame = frame.fillna({"y": 0.0})
    whole = (frame["w"] * frame["y"]).sum()
    variance = 0.0
    for _, stratum in frame.groupby("pool"):
        n = stratum["town"].nunique()
        for _, town in stratum.groupby("town"):
            sums = [(part["w"] * part["y"]).sum() for part in (stratum, town)]
            replicate = whole - sums[0] + n / (n - 1) * (sums[0] - sums[1])
            variance += (n - 1) / n * (replicate - whole) ** 2
    found = total(design(frame, weights="w", strata="pool", clusters="town"), "y")
    assert found["se"][0] ** 2 == pytest.approx(variance)


def test_the_error_of_a_ratio_is_near_the_jackknife_s():
    chance = np.random.default_rng(11)
    asked = chance.integers(1, 9, 400)
    frame = pd.DataFrame(
        {"asked": asked, "solved": chance.binomial(asked, 0.6), "town": np.arange(400) // 2}
    )
    sums = frame.groupby("town")[["solved", "asked"]].sum()
    left = sums.sum() - sums
    whole = sums["solved"].sum() / sums["asked"].sum()
    jackknife = np.sqrt(199 / 200 * ((left["solved"] / left["asked"] - whole) ** 2).sum())
    found = ratio(design(frame, clusters="town"), "solved", "asked")
    assert found["se"][0] == pytest.approx(jackknife, rel=0.01)


@pytest.mark.parametrize("unit", [1.0, 1e-13])
def test_a_simple_sample_has_its_closed_form(unit):
    values = np.random.default_rng(3).normal(10, 4, 50) * unit
    found = mean(design(pd.DataFrame({"y": values}), population=400), "y").iloc[0]
    assert found["se"] ** 2 == pytest.approx(
        values.var(ddof=1) / 50 * (1 - 50 / 400), rel=1e-9, abs=0
    )
    assert found["deff"] == pytest.approx(1) and found["n_eff"] == pytest.approx(50)


def test_weights_of_mean_1_have_a_design_effect_too(hdv2003):
    scaled = hdv2003.assign(poids=hdv2003["poids"] / hdv2003["poids"].mean())
    expanding, normed = (mean(design(each, weights="poids"), "age") for each in (hdv2003, scaled))
    assert normed["deff"][0] == pytest.approx(expanding["deff"][0], rel=1e-3)


def test_weights_rounded_to_a_mean_of_1_are_no_finite_population():
    # 3 of 4 answers of weight 0.5 and value 1, the others of weight 2.5 and value 0, and a sum of
    # weights that rounding has moved by 0.003 from the number of answers
    n = 1000
    light = np.arange(n) < 750
    weights = np.where(light, 0.5, 2.5)
    weights[-1] += 0.003
    frame = pd.DataFrame({"y": light.astype(float), "w": weights})
    assert frame["w"].sum() == pytest.approx(1000.003)
    found = mean(design(frame, weights="w"), "y").iloc[0]
    # p = 0.375; the linearised variance (n / (n − 1)) Σ w² (y − p)² / (Σ w)²
    # = (1000 / 999) (750 × 0.25 × 0.625² + 250 × 6.25 × 0.375²) / 1000²
    assert found["se"] ** 2 == pytest.approx(1000 / 999 * 292.96875 / 1000**2, rel=1e-4)
    # over that of a simple sample, p (1 − p) / (n − 1)
    assert found["deff"] == pytest.approx(1000 * 292.96875 / 1000**2 / (0.375 * 0.625), rel=1e-4)
    assert found["n_eff"] == pytest.approx(800, rel=1e-4)
    # and of what does not depend on the weights, Kish's n_eff is 1000² / (750 × 0.25 + 250 × 6.25)
    mixed = frame.assign(y=np.arange(n) % 2)
    told = mean(design(mixed, weights="w"), "y").iloc[0]
    assert told["n_eff"] == pytest.approx(1000**2 / 1750, rel=0.01)


def test_weights_of_mean_1_with_a_population_have_its_correction(hdv2003):
    scaled = hdv2003.assign(poids=(hdv2003["poids"] / hdv2003["poids"].mean()).round(4) + 1e-6)
    size = {"population": float(hdv2003["poids"].sum())}
    expanding, normed = (
        mean(design(each, weights="poids", **size), "age").iloc[0] for each in (hdv2003, scaled)
    )
    assert normed["n_eff"] == pytest.approx(expanding["n_eff"], rel=1e-3)
    few = mean(design(scaled, weights="poids", population=2100), "age").iloc[0]
    assert few["n_eff"] == pytest.approx(expanding["n_eff"], rel=1e-2)
    towns = scaled.assign(town=np.arange(len(scaled)) // 20)
    clustered = mean(design(towns, weights="poids", clusters="town", population=500), "age")
    assert 200 < clustered["n_eff"][0] < 4000


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


def test_one_answer_has_no_interval_rather_than_one_of_length_0():
    frame = pd.DataFrame({"y": [1.0, 2.0, 3.0], "g": list("aab")})
    found = mean(design(frame), "y", by="g").iloc[1]
    assert found["estimate"] == 3 and found[["se", "ci_low", "ci_high", "deff"]].isna().all()
    assert found["n_eff"] == 1 and found["status"] == "no_interval"


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


@pytest.mark.parametrize("how", [{"strata": "stratum"}, {"clusters": "town"}])
def test_a_dozen_answers_alike_in_each_stratum_or_town_make_no_mean_without_error(how):
    frame = pd.DataFrame(
        {"y": [1.0, 0.0] * 6, "stratum": list("ab") * 6, "town": np.arange(12) // 2}
    )
    made = design(frame, **how)  # type: ignore[arg-type]
    for found in (mean(made, "y").iloc[0], total(made, "y").iloc[0]):
        assert (found["se"], found["status"]) == (0, "no_interval")
        assert found["estimate"] > 0 and np.isnan(found["ci_low"]) and np.isnan(found["ci_high"])


def test_what_margins_explain_has_no_error_but_for_rounding():
    frame = pd.DataFrame({"x": [0.0, 1, 1, 0, 1], "s": list("abbab")})
    margin = {"s": pd.Series({"a": 51.7, "b": 54.0})}
    found = mean(design(frame, calibration=calibrate(frame, margin)), "x").iloc[0]
    assert found["se"] == 0 and found["ci_low"] == found["estimate"] == pytest.approx(54 / 105.7)


@pytest.mark.parametrize(
    "values",
    [
        pd.array([1, None, 3, 4, 4], dtype="Int64"),
        pd.array(["1", None, "3", "4", "4"], dtype="string"),
        pd.Categorical([1, None, 3, 4, 4]),
        pd.Series([1, pd.NA, "3", 4.0, 4], dtype=object),
    ],
)
def test_numbers_are_numbers_whatever_holds_them(values):
    frame = pd.DataFrame({"y": values, "g": pd.array(["a", pd.NA, "a", "b", "b"], dtype="string")})
    found = mean(design(frame), "y", by="g")
    assert found["estimate"].tolist() == [2, 4] and found["n"].tolist() == [2, 2]


def test_columns_without_a_value_or_with_lists_or_dates_are_told():
    frame = pd.DataFrame({"y": [1.0, 2.0], "none": None, "many": [["a"], ["b"]]})
    made = design(frame.assign(day=pd.Timestamp("2026-01-01"), large=1e200))
    for by, told in (
        ("none", "no row has a value"),
        ("many", "no single value in rows"),
    ):
        with pytest.raises(ObservError, match=told):
            mean(made, "y", by=by)
    for name in ("day", "large"):
        with pytest.raises(ObservError, match=f"{name}: 2 values are no number"):
            mean(made, name)


def test_a_word_among_numbers_is_told():
    frame = pd.DataFrame({"y": [1, "À venir", None, "–", "–"]})
    told = r"y: 3 values are no number, .*: rows of index 1 \('À venir'\), 3 \('–'\)$"
    with pytest.raises(ObservError, match=told):
        mean(design(frame), "y")


def test_unknown_columns_are_the_caller_s_mistake():
    made = design(pd.DataFrame({"y": [1.0, 2.0]}))
    with pytest.raises(ValueError, match="no column z"):
        mean(made, "z")
    with pytest.raises(ValueError, match="no column g, h"):
        mean(made, "y", by=["g", "h"])
    named = design(pd.DataFrame({"y": [1.0, 2.0], "n": [1, 2], "value": ["a", "b"]}))
    with pytest.raises(ValueError, match="column n: the name of a result"):
        mean(named, "y", by="n")
    assert mean(named, "y", by="value")["value"].tolist() == ["a", "b"]


def test_domains_are_found_though_the_index_has_their_name_or_a_column_has_none():
    frame = pd.DataFrame({"y": [1.0, 2.0, 6.0], "g": list("aab"), 0: list("xyy")})
    indexed = design(frame.set_index("g", drop=False))
    assert mean(indexed, "y", by="g")["estimate"].tolist() == [1.5, 6]
    assert mean(indexed, "y", by=["g", "g"]).columns.tolist().count("g") == 1
    by_number = mean(indexed, "y", by=0)  # type: ignore[arg-type]
    assert by_number["estimate"].tolist() == [1, 4]
    assert mean(indexed, "y", by=[])["estimate"].tolist() == [3]


def test_the_covariance_of_two_totals_has_their_variances(clustered):
    both = clustered.frame[["api00", "enroll"]].to_numpy(float)
    spread = covariance(clustered, both)
    errors = [total(clustered, name)["se"][0] for name in ("api00", "enroll")]
    assert np.sqrt(np.diag(spread)) == pytest.approx(errors)
    summed = total(
        design(
            clustered.frame.assign(both=both.sum(axis=1)),
            weights="pw", clusters="dnum", population="fpc",
        ),
        "both",
    )  # fmt: skip
    assert summed["se"][0] ** 2 == pytest.approx(spread.sum())


@pytest.mark.parametrize("level", [95, 0.0, 1.0, -0.5])
def test_a_level_in_percent_is_refused_and_makes_no_interval_of_nothing(level):
    sample = design(pd.DataFrame({"x": [1.0, 2.0, 3.0]}))
    for estimate in (mean, total):
        with pytest.raises(ValueError, match=r"write 0\.95 for 95 %"):
            estimate(sample, "x", level=level)


def test_the_effective_n_is_n_over_the_design_effect_of_closed_forms():
    """With weights, and with clusters of people who are alike: fewer answers than were given."""
    chance = np.random.default_rng(7)
    y, w = chance.normal(6, 2, 60), chance.lognormal(0, 0.6, 60)
    found = mean(design(pd.DataFrame({"y": y, "w": w}), weights="w"), "y").iloc[0]
    off = y - np.average(y, weights=w)
    variance = 60 / 59 * np.sum((w * off) ** 2) / w.sum() ** 2
    simple = np.sum(w * off**2) / w.sum() / 59
    assert found["se"] == pytest.approx(np.sqrt(variance))
    assert found["deff"] == pytest.approx(variance / simple) and found["deff"] > 1.1
    assert found["n_eff"] == pytest.approx(60 * simple / variance) and found["n_eff"] < 55
    twice = pd.DataFrame({"y": np.repeat(y, 2), "who": np.repeat(np.arange(60), 2)})
    told = mean(design(twice, clusters="who"), "y").iloc[0]
    assert told["n"] == 120 and told["n_eff"] == pytest.approx(60, rel=0.02)
    apart = pd.DataFrame({"y": [1.0, 9.0] * 30, "who": np.repeat(np.arange(30), 2)})
    apart.loc[0, "y"] = 2.0  # pairs that differ inside, and hardly between
    assert mean(design(apart, clusters="who"), "y").iloc[0]["n_eff"] > 60


def test_two_answers_have_the_widest_interval_and_one_none():
    two = mean(design(pd.DataFrame({"y": [4.0, 6.0]})), "y").iloc[0]
    assert two["df"] == 1 and two["ci_high"] - 5 == pytest.approx(12.706204736, rel=1e-9)
    one = mean(design(pd.DataFrame({"y": [4.0]})), "y").iloc[0]
    assert one["status"] == "no_interval" and np.isnan(one["ci_high"])


def test_a_ratio_rests_on_rows_of_which_both_are_known_and_has_no_base_of_nothing():
    frame = pd.DataFrame({"a": [1, 3, np.nan, 9.0], "b": [2, 6, 5, np.nan], "none": 0.0})
    found = ratio(design(frame), "a", "b").iloc[0]
    assert (found["estimate"], found["n"]) == (0.5, 2)
    assert ratio(design(frame), "a", "none")["status"].tolist() == ["missing"]


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


def test_a_mark_beyond_the_scale_that_is_told_is_refused():
    with pytest.raises(ObservError, match=r"beyond the ends \(1, 5\)"):
        mean(design(pd.DataFrame({"mark": [1, 5, 6]})), "mark", ends=(1, 5))


def test_a_census_needs_no_interval_on_any_scale():
    whole = design(pd.DataFrame({"mark": [3.0, 4.0, 5.0]}), population=3)
    found = mean(whole, "mark", ends=(1, 5)).iloc[0]
    assert found["ci_low"] == found["ci_high"] == 4
