"""One family a study: what it tests, what it leaves out, and the differences it publishes."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import stdtr
from scipy.stats import t, ttest_ind_from_stats
from statsmodels.stats.proportion import proportion_confint
from tests.examples import examples

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.estimates import make_comparisons
from observlib.indicators import pairs
from observlib.indicators.answers import by_period, by_quarter, quarter_of, rescale, times
from observlib.stats.survey.comparison import OPTIONS, PAIRED
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


def waves(*both: tuple[dict[str, Any], dict[str, Any]]) -> pd.DataFrame:
    rows = []
    for i, (then, now) in enumerate(both):
        rows += [{**then, "period": BEFORE, "device": f"d{i}"}, {**now, "device": f"d{i}"}]
    return estimates.make(rows)


def yearly(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    return pairs.tested(catalogue, pairs.across_periods(frame, catalogue, NOW, BEFORE))


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


def test_a_thin_value_takes_no_part_in_the_family(catalogue):
    alone = yearly(waves((mark(7.0), mark(7.6))), catalogue)
    frame = waves((mark(7.0), mark(7.6)), (mark(2.0, n=20), mark(9.0)), (mark(2), mark(9, n=12)))
    found = yearly(frame, catalogue)
    assert found["reason"].tolist() == ["", "low_base", "low_base"]
    assert found["verdict"].tolist() == ["rise", "unknown", "unknown"]
    assert found["level"].iat[0] == alone["level"].iat[0]
    assert found["p_adjusted"].iat[0] == alone["p_adjusted"].iat[0]
    assert found["difference"].tolist()[1:] == [7.0, 7.0] and found["p_value"].isna().tolist()[1:]


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
    beside_ours = peers.with_peers(estimates.make([*ours, *figures]), catalogue)
    found = pairs.tested(catalogue, beside_ours)
    assert found[["estimate", "reference_group_value", "verdict", "reason"]].values.tolist() == [
        [60.0, "a", "fall", ""], [60.0, "b", "unknown", "base"], [7.0, "c", "unknown", "base"],
    ]  # fmt: skip
    assert found["simple_sample"].tolist() == [True, False, False]
    called = [row | {"channel": "phone"} for row in figures]  # who were not asked on a site
    assert peers.with_peers(estimates.make([*ours, *called]), catalogue).empty
    nobody = peers.with_peers(estimates.make(ours), catalogue)
    assert nobody.empty and pairs.tested(catalogue, nobody).empty


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
    found = pairs.tested(catalogue, profiles.with_population(estimates.make(rows), MARGINS))
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
    (row,) = pairs.tested(catalogue, pairs.product_pairs(frame, catalogue)).to_dict("records")
    assert (row["product"], row["reference_product"]) == ("service-public", "legifrance")
    assert row["verdict"] == "rise" and row["against"] == "product"
    form = catalogue.devices["jdma-legifrance"].model_copy(update={"loader": "plain_csv"})
    devices = {**catalogue.devices, "jdma-legifrance": form}
    other = catalogue.model_copy(update={"devices": devices})
    assert pairs.product_pairs(frame, other).empty  # another form, on the same channel


def test_an_effect_is_established_where_its_corrected_interval_leaves_out_0(catalogue):
    row = {"indicator": "driver_effect", "unit": "points", "group": "driver", "period": NOW}
    effects = estimates.make(
        {**row, "group_value": name, "estimate": value, "ci_low": value - 1, "ci_high": value + 1,
         "n": 300, "n_eff": 300}
        for name, value in (("clarity", 4.0), ("age", 1.1), ("sex", 0.9))
    )  # fmt: skip
    found = pairs.tested(catalogue, pairs.with_nothing(effects))
    # 0 is outside the second interval at 95 %, and not once three effects were looked at
    assert found["verdict"].tolist() == ["rise", "unknown", "unknown"]
    assert found["p_value"].iat[1] == pytest.approx(2 * t(299).sf(1.1 * t(299).ppf(0.975)))
    assert (found["difference"].iat[0], found["against"].iat[0]) == (4.0, "nothing")


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
        alone = pairs.across_periods(estimates.make(rows), catalogue, *ends)
        assert pairs.tested(catalogue, alone)["verdict"].iat[0] == "unknown"
    found = of_year(rows, catalogue).set_index("against")
    assert found["verdict"].to_dict() == {"before": "unknown", "year": "fall"}
    year = found.loc["year"]
    assert (year["period"], year["reference_period"]) == ("2026-T1/2026-T3", "2025-T1/2025-T3")
    assert year["n"] == 600 and year["difference"] == pytest.approx(-0.3)


def test_years_of_like_quarters_are_tested_as_welch_would_all_their_answers(catalogue):
    frame = estimates.make(two_years([6.7] * 3, [7.0] * 3))
    found = pairs.tested(catalogue, pairs.so_far(frame, catalogue, Quarter("2026-T3")))
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
        pairs.over_quarters(estimates.make(each), catalogue, Quarter("2026-T3"))
        for each in (rows, moved)
    )
    pd.testing.assert_frame_equal(first, second)


# --- An answer is said to lead only where it surely does: a tie has no leader 19 times in 20


DRAWS = 500


def question(counts: dict[str, float], n: int, **more: Any) -> pd.DataFrame:
    return estimates.make(rows_of(counts, n, **more))


def rows_of(counts: dict[str, float], n: int, device: str = "d") -> list[dict[str, Any]]:
    row = {"indicator": "reason_share", "unit": "%", "period": "2026-T3", "device": device}
    row |= {"group": "reason", "n": n, "n_eff": n}
    return [{**row, "group_value": k, "estimate": 100 * x / n} for k, x in counts.items()]


def ticks(*asked: np.ndarray) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimates and who ticked what, of questions of a row a person and a column an answer."""
    shares, ticked = [], []
    for i, those in enumerate(asked):
        names = np.array(list("ABCDEF")[: those.shape[1]])
        who, what = np.nonzero(those)
        rows = {"device": f"d{i}", "response_id": who, "category": names[what]}
        ticked.append(pd.DataFrame(rows))
        shares += rows_of(dict(zip(names, those.sum(axis=0), strict=True)), len(those), f"d{i}")
    return estimates.make(shares), pd.concat(ticked)


