"""What pages say of comparisons: the verdict of the family, and no other."""

import math
import re
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from tests import said
from tests.examples import examples
from tests.words import plain

from observlib import estimates
from observlib.display import changes as tables
from observlib.language import french
from observlib.language.prose import typography
from observlib.themes import templates

changes = templates.narrative("comparison_sentences")
peers = templates.narrative("peers")

NOW, BEFORE = "2026-T3", "2025-T3"
REASONS = ("precision", *tables.REASON_WORDS)


def pair(
    verdict: str, then: float = 6.8, now: float = 7.9, product: str = "boamp", **more: Any
) -> dict[str, Any]:
    reason = more.get("reason", "precision" if verdict == "unknown" else "")
    tested = reason in ("", "precision")
    return {
        "indicator": "satisfaction_10", "product": product, "channel": "web", "period": NOW,
        "device": "jdma-legifrance", "group": "", "group_value": "", "unit": "sur 10",
        "estimate": now, "status": "published", "against": "before", "reference_estimate": then,
        "reference_period": BEFORE, "reference_status": "published", "reference_group_value": "x",
        "reason": reason, "verdict": verdict, "detectable": 0.94 if tested else math.nan,
        "level": 0.99 if tested else math.nan,
        "difference": now - then, "difference_low": now - then - 0.3,
        "difference_high": now - then + 0.3, **more,
    }  # fmt: skip


def evolution(*pairs: dict[str, Any], by: str = "product") -> Any:
    return lambda c: changes.evolution(pd.DataFrame(pairs), c, by)


def one(verdict: str, *ends: float, **more: Any) -> Any:
    """What is said on a product's page of its one mark."""
    return evolution(pair(verdict, *ends, **more), by="channel")


RISE = pair("rise")
NEIGHBOURS = [pair("fall"), pair("fall"), RISE, pair("stable"), pair("unknown"),
              pair("unknown", reason="base"), pair("unknown", reason="base")]  # fmt: skip
MARK = {"indicator": "satisfaction_10", "unit": "sur 10", "period": NOW, "estimate": 7.0}
CALL = estimates.make([{**MARK, "product": "allo-service-public", "channel": "phone",
                        "device": "satisfaction-3939"}])  # fmt: skip
SITE = estimates.make([{**MARK, "product": "legifrance", "channel": "web",
                        "device": "jdma-legifrance"}])  # fmt: skip
CASES: said.Cases = {
    "a fall, a rise, one stable": evolution(
        pair("stable", product="bodacc"), pair("fall", 8, 7), pair("rise", 5, 6, "annuaire")),
    "one rise of a hundredth": one("rise", 6.81, 6.84),
    "one on a low base": one("unknown", reason="low_base"),
    "a verdict beside another product": lambda c: changes.tipping(
        pd.DataFrame([{**RISE, "against": "product"}]), c),
    "tests and results": lambda _: [
        changes.tests_and_results(pd.DataFrame(rows), family)
        for rows, family in (
            (NEIGHBOURS, None), (NEIGHBOURS[:1], None), (NEIGHBOURS[:2], pd.DataFrame(NEIGHBOURS)),
            (NEIGHBOURS[-1:], None))],
    "of surveys, and of one that is not known": lambda c: [
        changes.whose_answers(pd.DataFrame({"device": devices}), c)
        for devices in (("enquete-legifrance", "enquete-service-public"),
                        ("jdma-legifrance", "unknown"))],
    "neighbours": lambda c: [
        peers.comparison_results(pd.DataFrame(rows), c) for rows in (NEIGHBOURS, NEIGHBOURS[-1:])],
    "a chart apart": lambda c: [
        changes.read_apart(rows, SITE, c) for rows in (CALL, CALL.head(0))],
}  # fmt: skip
test_what_is_said_of_comparisons = said.test("comparisons", CASES)


@st.composite
def pairs(draw: st.DrawFn) -> pd.DataFrame:
    """Comparisons of one indicator, of any outcome."""
    units = {"satisfaction_10": "sur 10", "nps": "points", "task_success": "%"}
    name = draw(st.sampled_from([*units]))
    unit = units[name]
    rows = []
    products = ("service-public", "entreprendre", "allo-service-public", "annuaire", "boamp", "")
    for product in draw(st.lists(st.sampled_from(products), min_size=1, max_size=6, unique=True)):
        verdict = draw(st.sampled_from(["rise", "fall", "stable", "unknown"]))
        reason = draw(st.sampled_from(REASONS)) if verdict == "unknown" else ""
        device = draw(st.sampled_from(["jdma-legifrance", "enquete-legifrance", "unknown"]))
        numbers = {"then": draw(st.floats(0, 10)), "now": draw(st.floats(0, 10))}
        row = pair(verdict, **numbers, product=product, reason=reason, device=device)
        row |= {"indicator": name, "unit": unit, "channel": draw(st.sampled_from(["web", ""]))}
        if not math.isnan(row["detectable"]):
            row["detectable"] = draw(st.floats(1e-3, 60))
        rows.append(row)
    return pd.DataFrame(rows)


@examples(60)
@given(pairs(), st.sampled_from(["product", "channel"]))
def test_any_comparison_says_the_table_s_verdicts_in_french_and_no_other(catalogue, frame, by):
    text = typography(changes.evolution(frame, catalogue, by))
    assert text.endswith(".")
    assert not re.search(
        r"\bnan\b|\binf\b|None|\(\)|  |\s\.|\.\.|de moins de 0(?:,0+)?\xa0point", text
    )
    assert not re.search(r"(?<!\xa0):|(?<!\u202f);|\d %", text)
    found = set(frame["verdict"])
    for verdict in ("rise", "fall", "stable"):
        assert (estimates.EVOLVED[verdict] in text) == (verdict in found)
    assert ("a pu passer inaperçu" in text) == (frame["reason"] == "precision").any()
    assert not re.search(r"\bnan\b", peers.comparison_results(frame, catalogue))
    tested = int(frame["level"].notna().sum())
    told = plain(changes.tests_and_results(frame))
    numbers = {"une": 1} | {french.spelled(n): n for n in range(2, 11)}
    assert sum(numbers.get(word, 0) for word in told.partition(" : ")[2].split()) == tested
    assert tested or told.startswith("Aucune")
