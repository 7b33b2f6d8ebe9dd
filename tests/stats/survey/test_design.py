"""What a design refuses, and says so that it can be mended."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observlib.base.errors import ObservError
from observlib.stats.survey.design import design, within
from observlib.stats.survey.estimation import mean, total
from observlib.stats.survey.quantiles import quantiles
from observlib.stats.survey.weighting import calibrate

FRAME = pd.DataFrame(
    {
        "y": [1.0, 2.0, 4.0, 7.0, 5.0, 3.0],
        "w": [1.0, 2.0, 1.0, 3.0, 2.0, 1.0],
        "pool": list("aaabbb"),
        "town": [1, 1, 2, 3, 4, 4],
        "size": [30, 30, 30, 60, 60, 60],
    }
)


@pytest.mark.parametrize(("changed", "arguments", "told"), [
    ({"w": [1, -2, 1, None, 2, 1]}, {"weights": "w"}, r"w: 2 .*index 1 \(-2.0\), 3 \(nan\); a"),
    (
        {"w": ["1", "x", 1, 1, 2, np.inf]},
        {"weights": "w"},
        r"w: 2 .*index 1 \('x'\), 5 \(inf\)",
    ),
    ({"w": 0}, {"weights": "w"}, "w: all are 0"),
    ({"pool": [*"aaabb", None]}, {"strata": "pool"}, "no stratum in rows of index 5$"),
    ({"town": [1, None, 2, 3, 4, 4]}, {"clusters": "town"}, "no cluster in rows of index 1$"),
    ({"town": [1, 1, 2, 1, 4, 4]}, {"strata": "pool", "clusters": "town"}, "clusters 1;.*nest"),
    ({"pool": list("abcdef")}, {"strata": "pool"}, "unit in a, b, c, d, e, and 1 more; merge"),
    ({"size": [30, 30, 31, 60, 60, 60]}, {"strata": "pool", "population": "size"}, "stratum a"),
    ({"size": [2, 2, 2, 60, 60, 60]}, {"strata": "pool", "population": "size"}, r"a \(2 < 3\)"),
    ({"size": [0.1] * 3 + [60] * 3}, {"strata": "pool", "population": "size"}, r"a \(0.1 < 3"),
    ({"size": [30] * 3 + [None] * 3}, {"strata": "pool", "population": "size"}, "stratum b"),
    ({}, {"strata": "pool", "population": {"a": 10}}, "population: missing.* stratum b"),
    ({}, {"population": -1.0}, "no number above 0"),
    ({}, {"population": np.inf}, "no number above 0"),
    ({}, {"strata": "pool", "population": {"a": "many", "b": pd.NA}}, "for stratum a, b"),
    ({"w": [1, 1e300, 1, 1, 1, 1e-300]}, {"weights": "w"}, "index 1 .1e.300., 5 .1e-300."),
    ({"w": pd.Timestamp("2026-01-01")}, {"weights": "w"}, "w: 6 are missing, .* or no number"),
    ({"pool": [["a"]] * 6}, {"strata": "pool"}, "pool: no single value in rows of index 0"),
])  # fmt: skip
def test_bad_designs_are_told_with_what_is_wrong(changed, arguments, told):
    with pytest.raises(ObservError, match=told):
        design(FRAME.assign(**changed), **arguments)


def test_all_problems_are_told_at_once():
    bad = FRAME.assign(w=[1, -2, 1, 1, 2, 1], pool=list("aaabbc"), size=2)
    with pytest.raises(ObservError) as error:
        design(bad, weights="w", strata="pool", population="size")
    assert len(error.value.problems) == 3
    with pytest.raises(ObservError, match="no row"):
        design(FRAME.iloc[:0])


@pytest.mark.parametrize(("arguments", "told"), [
    ({"weights": "poids"}, "no column poids"), ({"lonely": "remove"}, "lonely is one of"),
    ({"weights": "twice"}, "more than one column twice"),
])  # fmt: skip
def test_mistakes_of_the_caller_are_value_errors(arguments, told):
    frame = pd.concat([FRAME, FRAME[["w", "w"]].set_axis(["twice", "twice"], axis=1)], axis=1)
    with pytest.raises(ValueError, match=told):
        design(frame, **arguments)  # type: ignore[arg-type]


def test_fractions_sizes_and_sizes_by_stratum_say_the_same():
    frame = FRAME.assign(fraction=3 / FRAME["size"])
    found = [
        mean(design(frame, strata="pool", population=given), "y")
        for given in ("size", "fraction", {"a": 30, "b": 60})
    ]
    for other in found[1:]:
        pd.testing.assert_frame_equal(found[0], other)
    assert found[0]["estimate"][0] == pytest.approx((7 / 3 * 30 + 5 * 60) / 90)


def test_a_population_known_as_a_whole_has_no_error():
    whole = design(FRAME, strata="pool", population=3)
    for estimate in (mean(whole, "y"), total(whole, "y"), mean(whole, "y", by="town")):
        assert (estimate["se"] == 0).all() and (estimate["status"] == "published").all()
        assert estimate["ci_low"].tolist() == estimate["ci_high"].tolist()
        assert estimate["ci_low"].tolist() == estimate["estimate"].tolist()


class TestLonely:
    """A stratum of one: three units of total 2, 4 and 6 in a, one of 10 in b."""

    frame = pd.DataFrame({"y": [2.0, 4.0, 6.0, 10.0], "pool": list("aaab")})

    def test_a_unit_that_is_its_whole_stratum_is_not_lonely(self):
        certain = design(self.frame, strata="pool", population={"a": 30, "b": 1})
        assert total(certain, "y")["se"][0] ** 2 == pytest.approx(100 * 0.9 * 3 / 2 * 8)

    def test_a_domain_that_leaves_one_unit_of_a_stratum_is_no_error(self):
        frame = pd.DataFrame({"y": [1.0, 2, 3, 4], "pool": list("aabb"), "g": [1, 0, 0, 0]})
        found = total(within(design(frame, strata="pool"), frame["g"] == 1), "y")
        assert found["estimate"][0] == 1 and np.isnan(found["ci_low"][0]) and found["df"][0] == 0
        assert found["status"][0] == "no_interval"

    @pytest.mark.parametrize("lonely", ["certainty", "adjust", "average"])
    def test_a_design_of_nothing_but_lonely_units_publishes_no_interval(self, lonely):
        alone = design(self.frame, strata="y", lonely=lonely)
        for found in (mean(alone, "y"), total(alone, "y"), quantiles(alone, "y", 0.5)):
            assert found["estimate"].notna().all() and found["df"][0] == 0
            assert found["status"][0] == "no_interval"
            assert found[["se", "ci_low", "ci_high"]].isna().all(axis=None)


def test_rows_are_named_as_the_caller_s_frame_names_them_here_and_in_a_calibration():
    people = pd.DataFrame(
        {"w": [1.0, -2.0, 3.0], "sex": ["F", "H", "H"]}, index=["ann", "bob", "eve"]
    )
    margin = {"sex": pd.Series({"F": 1, "H": 1})}
    doubled = people.set_axis([7, 7, 8])
    for frame, named in ((people, "of index 'bob'"), (doubled, "at position 1")):
        for refused in (
            lambda: design(frame, weights="w"),  # noqa: B023
            lambda: calibrate(frame, margin, weights="w"),  # noqa: B023
        ):
            with pytest.raises(ObservError, match=rf"rows {named} \(-2.0\)"):
                refused()


def test_a_linear_calibration_s_negative_weights_are_refused_with_advice():
    people = pd.DataFrame({"x": [1.0, 2.0, 3.0]}, index=["ann", "bob", "eve"])
    found = calibrate(people, {}, population=3, totals={"x": 100}, method="linear")
    assert found.weights @ people["x"] == pytest.approx(100) and found.summary()["negative"] == 1
    with pytest.raises(ObservError, match=r"negative.*'ann' \(-4.*method='raking' or 'logit'"):
        design(people, calibration=found)


def test_domains_of_domains_are_their_intersection_and_unknown_is_outside():
    whole = design(FRAME)
    older = pd.Series([True, True, None, True, False, True], dtype="boolean")
    both = within(within(whole, older), FRAME["pool"] == "a")
    assert both.domain.tolist() == [True, True, False, False, False, False]
    with pytest.raises(ValueError, match="2 rows"):
        within(whole, np.array([True, False]))


def test_a_calibration_of_other_rows_is_refused():
    class Other:
        weights = start = np.ones(2)

        def residuals(self, values: np.ndarray) -> np.ndarray:
            return values

    with pytest.raises(ValueError, match="2 rows, the frame has 6"):
        design(FRAME, calibration=Other())
    with pytest.raises(ValueError, match="leave the column"):
        design(FRAME, calibration=Other(), weights="w")


def test_a_sampling_fraction_of_one_is_the_whole_population_and_not_a_single_unit():
    made = design(pd.DataFrame({"y": [1, 2, 3]}), population=1)
    assert made.population.tolist() == [3] and made.weights.tolist() == [1, 1, 1]
    halves = design(pd.DataFrame({"y": [1, 2, 3]}), population=0.5)
    assert halves.population.tolist() == [6] and halves.weights.tolist() == [2, 2, 2]
