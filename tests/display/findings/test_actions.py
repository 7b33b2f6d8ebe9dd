"""What is said of actions: a verdict by rule, and never more than the interval allows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from observlib import estimates
from observlib.actions import BEFORE_AFTER, COMPARABLE, CONTROLLED, Action
from observlib.catalogue import Catalogue
from observlib.display import findings

Ends = tuple[float, float] | None


def action(direction: str = "up") -> Action:
    return Action.model_validate(
        {
            "id": "essai",
            "title": "Un essai",
            "product": "boamp",
            "date": date(2025, 6, 16),
            "done": "On essaie.",
            "expected": [{"indicator": "visits", "direction": direction}],
            "contact": "équipe",
        }
    )


def frame(
    alone: Ends,
    controlled: Ends | str = "",
    others: Ends = (-1, 1),
    months: tuple[int, int] = (24, 15),
) -> pd.DataFrame:
    """Effects with these intervals; None where it is missing, "" where nothing is comparable."""
    rows: list[dict[str, Any]] = []
    given: dict[str, Any] = {BEFORE_AFTER: alone}
    if controlled != "":
        given |= {COMPARABLE: others, CONTROLLED: controlled}
    for name, ends in given.items():
        row = {"product": "boamp", "period": "2025-07/2026-09", "group": "Un essai"}
        known = {"status": "missing"}
        if ends is not None:
            known = {"estimate": sum(ends) / 2, "ci_low": ends[0], "ci_high": ends[1]}
        rows.append(
            {**row, "indicator": "action_effect", "unit": "%", "group_value": name, **known}
        )
        rows += [
            {
                **row,
                "indicator": "action_months",
                "unit": "mois",
                "group_value": f"{name}, {side}",
                "estimate": float(n),
            }
            for side, n in zip(("avant", "après"), months, strict=True)
        ]
    return estimates.make(rows)


@pytest.mark.parametrize(
    ("effects", "direction", "verdict"),
    [
        (frame((4, 6)), "up", "Évolution établie, dans le sens attendu"),
        (frame((4, 6), (3, 7)), "up", "Évolution établie, dans le sens attendu"),
        (frame((4, 6), (3, 7)), "down", "Évolution établie, en sens contraire"),
        (frame((4, 6), (-1, 7)), "up", "n'est pas établie face aux produits comparables"),
        (frame((-4, 6), (-1, 7)), "up", "Aucune évolution n'est établie"),
        (frame((4, 6), None), "up", "Évolution établie, dans le sens attendu"),
        (frame(None, months=(24, 2)), "up", "Trop tôt pour conclure"),
        (frame(None, months=(8, 20)), "up", "Passé trop court pour conclure"),
        (frame(None, months=(13, 4)), "up", "Trop peu de mois de chaque saison"),
    ],
)
def test_the_verdict_is_what_the_intervals_allow(
    effects: pd.DataFrame, direction: str, verdict: str, catalogue: Catalogue
) -> None:
    said = repr(findings.actions.each(effects, [action(direction)], catalogue))
    assert f"**{verdict}" in said or verdict in said.split("**")[3]


def test_what_could_not_be_seen_is_said_where_nothing_is_established(catalogue: Catalogue) -> None:
    said = repr(findings.actions.each(frame((-4, 6)), [action()], catalogue)).replace("\xa0", " ")
    assert "plus petite que 5,0 % environ" in said
    assert "environ" not in repr(findings.actions.each(frame((4, 6)), [action()], catalogue))


def test_nothing_is_established_where_the_comparable_products_named_have_no_series(
    catalogue: Catalogue,
) -> None:
    named = action().model_copy(update={"controls": ("bodacc",)})
    for effects in (frame((4, 6)), frame((4, 6), None)):
        said = repr(findings.actions.each(effects, [named], catalogue))
        assert "**Évolution mesurée sans les produits comparables, donc pas établie**" in said
        assert "n'ont pas de suite assez longue" in said


def test_comparable_products_that_moved_too_are_told(catalogue: Catalogue) -> None:
    effects = frame((4, 6), (3, 7), others=(2, 3))
    assert "eux aussi évolué" in repr(findings.actions.each(effects, [action()], catalogue))


def test_the_finding_counts_actions_and_says_that_it_is_no_proof(catalogue: Catalogue) -> None:
    said = findings.actions.overview(frame((4, 6)), [action()], catalogue).replace("\xa0", " ")
    assert said == (
        "1 action est suivie : une évolution est établie, dans le sens attendu, après "
        "« Un essai » (BOAMP, +5,0 %). Une évolution au même moment n'est pas une preuve."
    )


def test_no_action_and_an_action_without_series_are_said(catalogue: Catalogue) -> None:
    none = estimates.make([])
    assert findings.actions.overview(none, [], catalogue) == "Aucune action n'est suivie."
    lead = findings.actions.overview(none, [action()], catalogue)
    assert lead.startswith("Aucune action n'est suivie. Faute de suite mensuelle")
    assert "« Un essai » (visites)" in findings.actions.unfollowed(none, [action()], catalogue)
    assert findings.actions.unfollowed(frame((4, 6)), [action()], catalogue) == ""
