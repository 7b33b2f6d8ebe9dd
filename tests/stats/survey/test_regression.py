"""Regressions: R's svyglm, statsmodels' sandwich, and models that cannot be fitted."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.stats.survey.association import difference
from observlib.stats.survey.design import design, within
from observlib.stats.survey.regression import regression
from observlib.stats.survey.weighting import calibrate

Reference = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    ("name", "outcome", "drivers"),
    [
        ("strat_logit", "awarded", ["api00", "ell", "stype"]),
        ("hdv_logit", "plays", ["age", "sexe"]),
    ],
)
def test_logistic_regressions_are_those_of_r(apistrat, hdv2003, reference, name, outcome, drivers):
    made = (
        design(apistrat, weights="pw", strata="stype", population="fpc")
        if name == "strat_logit"
        else design(hdv2003, weights="poids")
    )
    found = regression(made, outcome, drivers, family="logistic")
    for _, row in found.iterrows():
        term = "(Intercept)" if row["driver"] == "(intercept)" else row["driver"] + row["value"]
        expected = reference(name, f"[{term}]")
        assert [row["estimate"], row["se"], row["t"], row["p"]] == pytest.approx(
            [expected["estimate"], expected["se"], expected["extra"]["t"], expected["extra"]["p"]],
            rel=1e-5,
        )


def test_where_r_stops_depends_on_the_answers_unknown_and_on_calibration(apistrat):
    margin = {"sch.wide": pd.Series({"No": 1072, "Yes": 5122})}
    calibration = calibrate(apistrat, margin, weights="pw")
    drawn = design(apistrat, weights="pw", strata="stype", population="fpc")
    made = design(apistrat, strata="stype", population="fpc", calibration=calibration)
    # svyglm(awards ~ acs.46 + meals, subset(..., stype != "H"), family = quasibinomial())
    for whole, expected in (
        (drawn, [2.52357107699015, 0.08799075530560, 0.00708884585178]),
        (made, [2.51255687845408, 0.08784606490858, 0.00708879372589]),
    ):
        of = within(whole, apistrat["stype"] != "H")
        found = regression(of, "awarded", ["acs.46", "meals"], family="logistic")
        assert found["se"].tolist() == pytest.approx(expected, rel=1e-8)


def test_in_a_census_calibrated_weights_leave_coefficients_an_error(calibrated_census):
    found = regression(calibrated_census, "api00", ["meals"])  # svyglm(api00 ~ meals, ...)
    assert found["se"].tolist() == pytest.approx([3.499495329343, 0.044056736186])


def test_a_linear_regression_on_two_groups_is_the_t_test(apistrat):
    made = design(apistrat, weights="pw", strata="stype", population="fpc")
    row = regression(made, "api00", ["awards"]).iloc[1]
    test = difference(made, "api00", "awards", "Yes", "No")
    assert [row[name] for name in ("estimate", "se", "ci_low", "ci_high", "t", "df", "p")] == (
        pytest.approx([test.estimate, test.se, test.ci_low, test.ci_high, test.t, test.df, test.p])
    )


@pytest.mark.parametrize("family", ["linear", "logistic"])
def test_independent_rows_have_statsmodels_sandwich(family):
    import statsmodels.api as sm

    chance = np.random.default_rng(2)
    frame = pd.DataFrame(
        {
            "x": chance.normal(size=400),
            "g": chance.choice(list("abc"), 400),
            "w": chance.random(400),
        }
    )
    frame["y"] = frame["x"] - 0.5 * (frame["g"] == "b") + chance.logistic(size=400)
    if family == "logistic":
        frame["y"] = (frame["y"] > 0).astype(int)
    columns = sm.add_constant(
        pd.get_dummies(frame[["x", "g"]], columns=["g"], drop_first=True, dtype=float)
    )
    kind = sm.families.Binomial() if family == "logistic" else sm.families.Gaussian()
    model = sm.GLM(frame["y"], columns, family=kind, freq_weights=frame["w"])
    fit = model.fit(tol=1e-13)
    scores = columns.to_numpy() * ((frame["y"] - fit.fittedvalues) * frame["w"]).to_numpy()[:, None]
    bread = np.linalg.inv(-model.hessian(fit.params, scale=1.0, observed=False))
    errors = np.sqrt(np.diag(bread @ (scores.T @ scores) @ bread) * 400 / 399)
    found = regression(design(frame, weights="w"), "y", ["x", "g"], family=family)
    assert found["estimate"].tolist() == pytest.approx(fit.params.tolist(), rel=1e-6)
    assert found["se"].tolist() == pytest.approx(errors.tolist(), rel=1e-4)
    assert found["driver"].tolist() == ["(intercept)", "x", "g", "g"]
    assert found["value"].tolist() == ["", "", "b", "c"]
    assert found["df"].eq(399 + 1 - 4).all()


def test_the_first_category_is_what_others_are_compared_with():
    size = pd.Categorical(["m", "s", "l", "m", "s", "l"], categories=["s", "m", "l"])
    made = design(pd.DataFrame({"y": [3.0, 1, 6, 5, 2, 9], "size": size}))
    found = regression(made, "y", ["size"])
    assert found["value"].tolist() == ["", "m", "l"]
    assert found["estimate"].tolist() == pytest.approx([1.5, 2.5, 6.0])


def test_unknown_values_and_other_domains_are_left_out_of_the_fit():
    frame = pd.DataFrame({"y": [1.0, 2, 4, 3, 9, None], "x": [0, 1, 2, 3, None, 1], "w": 2.0})
    frame.loc[6] = [50.0, 5.0, 0.0]
    frame.loc[7] = [70.0, 6.0, 1.0]
    made = within(design(frame, weights="w"), frame["x"] != 6)
    found = regression(made, "y", ["x"])
    assert found["estimate"].tolist() == pytest.approx(
        np.polyfit([0, 1, 2, 3], [1, 2, 4, 3], 1)[::-1]
    )
    assert found["n"].eq(4).all() and found["df"].eq(2).all()


@pytest.mark.parametrize(
    ("outcome", "drivers", "family", "told"),
    [
        ("y", ["x", "twice"], "linear", "given by the drivers before: twice"),
        ("y", ["x", "same"], "linear", "same; leave out"),
        ("y", ["x", "nil"], "linear", "nil; leave out"),
        ("same", ["x"], "linear", "the same for all 6 rows"),
        ("y", ["x"], "logistic", "1 or 0, true or false, not 2.0, 3.0"),
        ("won", ["apart"], "logistic", "coefficients; apart a, apart b goes with one outcome only"),
        ("won", ["some"], "logistic", "coefficients; some a goes with one outcome only"),
        ("won", ["x"], "logistic", "coefficients; x goes with one outcome only"),
        ("won", ["near", "off"], "logistic", "some mix of answers to the drivers goes with one"),
        ("line", ["x"], "linear", r"give exactly .* error of \(intercept\), x by;"),
        ("y", ["once"], "linear", r"give exactly .* error of \(intercept\) by;"),
        ("unknown", ["x"], "linear", "no row where"),
        ("y", ["x", "name"], "linear", "given by the drivers before: name f"),
        ("y", ["name"], "linear", "6 coefficients are too many for 5 degrees"),
    ],
)
def test_models_that_cannot_be_fitted_say_why(outcome, drivers, family, told):
    frame = pd.DataFrame(
        {
            "y": [1.0, 0, 2, 3, 2, 1], "x": [0.0, 1, 2, 4, 5, 7], "twice": [0.0, 2, 4, 8, 10, 14],
            "same": 1, "won": [0, 0, 0, 1, 1, 1], "apart": list("aaabbb"), "some": list("abcccb"),
            "near": [0.0, 3, 1, 1, 4, 2], "off": [3.0, 0, 1, 4, 1, 2], "once": list("abbbbb"),
            "line": [0.1, 0.4, 0.7, 1.3, 1.6, 2.2], "unknown": None, "name": list("abcdef"),
            "nil": 0,
        }
    )  # fmt: skip
    with pytest.raises(ObservError, match=told):
        regression(design(frame), outcome, drivers, family=family)


@examples(40)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(4, 40),
    st.sampled_from([0.0, 1.0, 20.0]),
    st.sampled_from([1e-6, 1.0, 1e6]),
)
def test_separated_outcomes_never_leak_warnings_nor_endless_coefficients(seed, n, slope, scale):
    chance = np.random.default_rng(seed)
    frame = pd.DataFrame({"x": chance.normal(size=n), "g": chance.choice(list("abc"), n)})
    odds = slope * (frame["x"] + (frame["g"] == "a")) + chance.logistic(size=n)
    frame = frame.assign(y=odds > 0, x=frame["x"] * scale, w=chance.lognormal(sigma=2, size=n))
    made = design(frame, weights="w")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for drivers in (["x"], ["g"], ["x", "g"]):
            try:
                found = regression(made, "y", drivers, family="logistic")
            except ObservError as told:
                assert "\n" not in str(told)
                continue
            numbers = found[["estimate", "se", "ci_low", "ci_high", "t", "p"]]
            assert np.isfinite(numbers.to_numpy(float)).all()
            sizes = np.where(found["driver"] == "x", scale, 1.0)
            assert (found["estimate"].abs() * sizes < 1e3).all()


def test_a_population_known_as_a_whole_has_coefficients_without_error_nor_test():
    frame = pd.DataFrame({"y": [1.0, 2, 4, 3, 9], "x": [0, 1, 2, 3, 4]})
    found = regression(design(frame, population=5), "y", ["x"])
    assert (found["se"] == 0).all() and (found["ci_low"] == found["ci_high"]).all()
    assert found[["t", "p"]].isna().all(axis=None)


def test_mistakes_of_the_caller_are_value_errors():
    made = design(pd.DataFrame({"y": [1.0, 2.0], "x": [1.0, 3.0]}))
    with pytest.raises(ValueError, match="family is one of"):
        regression(made, "y", ["x"], family="poisson")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no column z"):
        regression(made, "y", ["z"])


def test_a_logistic_regression_stops_where_r_s_glm_does():
    """As `svyglm(family = quasibinomial())` of R's survey 4.4; a step more moves the errors."""
    frame = pd.DataFrame(
        {"x": range(12), "y": [0, 0, 1, 0, 1, 0, 1, 1, 0, 1, 1, 1], "w": [1, 2, 3] * 4}
    )
    found = regression(design(frame, weights="w"), "y", ["x"], family="logistic")
    assert found["estimate"].tolist() == pytest.approx(
        [-0.9337016140302683, 0.2261094085504144], rel=1e-11
    )
    assert found["se"].tolist() == pytest.approx(
        [1.3252526439126442, 0.1936446565807168], rel=1e-11
    )
    assert found["p"].tolist() == pytest.approx([0.4971726887327275, 0.2700337571551794], rel=1e-9)


def test_three_answers_leave_one_degree_of_freedom_to_a_line():
    frame = pd.DataFrame({"x": [0.0, 1.0, 3.0], "y": [1.0, 2.0, 2.5]})
    found = regression(design(frame), "y", ["x"])
    assert found["df"].tolist() == [1, 1] and np.isfinite(found["ci_low"]).all()
    with pytest.raises(ObservError, match="too many for 1 degrees"):
        regression(design(frame.head(2)), "y", ["x"])
