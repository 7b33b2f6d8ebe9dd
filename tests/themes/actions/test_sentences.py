"""What is said of actions: the verdicts as they were made, and never more than they allow."""

from datetime import date
from typing import Any

import pandas as pd
import pytest
from tests import said

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.records.actions import BEFORE_AFTER, COMPARABLE, CONTROLLED, SEEN, UNCHANGED, Action
from observlib.study import narratives

say = narratives.actions


def alone(study: str, product: str) -> str:
    """The page of a study where products are few."""
    return study


def action(direction: str = "up", **keys: Any) -> Action:
    expected = [{"indicator": "visits", "direction": direction}]
    about = {"id": "essai", "title": "Un essai", "product": "boamp", "date": date(2025, 6, 16)}
    about |= {"done": "On essaie.", "expected": expected, "contact": "équipe"}
    return Action.model_validate(about | keys)


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
FALL = told("fall", difference=-5, difference_low=-6, difference_high=-4)
BOTH = action(controls=("bodacc", "legifrance"))
AGAINST = {"group_value": CONTROLLED, "compared_with": ("bodacc", "legifrance")}
OTHER = action(id="autre", title="Un autre", date=date(2025, 7, 20))
ELSEWHERE = action(id="ailleurs", title="Ailleurs", product="bodacc")
LATER = action(id="suite", title="Une suite", date=date(2026, 2, 1))
TASKS = action(tasks=["papiers", "suivi"])
PLANNED = action(id="suite", title="Une suite", date=date(2027, 2, 1), tasks=["suivi"])


def each(verdicts: pd.DataFrame, *known: Action, **ends: Any) -> Any:
    return lambda c: say.each(verdicts, frame(**ends), known or [action()], c)


def first(*verdicts: pd.DataFrame) -> Any:
    return lambda c: say.overview(pd.concat(verdicts), c)


def both(verdicts: pd.DataFrame, direction: str = "up") -> Any:
    """What is said first, and of the action."""
    rows = verdicts.assign(direction=direction)
    return lambda c: [
        say.overview(rows, c), say.each(rows, frame(), [action(direction)], c)
    ]  # fmt: skip


def on(product: str, verdicts: pd.DataFrame, *known: Action) -> Any:
    return lambda c: say.done_on(product, verdicts, frame(), known, c, alone)


def table(verdicts: pd.DataFrame, rows: pd.DataFrame) -> Any:
    return lambda c: say.effect_table(verdicts, rows, c, caption="Effets", label="tbl-effets")


CASES: said.Cases = {
    "a rise as expected": both(told("rise")),
    "a rise that was not expected": both(told("rise"), "down"),
    "a fall as expected": both(FALL, "down"),
    "stable": both(told("stable")),
    **{why: both(told("unknown", why)) for why in (
        "precision", "after", "before", "seasons", "controls", "others", "placebos")},
    **{f"a rise, of {n} placebos {x} as clear": each(told("rise", placebos=n, as_clear=x))
       for n, x in ((30, 0), (45, 1), (60, 2))},
    **{f"{n} placebos are too few": each(told("unknown", "few", placebos=n, as_clear=0))
       for n in (13, 1, 0)},
    "products compared": each(told("rise", **AGAINST), BOTH, **CONTROLS),
    "products left out": each(
        told("rise", group_value=CONTROLLED, compared_with=("legifrance",)), BOTH, **CONTROLS),
    "the past alone decides": each(told("rise", compared_with=()), BOTH),
    "a change of measure": each(told("fall"), action(kind="measure")),
    "two actions on one figure": each(told("rise"), action(), OTHER, ELSEWHERE),
    "two actions that are not told apart": each(told("unknown", "others"), action(), OTHER),
    "an action elsewhere": each(told("rise"), action(), ELSEWHERE),
    "another action, and too early to tell": each(told("unknown", "after"), action(), OTHER),
    "a break": each(told("rise", breaks=("2023-06",))),
    "breaks": each(told("rise", breaks=("2022-01", "2023-06"))),
    "an action that moves two figures": first(
        told("stable"), told("rise", indicator="downloads", group="Un essai (téléchargements)")),
    "three actions of one verdict": first(
        *(told("stable", action=str(i), title=f"Essai « {i} »") for i in range(3))),
    "no action": first(told("rise").head(0)),
    "an action without series": first(told("unknown", "series")),
    "without series": lambda c: [
        say.without_series(x, c) for x in (told("unknown", "series"), told("rise"))],
    "too old": lambda c: [
        say.too_old(x, "2028-T3", c)
        for x in ([action()], [action(date=date(2025, 10, 1))], [action(), OTHER])],
    "a table": table(
        told("rise", group_value=CONTROLLED, compared_with=("bodacc",)), frame(**CONTROLS)),
    "a table of what is too early": table(told("unknown", "after"), frame().head(0)),
    "on a product": on(
        "boamp", told("rise"), action(), LATER, action(id="autre", product="legifrance")),
    "on a product, without a size": on("boamp", told("unknown", "precision"), action()),
    "nothing on a product": on("bodacc", told("rise"), action()),
    "for tasks": lambda c: say.done_for_tasks(
        told("rise"), frame(), [TASKS, OTHER], [PLANNED], c, alone),
    "for no task": lambda c: say.done_for_tasks(told("rise"), frame(), [OTHER], [], c, alone),
}  # fmt: skip


@said.each(CASES)
def test_what_is_said_of_actions(case, catalogue):
    said.hold("actions", case, CASES, catalogue)


def test_each_action_has_an_address_to_link_to_and_a_table_of_none_is_refused(catalogue):
    assert each(told("fall"))(catalogue).content["tells"] == ["essai"]
    with pytest.raises(ObservError, match="no action is followed"):
        table(told("unknown", "series"), frame())(catalogue)


def test_a_curve_of_what_is_seen_stands_before_what_was_expected(catalogue):
    row = {"indicator": "action_course", "period": "2026-01", "unit": "visites", "n": 50}
    row |= {"group": "Un essai", "estimate": 50.0}
    drawn = say.courses(estimates.make({**row, "group_value": x} for x in (SEEN, UNCHANGED)))
    assert drawn["frame"]["group_value"].tolist() == [SEEN]
    assert drawn["behind"]["group_value"].tolist() == [UNCHANGED]
