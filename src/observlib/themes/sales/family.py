"""Sales of books and journals: what an edition publishes of them."""

from __future__ import annotations

import pandas as pd

from observlib import counts, estimates
from observlib.families import family
from observlib.period import Quarter
from observlib.themes.sales.estimates import formats, quarterly, titles

_YEARLY = ["units_sold", "revenue"]
_BOOKS = "documentation-francaise"


@family("sales", quarters=9)
def sales_(sales: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """Nine quarters of sales, with their change on a year; the formats and titles of the books."""
    quarters = quarter.back(9)
    by_quarter = quarterly(sales, quarters)
    books = sales[sales["product"] == _BOOKS]
    return estimates.combine(
        [
            by_quarter,
            *(counts.year_on_year(by_quarter[by_quarter["indicator"] == name]) for name in _YEARLY),
            formats(books, quarters),
            titles(books, quarter),
        ]
    )
