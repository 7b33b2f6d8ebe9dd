"""What is said of a survey is what its estimates say, with care where they are thin."""

import math
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from tests import said
from tests.themes.surveys.people import answers
from tests.words import plain

from observlib import estimates
from observlib.base.period import Quarter
from observlib.display.changes import WEIGHTED
from observlib.indicators import pairs
from observlib.indicators import pairs as changes
from observlib.stats.survey.association import OPINION
from observlib.themes import surveys as measured
from observlib.themes import templates
from observlib.themes.surveys.weighted import DEPENDS

surveys = templates.narrative("surveys")

NOW, BEFORE, YEAR = "2026-T3", "2025-T3", "2025-10/2026-09"
UNITS = {"satisfaction_10": "sur 10", "nps": "points", "task_success_share": "%",
         "ces_10": "sur 10", "clarity_10": "sur 10"}  # fmt: skip


def mark(indicator: str, value: float | None, period: str = NOW, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"indicator": indicator, "period": period, "unit": UNITS[indicator]}
    row |= {"device": "enquete-legifrance", "product": "legifrance", "channel": "web"}
    if value is not None:
        half = more.pop("half", 1.0)
        row |= {"estimate": value, "n": 200, "ci_low": value - half, "ci_high": value + half}
    return row | more


def test_a_first_year_that_would_tell_its_few_first_answers_says_why_it_is_withheld(catalogue):
    days = ["2026-06-28"] * 5 + ["2026-09-10"] * 200
    told = answers("satisfaction", [i % 5 + 1 for i in range(205)], (1, 5), days=days)
    quarters = Quarter("2026-T3").back(4)
    now = measured.quarterly_measures(told, catalogue, quarters[-1:])
    year = measured.wider(measured.pooled_measures(told, catalogue, quarters), now)
    assert set(now["status"]) == {"published"} and set(year["status"]) == {"suppressed"}
    caption = plain(surveys.over_a_year(now, year, NOW))
    assert "non publiées." in caption and "feraient connaître celles d'un trimestre" in caption


def marks(*rows: dict[str, Any]) -> Any:
    return lambda c: surveys.main_results(estimates.make(rows), c, NOW)


REASON = {"indicator": "reason_share", "period": YEAR, "unit": "%", "group": "reason", "n": 90}
REASONS = estimates.make(
    {**REASON, "group_value": name, "estimate": share}
    for name, share in (("A", 70), ("B", 50), ("C", 20), ("D", 10))
)


def reasons(c: Any) -> list[str]:
    """Of a first reason that is ahead, of one that may not be, of one alone, and of none."""
    ahead = pairs.tested(c, pairs.leading_answer(REASONS))
    assert ahead["verdict"].tolist() == ["unknown"]  # 63 and 45 of 90, if all are taken as apart
    first, none = ahead.assign(verdict="rise"), ahead.head(0)
    asked = ((REASONS, first), (REASONS, ahead), (REASONS[:1], none), (REASONS[:0], none))
    return [surveys.reasons(*both, c) for both in asked]


STEP = {"indicator": "survey_funnel", "period": NOW, "unit": "réponses", "group": "step",
        "group_value": "Réponse commencée"}  # fmt: skip
PARTIAL, HIDE = {"estimate": 40, "n": 40, "status": "partial"}, {"status": "suppressed"}
HIDDEN = mark("nps", None, status="suppressed")
CASES: said.Cases = {
    "thin and withheld marks": marks(
        mark("satisfaction_10", 7.1, n=20, status="low_base"), HIDDEN),
    "no mark": marks(),
    "steps of an incomplete quarter, and withheld": lambda c: [
        surveys.funnel(estimates.make([STEP | more]), c) for more in (PARTIAL, HIDE)],
    "reasons": reasons,
}  # fmt: skip
test_what_is_said_of_a_survey = said.test("surveys", CASES)
STATUSES = st.sampled_from(["published", "low_base", "suppressed", "partial", "missing"])


@given(st.dictionaries(st.sampled_from(list(UNITS)), STATUSES))
def test_any_estimates_make_sentences_without_a_hole(catalogue, states):
    rows = [
        mark(name, None if state in ("suppressed", "missing") else 5.0, status=state)
        for name, state in states.items()
    ]
    frame: pd.DataFrame = estimates.make(rows)
    told = surveys.main_results(frame, catalogue, NOW)
    assert told.endswith(".") and "nan" not in told and "  " not in told
    assert ("5" in plain(told).replace("95 %", "")) == ("published" in states.values())


def effects(**values: float) -> pd.DataFrame:
    """Effects with intervals of one point on either side."""
    return estimates.make(
        {
            "indicator": "driver_effect", "period": "2025-10/2026-09", "unit": "points",
            "group": "driver", "group_value": name, "n": 200, "n_eff": 200,
            "estimate": value, "ci_low": value - 1, "ci_high": value + 1,
        }
        for name, value in values.items()
    )  # fmt: skip


def told(frame: pd.DataFrame) -> Any:
    """The sentence and the caption, tested as one family."""

    def of(c: Any) -> list[str]:
        compared = changes.tested(c, changes.with_nothing(frame))
        return [surveys.drivers(frame, compared, c), surveys.drivers_caption(frame, compared)]

    return of


