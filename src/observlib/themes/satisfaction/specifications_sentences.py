"""Sentences on how surely what a mark did on a year holds, however it is computed."""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.indicators.specifications import SUBJECT, counts
from observlib.language import french, wording, words



def specifications(rows: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """In how many of its calculations what is told holds: of several, the least sure.

    What no verdict tells is passed over.

    Parameters
    ----------
    rows
        Estimates of `indicators.specifications.of_headlines`, of one quarter a device.
    compared
        The comparisons whose verdicts are told.

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
    told = compared.loc[compared["verdict"] != "unknown", [*SUBJECT, "period", "verdict"]]
    found = counts(rows).merge(told, on=[*SUBJECT, "period"])
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
    more = _TEXTS[f"specifications.reversed.{how}"].format(fragile=doubt, count=french.spelled(turned))
    return f"{said} {more}"


def _many(n: int) -> str:
    return {0: "none", 1: "one"}.get(n, "many")
