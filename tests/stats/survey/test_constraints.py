"""Bad input of a calibration: what its user is told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observlib.base.errors import ObservError
from observlib.stats.survey.weighting import ConvergenceError, calibrate

PEOPLE = pd.DataFrame({"sexe": ["F", "F", "H", "H", "H"], "age": ["-", "+", "+", "-", "+"]})
SEXE = pd.Series({"F": 52, "H": 48})
AGE = pd.Series({"-": 30, "+": 70})


def test_all_that_is_wrong_is_told_at_once():
    sample = PEOPLE.assign(w=[1.0, -2.0, np.nan, 0.0, 1.0], x=[1.0, np.inf, 2.0, 3.0, 4.0])
    margins = {
        "sexe": pd.Series({"F": 40, "X": 60}),
        "age": pd.Series({"-": 30, "+": 90}),
    }
    with pytest.raises(ObservError) as told:
        calibrate(sample, margins, totals={"x": 10}, weights="w")
    lines = list(told.value.problems)
    assert lines == [
        "weights 'w': a number above 0 (1e-100 to 1e+100) is needed in each row; rows of index "
        "1 (-2.0), 2 (nan), 3 (0.0)",
        "margins: their totals must be the same, and are 'sexe' 100, 'age' 120",
        "margin 'sexe': 3 rows of the sample are in categories that the margin lacks: 'H'; the "
        "margin has 'F', 'X'",
        "margin 'sexe': no row of the sample is in 'X': merge with another category, in sample and "
        "margin; the sample has 'F', 'H'",
        "total 'x': a number is needed in each row; rows of index 1 (inf)",
    ]


@pytest.mark.parametrize(
    ("margin", "line"),
    [
        (
            pd.Series({"F": 52, "H": np.nan}),
            r"target is 0 or .* that of 'H' \(nan\) is not",
        ),
        (pd.Series({"F": 52, "H": -1}), r"that of 'H' \(-1\) is not"),
        (pd.Series({"F": np.inf, "H": 48}), r"that of 'F' \(inf\) is not"),
        (pd.Series({"F": 1e308, "H": 1e308}), r"that of 'F' \(1e\+308\), 'H' .* is not"),
        (pd.Series([52, None], index=["F", "H"], dtype="Int64"), r"that of 'H' \(nan\) is not"),
        (pd.Series({"F": True, "H": True}), "a Series of numbers"),
        ({"F": 52, "H": 48}, "a Series of numbers"),
        (pd.DataFrame({"n": [52, 48]}, index=["F", "H"]), "a Series of numbers"),
        (pd.Series(dtype=float), "targets sum to 0"),
        (pd.Series({"F": 100, "H": 0}), "target of 'H' is 0, and 3 rows"),
        (pd.Series({"F": 0, "H": 0}), "targets sum to 0"),
        (pd.Series([1, 2, 3], index=["F", "H", "F"]), "each category once.* 'F'"),
        (pd.Series([1, 2, 3], index=["F", "H", None]), "none missing; found nan|None"),
        (pd.Series({"F": "52", "H": "48"}), "a Series of numbers"),
        (pd.Series({"F": 0.52, "H": 0.48}), "shares need population="),
        (pd.Series({1: 52, 2: 48}), "the margin has 1, 2"),
    ],
)
def test_a_margin_that_is_none_is_named(margin, line):
    with pytest.raises(ObservError, match=f"margins? 'sexe'.*{line}"):
        calibrate(PEOPLE, {"sexe": margin})


@pytest.mark.parametrize(
    ("sample", "options", "line"),
    [
        (PEOPLE, {"weights": "w"}, "column 'w': not in the sample"),
        (PEOPLE.drop(columns="sexe"), {}, "column 'sexe': not in the sample"),
        (PEOPLE.iloc[:0], {}, "sample: no row"),
        (PEOPLE.assign(c=[1, 0, 1, 1, 1]), {"counts": "c"}, r"counts 'c'.* rows of index 1 \(0\)"),
        (PEOPLE.assign(c="a"), {"counts": "c"}, r"rows of index 0 \('a'\), .* 4 \('a'\)$"),
        (PEOPLE, {"population": 0}, "population: 0 is not a finite number above 0"),
        (PEOPLE.assign(sexe=None), {"missing": "keep_share"}, "5 of 5 rows have no answer"),
        (
            PEOPLE.assign(x=1),
            {"totals": {"x": np.nan}},
            "total 'x': its target nan is no finite",
        ),
        (PEOPLE.assign(x=1), {"totals": {"x": np.inf}}, "total 'x': its target inf is no finite"),
        (PEOPLE.assign(x=1), {"totals": {"x": None}}, "total 'x': its target None is no finite"),
        (PEOPLE, {"population": "many"}, "population: many is not a finite number"),
        (PEOPLE.assign(w=1e300), {"weights": "w"}, r"weights 'w'.*index 0 \(1e\+300\)"),
        (PEOPLE.assign(sexe=[["F"]] * 5), {}, r"margin 'sexe': no single value in rows of index 0"),
        (pd.concat([PEOPLE, PEOPLE["sexe"]], axis=1), {}, "column 'sexe': more than once"),
        (PEOPLE.assign(sexe=pd.array([pd.NA] * 5, "string")), {}, "5 of 5 rows have no answer"),
        (PEOPLE, {"trim": (21, 30)}, "no weight is left to take up"),
        (
            PEOPLE.assign(w=1),
            {"weights": "w", "method": "logit", "bounds": (0.5, 2)},
            "sum to 5, the population is 100, 20 times",
        ),
    ],
)
def test_what_a_user_can_mend_is_one_line(sample, options, line):
    with pytest.raises(ObservError, match=line) as told:
        calibrate(sample, {"sexe": SEXE}, **options)
    assert "\n" not in str(told.value)


def test_bounds_that_cannot_hold_name_the_categories_and_what_is_within_reach():
    margins = {"sexe": pd.Series({"F": 90, "H": 10})}
    with pytest.raises(ConvergenceError, match=r"'F': target 90, within reach 20 to 80;.*'H'"):
        calibrate(PEOPLE, margins, method="logit", bounds=(0.5, 2))


def test_margins_that_no_weights_meet_name_the_one_furthest_away():
    # the only A are x, so that A cannot outweigh x
    sample = pd.DataFrame({"a": ["A", "A", "B"], "b": ["x", "x", "y"]})
    margins = {"a": pd.Series({"A": 60, "B": 40}), "b": pd.Series({"x": 50, "y": 50})}
    with pytest.raises(ConvergenceError, match=r"margin '[ab]', category '[AxBy]': .* instead of"):
        calibrate(sample, margins)
    with pytest.raises(ConvergenceError, match="stopped after 1 iterations"):
        calibrate(PEOPLE, {"sexe": pd.Series({"F": 99, "H": 1}), "age": AGE}, max_iterations=1)


@pytest.mark.parametrize(
    "options",
    [
        {"method": "ipf"},
        {"method": "logit"},
        {"bounds": (0.5, 2)},
        {"method": "logit", "bounds": (1.1, 2)},
        {"missing": "ignore"},
        {"tolerance": 0},
        {"max_iterations": 0},
        {"trim": (np.nan, 3)},
        {"trim": (3, 2)},
    ],
)
def test_a_call_that_means_nothing_is_a_value_error(options):
    with pytest.raises(ValueError):
        calibrate(PEOPLE, {"sexe": SEXE}, **options)


def test_nothing_to_calibrate_to_and_residuals_of_nothing_are_value_errors():
    with pytest.raises(ValueError, match="nothing to calibrate"):
        calibrate(PEOPLE, {})
    found = calibrate(PEOPLE, {"sexe": SEXE})
    for values in ([1.0], [np.nan] * 5):
        with pytest.raises(ValueError, match="5 rows"):
            found.residuals(np.array(values))


def test_the_category_that_is_furthest_by_its_size_is_named_and_not_the_largest():
    """After one step 60 of 10,000 are missing, and 5 of 10: that is the one to look at."""
    sample = pd.DataFrame({"a": ["big"] * 500 + ["small"] * 5, "b": ["x", "y"] * 252 + ["x"]})
    margins = {"a": pd.Series({"big": 9990, "small": 10}), "b": pd.Series({"x": 3000, "y": 7000})}
    with pytest.raises(ConvergenceError, match="category 'small'") as error:
        calibrate(sample, margins, max_iterations=1)
    assert "furthest from its target" in str(error.value)


def test_a_category_of_nobody_is_refused_in_shares_too_and_one_of_one_person_is_not():
    sample = pd.DataFrame({"a": ["x"] * 9 + ["y"]})
    shares = pd.Series({"x": 0.5, "y": 0.3, "z": 0.2})
    with pytest.raises(ObservError, match="no row of the sample is in 'z'"):
        calibrate(sample, {"a": shares}, population=100)
    found = calibrate(sample, {"a": pd.Series({"x": 0.5, "y": 0.5})}, population=100)
    assert found.weights[9] == pytest.approx(50)
