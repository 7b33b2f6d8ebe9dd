"""Sentences on the marks of products beside each other.

A verdict is never made here: see `comparison.sentences`.
"""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.comparison.sentences import and_detectable, inconclusive, value_against, why_untested
from observlib.display import french
from observlib.display.words import SEMICOLON
from observlib.estimates import REFERENCE


def products_above(compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which product is above which, where that is established.

    Parameters
    ----------
    compared
        Pairs of `pairs.products` of one indicator, with the results of their whole family: the
        higher value is first, so that none falls.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> row = {"indicator": "satisfaction_10", "unit": "sur 10", "product": "service-public"}
    >>> row |= {"estimate": 7.9, "reference_product": "legifrance", "reference_estimate": 6.4}
    >>> row |= {"status": "published", "verdict": "rise"}
    >>> said = products_above(pd.DataFrame([row]), load_catalogue(Path("data/catalogue")))
    >>> said.replace("\\xa0", " ")
    'Service-public.fr est au-dessus de Légifrance (7,9 contre 6,4 sur 10).'
    """
    clauses = [
        f"{catalogue.label(row['product'])} est au-dessus de "
        f"{catalogue.label(row[REFERENCE + 'product'])} ({value_against(row, catalogue)})"
        for row in compared[compared["verdict"] == "rise"].to_dict("records")
    ]
    return f"{SEMICOLON.join(clauses)}." if clauses else ""


def products(compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which product is above which, which are equivalent, and where one cannot tell.

    Parameters
    ----------
    compared
        Those of `products_above`.
    """
    if compared.empty:
        return ""
    sentences = [products_above(compared, catalogue)]
    for row in compared[compared["verdict"] == "stable"].to_dict("records"):
        two = french.join(catalogue.label(row[side + "product"]) for side in ("", REFERENCE))
        sentences.append(f"{two} sont équivalents ({value_against(row, catalogue)}).")
    unknown = inconclusive(compared)
    if len(unknown):
        couples = french.count(len(unknown), "couple de produits", "couples de produits")
        least = and_detectable(unknown, catalogue)
        sentences.append(f"Pour {couples}, on ne peut pas conclure{least}.")
    text = " ".join(sentence for sentence in sentences if sentence)
    return (
        text or f"Les produits ne peuvent pas être comparés entre eux ({why_untested(compared)})."
    )
