"""One family a study: what it tests, what it leaves out, and the differences it publishes."""

from typing import Any, get_args

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t, ttest_ind_from_stats
from statsmodels.stats.proportion import proportion_confint
from tests.examples import examples

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue, entries
from observlib.estimates.comparisons import make_comparisons
from observlib.indicators import pairs as changes
from observlib.stats.survey import comparison
from observlib.stats.survey.intervals import student, wilson
from observlib.themes import peers, profiles, satisfaction

NOW, BEFORE = "2026-T3", "2025-T3"


def mark(value: float | None, period: str = NOW, n: int = 200, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"indicator": "satisfaction_10", "unit": "sur 10", "period": period}
    row |= {"product": "boamp", "channel": "web", "device": "jdma-boamp"}
    if value is not None:
        low, high = student(value, 2.0, n)
        row |= {"estimate": value, "ci_low": low, "ci_high": high, "n": n, "n_eff": n}
        row |= {"status": "low_base"} if n < estimates.LOW_BASE else {}
    return row | more


def share(value: float, n: int = 400, **more: Any) -> dict[str, Any]:
    low, high = wilson(value / 100 * n, n)
    ends = {"ci_low": 100 * low, "ci_high": 100 * high}
    row = {"indicator": "satisfied_share", "unit": "%", "period": NOW}
    return {**row, "estimate": value, **ends, "n": n, "n_eff": n, **more}


def waves(*pairs: tuple[dict[str, Any], dict[str, Any]]) -> pd.DataFrame:
    rows = []
    for i, (then, now) in enumerate(pairs):
        rows += [{**then, "period": BEFORE, "device": f"d{i}"}, {**now, "device": f"d{i}"}]
    return estimates.make(rows)


