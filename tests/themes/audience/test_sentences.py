"""What is said of months without their season: breaks, odd months, pace, and what is too short."""

from typing import Any

import pandas as pd
from tests import said

from observlib import estimates
from observlib.records.actions import Action
from observlib.study import narratives

say = narratives.audience
PRODUCTS = ("legifrance", "boamp", "vie-publique")
SHORT = "moins de 36 mois complets"
LATELY = "moins de 12 mois depuis la rupture"


def row(indicator: str, product: str = "legifrance", **more: Any) -> dict[str, Any]:
    unit = "visites" if indicator == "visits_adjusted" else "%"
    about = {"indicator": indicator, "product": product, "device": product, "unit": unit}
    return {**about, "channel": "web", "period": "2025-03", **more}


def why(indicator: str, product: str, reason: str) -> dict[str, Any]:
    return row(indicator, product, status="missing", group="reason", group_value=reason)


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    series = [row("visits_adjusted", product, estimate=1e5) for product in PRODUCTS]
    return estimates.make([*series, *rows])


def pace(verdict: str, product: str = "legifrance", estimate: float = 1.5) -> dict[str, Any]:
    ends = {"estimate": estimate, "ci_low": estimate - 1, "ci_high": estimate + 1}
    return row("pace", product, group="verdict", group_value=verdict, **ends)


def action(name: str, **keys: Any) -> Action:
    about = {"done": "Fait.", "contact": "équipe", "title": name, "product": "legifrance"}
    about["expected"] = [{"indicator": "visits", "direction": "down"}]
    return Action.model_validate({**about, "id": "robots", "date": "2025-03-01", **keys})


def paces(*verdicts: str) -> Any:
    """Paces of the first products, the smallest that could be seen of each being larger."""
    named = list(zip(PRODUCTS, verdicts, strict=False))
    seen = [row("detectable_pace", x, estimate=12.3 + 47.7 * i) for i, (x, _) in enumerate(named)]
    return lambda c: say.paces(frame(*(pace(x, name) for name, x in named), *seen), c)


STEP = row("level_change", estimate=-30.2, ci_low=-30.9, ci_high=-29.5)
DONE = [action("Sans les robots"), action("Un mois après", date="2025-04-01"),
        action("Un autre site", product="boamp")]  # fmt: skip
UNSEARCHED = frame(*(why("level_change", product, SHORT) for product in PRODUCTS))
PAGES = frame().assign(channel="open_data")
EMPTY = estimates.make([])
CASES: said.Cases = {
    "a break": lambda c: say.breaks_or_none(frame(STEP), c),
    "a break on a product's page": lambda c: say.breaks(frame(STEP), c, by="channel"),
    "a break in the month of an action": lambda c: say.breaks(frame(STEP), c, actions=DONE),
    "no break": lambda c: [
        say.breaks(frame(), c), *(say.breaks_or_none(x, c) for x in (frame(), UNSEARCHED, EMPTY))
    ],
    "no unusual month": lambda _: [say.no_unusual_month(x) for x in (frame(), UNSEARCHED)],
    "an unusual month": lambda c: say.unusual_months(
        frame(row("outlier", "boamp", estimate=42)), c),
    "series too short": lambda c: say.not_adjusted(
        frame(why("visits_adjusted", "bodacc", "moins de 24 mois complets"),
              why("pace", "boamp", LATELY), why("pace", "legifrance", LATELY)), c),
    "nothing": lambda c: [
        of(EMPTY, c) for of in (say.not_adjusted, say.paces, say.unusual_months)],
    **{f"a pace {verdict}": paces(verdict) for verdict in ("en hausse", "en baisse", "stable")},
    "a pace that is not known": paces("indéterminé"),
    "paces that are not known": paces("indéterminé", "indéterminé"),
    "paces tested": lambda _: [
        say.paces_tested(frame(*rows)) for rows in (
            (pace("en hausse"), pace("stable", "boamp"), pace("stable", "vie-publique"),
             row("pace_level", "", estimate=98.75)),
            (pace("en hausse"), row("pace_level", "", estimate=95.0)), ())],
    "pages of data sets": lambda _: [
        say.data_sets_only(PAGES), say.data_sets_only(PAGES, brief=True),
        say.data_sets_only(frame()), say.data_sets_only(PAGES.head(0))],
}  # fmt: skip


@said.each(CASES)
def test_what_is_said_of_months_without_their_season(case, catalogue):
    said.hold("audience", case, CASES, catalogue)
