from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from observlib.base.errors import ObservError
from observlib.stats.survey.weighting import (
    ConvergenceError,
    calibrate,
    effective_n,
    trim_weights,
)

METHODS = [("raking", None), ("linear", None), ("logit", (0.1, 8.0))]
PEOPLE = pd.DataFrame({"sexe": ["F", "F", "H", "H", "H"], "age": ["-", "+", "+", "-", "+"]})
SEXE = pd.Series({"F": 52, "H": 48})
AGE = pd.Series({"-": 30, "+": 70})


# --- what INSEE's Calmar2 and R's survey give ---------------------------------------------------


@pytest.fixture(scope="module")
def employees(shared_data: Path) -> pd.DataFrame:
    folder = shared_data / "calibration"
    weights = pd.read_csv(folder / "calWeights_movies.csv")
    return pd.read_csv(folder / "data_employees.csv").merge(weights, on="id")


EMPLOYEES = {
    "category": pd.Series({1: 80, 2: 90, 3: 60}),
    "sex": pd.Series({1: 140, 2: 90}),
    "department": pd.Series({1: 100, 2: 130}),
}
SCHOOLS = {
    "stype": pd.Series({"E": 4421, "H": 755, "M": 1018}),
    "sch.wide": pd.Series({"No": 1072, "Yes": 5122}),
}


@pytest.mark.parametrize(
    ("method", "bounds", "column"),
    [("linear", None, "wLinear"), ("raking", None, "wRaking"), ("logit", (0.4, 2.2), "wLogit")],
)
def test_weights_are_calmar2_s(employees, method, bounds, column):
    found = calibrate(
        employees,
        EMPLOYEES,
        totals={"salary": 470_000},
        weights="weight",
        method=method,
        bounds=bounds,
    )
    # Calmar2's are rounded to 4 decimals
    np.testing.assert_allclose(found.weights, employees[column], rtol=0, atol=5.01e-5)


@pytest.mark.parametrize("bounds", [(0.5, 1.5), (0.6, 2.0)])
def test_bounds_that_calmar2_cannot_keep_are_an_error(employees, bounds):
    margins = {name: margin * 300 / 230 for name, margin in EMPLOYEES.items()}
    with pytest.raises(ConvergenceError, match=r"margin '(category|sex|department)'"):
        calibrate(
            employees,
            margins,
            totals={"salary": 470_000},
            weights="weight",
            method="logit",
            bounds=bounds,
        )


def test_a_population_that_contradicts_the_margins_is_an_error(employees):
    with pytest.raises(ObservError, match="'sex': sums to 230; population=300"):
        calibrate(employees, EMPLOYEES, weights="weight", population=300)
    with pytest.raises(ConvergenceError, match="instead of"):
        calibrate(employees.assign(one=1), EMPLOYEES, totals={"one": 300}, weights="weight")


def test_raked_weights_are_r_s(apiclus1, reference):
    found = calibrate(apiclus1, SCHOOLS, weights="pw").weights
    for case in ("clus_rake_weights", "clus_calibrate_raking_weights"):
        row = reference(case)
        asked = [row["ci_low"], row["ci_high"], row["extra"]["sum"], *row["extra"]["first5"]]
        assert [found.min(), found.max(), found.sum(), *found[:5]] == pytest.approx(asked, rel=1e-5)


def test_ratios_within_bounds_are_r_s(apiclus1, reference):
    g = calibrate(apiclus1, SCHOOLS, weights="pw", method="logit", bounds=(0.5, 2)).g
    row = reference("clus_logit_ratio")
    assert [g.min(), g.max()] == pytest.approx([row["ci_low"], row["ci_high"]], rel=1e-5)


def test_trimmed_weights_are_r_s(apiclus1, reference):
    found = calibrate(apiclus1, SCHOOLS, weights="pw", trim=(20, 45))
    row = reference("clus_trim")
    asked = [row["ci_low"], row["ci_high"], row["extra"]["sum"]]
    weights = found.weights
    assert [weights.min(), weights.max(), weights.sum()] == pytest.approx(asked, rel=1e-5)
    assert found.trimmed == (weights > 44.999).sum()
    # trimming costs the margins, and the report says so
    assert (found.margins["after"] - found.margins["target"]).abs().max() > 10


