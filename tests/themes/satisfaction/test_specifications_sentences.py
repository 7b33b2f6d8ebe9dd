"""How surely a finding holds is said of what was found, the least sure first."""

import re
from pathlib import Path

import pytest

from observlib import estimates
from observlib.catalogue import load_catalogue
from observlib.indicators.specifications import HELD, MADE, REVERSED
from observlib.themes.satisfaction.sentences import specifications

CATALOGUE = load_catalogue(Path("data/catalogue"))


def said(*findings: tuple[str, str, int, int]) -> str:
    """What is said of products, each with its verdict, held and reversed calculations of 54."""
    base = {"channel": "web", "device": "d", "period": "2026-T3", "unit": "calculs"}
    rows = [
        {**base, "product": product, "indicator": name, "estimate": x}
        for product, _, kept, turned in findings
        for name, x in ((MADE, 54), (HELD, kept), (REVERSED, turned))
    ]
    frame = estimates.make(rows)
    verdicts = {product: verdict for product, verdict, _, _ in findings}
    first = frame.drop_duplicates("product")
    return specifications(frame, first.assign(verdict=first["product"].map(verdicts)), CATALOGUE)


@pytest.mark.parametrize(
    ("findings", "told"),
    [
        (
            [("boamp", "rise", 54, 0)],
            "e, la hausse (BOAMP) s'accorde avec 54 calculs sur 54.",
        ),
        (
            [("boamp", "fall", 30, 2)],
            "e, la baisse (BOAMP) s'accorde avec 30 calculs sur 54. Elle est fragile : deux "
            "calculs disent l'inverse.",
        ),
        (
            [("boamp", "rise", 53, 1)],
            "e, la hausse (BOAMP) s'accorde avec 53 calculs sur 54. Elle est fragile : un "
            "calcul dit l'inverse.",
        ),
        (
            [("boamp", "rise", 54, 0), ("legifrance", "stable", 54, 0)],
            "es, les évolutions s'accordent chacune avec 54 calculs sur 54.",
        ),
        (
            [("boamp", "rise", 54, 0), ("legifrance", "stable", 40, 0)],
            "e, l'évolution la moins sûre (Légifrance) s'accorde avec 40 calculs sur 54. "
            "Elle est fragile.",
        ),
        (
            [("boamp", "rise", 12, 0), ("legifrance", "fall", 40, 0)],
            "e, l'évolution la moins sûre (BOAMP) s'accorde avec 12 calculs sur 54. "
            "Deux évolutions sont fragiles, mais aucun ne dit l'inverse.",
        ),
    ],
)
def test_the_least_sure_finding_is_named_and_the_fragile_are_counted(findings, told):
    assert re.sub("^Recalculé(es?) autrement", r"\1", said(*findings)) == told


def test_nothing_is_said_where_no_verdict_is_told():
    assert said(("boamp", "unknown", 54, 0)) == ""
    assert said(("boamp", "unknown", 2, 0), ("legifrance", "rise", 54, 0)).startswith("Recalculée")
