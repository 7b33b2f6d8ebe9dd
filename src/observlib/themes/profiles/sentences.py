"""What the sentences of profiles compute: first categories, and gaps in order."""

from collections.abc import Iterator

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.language import words
from observlib.themes.templates import categories_of, highest_first


def _first_categories(shares: pd.DataFrame, compared: pd.DataFrame) -> Iterator[estimates.Row]:
    """Of each variable of a device, its most frequent category, and whether it is `sure`, `close`.

    Where fewer than two categories are known, whether this is for want of answers (`few`).
    """
    for variable, parts in shares.groupby("group", sort=False):
        ranked = estimates.records(highest_first(categories_of(parts)))
        verdicts = set(compared.loc[compared["group"] == variable, "verdict"])
        if len(ranked) >= 2:
            yield {**ranked[0], "found": "sure" if "rise" in verdicts else "close"}
        else:
            few = ranked or (parts["status"] == "suppressed").any()
            yield {"group": variable, "found": "few" if few else "few_or_partial"}


def _from_largest(apart: pd.DataFrame) -> pd.DataFrame:
    """Gaps from the largest; of equal ones, the last first."""
    return apart.sort_values("difference", key=abs).iloc[::-1]


def _largest(apart: pd.DataFrame) -> pd.DataFrame:
    """The largest gap; of equal ones, the first."""
    return apart.sort_values("difference", key=abs, ascending=False, kind="stable").head(1)


def _by_category(apart: pd.DataFrame) -> list[pd.DataFrame]:
    """The gaps of each category, that of most devices first."""
    return sorted((rows for _, rows in apart.groupby("group_value")), key=len, reverse=True)


def _by_device(apart: pd.DataFrame, catalogue: Catalogue) -> Iterator[str]:
    """The categories of each device, in as many parts as can be read at once."""
    for device, rows in apart.groupby("device", sort=False):
        name = words.label({"device": device}, "device", catalogue)
        for categories in words.shared_out(map(words.in_quotes, rows["group_value"])):
            yield f"{categories} ({name})"
