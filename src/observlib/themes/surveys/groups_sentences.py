"""Sentences on the marks of categories of people beside those of all others.

A verdict is never made here: see `themes.comparison_sentences`.
"""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.language import wording, words
from observlib.themes.comparison_sentences import and_detectable, why_untested



def categories(compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which ages or sexes are more satisfied than all others, or less, and what cannot be told.

    Parameters
    ----------
    compared
        Pairs of `groups.pairs` of one survey, with the results of their whole family.
    """
    if compared.empty:
        return ""
    told = _placed(compared)
    least = and_detectable(compared, catalogue)
    if not told and not least:
        return _TEXTS["categories.untested"].format(why=why_untested(compared))
    if not told:
        return _TEXTS["categories.unknown"].format(least=least)
    return " ".join([*told, *([_TEXTS["categories.elsewhere"].format(least=least)] if least else [])])


def categories_caption(compared: pd.DataFrame) -> str:
    """Caption of categories' marks: those that differ from the others, where that is established.

    They are not ranked: only their differences to the others are tested.
    """
    return " ".join(_placed(compared[compared["verdict"] != "stable"])) or _TEXTS["categories.none"]


def _placed(compared: pd.DataFrame) -> list[str]:
    """Which categories are above the others, below or as high, where that is established."""
    sentences: list[str] = []
    for verdict in ("rise", "fall", "stable"):
        rows = compared.loc[compared["verdict"] == verdict, "group_value"]
        if len(rows):
            first, *more = words.shared_out(map(words.quoted, rows))
            subject = _TEXTS["categories.it" if sentences else "categories.first"]
            sentences.append(_TEXTS[f"categories.placed.{verdict}"].format(subject=subject, names=first))
            sentences += [_TEXTS["categories.placed_too"].format(names=names) for names in more]
    return sentences
