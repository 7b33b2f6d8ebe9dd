"""Products and categories: who is above whom, by the verdicts of the study and no others."""

import math
from typing import Any

import pandas as pd
from tests import said

from observlib.themes import templates

undecided = templates.narrative("comparison_sentences").undecided
surveys = templates.narrative("surveys")

satisfaction = templates.narrative("satisfaction")

BASE = {"indicator": "satisfaction_10", "unit": "sur 10", "channel": "web", "device": ""}


def pair(verdict: str, mine: float, theirs: float, **more: Any) -> dict[str, Any]:
    reason = more.get("reason", "precision" if verdict == "unknown" else "")
    tested = reason in ("", "precision")
    return {
        **BASE, "product": "service-public", "reference_product": "legifrance",
        "group_value": "75 ans et plus", "estimate": mine, "reference_estimate": theirs,
        "difference": mine - theirs, "status": "published", "verdict": verdict, "reason": reason,
        "detectable": 0.94 if tested else math.nan, **more,
    }  # fmt: skip


def products(*rows: dict[str, Any], of: Any = lambda c: c) -> Any:
    return lambda c: satisfaction.products(pd.DataFrame(rows), of(c))


def many(c: Any) -> Any:
    """A catalogue of twenty products more, of one department."""
    one = c.products["service-public"]
    more = {f"p{n}": one.model_copy(update={"id": f"p{n}", "label": f"P{n}"}) for n in range(20)}
    return c.model_copy(update={"products": c.products | more})


def two(c: Any) -> Any:
    return c.model_copy(update={"products": {x: many(c).products[x] for x in ("p1", "p2")}})


def categories(*rows: dict[str, Any]) -> Any:
    frame = pd.DataFrame(rows)
    return lambda c: [surveys.categories(frame, c), surveys.categories_caption(frame)]


def tie(verdict: str, other: str, reason: str = "", rows: int = 1) -> Any:
    near = pair(verdict, 35, 33, indicator="reason_share", detectable=6.2, reason=reason)
    frame = pd.DataFrame([near | {"reference_group_value": "B"}]).head(rows)
    return lambda c: undecided(frame, other, c, "lequel l'est le plus")


RISE, NEAR = pair("rise", 7.9, 6.4), pair("unknown", 7.9, 7.4, reference_product="boamp")
ALIKE = pair("stable", 7.0, 7.0, product="boamp", reference_product="bodacc")
THIN = pair("unknown", 7.9, 7.4, reason="low_base")
WITHIN = pair("rise", 7.9, 6.4, product="p1", reference_product="p2")
CASES: said.Cases = {
    "products": products(RISE, NEAR, ALIKE, THIN),
    "a thin product": products(THIN),
    "no product": lambda c: satisfaction.products(pd.DataFrame([THIN]).head(0), c),
    "many products, compared within their department": products(WITHIN, of=many),
    "many products, compared with others": products(WITHIN, RISE, of=many),
    "withheld categories": categories(pair("unknown", math.nan, math.nan, reason="suppressed")),
    "categories above and below all others": categories(
        pair("rise", 8.1, 7.2),
        pair("fall", 6.0, 7.2, group_value="18 à 24 ans"),
        pair("unknown", 7.0, 7.2, group_value="25 à 34 ans"),
        pair("unknown", 7.0, 7.2, group_value="35 à 44 ans", reason="low_base"),
    ),
    "answers that are alike": tie("stable", "B"),
    # stable with a third is not stable with the second, and what was not tested could not be seen
    "alike with another": tie("stable", "C"),
    "not tested": tie("stable", "B", rows=0),
}  # fmt: skip
test_what_is_said_of_products_and_categories = said.test("beside", CASES)
