"""Estimates with everything that happens in them: partial, thin, withheld and absent values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from observlib import estimates

Rows = Callable[..., pd.DataFrame]


@pytest.fixture
def visits() -> Rows:
    """Visits of some products in some periods; the last period is partial where asked."""

    def made(products: list[str], periods: list[str], partial: bool = False, start: float = 2e5):
        rows: list[dict[str, Any]] = []
        for k, product in enumerate(products):
            for i, period in enumerate(periods):
                value = round(start * (1 + k / 3) * (1 + i / 50))
                last = partial and i == len(periods) - 1
                rows.append(
                    {
                        "indicator": "visits",
                        "product": product,
                        "channel": "web",
                        "device": f"matomo-{product}",
                        "period": period,
                        "estimate": value,
                        "n": value,
                        "unit": "visites",
                        "status": "partial" if last else "published",
                    }
                )
        return estimates.make(rows)

    return made


@pytest.fixture
def marks() -> pd.DataFrame:
    """Satisfaction of five products in one quarter: one thin, one withheld, one absent."""
    rows: list[dict[str, Any]] = []
    for product, estimate, n, status in (
        ("service-public", 8.44, 12_340, "published"),
        ("entreprendre", 6.2, 1_234, "published"),
        ("legifrance", 9.1, 18, "low_base"),
        ("vie-publique", None, None, "suppressed"),
        ("journal-officiel", None, None, "missing"),
    ):
        row = {
            "indicator": "satisfaction_10",
            "product": product,
            "channel": "web",
            "device": f"jdma-{product}",
            "period": "2026-T3",
            "estimate": estimate,
            "n": n,
            "unit": "sur 10",
            "status": status,
        }
        if estimate is not None:
            row |= {"ci_low": estimate - 0.3, "ci_high": estimate + 0.3}
        rows.append(row)
    return estimates.make(rows)


@pytest.fixture
def feelings() -> Rows:
    """Shares of three feelings for some products."""

    def made(shares: dict[str, tuple[float, float, float]], **more: Any) -> pd.DataFrame:
        return estimates.make(
            {
                "indicator": "feeling_share",
                "product": product,
                "device": "sp-plus",
                "period": "2025-10/2026-09",
                "group": "feeling",
                "group_value": part,
                "estimate": value,
                "unit": "%",
                "n": 400,
                **more,
            }
            for product, values in shares.items()
            for part, value in zip(("Positif", "Neutre", "Négatif"), values, strict=True)
        )

    return made