def test_the_first_is_paired_with_the_second_whatever_both_ticked():
    found = pairs.leading_answer(question({"A": 20, "B": 70, "C": 10}, 100))
    assert found[["group_value", "reference_group_value"]].values.tolist() == [["B", "A"]]
    assert found[list(PAIRED)].values.tolist() == [[pytest.approx(math.sqrt(90)), 99]]
    given = np.zeros((120, 2), dtype=bool)
    given[:70, 0] = given[40:90, 1] = True  # 30 both, 40 and 20 one alone
    found = pairs.leading_answer(*ticks(given))
    assert found[PAIRED[0]].tolist() == [pytest.approx(100 * math.sqrt(40 + 20) / 120)]


def test_what_is_grouped_leads_nothing_and_what_is_withheld_is_not_told_by_its_place():
    assert pairs.leading_answer(question({"A": 40, "Autres": 60}, 100)).empty
    grouped = pairs.leading_answer(question({"A": 40, "B": 20, "Autres motifs": 60}, 120))
    assert grouped["reference_group_value"].tolist() == ["B"]
    hidden = question({"A": 40, "B": 20}, 100)
    withheld = {**hidden.iloc[0].to_dict(), "group_value": "C", "status": "suppressed"}
    withheld |= dict.fromkeys(estimates.NUMBERS, None)
    assert pairs.leading_answer(estimates.combine([hidden, estimates.make([withheld])])).empty
    assert pairs.leading_answer(hidden.head(0)).empty


@pytest.mark.parametrize("cell", ["both", "second alone", "neither"])
@pytest.mark.parametrize("few", [10, 11])
def test_each_cell_of_two_answers_hides_ten_people_and_shows_eleven(cell, few):
    """Who ticked both, the second alone (who are fewer than the first alone), or neither."""
    of = {"both": 40, "first alone": 50, "second alone": 30, "neither": 60, cell: few}
    both, one, two, neither = of.values()
    given = np.zeros((both + one + two + neither, 2), dtype=bool)
    given[: both + one, 0] = given[:both, 1] = True
    given[both + one : both + one + two, 1] = True
    shared = both if few == 11 else max(0, both - neither)  # the least that the shares allow
    expected = 100 * math.sqrt(2 * both + one + two - 2 * shared) / len(given)
    assert pairs.leading_answer(*ticks(given))[PAIRED[0]].tolist() == [pytest.approx(expected)]


