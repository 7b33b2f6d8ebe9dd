"""Sentences on sales: what is sold and sent back."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.language import french, wording, words
from observlib.themes.sentences import published, value_of

_TEXTS = wording.load_texts(__file__)


def units_sold(frame: pd.DataFrame, catalogue: Catalogue, period: str, by: str = "product") -> str:
    """How much each shop sold in a period (`units_sold`), `by` `product` or `channel`."""
    units = words.named(published(frame, "units_sold", period), catalogue, by)
    when = words.capital(french.when(period))
    if units.empty:
        known = frame[(frame["period"] == period) & (frame["status"] != "missing")]
        return _TEXTS["no_sale" if known.empty else "no_whole_sale"].format(when=when)
    indicator = words.indicator_of("units_sold", catalogue)
    parts = [
        f"{words.rounded_count(row, indicator)}{words.name_in_brackets(row, units, by)}"
        for row in units.sort_values("estimate", ascending=False).to_dict("records")
    ]
    return _TEXTS["sold"].format(when=when, copies=words.join_few(parts))


def digital_share(formats: pd.DataFrame, catalogue: Catalogue, period: str, before: str) -> str:
    """The share of digital units (`format_share` of one shop), and before where it is known."""
    rows = formats[(formats["group_value"] == "Numérique") & (formats["status"] == "published")]
    rows = rows.drop_duplicates("period").set_index("period")
    if period not in rows.index:
        return ""
    now = value_of(rows.loc[period], catalogue)
    text = _TEXTS["digital"].format(now=now, when=french.when(period))
    if before in rows.index:
        then = value_of(rows.loc[before], catalogue)
        text += f" {_TEXTS['digital_before'].format(then=then, when=french.when(before))}"
    return text


def concentration(sold: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """How far the sales of each shop gather on ten titles, where that can be said.

    Of `top_titles_share` and `sales_gini`, by device.
    """
    top = words.named(published(sold, "top_titles_share", period), catalogue, "product")
    index = published(sold, "sales_gini", period).set_index("device")["estimate"]
    known = words.indicator_of("sales_gini", catalogue)
    return " ".join(
        _TEXTS["concentration"].format(
            share=value_of(row, catalogue),
            name=row["name"],
            gini=words.figure(index[row["device"]], known),
        )
        for row in top.to_dict("records")
    )


def best_seller(titles: pd.DataFrame, catalogue: Catalogue) -> str:
    """The title sold most, and how much."""
    rows = titles[titles["status"] == "published"]
    if rows.empty:
        return ""
    row = rows.sort_values("estimate", ascending=False, kind="stable").iloc[0].to_dict()
    when, copies = french.when(row["period"]), value_of(row, catalogue)
    title = french.inner_quotes(row["group_value"])
    return _TEXTS["best_seller"].format(when=when, title=title, copies=copies)
