"""Sentences on the marks of products beside each other (verdicts: see `comparison_sentences`)."""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.estimates import REFERENCE
from observlib.indicators.pairs import MANY
from observlib.indicators.specifications import SUBJECT_OF_PAIRS, calculation_counts
from observlib.language import french, wording, words
from observlib.themes.comparison_sentences import (
    and_detectable,
    inconclusive,
    value_against,
    why_untested,
)

_TEXTS = wording.load_texts(__file__)


def products_above(compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which product is above which, where that is established (`pairs.products`, the higher first).

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> row = {"indicator": "satisfaction_10", "unit": "sur 10", "product": "service-public"}
    >>> row |= {"estimate": 7.9, "reference_product": "legifrance", "reference_estimate": 6.4}
    >>> row |= {"status": "published", "verdict": "rise"}
    >>> said = products_above(pd.DataFrame([row]), load_catalogue(Path("data/catalogue")))
    >>> said.replace("\xa0", " ")
    'Service-public.fr est au-dessus de Légifrance (7,9 contre 6,4 sur 10).'
    """
    return " ".join(
        _TEXTS["above"].format(
            product=catalogue.label(row["product"]),
            other=catalogue.label(row[REFERENCE + "product"]),
            values=value_against(row, catalogue),
        )
        for row in compared[compared["verdict"] == "rise"].to_dict("records")
    )


def products(compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which product is above which, which are equivalent, and where one cannot tell."""
    if compared.empty:
        return ""
    sentences = [products_above(compared, catalogue)]
    for row in compared[compared["verdict"] == "stable"].to_dict("records"):
        two = french.join(catalogue.label(row[side + "product"]) for side in ("", REFERENCE))
        sentences.append(_TEXTS["alike"].format(two=two, values=value_against(row, catalogue)))
    unknown = inconclusive(compared)
    if len(unknown):
        couples = french.plural(len(unknown), "unknown", "unknown_of")
        sentences.append(
            _TEXTS[f"couples.{couples}"].format(
                count=french.spelled(len(unknown)), least=and_detectable(unknown, catalogue)
            )
        )
    text = " ".join(sentence for sentence in sentences if sentence)
    text = text or _TEXTS["untested"].format(why=why_untested(compared))
    return f"{text} {_within(compared, catalogue)}".rstrip()


def _within(compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """That products of one department alone are compared, where all pairs would be too many."""
    of = {one.id: one.department for one in catalogue.products.values()}
    mine, theirs = (compared[side + "product"].map(of) for side in ("", REFERENCE))
    if compared.empty or len(of) <= MANY or (mine != theirs).any():
        return ""
    return _TEXTS["within"]


# --- Sentences on how surely what a mark did on a year holds, however it is computed


def specifications(rows: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """In how many of its calculations what is told holds: of several, the least sure.

    `rows` are of `indicators.specifications.of_headlines`; what no verdict tells is passed over.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib import estimates
    >>> from observlib.catalogue import load_catalogue
    >>> base = {"product": "boamp", "device": "d", "period": "2026-T3", "unit": "calculs"}
    >>> told = {"specifications": 54, "specifications_held": 40}
    >>> rows = estimates.make({**base, "indicator": i, "estimate": x} for i, x in told.items())
    >>> pairs = rows.head(1).assign(verdict="rise")
    >>> specifications(rows, pairs, load_catalogue(Path("data/catalogue"))).partition(".")[0]
    "Recalculée autrement, la hausse (BOAMP) s'accorde avec 40 calculs sur 54"
    """
    told = compared.loc[compared["verdict"] != "unknown", [*SUBJECT_OF_PAIRS, "period", "verdict"]]
    found = calculation_counts(rows).merge(told, on=[*SUBJECT_OF_PAIRS, "period"])
    if found.empty:
        return ""
    share = found["held"] / found["made"]
    named = words.named(found.assign(group_value="", share=share), catalogue, "product")
    first, *others = estimates.records(named.sort_values("share", kind="stable"))
    alike = all((row["held"], row["made"]) == (first["held"], first["made"]) for row in others)
    which = "least" if others and not alike else "all" if others else "one"
    sure = {name: french.number(first[name]) for name in ("held", "made")}
    what = _TEXTS[f"specifications.what.{first['verdict']}"]
    said = _TEXTS[f"specifications.held.{which}"].format(name=first["name"], what=what, **sure)
    fragile = named[named["fragile"]]
    if fragile.empty:
        return said
    count = words.capital(french.spelled(len(fragile)))
    doubt = _TEXTS[f"specifications.fragile.{_many(len(fragile))}"].format(count=count)
    turned = int(fragile["reversed"].sum())
    how = "stable" if (fragile["verdict"] == "stable").all() else _many(turned)
    more = _TEXTS[f"specifications.reversed.{how}"].format(
        fragile=doubt, count=french.spelled(turned)
    )
    return f"{said} {more}"


def _many(n: int) -> str:
    return {0: "none", 1: "one"}.get(n, "many")