def test_effective_n_is_kish_s(shared_data, reference):
    people = pd.read_csv(shared_data / "survey_weighted" / "hdv2003.csv", sep=";", decimal=",")
    assert effective_n(people["poids"]) == pytest.approx(reference("hdv_kish")["estimate"], 1e-8)


# --- properties ---------------------------------------------------------------------------------


@st.composite
def problems(draw: st.DrawFn) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """A sample with start weights, and margins that some positive weights meet."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    sizes = draw(st.lists(st.integers(2, 5), min_size=1, max_size=3))
    n = draw(st.integers(2, 60))
    sample = pd.DataFrame({f"v{i}": rng.integers(size, size=n) for i, size in enumerate(sizes)})
    sample["start"] = rng.lognormal(sigma=0.7, size=n)
    sample["x"] = rng.normal(50, 10, size=n)
    truth = sample["start"] * rng.uniform(0.6, 1.7, size=n)
    truth *= draw(st.sampled_from([1, 0.01, 1e6])) * sample["start"].sum() / truth.sum()
    return sample, {f"v{i}": truth.groupby(sample[f"v{i}"]).sum() for i in range(len(sizes))}


def oracle(sample: pd.DataFrame, margins: dict[str, pd.Series], sweeps: int = 5000) -> np.ndarray:
    """Iterative proportional fitting, one margin after the other."""
    weights = sample["start"].to_numpy().copy()
    for _ in range(sweeps):
        before = weights
        for name, margin in margins.items():
            reached = pd.Series(weights).groupby(sample[name]).sum()
            weights = weights * sample[name].map(margin / reached).to_numpy()
        if np.abs(weights / before - 1).max() < 1e-13:
            break
    return weights


@given(problems(), st.sampled_from(["raking", "linear"]))
def test_margins_are_met(problem, method):
    sample, margins = problem
    found = calibrate(sample, margins, weights="start", method=method)
    for name, margin in margins.items():
        reached = pd.Series(found.weights).groupby(sample[name]).sum()
        np.testing.assert_allclose(reached, margin, rtol=1e-7)
    np.testing.assert_allclose(found.margins["after"], found.margins["target"], rtol=1e-7)
    summary = found.summary()
    assert summary["design_effect"] * summary["effective_n"] == pytest.approx(len(sample))
    assert summary["design_effect"] >= 1 - 1e-12


def test_raking_is_iterative_proportional_fitting():
    rng = np.random.default_rng(7)
    for _ in range(20):
        sample = pd.DataFrame({f"v{i}": rng.integers(4, size=80) for i in range(3)})
        sample["start"] = rng.lognormal(size=80)
        truth = sample["start"] * rng.lognormal(sigma=1.5, size=80) * 1000
        margins = {f"v{i}": truth.groupby(sample[f"v{i}"]).sum() for i in range(3)}
        found = calibrate(sample, margins, weights="start").weights
        np.testing.assert_allclose(found, oracle(sample, margins), rtol=1e-6)


@given(problems())
def test_linear_weights_are_the_regression_estimator_s_closed_form(problem):
    sample, margins = problem
    start = sample["start"].to_numpy()
    x = np.column_stack([pd.get_dummies(sample[name]).to_numpy(float) for name in margins])
    targets = np.concatenate(list(margins.values()))
    coefficients = np.linalg.pinv(x.T * start @ x) @ (targets - x.T @ start)
    asked = start * (1 + x @ coefficients)
    found = calibrate(sample, margins, weights="start", method="linear").weights
    np.testing.assert_allclose(found, asked, rtol=1e-6, atol=1e-8 * targets.sum())


@given(problems(), st.tuples(st.floats(0, 0.3), st.floats(3, 9)))
def test_logit_ratios_keep_their_bounds_and_are_logistic_in_the_margins(problem, bounds):
    sample, margins = problem
    sample["start"] *= margins["v0"].sum() / sample["start"].sum()
    found = calibrate(sample, margins, weights="start", method="logit", bounds=bounds)
    low, high = bounds
    assert (found.g > low).all() and (found.g < high).all()
    # Deville and Särndal's first-order condition: F⁻¹(g) is linear in the auxiliary variables
    np.testing.assert_allclose(found.margins["after"], found.margins["target"], rtol=1e-7)
    score = np.log((found.g - low) / (high - found.g))
    np.testing.assert_allclose(found.residuals(score), 0, atol=1e-6)


@given(problems(), st.sampled_from(METHODS), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_of_margins_is_irrelevant(problem, way, random):
    sample, margins = problem
    method, bounds = way
    sample["start"] *= margins["v0"].sum() / sample["start"].sum()
    order = random.sample(range(len(sample)), len(sample))
    shuffled = dict(reversed([(n, m.sample(frac=1, random_state=1)) for n, m in margins.items()]))
    there = calibrate(sample, margins, weights="start", method=method, bounds=bounds)
    back = calibrate(sample.iloc[order], shuffled, weights="start", method=method, bounds=bounds)
    np.testing.assert_allclose(back.weights, there.weights[order], rtol=1e-6)


@given(problems(), st.floats(0.001, 1000), st.sampled_from(["raking", "linear"]))
def test_weights_scale_with_the_population_and_not_with_start_weights(problem, k, method):
    sample, margins = problem
    once = calibrate(sample, margins, weights="start", method=method).weights
    scaled = {name: margin * k for name, margin in margins.items()}
    again = calibrate(
        sample.assign(start=sample["start"] * 7), scaled, weights="start", method=method
    )
    size = once.sum() / len(once)
    np.testing.assert_allclose(again.weights / k, once, rtol=1e-6, atol=1e-7 * size)
    shares = {name: margin / margin.sum() for name, margin in margins.items()}
    total = margins["v0"].sum()
    same = calibrate(sample, shares, population=total, weights="start", method=method)
    np.testing.assert_allclose(same.weights, once, rtol=1e-6, atol=1e-7 * size)


@given(problems(), st.sampled_from(METHODS))
def test_calibrated_weights_are_left_as_they_are(problem, way):
    sample, _ = problem
    method, bounds = way
    margins = {"v0": sample["start"].groupby(sample["v0"]).sum()}
    x = float((sample["start"] * sample["x"]).sum())
    found = calibrate(
        sample, margins, totals={"x": x}, weights="start", method=method, bounds=bounds
    )
    np.testing.assert_allclose(found.weights, sample["start"], rtol=1e-9)
    assert found.iterations == 0


@given(problems(), st.sampled_from(METHODS), st.booleans())
def test_aggregated_rows_weigh_what_their_people_weigh(problem, way, trimmed):
    sample, margins = problem
    method, bounds = way
    columns = list(margins)
    size = margins["v0"].sum() / len(sample)
    trim = (0.2 * size, 1.2 * size) if trimmed else None
    told = sample.groupby(columns).size().rename("people").reset_index()
    options = {"method": method, "bounds": bounds, "trim": trim}
    try:
        one_by_one = calibrate(sample[columns], margins, **options)
    except ObservError as refused:
        with pytest.raises(type(refused)):
            calibrate(told, margins, counts="people", **options)
        return
    together = calibrate(told, margins, counts="people", **options)
    asked = pd.Series(one_by_one.weights).groupby([sample[c] for c in columns]).sum()
    tolerance = {"rtol": 1e-6, "atol": 1e-6 * size}
    np.testing.assert_allclose(together.weights, asked.to_numpy(), **tolerance)
    kish = ["n", "sum", "min", "max", "effective_n", "design_effect"]
    np.testing.assert_allclose(together.summary()[kish], one_by_one.summary()[kish], **tolerance)
    np.testing.assert_allclose(together.margins["n"], one_by_one.margins["n"])


@given(problems())
def test_residuals_are_those_of_a_regression_weighted_by_the_start_weights(problem):
    sample, margins = problem
    total = float((sample["start"] * sample["x"]).sum())
    margins = {name: sample["start"].groupby(sample[name]).sum() for name in margins}
    found = calibrate(sample, margins, totals={"x": total}, weights="start")
    y = np.column_stack([np.sin(np.arange(len(sample))), sample["x"] ** 2])
    categories = [pd.get_dummies(sample[name]) for name in margins]  # collinear, as margins are
    x = np.column_stack([*categories, sample["x"]]).astype(float)
    root = np.sqrt(sample["start"].to_numpy())[:, None]
    asked = y - x @ np.linalg.lstsq(root * x, root * y)[0]
    np.testing.assert_allclose(found.residuals(y), asked, atol=1e-6)
    np.testing.assert_allclose(found.residuals(y[:, 1]), asked[:, 1], atol=1e-6)
    # what the margins and totals explain leaves nothing
    np.testing.assert_allclose(found.residuals(x), 0, atol=1e-6)


@given(
    st.lists(st.floats(0.1, 100), min_size=1, max_size=30), st.floats(0.1, 0.9), st.floats(1.1, 5)
)
def test_trimming_keeps_the_sum_and_the_bounds_or_says_that_it_cannot(raw, low, high):
    weights = np.array(raw)
    lower, upper = low * weights.mean(), high * weights.mean()
    try:
        found = trim_weights(weights, lower, upper)
    except ObservError as told:
        assert "no weight is left" in str(told)
        assume(False)
    assert found.sum() == pytest.approx(weights.sum())
    assert found.min() >= lower * (1 - 1e-9) and found.max() <= upper * (1 + 1e-9)
    inside = (weights >= lower) & (weights <= upper)
    if inside.all():
        np.testing.assert_allclose(found, weights)


# --- choices ------------------------------------------------------------------------------------


def test_who_gave_no_answer_keeps_their_share_and_the_margin_holds_for_the_others():
    sample = PEOPLE.assign(sexe=["F", "F", "H", "H", None], w=[1.0, 2, 3, 2, 2])
    with pytest.raises(ObservError, match=r"'sexe': 1 of 5 rows have no answer.*keep_share"):
        calibrate(sample, {"sexe": SEXE, "age": AGE}, weights="w")
    found = calibrate(sample, {"sexe": SEXE, "age": AGE}, weights="w", missing="keep_share")
    assert found.weights[4] == pytest.approx(20)  # 2 of 10 start weights, of 100 people
    assert found.weights[:2].sum() == pytest.approx(0.8 * 52)
    assert found.weights[sample["age"] == "-"].sum() == pytest.approx(30)
    row = found.margins.set_index("category").loc["(no answer)"]
    assert row["target"] == pytest.approx(20) and row["n"] == 1


def test_without_start_weights_everybody_starts_with_the_same():
    found = calibrate(PEOPLE, {"sexe": SEXE})
    np.testing.assert_allclose(found.start, 20)
    np.testing.assert_allclose(found.weights, [26, 26, 16, 16, 16])
    equal = calibrate(PEOPLE.assign(w=3), {"sexe": SEXE}, weights="w")
    np.testing.assert_allclose(equal.weights, found.weights)


def test_a_population_alone_and_numeric_totals_alone_are_margins_too():
    sample = pd.DataFrame({"x": [1.0, 2.0, 3.0]})
    np.testing.assert_allclose(calibrate(sample, {}, population=30).weights, 10)
    np.testing.assert_allclose(calibrate(sample[[]], {}, population=30).weights, 10)
    both = calibrate(sample, {}, population=30, totals={"x": 66}, method="linear")
    assert [both.weights.sum(), both.weights @ sample["x"]] == pytest.approx([30, 66])
    alone = calibrate(sample, {}, totals={"x": 12})
    assert alone.weights @ sample["x"] == pytest.approx(12)
    assert alone.margins["category"].isna().all()


def test_a_total_that_no_weights_above_0_can_give_is_refused_and_leaves_none_near_0():
    sample = PEOPLE.assign(age_in_years=[20.0, 41, 60, 25, 70], none=0.0)
    for total in (0, -5):
        with pytest.raises(ConvergenceError, match=rf"total 'age_in_years': target {total}, with"):
            calibrate(sample, {}, totals={"age_in_years": total})
    for method, bounds in METHODS:  # of what is 0 for everybody 0 is the total
        found = calibrate(sample, {"sexe": SEXE}, totals={"none": 0}, method=method, bounds=bounds)
        np.testing.assert_allclose(found.weights, [26, 26, 16, 16, 16])


def test_a_total_of_gains_and_losses_has_its_reach_on_both_sides_of_nought():
    sample = pd.DataFrame({"x": [-1.0, -1, 2, 3]})
    for total in (-4, 9.5):
        found = calibrate(sample, {}, totals={"x": total})
        assert (found.weights > 0).all() and found.weights @ sample["x"] == pytest.approx(total)
    for total in (-1.5, 9):  # half the gains less twice the losses, and the reverse
        with pytest.raises(ConvergenceError, match=r"within reach -1\.5 to 9$"):
            calibrate(sample, {}, totals={"x": total}, method="logit", bounds=(0.5, 2))


def test_nested_margins_that_repeat_each_other_are_no_obstacle():
    sample = pd.DataFrame({"region": list("aabbb"), "department": ["1", "2", "3", "3", "4"]})
    departments = pd.Series({"1": 10, "2": 20, "3": 30, "4": 40})
    margins = {"region": pd.Series({"a": 30, "b": 70}), "department": departments}
    for method, bounds in METHODS:
        found = calibrate(sample, margins, method=method, bounds=bounds)
        np.testing.assert_allclose(found.weights, [10, 20, 15, 15, 40])
    with pytest.raises(ConvergenceError, match=r"margin '(region|department)', category"):
        calibrate(sample, margins | {"region": pd.Series({"a": 40, "b": 60})})


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1, 2, 2]),
        pd.Series([1.0, 2.0, 2.0]),
        pd.Series([1, 2, 2], dtype="Int64"),
        pd.Series([1, 2, 2], dtype="category"),
        pd.Series(pd.Categorical([1, 2, 2], categories=[3, 2, 1])),
        pd.Series([1, 2, 2], dtype=object),
    ],
)
def test_categories_are_found_whatever_holds_them(column):
    margin = pd.Series({1: 10, 2: 40, 3: 0})
    found = calibrate(pd.DataFrame({"v": column}), {"v": margin})
    assert found.weights.tolist() == pytest.approx([10, 20, 20])
    assert found.margins["category"].tolist() == [1, 2]


def test_more_margins_than_an_integer_can_number_the_cells_of():
    rng = np.random.default_rng(3)
    sample = pd.DataFrame(rng.integers(10, size=(2000, 20))).add_prefix("v")
    margins = {name: pd.Series(rng.dirichlet(np.full(10, 400.0))) for name in sample}
    found = calibrate(sample, margins, population=1e6)
    np.testing.assert_allclose(found.margins["after"], found.margins["target"], rtol=1e-7)


def test_effective_n_of_no_weights_is_an_error_and_never_nan():
    for weights in ([], [0.0, 0.0], [1.0, np.nan]):
        with pytest.raises(ObservError, match="effective n"):
            effective_n(np.array(weights))


def test_missing_weights_are_not_trimmed_into_missing_weights():
    with pytest.raises(ObservError, match="a number each"):
        trim_weights(np.array([1.0, np.nan, 9.0]), 2, 5)


def test_counts_of_nobody_are_refused_and_enormous_weights_have_an_effective_n():
    weights = np.array([1.0, 2.0])
    for counts in (np.array([0, 1]), np.array([1, 2, 3])):
        with pytest.raises(ValueError, match="counts: 2 rows"):
            effective_n(weights, counts)
        with pytest.raises(ValueError, match="counts: 2 rows"):
            trim_weights(weights, 1, 2, counts)
    assert effective_n(np.array([1e300, 1e300])) == 2


def test_bounds_that_leave_no_width_are_refused_and_weights_on_them_are_not_moved():
    with pytest.raises(ValueError, match="lower < upper"):
        trim_weights(np.ones(3), lower=2, upper=2)
    on_bounds = np.array([2.0, 6.0, 3.0, 5.0])
    assert trim_weights(on_bounds, lower=2, upper=6).tolist() == on_bounds.tolist()
    # one on a bound is free to take up what another is beyond it
    assert trim_weights(np.array([2.0, 8.0, 2.0]), lower=2, upper=6).tolist() == [3, 6, 3]


def test_the_weights_that_were_cut_are_counted_and_no_others():
    sample = pd.DataFrame({"a": ["x"] * 10 + ["y"] * 30 + ["z"] * 60})
    margins = {"a": pd.Series({"x": 60, "y": 30, "z": 10})}
    found = calibrate(sample, margins, trim=(0.1, 4.0))
    assert found.weights[:10] == pytest.approx(4.0) and found.trimmed == 10
    assert calibrate(sample, margins, trim=(0.1, 7.0)).trimmed == 0


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"margins": {}}, "nothing to calibrate to"),
        ({"method": "rake"}, "method is one of"),
        ({"missing": "drop"}, "missing one of"),
        ({"method": "logit"}, "logit has bounds"),
        ({"bounds": (0.5, 2)}, "logit has bounds"),
        ({"method": "logit", "bounds": (-0.5, 2)}, "ratios of weights"),
        ({"method": "logit", "bounds": (1, 2)}, "ratios of weights"),
        ({"method": "logit", "bounds": (0.5, 1)}, "ratios of weights"),
        ({"method": "logit", "bounds": (0.5, np.inf)}, "ratios of weights"),
        ({"tolerance": 1e-13}, "a share of a target"),
        ({"tolerance": 1}, "a share of a target"),
        ({"max_iterations": 0}, "at least 1 iteration"),
    ],
)
def test_a_call_that_means_nothing_is_told_before_anything_is_computed(told, said):
    with pytest.raises(ValueError, match=said):
        calibrate(PEOPLE, **({"margins": {"sexe": SEXE}} | told))


def test_the_ends_that_a_call_may_have_are_allowed():
    found = calibrate(PEOPLE, {"sexe": SEXE}, method="logit", bounds=(0, 2), tolerance=1e-12)
    assert found.weights.sum() == pytest.approx(100)
    linear = calibrate(PEOPLE, {"sexe": SEXE}, method="linear", max_iterations=1)
    assert linear.iterations == 1


def test_weights_below_one_are_not_negative_and_those_below_nought_are():
    sample = pd.DataFrame({"a": ["x"] * 8 + ["y"] * 2})
    light = calibrate(sample, {"a": pd.Series({"x": 4.0, "y": 1.0})})
    assert light.summary()["negative"] == 0 and light.summary()["max"] < 1
    frame = pd.DataFrame({"a": list("xxy"), "age": [20.0, 80.0, 50.0]})
    linear = calibrate(frame, {"a": pd.Series({"x": 2, "y": 1})}, totals={"age": 300},
                       method="linear")  # fmt: skip
    assert linear.summary()["negative"] == (linear.weights < 0).sum() > 0


# --- residuals for small samples ----------------------------------------------------------------


@given(st.integers(0, 10**6), st.booleans())
def test_a_deleted_residual_is_that_of_the_regression_on_the_other_people(seed, with_number):
    chance = np.random.default_rng(seed)
    people = pd.DataFrame(
        {"sexe": list("FH" * 20), "age": chance.permutation(list("--++") * 10)}
    ).assign(x=chance.normal(size=40), w=chance.uniform(1, 3, 40))
    totals = {"x": 5.0} if with_number else {}
    margins = {"sexe": SEXE, "age": AGE}
    found = calibrate(people, margins, totals=totals, weights="w", method="linear")
    values = chance.normal(size=40)
    told = found.deleting().residuals(values)
    columns = [people["sexe"] == "F", people["sexe"] == "H", people["age"] == "-"]
    x = np.column_stack([*columns, *([people["x"]] if with_number else [])]).astype(float)
    root = np.sqrt(found.start)
    for i in range(40):
        others = np.arange(40) != i
        beta = np.linalg.lstsq(x[others] * root[others, None], values[others] * root[others])[0]
        assert told[i] == pytest.approx(values[i] - x[i] @ beta, abs=1e-8)
    assert (np.abs(told) >= np.abs(found.residuals(values)) - 1e-12).all()


def test_somebody_who_alone_has_a_category_tells_nothing_of_what_others_say():
    people = pd.DataFrame({"sexe": list("FFHHH"), "age": list("-++++")})
    found = calibrate(people, {"sexe": SEXE, "age": AGE}, method="linear").deleting()
    told = found.residuals(np.array([9.0, 4.0, 5.0, 6.0, 8.0]))
    assert told[0] == 0 and np.isfinite(told).all()
