"""What is said of tests, workshops, subscribers and sales, and what is not where it may not be."""

from typing import Any

import pandas as pd
from tests import said

from observlib import estimates
from observlib.themes import templates

user_tests = templates.narrative("user_tests")

sales = templates.narrative("sales")

workshops = templates.narrative("workshops")

subscriptions = templates.narrative("subscriptions")

NOW = "2026-T3"
BASE = {"product": "legifrance", "device": "tests-legifrance", "channel": "in_person",
        "period": NOW}  # fmt: skip


def row(indicator: str, value: float, half: float = 5, **more: Any) -> dict[str, Any]:
    unit = {"task_success": "%", "problem_share": "%", "sus_mean": "sur 100"}[indicator]
    made = {**BASE, "indicator": indicator, "unit": unit, "estimate": value, "n": 14}
    return {**made, "ci_low": value - half, "ci_high": value + half, "status": "low_base", **more}


def told_of(*rows: dict[str, Any]) -> Any:
    return lambda c: user_tests.tests(estimates.make(rows), c, NOW)


def withheld(now: dict[str, Any], *year: dict[str, Any]) -> Any:
    frames = estimates.make([now]), estimates.make(year)
    return lambda c: user_tests.too_few_participants(*frames, c, NOW)


def delay(**found: Any) -> Any:
    row = {"indicator": "idea_delay", "period": "2025-10/2026-09", "unit": "jours", **found}
    return lambda c: workshops.delay(estimates.make([row]), c)


LOW = row("task_success", 70)
LARGE = row("task_success", 80, product="service-public", n=77, status="published")
PEOPLE = {**BASE, "indicator": "test_participants", "unit": "participants"}
FEW, YEAR = {**PEOPLE, "status": "suppressed"}, {**PEOPLE, "period": "2025-10/2026-09"}
YEAR |= {"estimate": 15, "n": 15}
CASES: said.Cases = {
    "success on a low base": told_of(LOW),
    "a low base beside a large one": told_of(LOW, LARGE),
    "tests too small to be told": told_of(FEW),
    "no test": lambda c: [told_of(*rows)(c) for rows in ([{**PEOPLE, "status": "missing"}], [])],
    "a small test and its year": withheld(FEW, YEAR),
    "a small test": withheld(FEW),
    "a delay of over half": delay(status="missing"),
    "a delay that is withheld": delay(status="suppressed"),
}  # fmt: skip
test_what_is_said_of_tests_and_workshops = said.test("mobilisation", CASES)


def sold(**by_indicator: tuple[float | None, str]) -> pd.DataFrame:
    units = {"units_sold": "exemplaires", "sales_gini": "sur 1"}
    return estimates.make(
        {
            "indicator": name, "product": "documentation-francaise", "channel": "print",
            "device": "boutique-documentation", "period": NOW, "unit": units.get(name, "%"),
            "estimate": value, "status": status,
        }
        for name, (value, status) in by_indicator.items()
    )  # fmt: skip


def digital(then: str, *periods: str) -> Any:
    row = {"indicator": "format_share", "product": "documentation-francaise", "unit": "%"}
    row |= {"group": "format", "group_value": "Numérique"}
    frame = estimates.make(
        {**row, "period": period, "estimate": value, "status": status}
        for period, value, status in (("2025-T3", 26.0, then), (NOW, 30.0, "published"))
    )
    return lambda c: sales.digital_share(frame, c, *(periods or (NOW, "2025-T3")))


SOLD = sold(units_sold=(6734.0, "published"), return_rate=(None, "suppressed"))
PARTIAL = sold(units_sold=(6734.0, "partial"))
SUBSCRIBERS: said.Cases = {
    "sales": lambda c: [
        sales.units_sold(rows, c, NOW)
        for rows in (SOLD, PARTIAL, PARTIAL.head(0), sold(units_sold=(None, "missing")))],
    "digital, the year before being partial": digital("partial"),
}  # fmt: skip
test_what_is_said_of_subscribers_and_sales = said.test("subscriptions and sales", SUBSCRIBERS)
