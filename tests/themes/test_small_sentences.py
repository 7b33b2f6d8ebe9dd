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


def span(*rows: dict[str, Any], indicator: str = "task_success") -> Any:
    return lambda c: user_tests.result_range(estimates.make(rows), indicator, c, NOW)


def blocking(problems: dict[str, float]) -> Any:
    rows = [row("problem_share", x, group="problem", group_value=k) for k, x in problems.items()]
    return lambda c: user_tests.severe_problems(estimates.make(rows), c, NOW)


def withheld(now: dict[str, Any], *year: dict[str, Any]) -> Any:
    frames = estimates.make([now]), estimates.make(year)
    return lambda c: user_tests.too_few_participants(*frames, c, NOW)


def ideas(*counts: int) -> Any:
    step = {"indicator": "workshop_ideas", "period": "2025-10/2026-09", "unit": "idées"}
    steps = zip("abc", counts, strict=True)
    frame = estimates.make(
        {**step, "group": "step", "group_value": x, "estimate": n} for x, n in steps
    )
    return lambda _: workshops.ideas(frame)


def delay(**found: Any) -> Any:
    row = {"indicator": "idea_delay", "period": "2025-10/2026-09", "unit": "jours", **found}
    return lambda c: workshops.delay(estimates.make([row]), c)


LOW = row("task_success", 70)
LARGE = row("task_success", 80, product="service-public", n=77, status="published")
OTHER = row("task_success", 60, product="entreprendre", n=34, status="published")
PEOPLE = {**BASE, "indicator": "test_participants", "unit": "participants"}
FEW, YEAR = {**PEOPLE, "status": "suppressed"}, {**PEOPLE, "period": "2025-10/2026-09"}
YEAR |= {"estimate": 15, "n": 15}
PROBLEMS = {"a (cosmétique)": 80, "b (majeur)": 30, "c (bloquant)": 20}
CASES: said.Cases = {
    "success on a low base": told_of(LOW),
    "a low base beside a large one": told_of(LOW, LARGE),
    "success of two products": told_of(LARGE, OTHER),
    "tests too small to be told": told_of(FEW),
    "no test": lambda c: [told_of(*rows)(c) for rows in ([{**PEOPLE, "status": "missing"}], [])],
    "a score": lambda c: user_tests.scale(
        estimates.make([row("sus_mean", 66, 0.5, product="boamp", status="published"),
                        row("sus_mean", 68)]), c, NOW),
    "no score": lambda c: user_tests.scale(estimates.make([]), c, NOW),
    "a blocking problem": blocking(PROBLEMS),
    "two blocking problems": blocking({**PROBLEMS, "d (bloquant)": 40}),
    "a major problem": blocking({"a (cosmétique)": 80, "b (majeur)": 30}),
    "a slight problem": blocking({"a (cosmétique)": 80}),
    "a small test and its year": withheld(FEW, YEAR),
    "a small test": withheld(FEW),
    "a large test": lambda c: user_tests.too_few_participants(
        *[estimates.make([YEAR])] * 2, c, NOW),
    **{f"ideas {counts}": ideas(*counts)
       for counts in ((30, 12, 5), (30, 1, 0), (30, 0, 0), (0, 0, 0))},
    "a delay": delay(estimate=122, ci_low=106, ci_high=134, n=142),
    "a delay of over half": delay(status="missing"),
    "a delay that is withheld": delay(status="suppressed"),
    "a caption of low bases": span(LOW, LARGE | {"n": 14, "status": "low_base"}),
    "a caption without its low base": span(LOW, LARGE),
    "a caption of nothing": span(LOW, indicator="sus_mean"),
}  # fmt: skip
test_what_is_said_of_tests_and_workshops = said.test("mobilisation", CASES)


def curve(*values: tuple[str, float | None, str]) -> pd.DataFrame:
    return estimates.make(
        {
            "indicator": "subscription_survival", "product": product, "channel": "mail",
            "period": "2024-10/2026-09", "group": "months", "group_value": "12", "unit": "%",
            "status": status, "n": None if share is None else 900.0, "estimate": share,
            "ci_low": None if share is None else share - 2,
            "ci_high": None if share is None else share + 2,
        }
        for product, share, status in values
    )  # fmt: skip


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


def retained(period: str) -> Any:
    row = {"indicator": "subscription_retention", "product": "vie-publique", "unit": "%"}
    frame = estimates.make(
        {**row, "period": quarter, "estimate": share, "n": 900.0}
        for quarter, share in (("2026-T2", 61.0), (NOW, 68.0))
    )
    return lambda c: subscriptions.retention(frame, c, period)


def digital(then: str, *periods: str) -> Any:
    row = {"indicator": "format_share", "product": "documentation-francaise", "unit": "%"}
    row |= {"group": "format", "group_value": "Numérique"}
    frame = estimates.make(
        {**row, "period": period, "estimate": value, "status": status}
        for period, value, status in (("2025-T3", 26.0, then), (NOW, 30.0, "published"))
    )
    return lambda c: sales.digital_share(frame, c, *(periods or (NOW, "2025-T3")))


TITLES = estimates.make(
    {"indicator": "title_units", "period": NOW, "unit": "exemplaires", "group": "title",
     "group_value": title, "estimate": units, "n": units}
    for title, units in (("B", 40.0), ("A « Z »", 1613.0))
)  # fmt: skip
SOLD = sold(units_sold=(6734.0, "published"), return_rate=(None, "suppressed"))
PARTIAL = sold(units_sold=(6734.0, "partial"))
TEN = sold(top_titles_share=(74.0, "published"), sales_gini=(0.456, "published"))
STAY = curve(("vie-publique", 68.0, "published"), ("service-public", 83.0, "published"))
FEW_STAY = curve(("vie-publique", 68.0, "low_base"), ("service-public", None, "suppressed"))
SUBSCRIBERS: said.Cases = {
    "who stays": lambda c: [
        subscriptions.survival(rows, c) for rows in (STAY, FEW_STAY, STAY.head(0))],
    "those retained": lambda c: [retained(period)(c) for period in (NOW, "2025-T1")],
    "sales": lambda c: [
        sales.units_sold(rows, c, NOW)
        for rows in (SOLD, PARTIAL, PARTIAL.head(0), sold(units_sold=(None, "missing")))],
    "the weight of ten titles": lambda c: [
        sales.concentration(rows, c, NOW) for rows in (TEN, SOLD)],
    "digital and the year before": digital("published"),
    "digital, the year before being partial": digital("partial"),
    "digital of another quarter": digital("published", "2024-T1", "2023-T1"),
    "the best seller": lambda c: [
        sales.best_seller(rows, c) for rows in (TITLES, TITLES.head(0))],
}  # fmt: skip
test_what_is_said_of_subscribers_and_sales = said.test("subscriptions and sales", SUBSCRIBERS)
