"""Sentences on sales: what is sold and sent back."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display import french, phrases, words
from observlib.display.words import SEMICOLON


def sold(frame: pd.DataFrame, catalogue: Catalogue, period: str, by: str = "product") -> str:
    """How much each shop sold in a period.

    Parameters
    ----------
    frame
        Estimates of `units_sold` by device.
    by
        What names the shops: `product`, or `channel` on the page of one product.
    """
    rows = frame[(frame["period"] == period) & (frame["status"] == "published")]
    units = phrases.named(rows[rows["indicator"] == "units_sold"], catalogue, by)
    if units.empty:
        known = frame[(frame["period"] == period) & (frame["status"] != "missing")]
        whole = "" if known.empty else " complète"
        return f"{phrases.capital(french.when(period))}, aucune vente{whole} n'est connue."
    indicator = words.indicator_of("units_sold", catalogue)
    told = [
        f"{phrases.rounded_count(row, indicator)}{phrases.name_in_brackets(row, units, by)}"
        for row in units.sort_values("estimate", ascending=False).to_dict("records")
    ]
    return f"{phrases.capital(french.when(period))} se sont vendus {french.join(told)}."


def digital(formats: pd.DataFrame, catalogue: Catalogue, period: str, before: str) -> str:
    """The share of digital units in a period, and in one before where it is known.

    Parameters
    ----------
    formats
        Estimates of `format_share` of one shop.
    """
    rows = formats[(formats["group_value"] == "Numérique") & (formats["status"] == "published")]
    rows = rows.drop_duplicates("period").set_index("period")
    if period not in rows.index:
        return ""
    indicator = words.indicator_of("format_share", catalogue)
    now = words.value(rows.loc[period].to_dict(), indicator)
    said = f"Le numérique fait {now} des exemplaires vendus {french.when(period)}"
    if before in rows.index:
        then = words.value(rows.loc[before].to_dict(), indicator)
        said += f", contre {then} {french.when(before)}"
    return f"{said}."


def gathered(sold: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """How far the sales of each shop gather on ten titles, where that can be said.

    Parameters
    ----------
    sold
        Estimates of `top_titles_share` and `sales_gini`, by device.
    """
    rows = sold[(sold["period"] == period) & (sold["status"] == "published")]
    top = phrases.named(rows[rows["indicator"] == "top_titles_share"], catalogue, "product")
    index = rows[rows["indicator"] == "sales_gini"].set_index("device")["estimate"]
    told = []
    for row in top.to_dict("records"):
        share = words.value(row, words.indicator_of("top_titles_share", catalogue))
        gini = words.figure(index[row["device"]], words.indicator_of("sales_gini", catalogue))
        told.append(f"{share} ({row['name']}{SEMICOLON}indice de Gini{french.NBSP}: {gini})")
    if not told:
        return ""
    return f"Les dix titres les plus vendus font {french.join(told)} des exemplaires vendus."


def best_seller(titles: pd.DataFrame, catalogue: Catalogue) -> str:
    """The title sold most, and how much."""
    rows = titles[titles["status"] == "published"]
    if rows.empty:
        return ""
    row = rows.sort_values("estimate", ascending=False, kind="stable").iloc[0].to_dict()
    copies = words.value(row, words.indicator_of("title_units", catalogue))
    when = french.when(row["period"])
    name = f"«{french.NBSP}{row['group_value']}{french.NBSP}»"
    return f"Le titre le plus vendu {when} est {name} ({copies})."