@pytest.mark.parametrize(
    "shares",
    [[0.5, 0.5], *(pytest.param(shares, marks=pytest.mark.slow)
                   for shares in ([1 / 3] * 3, [1 / 6] * 6, [0.4, 0.4, 0.1, 0.1]))],
)  # fmt: skip
def test_a_tie_of_single_answers_has_a_leader_at_most_once_in_twenty(shares):
    random = np.random.default_rng(20260930)
    asked: list[dict[str, Any]] = []
    for i, counts in enumerate(random.multinomial(400, shares, DRAWS)):
        asked += rows_of({f"option {at}": x for at, x in enumerate(counts)}, 400, f"d{i}")
    told = _told(pairs.leading_answer(estimates.make(asked)))
    assert told <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / DRAWS)
    if len(set(shares)) == 1 and len(shares) > 2:  # more that tie make a lead rarer, not easier
        assert told <= 0.03


@pytest.mark.parametrize(
    "ticked",
    ["together", *(pytest.param(x, marks=pytest.mark.slow) for x in ("independent", "apart"))],
)
def test_a_tie_of_several_answers_has_a_leader_at_most_once_in_twenty(ticked):
    random = np.random.default_rng(20260930)
    asked = []
    for _ in range(DRAWS):
        given = random.random((400, 4)) < 0.4
        if ticked == "together":  # two pairs, each of which mostly goes together
            given[:, [1, 3]] = given[:, [0, 2]]
            given ^= (random.random((400, 4)) < 0.1) & (random.random((400, 4)) < 0.5)
        if ticked == "apart":  # 40 % each, nobody ticks both of the first two
            given[:, 1] = ~given[:, 0] & (random.random(400) < 2 / 3)
        asked.append(given)
    assert _told(pairs.leading_answer(*ticks(*asked))) <= 0.05


def test_a_clear_leader_is_told(catalogue):
    found = pairs.leading_answer(question({"A": 180, "B": 110, "C": 110}, 400))
    assert pairs.tested(catalogue, found)["verdict"].tolist() == ["rise"]
    near = pairs.leading_answer(question({"A": 140, "B": 130, "C": 130}, 400))
    assert pairs.tested(catalogue, near)["verdict"].tolist() == ["unknown"]


def _told(found: pd.DataFrame) -> float:
    """In which part of the questions, each alone in its study, an answer is said to lead."""
    difference = found["estimate"] - found["reference_estimate"]
    away = difference / found[PAIRED[0]]
    return float((2 * stdtr(found[PAIRED[1]], -away) <= 0.05).mean())


# --- How surely headlines hold: what is told is of the published verdict, and of nobody's answers


Q3 = Quarter("2026-T3")
THEN = Q3 - 4
COUNTS = [pairs.MADE, pairs.HELD, pairs.REVERSED]


def ratings(quarter: Quarter, marks, days=None) -> pd.DataFrame:
    """Answers of one device, each mark on the next of the days, which are every third one."""
    whole = pd.date_range(str(quarter.start), str(quarter.end), freq="3D")
    return pd.DataFrame(
        {
            "device": "d", "product": "boamp", "channel": "web", "source": "d@1",
            "question": "satisfaction",
            "date": np.resize(whole if days is None else days, len(marks)),
            "value": np.asarray(marks, float), "scale_min": 0.0, "scale_max": 10.0,
        }
    )  # fmt: skip


def of(now: pd.DataFrame, then: pd.DataFrame, catalogue):
    """The comparison of two quarters, and in how many calculations it holds."""
    rows = pd.concat([now, then], ignore_index=True)
    frame = by_period(rows, by_quarter([THEN, Q3]))
    compared = pairs.tested(catalogue, pairs.across_periods(frame, catalogue, Q3, str(THEN)))
    answers = rows.assign(quarter=quarter_of(rows["date"]), mark=rescale(rows), times=times(rows))
    return compared, *pairs.of_headlines(answers, compared, catalogue)


def drawn(quarter: Quarter, chances, n: int, seed: int) -> pd.DataFrame:
    return ratings(quarter, np.random.default_rng(seed).choice([0.0, 5.0, 10.0], n, p=chances))