def yearly(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    return changes.tested(catalogue, changes.across_periods(frame, catalogue, NOW, BEFORE))


def test_the_catalogue_compares_in_known_ways_and_no_other_is_tested(catalogue):
    assert get_args(entries.Comparison) == get_args(comparison.Kind)
    compared = [i for i in catalogue.indicators.values() if i.comparison]
    # no margin suits the shares of a sex and of a région alike
    assert compared and all(i.matters for i in compared if i.id != "profile_share")
    visits = {"indicator": "visits", "unit": "visites", "period": NOW, "estimate": 500.0}
    own = {"indicator": "satisfaction_mean", "unit": "sur 5"}
    frame = waves((mark(7.0) | own, mark(7.9) | own), (visits, visits | {"estimate": 900.0}))
    assert yearly(frame, catalogue).empty


def test_the_mark_of_a_product_is_not_drowned_by_what_is_compared_beside_it(catalogue):
    clarity = mark(7.0, indicator="clarity_10"), mark(7.02, indicator="clarity_10")
    frame = waves((mark(7.0), mark(7.5)), *[clarity] * 9)
    plain = {
        name: one.model_copy(update={"headline": False})
        for name, one in catalogue.indicators.items()
    }
    drowned = yearly(frame, catalogue.model_copy(update={"indicators": plain}))
    found = yearly(frame, catalogue)
    assert drowned["verdict"].iat[0] == "unknown" and found["verdict"].iat[0] == "rise"
    assert found["level"].tolist() == pytest.approx([0.975, *[1 - 0.025 / 9] * 9], abs=1e-4)


def test_a_rise_of_marks_is_that_of_welch_s_test(catalogue):
    frame = waves((mark(7.0), mark(7.9)))
    found = yearly(frame, catalogue).iloc[0]
    reference = ttest_ind_from_stats(7.9, 2.0, 200, 7.0, 2.0, 200, equal_var=False)
    assert found["p_value"] == pytest.approx(reference.pvalue, rel=1e-6)
    assert found["verdict"] == "rise" and found["level"] == pytest.approx(0.95)


def test_a_thin_value_takes_no_part_in_the_family(catalogue):
    alone = yearly(waves((mark(7.0), mark(7.6))), catalogue)
    frame = waves((mark(7.0), mark(7.6)), (mark(2.0, n=20), mark(9.0)), (mark(2), mark(9, n=12)))
    found = yearly(frame, catalogue)
    assert found["reason"].tolist() == ["", "low_base", "low_base"]
    assert found["verdict"].tolist() == ["rise", "unknown", "unknown"]
    assert found["level"].iat[0] == alone["level"].iat[0]
    assert found["p_adjusted"].iat[0] == alone["p_adjusted"].iat[0]
    assert found["difference"].tolist()[1:] == [7.0, 7.0] and found["p_value"].isna().tolist()[1:]


def test_what_was_heard_in_neither_period_is_left_out_and_what_was_in_one_is_not(catalogue):
    absent = mark(None, status="missing")
    frame = waves((absent, absent), (absent, mark(8.0)))
    found = yearly(frame, catalogue)
    assert found[["device", "verdict", "reason"]].values.tolist() == [["d1", "unknown", "missing"]]


@examples(40)
@given(
    st.lists(st.tuples(st.floats(1, 9), st.floats(1, 9)), min_size=1, max_size=5),
    st.lists(st.tuples(st.floats(1, 9), st.floats(1, 9)), max_size=5),
)
def test_a_study_that_compares_more_finds_no_rise_beyond_its_own_test(catalogue, first, more):
    """Where the added pairs changed nothing, the others lose rises and never gain one."""

    def said(pairs: list[tuple[float, float]]) -> list[str]:
        frame = waves(*((mark(then), mark(now)) for then, now in pairs))
        return list(yearly(frame, catalogue)["verdict"])

    still = [(then, then) for then, _ in more]
    for alone, together in zip(said(first), said(first + still)[: len(first)], strict=True):
        assert alone == together or together not in ("rise", "fall")


def test_each_of_our_values_meets_each_published_figure_of_its_indicator(catalogue):
    beside = {"group": "figure", "group_value": "nous"}
    ours = [share(60, product="boamp", channel="web", device="jdma-boamp", **beside)]
    ours += [mark(7.0, **beside)]
    theirs = {"product": "caisse-fictive", "period": "2025", "group": "figure", "n_eff": None}
    theirs |= {"channel": "web", "device": "published-figures"}
    bare = theirs | {"ci_low": None, "ci_high": None}
    figures = [share(75, 900) | theirs | {"group_value": "a"},
               share(61) | bare | {"group_value": "b", "n": None},
               mark(7.5) | bare | {"group_value": "c"}]  # fmt: skip
    pairs = peers.with_peers(estimates.make([*ours, *figures]), catalogue)
    found = changes.tested(catalogue, pairs)
    assert found[["estimate", "reference_group_value", "verdict", "reason"]].values.tolist() == [
        [60.0, "a", "fall", ""], [60.0, "b", "unknown", "base"], [7.0, "c", "unknown", "base"],
    ]  # fmt: skip
    assert found["simple_sample"].tolist() == [True, False, False]
    called = [row | {"channel": "phone"} for row in figures]  # who were not asked on a site
    assert peers.with_peers(estimates.make([*ours, *called]), catalogue).empty
    nobody = peers.with_peers(estimates.make(ours), catalogue)
    assert nobody.empty and changes.tested(catalogue, nobody).empty


MARGINS = pd.DataFrame(
    {"variable": ["sex", "sex", "age", "age"], "people": [52, 48, 15, 85],
     "category": ["Femme", "Homme", "15 à 24 ans", "25 ans et plus"]}
)  # fmt: skip


def ratio(variable: str, name: str, count: int, n: int, margin: float) -> dict[str, Any]:
    low, high = wilson(count, n)
    row = {"indicator": "representation", "unit": "rapport", "period": "2025-10/2026-09"}
    row |= {"device": "enquete-legifrance", "group": variable, "group_value": name}
    ends = {"ci_low": low / margin, "ci_high": high / margin}
    return {**row, "estimate": count / n / margin, **ends, "n": n, "n_eff": n}


def test_a_category_is_fewer_where_wilson_s_interval_is_below_its_known_share(catalogue):
    rows = [ratio("age", "15 à 24 ans", 30, 400, 0.15), ratio("sex", "Femme", 205, 400, 0.52)]
    rows += [ratio("age", profiles.REST, 12, 400, 0.85)]
    found = changes.tested(catalogue, profiles.with_population(estimates.make(rows), MARGINS))
    assert found["verdict"].tolist() == ["fall", "unknown"]
    assert found["estimate"].tolist() == pytest.approx([7.5, 51.25])
    assert found["reference_estimate"].tolist() == pytest.approx([15, 52])
    level = found["level"].iat[0]
    low, high = proportion_confint(30, 400, alpha=1 - level, method="wilson")
    ends = found[["difference_low", "difference_high"]].iloc[0].tolist()
    assert ends == pytest.approx([100 * low - 15, 100 * high - 15], abs=1e-6)


def test_only_products_heard_in_the_same_way_are_compared_the_higher_first(catalogue):
    def jdma(name: str, value: float) -> dict[str, Any]:
        return mark(value, product=name, device=f"jdma-{name}")

    call = {"product": "allo-service-public", "channel": "phone", "device": "satisfaction-3939"}
    rows = [jdma("legifrance", 6.4), mark(9.0, **call), jdma("service-public", 7.9)]
    frame = estimates.make([*rows, mark(9.0, product="boamp", device="gone")])
    (row,) = changes.tested(catalogue, changes.product_pairs(frame, catalogue)).to_dict("records")
    assert (row["product"], row["reference_product"]) == ("service-public", "legifrance")
    assert row["verdict"] == "rise" and row["against"] == "product"
    form = catalogue.devices["jdma-legifrance"].model_copy(update={"loader": "plain_csv"})
    devices = {**catalogue.devices, "jdma-legifrance": form}
    other = catalogue.model_copy(update={"devices": devices})
    assert changes.product_pairs(frame, other).empty  # another form, on the same channel


def test_many_products_are_compared_within_their_departments_alone(catalogue, monkeypatch):
    sites = ("service-public", "entreprendre", "legifrance", "journal-officiel", "vie-publique")
    rows = [mark(7.0 + n / 10, product=name, device=f"jdma-{name}") for n, name in enumerate(sites)]
    frame, columns = estimates.make(rows), ["product", "reference_product"]
    assert len(changes.product_pairs(frame, catalogue)) == 10
    monkeypatch.setattr(changes, "MANY", 4)
    assert changes.product_pairs(frame, catalogue)[columns].to_numpy().tolist() == [
        ["journal-officiel", "legifrance"],
        ["entreprendre", "service-public"],
    ]


def test_the_satisfaction_of_a_page_is_judged_with_all_that_its_study_tests(catalogue):
    rows = [
        mark(value, period, product=name, device=f"jdma-{name}")
        for name, then, now in (("legifrance", 6.45, 6.9), ("service-public", 7.0, 7.05))
        for period, value in ((BEFORE, then), (NOW, now))
    ]
    frame = estimates.make(rows)
    alone = yearly(frame[frame["product"] == "legifrance"], catalogue)
    found = satisfaction.of_satisfaction(frame, catalogue, NOW, BEFORE)
    assert found["against"].tolist() == ["before", "before", "product"]
    assert alone["verdict"].tolist() == ["rise"] and found["p_value"].notna().sum() == 3
    assert found["verdict"].iat[0] == "unknown" and found["level"].iat[0] > alone["level"].iat[0]


def test_an_effect_is_established_where_its_corrected_interval_leaves_out_0(catalogue):
    row = {"indicator": "driver_effect", "unit": "points", "group": "driver", "period": NOW}
    effects = estimates.make(
        {**row, "group_value": name, "estimate": value, "ci_low": value - 1, "ci_high": value + 1,
         "n": 300, "n_eff": 300}
        for name, value in (("clarity", 4.0), ("age", 1.1), ("sex", 0.9))
    )  # fmt: skip
    found = changes.tested(catalogue, changes.with_nothing(effects))
    # 0 is outside the second interval at 95 %, and not once three effects were looked at
    assert found["verdict"].tolist() == ["rise", "unknown", "unknown"]
    assert found["p_value"].iat[1] == pytest.approx(2 * t(299).sf(1.1 * t(299).ppf(0.975)))
    assert (found["difference"].iat[0], found["against"].iat[0]) == (4.0, "nothing")


STATES = st.sampled_from(["published", "low_base", "suppressed", "partial", "missing"])


@st.composite
def studies(draw: st.DrawFn) -> pd.DataFrame:
    """Marks and shares of any state in two periods."""
    rows = []
    for i in range(draw(st.integers(0, 6))):
        make = draw(st.sampled_from([mark, share]))
        for period in (BEFORE, NOW):
            status = draw(STATES)
            n = draw(st.integers(11, 29) if status == "low_base" else st.integers(30, 5000))
            row = make(draw(st.floats(0, 10)), n=n, period=period)
            if status in ("suppressed", "missing"):
                row |= dict.fromkeys(estimates.NUMBERS)
            rows.append({**row, "status": status, "device": f"d{i}"})
    return estimates.make(rows)


@examples(60)
@given(studies())
def test_any_study_gives_comparisons_whose_intervals_agree_with_their_verdicts(catalogue, frame):
    told = make_comparisons(yearly(frame, catalogue))
    for row in told.to_dict("records"):
        apart = row["difference_low"] > 0 or row["difference_high"] < 0  # of no interval too: false
        assert apart == (row["verdict"] in ("rise", "fall"))
    tests = told.dropna(subset="level")
    stable = tests[tests["verdict"] == "stable"]  # some by two one-sided tests, of their own level
    levels = tests["level"].drop(stable.index)
    assert levels.nunique() <= 1 and (levels >= 0.95 - 1e-9).all()
    assert (stable["level"] >= 0.9 - 1e-9).all()
    for row in stable.to_dict("records"):
        matters = catalogue.indicators[row["indicator"]].matters + 1e-9
        assert -matters <= row["difference_low"] <= 0 <= row["difference_high"] <= matters


def two_years(now: list[float], then: list[float], **more: Any) -> list[dict[str, Any]]:
    """The marks of the first quarters of a year, and those of the year before."""
    return [
        mark(value, f"{year}-T{number}", **more)
        for year, values in ((2025, then), (2026, now))
        for number, value in enumerate(values, start=1)
    ]


def of_year(rows: list[dict[str, Any]], catalogue: Catalogue, quarter: str = NOW) -> pd.DataFrame:
    frame, before = estimates.make(rows), str(Quarter(quarter) - 4)
    found = satisfaction.of_satisfaction(frame, catalogue, quarter, before)
    return make_comparisons(found)


def test_a_small_fall_that_lasts_is_found_by_the_year_where_no_quarter_tells_it(catalogue):
    rows = two_years([6.7, 6.7, 6.7], [7.0, 7.0, 7.0])
    for number in (1, 2, 3):
        ends = f"2026-T{number}", f"2025-T{number}"
        alone = changes.across_periods(estimates.make(rows), catalogue, *ends)
        assert changes.tested(catalogue, alone)["verdict"].iat[0] == "unknown"
    found = of_year(rows, catalogue).set_index("against")
    assert found["verdict"].to_dict() == {"before": "unknown", "year": "fall"}
    year = found.loc["year"]
    assert (year["period"], year["reference_period"]) == ("2026-T1/2026-T3", "2025-T1/2025-T3")
    assert year["n"] == 600 and year["difference"] == pytest.approx(-0.3)


def test_years_of_like_quarters_are_tested_as_welch_would_all_their_answers(catalogue):
    frame = estimates.make(two_years([6.7] * 3, [7.0] * 3))
    found = changes.tested(catalogue, changes.so_far(frame, catalogue, Quarter("2026-T3")))
    reference = ttest_ind_from_stats(6.7, 2.0, 600, 7.0, 2.0, 600)
    # a last digit that is not told is worth a little chance, and a quarter has few degrees
    assert reference.pvalue < found["p_value"].iat[0] < 1.25 * reference.pvalue


@pytest.mark.parametrize("status", ["suppressed", "missing", "partial", "low_base"])
def test_a_year_with_a_quarter_that_is_not_published_is_not_told(catalogue, status):
    rows = two_years([6.6, 6.7, 6.6], [7.0, 7.0, 7.0])
    value = {"partial": 6.6, "low_base": 6.6}.get(status)
    hidden = mark(value, "2026-T2", n=25 if status == "low_base" else 200) | {"status": status}
    kept = [hidden if row["period"] == "2026-T2" else row for row in rows]
    assert of_year(kept, catalogue)["against"].tolist() == ["before"]
    gone = [row for row in rows if row["period"] != "2026-T2"]
    assert of_year(gone, catalogue)["against"].tolist() == ["before"]


def test_quarter_and_year_share_the_error_of_a_page_and_a_first_quarter_is_its_own(catalogue):
    found = of_year(two_years([7.0, 7.0, 7.0], [7.0, 7.0, 7.0]), catalogue)
    assert found["level"].tolist() == [0.975, 0.975]
    first = of_year(two_years([6.4], [7.0]), catalogue, "2026-T1")
    assert first[["against", "level"]].values.tolist() == [["before", 0.95]]


@given(st.lists(st.floats(-0.049, 0.049), min_size=6, max_size=6))
@examples(30)
def test_what_a_year_tells_gives_away_no_digit_that_its_quarters_keep(catalogue, more):
    rows = two_years([6.6, 6.7, 6.6], [7.0, 7.1, 7.0])
    moved = [
        row | {name: row[name] + by for name in ("estimate", "ci_low", "ci_high")}
        for row, by in zip(rows, more, strict=True)
    ]
    first, second = (
        changes.over_quarters(estimates.make(each), catalogue, Quarter("2026-T3"))
        for each in (rows, moved)
    )
    pd.testing.assert_frame_equal(first, second)
