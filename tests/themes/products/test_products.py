"""The sheet of a product: its key figures, what blocks, what comes, or nothing."""

from typing import Any

from tests import said
from tests.words import plain

from observlib import Study, estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.estimates import make_comparisons
from observlib.indicators import pairs as pair
from observlib.themes import templates
from observlib.themes.products import MOST_FIGURES, ORDER, band, chosen

sentences = templates.narrative("products")

NOW = Quarter("2026-T3")
THEN = NOW - 4


def row(indicator: str, value: float, period: object = NOW, **more: Any) -> dict[str, Any]:
    known = {"product": "boamp", "channel": "web", "device": "d", "unit": "visites"}
    return {"indicator": indicator, "estimate": value, "period": str(period), **known, **more}


def mark(value: float, period: object = NOW, **more: Any) -> dict[str, Any]:
    interval = {"ci_low": value - 0.2, "ci_high": value + 0.2, "n": 500, "n_eff": 500}
    return row("satisfaction_10", value, period, unit="sur 10", **interval, **more)


def told(catalogue: Catalogue, *rows: dict[str, Any]) -> Any:
    frame = estimates.make(rows)
    ends = NOW, str(THEN)
    tested = pair.tested(
        catalogue, pair.counted_pairs(frame, NOW), pair.across_periods(frame, catalogue, *ends)
    )
    found = chosen(frame, "boamp", NOW)
    return band(found, frame, make_comparisons(tested), catalogue, NOW)


def test_a_sheet_begins_with_six_figures_in_order_none_withheld_or_weak(catalogue):
    found = chosen(estimates.make(row(name, 9.0) for name in reversed(ORDER)), "boamp", NOW)
    assert tuple(found["indicator"]) == ORDER[:MOST_FIGURES]
    assert set(ORDER) <= set(catalogue.indicators)
    rows = [mark(7.0, status="low_base"), mark(7.5, device="enquete", channel="mail")]
    assert chosen(estimates.make(rows), "boamp", NOW)["estimate"].tolist() == [7.5]
    hidden = estimates.make([row("visits", float("nan"), status="suppressed")])
    assert chosen(hidden, "boamp", NOW).empty


def test_figures_are_of_the_last_quarter_and_of_the_site_first():
    rows = [mark(7.0, NOW - 5), mark(7.2, NOW - 1), row("visits", 9e5, NOW - 1)]
    found = chosen(estimates.make(rows), "boamp", NOW)
    assert found[["indicator", "estimate"]].values.tolist() == [["satisfaction_10", 7.2]]
    rows = [row("visits", 5.0, channel="open_data", device="a"), row("visits", 4.0)]
    assert chosen(estimates.make(rows), "boamp", NOW)["channel"].tolist() == ["web"]


MOVED = {"rise": (6.0, 8.0), "fall": (8.0, 6.0), "stable": (7.0, 7.0)}
CASES: said.Cases = {
    verdict: lambda c, then=then, now=now: told(c, mark(then, THEN), mark(now))
    for verdict, (then, now) in MOVED.items()
}
test_a_verdict_is_that_of_the_comparison = said.test("key figures", CASES)


YEAR = "2025-10/2026-09"


def share(indicator: str, value: float, label: str, **more: Any) -> dict[str, Any]:
    row = {"indicator": indicator, "product": "boamp", "period": YEAR, "unit": "%"}
    return {**row, "group": "problem", "group_value": label, "estimate": value, "n": 99, **more}


def alone(study: str, product: str) -> str:
    """The page of a study where products are few."""
    return study


def test_the_severest_problem_comes_first_and_a_slight_one_is_not_said_to_block(catalogue):
    problems = {"couleur pâle (cosmétique)": 80.0, "filtre ignoré (majeur)": 60.0,
                "page vide (bloquant)": 20.0}  # fmt: skip
    rows = [share("problem_share", x, label) for label, x in problems.items()]
    rows.append(share("problem_share", 90.0, "trop peu (bloquant)", status="low_base"))
    heard = estimates.make(rows)
    shown = plain(sentences.blocking("boamp", heard, catalogue, alone))
    assert shown.index("« page vide » (bloquant), 20 %") < shown.index("« filtre ignoré » (majeur)")
    assert "cosmétique" not in shown and "trop peu" not in shown and shown.count("\n") == 0


def test_ideas_that_wait_are_counted_and_a_yearly_survey_is_back_a_year_after_its_last(catalogue):
    own = {"product": "vie-publique", "estimate": 7.5}
    waiting = {**own, "indicator": "ideas_waiting", "period": YEAR, "unit": "idées", "estimate": 3}
    mark = {**own, "indicator": "satisfaction_10", "unit": "sur 10"}
    asked = [("enquete-vie-publique", "2025-T2"), ("enquete-vie-publique", "2026-T2")]
    asked += [("enquete-legifrance", "2026-T3")]
    marks = estimates.make({**mark, "device": device, "period": period} for device, period in asked)
    rows = estimates.make([waiting]), marks
    shown = plain(sentences.coming("vie-publique", *rows, [], catalogue))
    assert "- Idées décidées, pas encore réalisées : 3." in shown
    assert "la prochaine est attendue au 2e trimestre 2027." in shown and shown.count("\n") == 1


def test_an_action_of_after_the_quarter_is_planned_and_not_done(demonstration):
    study, later = (Study(x, str(demonstration)) for x in ("2026-T3", "2027-T1"))
    assert [action.id for action in study.planned] == ["suivi-des-demandes"]
    assert "suivi-des-demandes" not in {action.id for action in study.actions}
    assert "suivi-des-demandes" in {action.id for action in later.actions}
