"""What is said of months without their season: breaks, odd months, pace, and what is too short."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display import findings

PRODUCTS = ("legifrance", "boamp", "vie-publique")


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


def row(indicator: str, product: str = "legifrance", **more: Any) -> dict[str, Any]:
    unit = "visites" if indicator == "visits_adjusted" else "%"
    about = {"indicator": indicator, "product": product, "device": product, "unit": unit}
    return {**about, "channel": "web", "period": "2025-03", **more}


def why(indicator: str, product: str, reason: str) -> dict[str, Any]:
    return row(indicator, product, status="missing", group="reason", group_value=reason)


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    series = [row("visits_adjusted", product, estimate=1e5) for product in PRODUCTS]
    return estimates.make([*series, *rows])


STEP = row("level_change", estimate=-30.2, ci_low=-30.9, ci_high=-29.5)


def test_a_break_is_told_with_its_site_month_size_and_interval(catalogue: Catalogue) -> None:
    assert plain(findings.series.searched(frame(STEP), catalogue)) == (
        "Corrigées des saisons, les visites changent de niveau : Légifrance, −30,2 % en mars 2025 "
        "(de −30,9 à −29,5 %) ; aucune autre rupture n'est établie."
    )
    page = plain(findings.series.breaks(frame(STEP), catalogue, by="channel"))
    assert "sur le web, −30,2 % en mars 2025" in page


def test_no_break_is_said_only_where_some_series_was_searched(catalogue: Catalogue) -> None:
    assert findings.series.breaks(frame(), catalogue) == ""
    assert "aucune rupture établie" in findings.series.searched(frame(), catalogue)
    assert "Aucun mois" in findings.series.no_odd(frame())
    short = frame(*(why("level_change", p, "moins de 36 mois complets") for p in PRODUCTS))
    for said in (findings.series.searched(short, catalogue), findings.series.no_odd(short)):
        assert said.startswith("Aucune série n'est assez longue")
    empty = estimates.make([])
    assert findings.series.searched(empty, catalogue).startswith("Aucune série")
    for say in (findings.series.short, findings.series.paces, findings.series.odd):
        assert say(empty, catalogue) == ""


def test_a_series_too_short_is_named_with_the_reason(catalogue: Catalogue) -> None:
    told = findings.series.short(
        frame(
            why("visits_adjusted", "bodacc", "moins de 24 mois complets"),
            why("pace", "boamp", "moins de 12 mois depuis la rupture"),
            why("pace", "legifrance", "moins de 12 mois depuis la rupture"),
        ),
        catalogue,
    )
    assert told == (
        "Visites non corrigées : BODACC (moins de 24 mois complets). "
        "Rythme non estimé : BOAMP et Légifrance (moins de 12 mois depuis la rupture)."
    )


def test_an_odd_month_is_told_with_its_size(catalogue: Catalogue) -> None:
    said = findings.series.odd(frame(row("outlier", "boamp", estimate=42.0)), catalogue)
    assert plain(said) == "S'écartent de ce que l'on attendait : mars 2025 (BOAMP, +42,0 %)."


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (2.3, 3.5, "augmentent pour Légifrance"),
        (-9.0, -1.0, "baissent pour Légifrance"),
        (-1.0, 1.9, "sont stables pour Légifrance"),
        (-3.0, 4.0, "Rien ne peut être conclu pour Légifrance"),
    ],
)
def test_rise_fall_stable_or_unknown_is_said_by_rule(
    low: float, high: float, said: str, catalogue: Catalogue
) -> None:
    pace = row("pace", estimate=(low + high) / 2, ci_low=low, ci_high=high)
    told = findings.series.paces(frame(pace), catalogue)
    assert said in plain(told)
    others = {"augmentent", "baissent", "stables", "conclu"} - set(said.replace("pour", "").split())
    assert not any(word in told for word in others)