@given(st.integers(60, 200), st.integers(0, 99), st.floats(0.1, 0.5))
@examples(12)
def test_the_published_verdict_is_the_first_calculation_and_counts_add(catalogue, n, seed, low):
    now, then = (
        drawn(Q3, [low, 0.3, 0.7 - low], n, seed),
        drawn(THEN, [0.3, 0.3, 0.4], 120, 100),
    )
    compared, found, words = of(now, then, catalogue)
    said = compared.loc[compared["indicator"] == pairs.HEADLINE, "verdict"].iat[0]
    each = words["specifications"]
    assert each["verdict"].iat[0] == said
    counted = pairs.calculation_counts(found).iloc[0]
    assert counted["made"] == len(each) >= pairs.LEAST_CALCULATIONS
    reverse = {"rise": "fall", "fall": "rise"}.get(said)
    assert counted["reversed"] == (each["verdict"] == reverse).sum()
    assert counted["held"] >= 1
    assert counted["held"] + counted["reversed"] <= counted["made"]
    shares = found[found["indicator"] == pairs.HELD_SHARE].set_index("group_value")["estimate"]
    for choice, options in OPTIONS.items():
        of_choice = [
            shares[label] * (each[choice] == option).sum()
            for option in options
            if (label := pairs._TEXTS[f"options.{choice}.{option}"]) in shares
        ]
        assert not of_choice or sum(of_choice) == pytest.approx(100 * counted["held"])


EVEN, HIGH, LOW = [0.3, 0.4, 0.3], [0.2, 0.3, 0.5], [0.4, 0.3, 0.3]
FLOOD = ratings(Q3, [10.0] * 90, pd.to_datetime(["2026-08-05"]))
JULY = ratings(Q3, [0.0] * 60, pd.date_range("2026-07-01", "2026-07-31"))


@pytest.mark.parametrize(
    ("now", "before", "fragile"),
    [([drawn(Q3, EVEN, 250, 1), FLOOD], EVEN, True),
     ([JULY, drawn(Q3, HIGH, 340, 1)], HIGH, True), ([drawn(Q3, LOW, 500, 3)], HIGH, False)],
    ids=["a rise of one day", "a fall of one month", "a fall of two points"],
)  # fmt: skip
def test_what_one_day_or_month_made_is_fragile(now, before, fragile, catalogue):
    then = drawn(THEN, before, 400, 2)
    compared, found, _ = of(pd.concat(now, ignore_index=True), then, catalogue)
    assert compared["verdict"].iat[0] == ("rise" if before == EVEN else "fall")
    assert bool(pairs.calculation_counts(found)["fragile"].iat[0]) is fragile


def test_a_calculation_on_fewer_answers_that_finds_nothing_makes_no_fall_fragile(catalogue):
    """A fall of 0.8 of a mark on 400 answers is not seen by many of its calculations."""
    before, now = [0.19, 0.3, 0.51], [0.27, 0.3, 0.43]
    fragile, unsure = [], []
    for seed in range(0, 20, 2):
        compared, found, words = of(
            drawn(Q3, now, 400, seed), drawn(THEN, before, 400, seed + 1), catalogue
        )
        if compared["verdict"].iat[0] == "fall":
            fragile.append(bool(pairs.calculation_counts(found)["fragile"].iat[0]))
            unsure.append((words["specifications"]["verdict"] == "fall").mean() < pairs.FRAGILE)
    assert len(fragile) >= 5 and sum(unsure) >= 2 and not any(fragile)


def test_nothing_but_verdicts_is_told_of_calculations(catalogue):
    now, then = drawn(Q3, [0.2, 0.3, 0.5], 200, 1), drawn(THEN, [0.3, 0.3, 0.4], 200, 2)
    _, found, words = of(now, then, catalogue)
    assert found[["ci_low", "ci_high", "n", "n_eff"]].isna().all(axis=None)
    assert set(found["indicator"]) <= {*COUNTS, pairs.HELD_SHARE}
    assert [*words["specifications"]] == [*pairs.SUBJECT_OF_PAIRS, *OPTIONS, "verdict"]


@pytest.mark.parametrize(
    ("held", "turned", "fragile"), [(44, 0, False), (43, 0, True), (53, 1, True), (54, 0, False)]
)
def test_fewer_than_four_fifths_or_one_reversal_make_a_headline_fragile(held, turned, fragile):
    base = {"product": "boamp", "device": "d", "period": Q3, "unit": "calculs"}
    rows = zip(COUNTS, (54, held, turned), strict=True)
    frame = estimates.make({**base, "indicator": name, "estimate": x} for name, x in rows)
    assert bool(pairs.calculation_counts(frame)["fragile"].iat[0]) is fragile