NO_EFFECT = {"indicator": "driver_effect", "period": "2026-T3", "unit": "points", "group": "driver"}
NO_EFFECT |= {"group_value": "Ensemble", "status": "missing"}
DRIVERS: said.Cases = {
    "not among several": told(effects(Âge=1.05, Sexe=-0.2, Facilité=0.3)),
    "too small to matter": told(effects(Sexe=0.1).assign(ci_low=-0.1, ci_high=0.3)),
    "fewer than eleven": told(estimates.make([NO_EFFECT])),
    "withheld for its quarters": told(estimates.make([{**NO_EFFECT, "status": "suppressed"}])),
    "not asked": told(estimates.make([])),
}
test_what_is_said_of_what_goes_with_satisfaction = said.test("drivers", DRIVERS)
NONE = estimates.make([])
BASE = {"device": "enquete-legifrance", "period": "2025-10/2026-09"}


def pair(raw: float | None, weighed: float, verdict: str = "unknown") -> pd.DataFrame:
    """A weighted mark beside the raw one, with the results of a family."""
    row: dict[str, Any] = {**BASE, "indicator": "satisfaction_10", "unit": "sur 10"}
    row |= {"estimate": weighed, "ci_low": weighed - 0.2, "ci_high": weighed + 0.2, "n": 300}
    row |= {"status": "published", "reference_estimate": math.nan, "against": "raw"}
    row |= dict.fromkeys(["difference", "difference_low", "difference_high", "level"], math.nan)
    row |= {"verdict": verdict, "detectable": 0.42, "reason": "suppressed"}
    if raw is not None:
        gap = weighed - raw
        row |= {"reference_estimate": raw, "difference": gap, "reason": "", "level": 0.995}
        row |= {"difference_low": gap - 0.3, "difference_high": gap + 0.3}
    return pd.DataFrame([row])


def report(*margins: str, n: float | None = 300) -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        {**BASE, "indicator": "weighting_effective_n", "unit": "répondants", "n": n}
        | ({"estimate": 210.4} if margins else {"status": "missing"})
    ]
    for margin in margins:
        for when, share in (("before", 40.0), ("after", 52.0), ("target", 52.2)):
            row = {**BASE, "indicator": f"weighting_{when}", "unit": "%", "n": n}
            rows.append(row | {"group": margin, "group_value": f"de {margin}", "estimate": share})
    return estimates.make(rows)


def bounds(low: float | None, high: float | None, **more: Any) -> pd.DataFrame:
    """The weighted mark from 6.4 to 6.8, and what it is if answering depends on opinions alone."""
    row: dict[str, Any] = {**BASE, "indicator": "satisfaction_10", "unit": "sur 10", "n": 300}
    row |= {"group": "weighting", "estimate": 6.6}
    ends = {"ci_low": low, "ci_high": high} if low else {"status": "missing"}
    ends["estimate"] = 5.8 if low else None
    return estimates.make(
        [{**row, "group_value": WEIGHTED, "ci_low": 6.4, "ci_high": 6.8},
         {**row, "group_value": DEPENDS[OPINION], **ends, **more}]
    )  # fmt: skip


def conclusion(compared: pd.DataFrame, margins: pd.DataFrame) -> Any:
    return lambda c: surveys.weighted(compared, margins, NONE, c)


PROFILE = report("age", "sex", "region")
UNTESTED = {"difference_low": math.nan}
NO_PAIR = pair(7.1, 7.0).iloc[:0]
UNTOLD = report(n=None).assign(status="suppressed")
WITHHELD = dict.fromkeys(estimates.NUMBERS) | {"status": "suppressed"}
WEIGHTS: said.Cases = {
    "a mark that weights change": conclusion(pair(7.1, 6.5, "fall"), PROFILE),
    "a mark that weights hardly change": conclusion(pair(7.1, 7.0, "stable"), PROFILE),
    "a mark whose raw one is withheld": conclusion(pair(None, 6.5), PROFILE),
    "what is not in the weights": conclusion(pair(7.1, 7.0), report("age", "sex")),
    "too few": conclusion(NO_PAIR, report(n=45)),
    "no profile": conclusion(NO_PAIR, NONE),
    "withheld": conclusion(NO_PAIR, UNTOLD),
    "a part of the year": conclusion(
        pair(7.1, 6.5).assign(status="partial", reason="partial", **UNTESTED), PROFILE),
    "a low base": conclusion(
        pair(7.1, 6.5).assign(status="low_base", reason="low_base", **UNTESTED), PROFILE),
    "what weights cost": lambda c: [surveys.weights_cost(rows, c) for rows in (PROFILE, UNTOLD)],
    "bounds that are none, or withheld": lambda c: [
        surveys.weighted_reservation(bounds(*ends, **more), c)
        for *ends, more in ((None, None, {}), (5.1, 6.5, WITHHELD))],
}  # fmt: skip
test_what_is_said_of_weights = said.test("weights", WEIGHTS)
