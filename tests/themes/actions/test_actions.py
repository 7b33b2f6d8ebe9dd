"""Effects of actions: which series are taken, what is told where none can be, and what is said."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests import said
from tests.records import sheets

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.records.sheets import BEFORE_AFTER, COMPARABLE, CONTROLLED, SEEN, UNCHANGED, Action
from observlib.study import narratives
from observlib.themes import actions

SEASON = 1 + 0.2 * np.sin(np.arange(12) * 2 * np.pi / 12)


def action(day: date, *expected: str, controls: tuple[str, ...] = ("legifrance",)) -> Action:
    moves = [{"indicator": name, "direction": "up"} for name in expected]
    return sheets.action(title="Un essai", date=day, expected=moves, controls=controls)


def months(indicator: str, unit: str, product: str, values: list[float], **more: Any) -> Any:
    """A value a month, as many before January 2025 as there are `before`."""
    first = 2025 - more.pop("before", 24) // 12
    row = {"indicator": indicator, "product": product, "device": product, "unit": unit, **more}
    return estimates.make(
        {**row, "period": f"{first + i // 12}-{i % 12 + 1:02d}", "estimate": value}
        for i, value in enumerate(values)
    )


def visits(product: str, n: int, change: float = 0.0, before: int = 24, **more: Any) -> Any:
    """Visits by month, whose level changes in January 2025."""
    source = np.random.default_rng(len(product) + n)
    level = [1e5 * SEASON[i % 12] * (1 + change * (i >= before)) for i in range(n)]
    values = [x * np.exp(0.01 * source.normal()) for x in level]
    return months("visits", "visites", product, values, before=before, **more)


def marks(product: str, n: int, change: float, before: int = 24) -> pd.DataFrame:
    source = np.random.default_rng(len(product) + n)  # products share no chance
    values = [7 + change * (i >= before) + 0.05 * source.normal() for i in range(n)]
    return months("satisfaction_10", "sur 10", product, values, before=before, n=100, n_eff=100)


def followed(catalogue: Catalogue, series: pd.DataFrame, *done: Action) -> actions.Effects:
    return actions.effects(done, series, catalogue, done)


def effect(found: actions.Effects) -> pd.DataFrame:
    rows = found.estimates
    return rows[rows["indicator"] == "action_effect"].set_index("group_value")


def months_of(found: actions.Effects) -> dict[str, float]:
    rows = found.estimates[found.estimates["indicator"] == "action_months"]
    return dict(zip(rows["group_value"], rows["estimate"], strict=True))


DAY = date(2025, 1, 1)
MARKS = action(DAY, "satisfaction_10", controls=())
VISITS = action(DAY, "visits", controls=())


def on_each(products: list[str]) -> list[Action]:
    """The action on marks, done on each product."""
    return [MARKS.model_copy(update={"id": x, "title": x, "product": x}) for x in products]


def verdict(found: actions.Effects) -> dict[str, Any]:
    (row,) = found.verdicts.to_dict("records")
    return row


def test_a_count_that_fell_is_told_in_percent_alone_and_against_the_comparable(catalogue):
    series = estimates.combine(
        [visits(name, 52, fall, before=36) for name, fall in (("boamp", -0.25), ("legifrance", 0))]
    )
    both = followed(catalogue, series, action(DAY, "visits"))
    found, (row,) = effect(both), both.verdicts.to_dict("records")
    assert set(found["unit"]) == {"%"} and set(found["period"]) == {"2025-01/2026-04"}
    for name in (BEFORE_AFTER, CONTROLLED):
        assert found.at[name, "ci_low"] <= -25 <= found.at[name, "ci_high"] < 0
    assert abs(found.at[COMPARABLE, "estimate"]) < 3
    assert (row["verdict"], row["reason"], row["group_value"]) == ("fall", "", CONTROLLED)
    assert row["compared_with"] == ("legifrance",) and row["device"] == "boamp"


@pytest.mark.parametrize("known", [0, 30])
def test_nothing_is_said_to_move_where_comparable_products_have_no_long_series(known, catalogue):
    parts = [visits("boamp", 40, 0.2)] + ([visits("legifrance", known).tail(3)] if known else [])
    found = followed(catalogue, estimates.combine(parts), action(DAY, "visits"))
    row = verdict(found)
    assert (row["verdict"], row["reason"]) == ("unknown", "controls")
    assert np.isnan(row["p_value"])  # it is no member of the family, and costs the others nothing
    assert effect(found).at[BEFORE_AFTER, "ci_low"] > 0


@pytest.mark.parametrize(
    ("n", "day", "reason"),
    [(26, DAY, "after"), (40, date(2023, 6, 1), "before"), (27, DAY, "seasons")],
)
def test_too_few_months_give_no_number_but_how_many_there_were(n, day, reason, catalogue):
    series = visits("boamp", n)
    if reason == "seasons":
        series = series.tail(15 + 1)
    found = followed(catalogue, series, action(day, "visits", controls=()))
    assert effect(found)["status"].tolist() == ["missing"]
    assert found.verdicts[["verdict", "reason"]].values.tolist() == [["unknown", reason]]
    counted = months_of(found)
    whole = len(series) if day == DAY else 5 + 24  # two years after count, at most
    assert counted[f"{BEFORE_AFTER}, avant"] + counted[f"{BEFORE_AFTER}, après"] == whole
    assert set(found.estimates["indicator"]) == {"action_effect", "action_months"}


def test_partial_months_sums_paid_back_and_groups_are_not_mixed_in(catalogue):
    series = visits("boamp", 40)
    series.loc[39, ["estimate", "status"]] = [10.0, "partial"]
    series.loc[38, "estimate"] = -5.0
    found = followed(catalogue, series, VISITS)
    assert months_of(found)[f"{BEFORE_AFTER}, après"] == 14
    whole = marks("boamp", 36, 0)
    part = marks("boamp", 36, 3.0).assign(group="age", group_value="25-34")
    done = MARKS
    for series in (estimates.combine([whole, part]), estimates.combine([part, whole])):
        found = followed(catalogue, series, done)
        course = found.estimates[found.estimates["group_value"] == SEEN]
        assert course["estimate"].tolist() == whole["estimate"].tolist()
    assert followed(catalogue, part, done).verdicts["reason"].tolist() == ["series"]


def noisy(product: str, change: float, seed: int) -> pd.DataFrame:
    source = np.random.default_rng(seed)
    rows = marks(product, 48, change, before=36)
    return rows.assign(estimate=rows["estimate"] + 0.4 * source.normal(size=48))


def test_a_rise_that_does_not_hold_among_all_that_a_study_tests_is_no_rise(catalogue):
    def is_doubtful(rows: pd.DataFrame) -> bool:
        alone = followed(catalogue, rows, MARKS).verdicts.iloc[0]
        return bool(alone["verdict"] == "rise" and 0.01 < alone["p_value"] < 0.05)

    moved = next(filter(is_doubtful, (noisy("boamp", 0.62, seed) for seed in range(12, 24))))
    others = [f"p{i}" for i in range(4)]
    quiet = [noisy(product, 0.0, 100 + i) for i, product in enumerate(others)]
    series = estimates.combine([moved, *quiet])
    found = followed(catalogue, series, MARKS, *on_each(others)).verdicts
    assert found["verdict"].iat[0] == "unknown" and found["level"].nunique() == 1
    assert found["level"].iat[0] > 0.95


def test_a_change_that_other_months_show_too_is_no_effect_of_an_action(catalogue):
    source = np.random.default_rng(2)
    bent = [7 + 2.5 * (2 * i / 54 - 1) ** 2 + 0.05 * source.normal() for i in range(54)]
    series = months("satisfaction_10", "sur 10", "boamp", bent, before=48, n=100, n_eff=100)
    found = followed(catalogue, series, MARKS)
    row = verdict(found)
    assert (row["verdict"], row["reason"]) == ("unknown", "placebos")
    assert row["p_adjusted"] < 0.05 and row["as_clear"] > 0
    told = found.estimates[found.estimates["indicator"] == "action_placebos"]
    counts = told.set_index("group_value")["estimate"]
    assert counts[BEFORE_AFTER] == row["placebos"]
    assert counts[f"{BEFORE_AFTER}, aussi nets"] == row["as_clear"]


def test_an_effect_that_few_placebos_question_or_without_chance_is_none(catalogue):
    series, done = visits("boamp", 40, -0.25), VISITS
    row = verdict(followed(catalogue, series, done))
    assert row["placebos"] < 19 and row["as_clear"] == 0 and row["p_adjusted"] < 0.01
    assert (row["verdict"], row["reason"]) == ("unknown", "few")
    flat = marks("boamp", 40, 0.0).assign(estimate=[7.0 + (i >= 24) for i in range(40)])
    row = verdict(followed(catalogue, flat, MARKS))
    assert (row["verdict"], row["reason"]) == ("unknown", "spread") and np.isnan(row["p_value"])


def test_an_effect_ends_where_another_action_on_the_same_figure_begins(catalogue):
    series = visits("boamp", 64, -0.25, before=48)
    other = action(date(2025, 9, 15), "visits", controls=()).model_copy(update={"id": "autre"})
    one = VISITS
    found = actions.effects([one], series, catalogue, [one, other])
    assert set(effect(found)["period"]) == {"2025-01/2025-08"}
    assert months_of(found)[f"{BEFORE_AFTER}, après"] == 8
    elsewhere = other.model_copy(update={"product": "legifrance"})
    whole = actions.effects([one], series, catalogue, [one, elsewhere])
    assert months_of(whole)[f"{BEFORE_AFTER}, après"] == 16
    assert verdict(found)["verdict"] == "fall"
    course = found.estimates[found.estimates["group_value"] == UNCHANGED]
    assert course["period"].max() == "2025-08"  # nothing is expected beyond


def test_a_comparable_product_where_another_action_came_is_not_compared_with(catalogue):
    series = estimates.combine(
        [visits("boamp", 40, -0.25), visits("legifrance", 40), visits("bodacc", 40, 0.5)]
    )
    one = action(DAY, "visits", controls=("legifrance", "bodacc"))
    other = VISITS.model_copy(update={"id": "autre", "product": "bodacc"})
    alone, found = (
        verdict(actions.effects([one], series, catalogue, known)) for known in ([one], [one, other])
    )
    assert alone["compared_with"] == ("legifrance", "bodacc")
    assert found["compared_with"] == ("legifrance",)
    assert -30 < found["difference"] < -20


def test_of_two_devices_the_first_of_the_catalogue_with_months_enough_is_taken(catalogue):
    avis, survey = "jdma-legifrance", "enquete-legifrance"
    done = MARKS.model_copy(update={"product": "legifrance"})

    def chosen(first: int) -> set[str]:
        own = marks("legifrance", 40, 0).assign(device=survey)
        other = marks("legifrance", 40, 0).tail(first).assign(device=avis)
        found = followed(catalogue, estimates.combine([own, other]), done)
        return set(found.verdicts["device"])

    assert chosen(40) == chosen(28) == {avis}
    assert chosen(27) == {survey}  # fewer than twelve months before the action


def test_a_site_is_compared_with_sites_and_not_with_the_data_sets_of_other_products(catalogue):
    parts = [
        visits("boamp", 40, channel="web"),
        visits("service-public", 40, device="datagouv-fiches", channel="open_data"),
        visits("service-public", 40, 0.9, device="matomo-service-public", channel="web"),
    ]
    done = action(DAY, "visits", controls=("service-public",))
    found = followed(catalogue, estimates.combine(parts[::-1]), done)
    assert effect(found).at[COMPARABLE, "ci_low"] > 50  # the site's change and not the data set's


def test_two_expectations_are_told_apart_and_one_without_series_is_told_as_such(catalogue):
    series = estimates.combine([visits("boamp", 40), marks("boamp", 40, 0)])
    one = action(DAY, "visits", "satisfaction_10", "nps", controls=())
    found = followed(catalogue, series, one)
    told = found.verdicts[["group", "reason"]]
    (without,) = told[told["reason"] == "series"]["group"]
    assert without == "Un essai (recommandation nette (NPS))"
    titles = {"Un essai (visites)", "Un essai (satisfaction sur 10)"}
    assert set(found.estimates["group"]) - {""} == titles
    assert set(found.estimates["indicator"]) <= set(catalogue.indicators)
    nothing = followed(catalogue, series)
    assert nothing.verdicts.empty and nothing.estimates.empty
    assert list(nothing.verdicts) == actions.ACTION_VERDICTS


def test_a_comparable_product_of_a_few_months_or_withheld_does_not_cut_short_the_others(catalogue):
    withheld = visits("bodacc", 40).assign(status="suppressed", estimate=float("nan"))
    parts = [visits("boamp", 52, 0.2, before=36), visits("legifrance", 52, before=36)]
    series = estimates.combine([*parts, visits("annuaire", 52, before=36).tail(9), withheld])
    done = action(DAY, "visits", controls=("annuaire", "bodacc", "legifrance"))
    row = verdict(followed(catalogue, series, done))
    assert (row["compared_with"], row["verdict"]) == (("legifrance",), "rise")
    hidden = visits("boamp", 40).assign(status="suppressed", estimate=float("nan"))
    assert followed(catalogue, hidden, done).verdicts["reason"].tolist() == ["series"]


say = narratives.actions


def act(direction: str = "up", **keys: Any) -> Action:
    about = {"id": "essai", "title": "Un essai", "date": date(2025, 6, 16), "done": "On essaie."}
    about |= {"expected": [{"indicator": "visits", "direction": direction}], "controls": ()}
    return sheets.action(**about | keys)


def told(verdict: str, reason: str = "", **keys: Any) -> pd.DataFrame:
    """One verdict, of a change of +5 % (4 to 6), or what is given."""
    row = {
        "group": "Un essai", "action": "essai", "title": "Un essai", "direction": "up",
        "indicator": "visits", "product": "boamp", "device": "audience-boamp",
        "compared_with": (), "breaks": (), "group_value": BEFORE_AFTER, "unit": "%",
        "before": 24, "after": 15, "placebos": 30, "as_clear": 0,
        "difference": 5.0, "difference_low": 4.0, "difference_high": 6.0, "level": 0.975,
        "detectable": 1.5, "verdict": verdict, "reason": reason,
    }  # fmt: skip
    return pd.DataFrame([row | keys])


def frame(**ends: tuple[float, float]) -> pd.DataFrame:
    """The effect before and after, and others by the names of comparisons."""
    row = {"indicator": "action_effect", "product": "boamp", "period": "2025-07/2026-09"}
    row |= {"group": "Un essai", "unit": "%"}
    return estimates.make(
        {**row, "group_value": name, "estimate": (low + high) / 2, "ci_low": low, "ci_high": high}
        for name, (low, high) in {BEFORE_AFTER: (4.0, 6.0), **ends}.items()
    )


CONTROLS = {COMPARABLE: (2.0, 3.0), CONTROLLED: (3.0, 7.0)}
BOTH = act(controls=("bodacc", "legifrance"))
OTHER = act(id="autre", title="Un autre", date=date(2025, 7, 20))
ELSEWHERE = act(id="ailleurs", title="Ailleurs", product="bodacc")
LATER = act(id="suite", title="Une suite", date=date(2026, 2, 1))


def each(verdicts: pd.DataFrame, *known: Action, **ends: Any) -> Any:
    return lambda c: say.each(verdicts, frame(**ends), known or [act()], c)


def first(*verdicts: pd.DataFrame) -> Any:
    return lambda c: say.followed_actions(pd.concat(verdicts), c)


def both(verdicts: pd.DataFrame, direction: str = "up") -> Any:
    """What is said first, and of the action."""
    rows = verdicts.assign(direction=direction)
    return lambda c: [say.followed_actions(rows, c), say.each(rows, frame(), [act(direction)], c)]


CASES: said.Cases = {
    "a rise as expected": both(told("rise")),
    **{why: both(told("unknown", why)) for why in (
        "after", "before", "seasons", "controls", "placebos")},
    "a rise, of 45 placebos 1 as clear": each(told("rise", placebos=45, as_clear=1)),
    **{f"{n} placebos are too few": each(told("unknown", "few", placebos=n, as_clear=0))
       for n in (1, 0)},
    "products left out": each(
        told("rise", group_value=CONTROLLED, compared_with=("legifrance",)), BOTH, **CONTROLS),
    "two actions on one figure": each(told("rise"), act(), OTHER, ELSEWHERE),
    "two actions that are not told apart": each(told("unknown", "others"), act(), OTHER),
    "breaks": each(told("rise", breaks=("2022-01", "2023-06"))),
    "three actions of one verdict": first(
        *(told("stable", action=str(i), title=f"Essai « {i} »") for i in range(3))),
    "an action without series": first(told("unknown", "series")),
    "too old": lambda c: [
        say.too_old(x, "2028-T3", c)
        for x in ([act()], [act(date=date(2025, 10, 1))], [act(), OTHER])],
    "a table of what is too early": lambda c: say.effect_table(
        told("unknown", "after"), frame().head(0), c, caption="Effets", label="tbl-effets"),
    "on a product": lambda c: say.done_on(
        "boamp", told("rise"), frame(), [act(), LATER, act(id="autre", product="legifrance")],
        c, lambda study, product: study),
}  # fmt: skip
test_what_is_said_of_actions = said.test("actions", CASES)
