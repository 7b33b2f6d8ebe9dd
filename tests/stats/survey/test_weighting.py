"""Calibration meets margins, trimming keeps bounds, and what they cannot do is said."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from observlib.base.errors import ObservError
from observlib.stats.survey.weighting import (
    ConvergenceError,
    calibrate,
    effective_n,
    trim_weights,
)

CASES = yaml.safe_load(Path(__file__).with_name("samples.yml").read_text(encoding="utf-8"))
PEOPLE = pd.DataFrame({"sexe": ["F", "F", "H", "H", "H"], "age": ["-", "+", "+", "-", "+"]})
SEXE = pd.Series({"F": 52, "H": 48})
AGE = pd.Series({"-": 30, "+": 70})
RAW = st.lists(st.floats(0.1, 100), min_size=1, max_size=30)


@st.composite
def problems(draw: st.DrawFn) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """A sample with start weights, and margins that some positive weights meet."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    sizes = draw(st.lists(st.integers(2, 5), min_size=1, max_size=3))
    n = draw(st.integers(2, 60))
    sample = pd.DataFrame({f"v{i}": rng.integers(size, size=n) for i, size in enumerate(sizes)})
    sample["start"] = rng.lognormal(sigma=0.7, size=n)
    truth = sample["start"] * rng.uniform(0.6, 1.7, size=n)
    truth *= draw(st.sampled_from([1, 0.01, 1e6])) * sample["start"].sum() / truth.sum()
    return sample, {f"v{i}": truth.groupby(sample[f"v{i}"]).sum() for i in range(len(sizes))}


@given(problems())
def test_margins_are_met_by_weights_above_0(problem):
    sample, margins = problem
    found = calibrate(sample, margins, weights="start")
    for name, margin in margins.items():
        reached = pd.Series(found.weights).groupby(sample[name]).sum()
        np.testing.assert_allclose(reached, margin, rtol=1e-7)
    np.testing.assert_allclose(found.margins["after"], found.margins["target"], rtol=1e-7)
    assert 0 < effective_n(found.weights) <= len(sample) * (1 + 1e-12)
    assert found.weights.min() > 0


@given(RAW, st.floats(0.1, 0.9), st.floats(1.1, 5))
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


def test_a_population_alone_is_a_margin_too():
    sample = pd.DataFrame({"x": [1.0, 2.0, 3.0]})
    np.testing.assert_allclose(calibrate(sample, {}, population=30).weights, 10)
    np.testing.assert_allclose(calibrate(sample[[]], {}, population=30).weights, 10)


@given(st.integers(0, 10**6))
def test_a_deleted_residual_is_that_of_the_regression_on_the_other_people(seed):
    chance = np.random.default_rng(seed)
    people = pd.DataFrame(
        {"sexe": list("FH" * 20), "age": chance.permutation(list("--++") * 10)}
    ).assign(w=chance.uniform(1, 3, 40))
    found = calibrate(people, {"sexe": SEXE, "age": AGE}, weights="w")
    values = chance.normal(size=40)
    told = found.deleting().residuals(values)
    columns = [people["sexe"] == "F", people["sexe"] == "H", people["age"] == "-"]
    x = np.column_stack(columns).astype(float)
    root = np.sqrt(found.start)
    for i in range(40):
        others = np.arange(40) != i
        beta = np.linalg.lstsq(x[others] * root[others, None], values[others] * root[others])[0]
        assert told[i] == pytest.approx(values[i] - x[i] @ beta, abs=1e-8)
    assert (np.abs(told) >= np.abs(found.residuals(values)) - 1e-12).all()


def test_somebody_who_alone_has_a_category_tells_nothing_of_what_others_say():
    people = pd.DataFrame({"sexe": list("FFHHH"), "age": list("-++++")})
    found = calibrate(people, {"sexe": SEXE, "age": AGE}).deleting()
    told = found.residuals(np.array([9.0, 4.0, 5.0, 6.0, 8.0]))
    assert told[0] == 0 and np.isfinite(told).all()
    for values in ([1.0], [np.nan] * 5):
        with pytest.raises(ValueError, match="5 rows"):
            found.residuals(np.array(values))


def test_the_largest_weights_have_an_effective_number_too():
    assert effective_n(np.array([1e300, 1e300])) == 2


@pytest.mark.parametrize(("margin", "line"), [
    (pd.Series([52, None], index=["F", "H"], dtype="Int64"), r"that of 'H' \(nan\) is not"),
    ({"F": 52, "H": 48}, "a Series of numbers"), (pd.Series({1: 52, 2: 48}), "the margin has 1, 2"),
    (pd.DataFrame({"n": [52, 48]}, index=["F", "H"]), "a Series of numbers"),
    (pd.Series(dtype=float), "targets sum to 0"),
    (pd.Series([1, 2, 3], index=["F", "H", "F"]), "each category once.* 'F'"),
    (pd.Series([1, 2, 3], index=["F", "H", None]), "none missing; found nan|None"),
])  # fmt: skip
def test_a_margin_that_is_none_is_named(margin, line):
    with pytest.raises(ObservError, match=f"margins? 'sexe'.*{line}"):
        calibrate(PEOPLE, {"sexe": margin})


@pytest.mark.parametrize(("how", "change", "line"), CASES["calibrations"])
def test_what_a_user_can_mend_is_one_line(how, change, line):
    given = how.get("margins", {"sexe": {"F": 52, "H": 48}})
    margins = {name: pd.Series(margin) for name, margin in given.items()}
    sample = PEOPLE.assign(**{name: pd.Series(x, PEOPLE.index) for name, x in change.items()})
    with pytest.raises(ObservError, match=line) as told:
        calibrate(sample, **(how | {"margins": margins}))
    assert "\n" not in str(told.value)


def test_a_sample_without_rows_or_the_column_or_with_it_twice_is_told():
    margin = {"sexe": SEXE}
    with pytest.raises(ObservError, match="sample: no row"):
        calibrate(PEOPLE.iloc[:0], margin)
    with pytest.raises(ObservError, match="column 'sexe': not in the sample"):
        calibrate(PEOPLE.drop(columns="sexe"), margin)
    with pytest.raises(ObservError, match="column 'sexe': more than once"):
        calibrate(pd.concat([PEOPLE, PEOPLE["sexe"]], axis=1), margin)


def test_margins_that_cannot_be_met_name_the_categories():
    # the only A are x, so that A cannot outweigh x
    sample = pd.DataFrame({"a": ["A", "A", "B"], "b": ["x", "x", "y"]})
    margins = {"a": pd.Series({"A": 60, "B": 40}), "b": pd.Series({"x": 50, "y": 50})}
    with pytest.raises(ConvergenceError, match=r"margin '[ab]', category '[AxBy]': .* instead of"):
        calibrate(sample, margins)


def test_neither_margins_nor_a_population_is_nothing_to_calibrate_to():
    with pytest.raises(ValueError, match="nothing to calibrate to"):
        calibrate(PEOPLE, {})
