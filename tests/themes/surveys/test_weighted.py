"""Weighted marks are those of a known population and of R, and never a tale of few people."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.themes.surveys.people import DAYS, MARGINS, YEAR, responses

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.estimates import base
from observlib.indicators import pairs as changes
from observlib.themes import surveys, templates
from observlib.themes.surveys import weighted

sentences = templates.narrative("surveys")


def sample(ages: dict[str, int], seed: int = 1) -> pd.DataFrame:
    """People of whom the old are two points happier than adults, and adults than the young."""
    chance = np.random.default_rng(seed)
    age = np.repeat(list(ages), list(ages.values()))
    base = pd.Series(age).map({"jeune": 3, "adulte": 5, "vieux": 7}).to_numpy()
    sex = np.where(np.arange(len(age)) % 2 == 0, "Femme", "Homme")
    satisfaction = base + chance.integers(-2, 3, len(age))
    return pd.DataFrame({"age": age, "sex": sex, "satisfaction": satisfaction})


AGES = {"jeune": 60, "adulte": 80, "vieux": 60}


def of_few(n: int, mark: float, others: float = np.nan) -> pd.DataFrame:
    """People of whom so many gave one mark, and the others another or none."""
    given = np.where(np.arange(200) < n, mark, others)
    return sample(AGES).assign(satisfaction=given)


MARK = "satisfaction_10"


def of(frame: pd.DataFrame, value: str, indicator: str = MARK) -> pd.Series:
    (row,) = frame[(frame["group_value"] == value) & (frame["indicator"] == indicator)].iloc
    return row


def test_a_score_that_all_gave_has_no_interval_with_or_without_weights(catalogue):
    people = sample({"jeune": 60, "adulte": 60, "vieux": 60}).assign(nps=10)
    told = marks(people, catalogue)
    for how in (weighted.RAW, weighted.WEIGHTED):
        score = of(told, how, "nps")
        assert score["estimate"] == pytest.approx(100)
        assert np.isnan(score["ci_low"]) and np.isnan(score["ci_high"])


def weigh(given: pd.DataFrame, catalogue: Catalogue) -> tuple[weighted.Weighed, ...]:
    """The weights of people, or of the table of what they said."""
    table = given if "variable" in given else responses(given)
    return weighted.weighed(table, MARGINS, catalogue, YEAR)


def marks(given: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    return weighted.weighted_marks(weigh(given, catalogue))


def report(given: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    return weighted.weights_report(weigh(given, catalogue))


def test_with_the_population_s_ages_the_mark_is_the_population_s(catalogue):
    people = sample({"jeune": 40, "adulte": 100, "vieux": 260})
    found = marks(people, catalogue)
    raw, weighed = of(found, weighted.RAW), of(found, weighted.WEIGHTED)
    assert raw["estimate"] == pytest.approx(people["satisfaction"].mean())
    by_age = people.groupby("age")["satisfaction"].mean()
    expected = 0.3 * by_age["jeune"] + 0.4 * by_age["adulte"] + 0.3 * by_age["vieux"]
    assert weighed["estimate"] == pytest.approx(expected, abs=0.02)  # sexes are weighted too
    assert weighed["ci_low"] <= 5 <= weighed["ci_high"] < raw["ci_low"]
    assert raw["n"] == weighed["n"] == 400
    assert set(found["period"]) == {"2025-10/2026-09"}


def test_who_has_no_profile_is_in_neither_figure_nor_a_margin_of_one_category(catalogue):
    people = sample(AGES)
    others = sample({"jeune": 40}, seed=2).assign(age=[None, "ailleurs"] * 20, satisfaction=10)
    both = pd.concat([people, others], ignore_index=True)
    alone, found = (marks(each, catalogue) for each in (people, both))
    pd.testing.assert_frame_equal(alone, found)
    people = sample(AGES).assign(sex="Femme")
    women = MARGINS[MARGINS["category"] != "Homme"]
    told = weighted.weights_report(weighted.weighed(responses(people), women, catalogue, YEAR))
    assert set(told["group"]) == {"", "age"}


@pytest.mark.parametrize(("others", "status"), [(10, "suppressed"), (11, "published")])
def test_a_raw_figure_beside_ten_others_is_withheld_beside_eleven_told(catalogue, others, status):
    people = sample(AGES)
    people.loc[: others - 1, "age"] = None
    people.loc[:2, "satisfaction"] = 9  # who are not all alike
    found = marks(people, catalogue)
    assert of(found, weighted.RAW)["status"] == status
    assert of(found, weighted.WEIGHTED)["status"] == "published"


def test_who_hide_their_profile_and_all_think_alike_are_not_had_by_subtraction(catalogue):
    people = sample(AGES)
    people.loc[185:, "age"] = None
    assert of(marks(people, catalogue), weighted.RAW)["status"] == "published"
    people.loc[185:, "satisfaction"] = 0  # fifteen, and the difference of two sums says 0 of each
    found = marks(people, catalogue)
    assert of(found, weighted.RAW)["status"] == "suppressed"
    assert of(found, weighted.RAW, "satisfied_share")["status"] == "suppressed"


def test_a_quarter_of_few_is_not_had_from_the_year_of_those_whose_profile_is_known(catalogue):
    table = responses(sample(AGES))
    last = table["date"] == DAYS[3]
    table.loc[last & ~table["response_id"].isin(["3", "7", "11"]), "date"] = pd.Timestamp(DAYS[2])
    year = surveys.pooled_measures(table, catalogue, YEAR)
    assert set(year["status"]) == {"suppressed"}  # as it would tell the three of the last quarter
    assert set(marks(table, catalogue)["status"]) == {"suppressed"}
    assert set(weighted.marks_of_groups(weigh(table, catalogue))["status"]) == {"suppressed"}


def test_a_question_or_survey_younger_than_a_year_is_told_of_no_profile(catalogue):
    table = responses(sample({"jeune": 100, "adulte": 120, "vieux": 100}))
    new = (table["variable"] != "satisfaction") | (table["date"] > DAYS[0])
    found = marks(table[new], catalogue)  # one year less the one before would tell a quarter
    assert set(found["status"]) == {"suppressed"}
    table = responses(sample({"jeune": 30, "adulte": 40, "vieux": 20}))
    (row,) = report(table[table["date"] > DAYS[1]], catalogue).to_dict("records")
    assert row["status"] == "suppressed" and np.isnan(row["n"])


def test_what_weights_change_is_tested_on_one_s_answers_though_intervals_overlap(catalogue):
    people = sample({"jeune": 80, "adulte": 100, "vieux": 120})
    pairs = weighted.pairs(weigh(people, catalogue))
    found = changes.tested(catalogue, pairs)
    row = found[found["indicator"] == "satisfaction_10"].iloc[0]
    assert (row["group_value"], row["reference_group_value"]) == (weighted.WEIGHTED, weighted.RAW)
    assert row["verdict"] == "fall" and row["ci_high"] > row["reference_ci_low"]
    many = responses(sample({"jeune": 160, "adulte": 200, "vieux": 240}))
    found = changes.tested(catalogue, weighted.pairs(weigh(many, catalogue)))
    share = found[found["indicator"] == "satisfied_share"].iloc[0]  # in points, not in hundredths
    assert abs(share["difference_high"] - share["difference_low"]) > 1


def test_weights_tell_nothing_where_the_raw_mark_is_withheld_or_few_hide(catalogue):
    people = sample(AGES)
    people.loc[:4, "age"] = None
    found = changes.tested(catalogue, weighted.pairs(weigh(people, catalogue)))
    assert set(found["reason"]) == {"suppressed"} and found["difference"].isna().all()
    people = sample(AGES)
    people.loc[:4, "sex"] = None
    assert set(by_category(people, catalogue)["status"]) == {"suppressed"}


def test_categories_of_few_are_one_in_sample_and_population(catalogue):
    table = responses(sample({"jeune": 4, "adulte": 90, "vieux": 120}))
    found = report(table, catalogue)
    ages = found[found["group"] == "age"].set_index(["indicator", "group_value"])["estimate"]
    assert set(ages.index.get_level_values(1)) == {"Autres âges", "vieux"}
    assert ages["weighting_target", "Autres âges"] == pytest.approx(70)
    assert ages["weighting_before", "Autres âges"] == pytest.approx(100 * 94 / 214)
    assert ages["weighting_after", "vieux"] == pytest.approx(30)


def test_weights_are_bounded_and_the_report_shows_what_that_costs(catalogue):
    table = responses(sample({"jeune": 14, "adulte": 200, "vieux": 400}))
    found = report(table, catalogue).set_index(["indicator", "group_value"])
    value = found["estimate"]
    assert value["weighting_most", ""] == pytest.approx(5)
    assert value["weighting_least", ""] >= 0.2
    young = (value["weighting_after", "jeune"], value["weighting_target", "jeune"])
    assert young[0] < young[1] == pytest.approx(30)
    effect = value["weighting_design_effect", ""]
    told = value["weighting_effective_n", ""] * effect
    assert told == pytest.approx(614, abs=3 * effect) and effect > 1.5


@pytest.mark.parametrize("n", [4, 10, 11, 40, 99])
def test_too_few_respondents_leave_no_weights_and_a_row_that_says_so(catalogue, n):
    table = responses(sample({"jeune": n // 3, "adulte": n // 3, "vieux": n - 2 * (n // 3)}))
    assert marks(table, catalogue).empty
    (row,) = report(table, catalogue).to_dict("records")
    assert (row["indicator"], row["status"]) == ("weighting_effective_n", "missing")
    assert row["n"] == base(n) if n >= 11 else np.isnan(row["n"])


def test_a_survey_without_profile_satisfaction_or_people_enough_has_nothing(catalogue):
    nobody = sample({"adulte": 200})[["satisfaction"]]
    assert marks(nobody, catalogue).empty and report(nobody, catalogue).empty
    assert weighted.pairs(weigh(nobody, catalogue)).empty
    people = sample(AGES)
    for column in (["satisfaction"], ["age", "sex"]):
        surveys = weigh(people[column], catalogue)
        assert weighted.marks_of_groups(surveys).empty and weighted.pairs_of_groups(surveys).empty
    assert weighted.opinion_bounds(weigh(sample({"jeune": 30, "vieux": 30}), catalogue)).empty


def test_margins_that_contradict_and_opinions_untold_by_profile_give_none(catalogue):
    people = sample({"jeune": 100, "vieux": 100})
    people["sex"] = np.where(people["age"] == "jeune", "Femme", "Homme")  # 30 % and 52 % at once
    (row,) = report(people, catalogue).to_dict("records")
    assert row["status"] == "missing" and row["n"] == 200
    people = sample(HAPPY).assign(satisfaction=[4, 4, 8, 8] * 100)
    found = bounds(people, catalogue)
    assert {*found["status"]} == {"missing"} and found["estimate"].isna().all()


@pytest.mark.parametrize(("n", "status"), [(29, "suppressed"), (30, "published")])
def test_twenty_nine_who_all_give_one_mark_are_told_to_be_so_by_no_figure(catalogue, n, status):
    found = marks(of_few(n, 2.0), catalogue)
    for how in (weighted.RAW, weighted.WEIGHTED):
        assert of(found, how)["status"] == status


def by_category(people: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    found = weighted.marks_of_groups(weigh(people, catalogue))
    return found.set_index(["group", "group_value"])


def test_a_category_is_compared_with_all_others_and_two_with_each_other_once(catalogue):
    people = sample(AGES)
    found = changes.tested(catalogue, weighted.pairs_of_groups(weigh(people, catalogue)))
    ages = found[found["group"] == "age"].set_index("group_value")
    assert set(ages.index) == {"jeune", "adulte", "vieux"}
    old = people["age"] == "vieux"
    for side, own in (("", old), ("reference_", ~old)):
        its = people.loc[own, "satisfaction"]
        assert ages.loc["vieux", f"{side}estimate"] == pytest.approx(its.mean())
        assert ages.loc["vieux", f"{side}n"] == len(its)
    assert ages["verdict"].to_dict() == {"adulte": "unknown", "jeune": "fall", "vieux": "rise"}
    assert found.loc[found["group"] == "sex", "group_value"].tolist() == ["Femme"]
    assert ages.loc["vieux", "reference_group_value"] == "les autres"


def test_one_category_too_few_withholds_its_whole_variable_and_no_other(catalogue):
    people = sample({"jeune": 30, "adulte": 100, "vieux": 60})
    young = people.index[people["age"] == "jeune"]
    people.loc[young[:22], "satisfaction"] = np.nan  # eight of them gave a mark
    found = by_category(people, catalogue)
    assert set(found.loc["age", "status"]) == {"suppressed"}
    assert set(found.loc["sex", "status"]) == {"published"}
    pairs = weighted.pairs_of_groups(weigh(people, catalogue))
    hidden = changes.tested(catalogue, pairs).query("group == 'age'")
    assert set(hidden["reason"]) == {"suppressed"} and hidden["difference"].isna().all()
    assert hidden["reference_estimate"].isna().all()


def test_a_variable_of_which_one_category_alone_gave_marks_is_left_out(catalogue):
    people = sample(AGES)
    people["satisfaction"] = people["satisfaction"].where(people["sex"] == "Femme")
    surveys = weigh(people, catalogue)
    assert set(weighted.marks_of_groups(surveys)["group"]) == {"age"}
    assert set(weighted.pairs_of_groups(surveys)["group"]) == {"age"}


@pytest.mark.parametrize(("gave", "status"), [(10, "suppressed"), (11, "low_base")])
def test_ten_marks_of_a_category_withhold_its_variable_and_eleven_do_not(catalogue, gave, status):
    people = sample({"jeune": 30, "adulte": 100, "vieux": 60})
    young = people.index[people["age"] == "jeune"]
    people.loc[young[gave:], "satisfaction"] = np.nan
    assert by_category(people, catalogue).loc[("age", "jeune"), "status"] == status


HAPPY = {"jeune": 40, "adulte": 100, "vieux": 260}  # the happy answer more


def bounds(people: pd.DataFrame, catalogue) -> pd.DataFrame:
    return weighted.opinion_bounds(weigh(people, catalogue))


def test_an_interval_stays_in_its_scale_and_no_share_has_bounds_that_may_be_belied(catalogue):
    found = bounds(sample(HAPPY).assign(nps=lambda people: people.satisfaction), catalogue)
    told = found[found["status"] == "published"]
    assert {*found["indicator"]} == {"satisfaction_10", "nps"} == {*told["indicator"]}
    for unit, (least, most) in {"sur 10": (0, 10), "points": (-100, 100)}.items():
        own = told[told["unit"] == unit]
        assert own["ci_low"].ge(least).all() and own["ci_high"].le(most).all(), unit


def test_where_the_raw_mark_is_withheld_nothing_tells_it_in_a_roundabout_way(catalogue):
    people = sample(HAPPY)
    silent = pd.DataFrame({"satisfaction": [2.0, 3, 4, 5, 6]})  # five whose profile is unknown
    table = responses(pd.concat([people, silent], ignore_index=True))
    surveys = weighted.weighed(table, MARGINS, catalogue, YEAR)
    assert of(weighted.weighted_marks(surveys), weighted.RAW)["status"] == "suppressed"
    found = weighted.opinion_bounds(surveys)
    assert {*found["status"]} == {"suppressed"} and found["estimate"].isna().all()


R = Path(__file__).with_name("weighted.R").read_text(encoding="utf-8")
FIGURES = ["mean", "low", "high", "n_eff", "share", "share_low", "share_high", "effect"]


def with_weights(n: int = 400, seed: int = 3) -> pd.DataFrame:
    """People of three ages and two sexes, with weights that go with what they answer."""
    chance = np.random.default_rng(seed)
    age = chance.choice(["jeune", "adulte", "vieux"], n, p=[0.2, 0.3, 0.5])
    base = pd.Series(age).map({"jeune": 4, "adulte": 6, "vieux": 8}).to_numpy()
    sex = chance.choice(["Femme", "Homme"], n, p=[0.4, 0.6])
    satisfaction = (base + chance.integers(-3, 3, n)).clip(0, 10)
    weight = (chance.lognormal(0, 0.3, n) + 0.4).round(4)
    return pd.DataFrame({"age": age, "sex": sex, "satisfaction": satisfaction, "weight": weight})


def cost(surveys: tuple[weighted.Weighed, ...]) -> pd.Series:
    return weighted.weights_report(surveys).set_index(["indicator", "group_value"])["estimate"]


@pytest.mark.slow
def test_figures_are_those_of_r_alone_or_with_margins(tmp_path, catalogue):
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed")
    people = with_weights()
    satisfied = (people["satisfaction"] >= 7.5).astype(int)
    people.rename(columns={"weight": "w"}).assign(satisfied=satisfied).to_csv(tmp_path / "a.csv")
    (tmp_path / "a.R").write_text(R, encoding="utf-8")
    command = ["Rscript", "--vanilla", str(tmp_path / "a.R"), str(tmp_path / "a.csv")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if "there is no package" in done.stderr:
        pytest.skip("R's package survey is not installed")
    told = {name: dict(zip(FIGURES, map(float, of), strict=True)) for name, *of in
            map(str.split, done.stdout.splitlines())}  # fmt: skip
    for name, asked in (("own", people.drop(columns=["age", "sex"])), ("raked", people)):
        known, found = told[name], weigh(asked, catalogue)
        assert found[0].calibration is not None
        met = found[0].calibration.margins
        assert met["after"].to_numpy() == pytest.approx(met["target"]), "no weight is trimmed"
        marked = weighted.weighted_marks(found)
        row, share = (of(marked, weighted.WEIGHTED, x) for x in (MARK, "satisfied_share"))
        ours = [*row[["estimate", "ci_low", "ci_high", "n_eff"]]]
        ours += [*share[["estimate", "ci_low", "ci_high"]]]
        ours += [cost(found)["weighting_design_effect", ""]]
        assert ours == pytest.approx([known[name] for name in FIGURES], rel=1e-6)
        closest = [*ours[:3], ours[4]]
        assert closest == pytest.approx([known[x] for x in (*FIGURES[:3], "share")], rel=1e-7)


def test_own_weights_alone_give_the_weighted_mean_and_are_not_cut(catalogue):
    people = with_weights().drop(columns=["age", "sex"])
    people.loc[7, "weight"] = 40.0  # far beyond five times the mean: it is the institute's choice
    found = weigh(people, catalogue)
    row, raw = (of(marks(people, catalogue), how) for how in (weighted.WEIGHTED, weighted.RAW))
    expected = np.average(people["satisfaction"], weights=people["weight"])
    assert row["estimate"] == pytest.approx(expected, rel=1e-12)
    assert raw["estimate"] == pytest.approx(people["satisfaction"].mean())
    own = people["weight"] / people["weight"].mean()
    told = cost(found)
    assert told["weighting_most", ""] == pytest.approx(own.max())
    assert told["weighting_own_effect", ""] == pytest.approx((own**2).mean())
    assert told["weighting_design_effect", ""] == pytest.approx((own**2).mean())
    assert set(cost(found).index.get_level_values(1)) == {""}  # no margin is told
    assert weighted.marks_of_groups(found).empty


def test_margins_are_met_from_the_survey_s_own_weights(catalogue):
    people = with_weights()
    (found,) = weigh(people, catalogue)
    assert found.calibration is not None
    own = people["weight"] / people["weight"].mean()
    in_order = own[found.people.index.astype(int)].to_numpy()
    assert found.calibration.start == pytest.approx(in_order)
    told = cost((found,))
    assert told["weighting_before", "vieux"] == pytest.approx(
        100 * own[people["age"] == "vieux"].sum() / len(people)
    )
    assert told["weighting_after", "vieux"] == pytest.approx(30)


def test_the_scale_of_own_weights_changes_nothing_and_equal_ones_are_none(catalogue):
    people = with_weights()
    own = people["weight"]
    once, large, none, equal = (
        marks(people.assign(weight=one), catalogue) for one in (own, own * 15_000, np.nan, 7.0)
    )
    pd.testing.assert_frame_equal(once, large)
    pd.testing.assert_frame_equal(none, equal)
    assert not once.equals(none)
    unweighed = cost(weigh(people.assign(weight=np.nan), catalogue))
    assert "weighting_own_effect" not in unweighed.index


def test_too_few_own_weights_make_no_figure_and_the_page_says_why(catalogue):
    found = weigh(with_weights(99).drop(columns=["age", "sex"]), catalogue)
    assert weighted.weighted_marks(found).empty
    told = weighted.weights_report(found)
    assert told["indicator"].tolist() == ["weighting_effective_n", "weighting_own_effect"]
    said = sentences.weighted(weighted.pairs(found), told, estimates.make([]), catalogue)
    assert "Trop peu de répondants (100) ont un poids" in said
    enough = with_weights(100).drop(columns=["age", "sex"])
    assert len(weighted.weighted_marks(weigh(enough, catalogue))) == 4
