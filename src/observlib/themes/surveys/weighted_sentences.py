"""Findings of weighting: what a mark would be with the population's profile, and what is not told.

A weighted figure stands beside the raw one, to check it.
"""

from __future__ import annotations

import math

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display.changes import WEIGHTED
from observlib.estimates import REFERENCE
from observlib.language import french, wording, words
from observlib.stats.survey.nonresponse import OPINION
from observlib.themes.comparison_sentences import detectable
from observlib.themes.sentences import together
from observlib.themes.surveys.weighted import DEPENDS

_MARGINS = ("age", "sex", "region")


def weighted_reservation(weighed: pd.DataFrame, catalogue: Catalogue) -> str:
    """What no weighted mark proves, and what it may be off by; nothing where there is none.

    Parameters
    ----------
    weighed
        Estimates of `weighted.marks` and `weighted.bounds` of one survey.
    """
    if weighed.empty:
        return ""
    unbounded = weighed["group_value"].isin(DEPENDS.values()) & (weighed["status"] == "missing")
    why = _TEXTS["weighted.not_available"] if unbounded.any() else ""
    return together(_between(weighed, catalogue), why, _TEXTS["weighted.reservation"])


def _between(weighed: pd.DataFrame, catalogue: Catalogue) -> str:
    """Between what the mark may lie the more people answer the better, or worse, they think of it.

    From the one interval that goes furthest to the other; of several surveys, what bounds suppose,
    as the page of each tells its own.
    """
    marks = weighed[weighed["indicator"] == "satisfaction_10"].set_index("group_value")
    if marks["device"].nunique() != 1:
        bounds = marks.index.isin(list(DEPENDS.values())) & marks["ci_low"].notna()
        return _TEXTS["weighted.suppose"] if bounds.any() else ""
    ends = marks.reindex([WEIGHTED, DEPENDS[OPINION]])
    if ends["status"].isna().any() or (ends["status"] == "suppressed").any():
        return ""
    if ends["ci_low"].isna().any():
        return _TEXTS["weighted.unbounded"]
    indicator = words.indicator_of("satisfaction_10", catalogue)
    low, high = ends["ci_low"].min(), ends["ci_high"].max()
    return _TEXTS["weighted.between"].format(
        low=words.figure(low, indicator), high=words.figure(high, indicator)
    )


def weighted(
    compared: pd.DataFrame, report: pd.DataFrame, everyone: pd.DataFrame, catalogue: Catalogue
) -> str:
    """What satisfaction would be with the population's profile, or why it is not told.

    Parameters
    ----------
    compared
        Pairs of `weighted.pairs` of one survey, with the results of their whole family.
    report
        Estimates of how its weights came out.
    everyone
        Estimates on all the answers of the same period, whose profile may be unknown.
    """
    if report.empty:
        return _TEXTS["weighted.no_profile"]
    used = [name for name in _MARGINS if name in set(report["group"])]
    own = report[report["indicator"] == "weighting_own_effect"]
    made = used or own["estimate"].notna().any()
    if not made and (report["status"] == "suppressed").any():
        return _TEXTS["weighted.withheld"]
    if not made:
        n = report["n"].max()
        found = _TEXTS["weighted.few"] if pd.isna(n) else french.number(n)
        return _TEXTS["weighted.too_few_own" if len(own) else "weighted.too_few"].format(n=found)
    profile = french.join(_TEXTS[f"weighted.margins.{name}"] for name in used)
    how = _TEXTS["weighted.profile"].format(margins=profile) if used else _TEXTS["weighted.own_weights"]
    rows = estimates.records(compared[compared["indicator"] == "satisfaction_10"])
    if not rows or rows[0]["status"] in (*words.WITHHELD, "low_base"):
        sentences = [_TEXTS["weighted.no_mark"].format(how=how)]
    else:
        marks = everyone[everyone["indicator"] == "satisfaction_10"].to_dict("records")
        sentences = _compared(rows[0], words.capital(how), marks[:1], catalogue)
        of = _TEXTS["weighted.of_profile" if used else "weighted.of_weights"]
        sentences.append(_TEXTS["weighted.of"].format(n=french.number(rows[0]["n"]), of=of))
    if not used:
        return " ".join([*sentences, _TEXTS["weighted.own_weights_correct"]])
    start = [_TEXTS["weighted.from_own_weights"]] if len(own) else []
    left_out = [_TEXTS[f"weighted.of_margins.{name}"] for name in _MARGINS if name not in used]
    end = [_TEXTS["weighted.left_out"].format(margins=french.join(left_out))] if left_out else []
    return " ".join([*sentences, *start, *end])


def _compared(
    row: estimates.Row, how: str, every: list[estimates.Row], catalogue: Catalogue
) -> list[str]:
    """The weighted mark beside the raw one, what their test says, and the mark of all."""
    indicator = words.indicator_of("satisfaction_10", catalogue)
    raw = row[REFERENCE + "estimate"]
    if pd.isna(raw):
        return [_TEXTS["weighted.mark"].format(how=how, mark=words.value(row, indicator))]
    finer = words.fine(row["estimate"], raw, indicator)
    mark, was = words.value(row, finer), words.figure(raw, finer)
    sentences = [_TEXTS["weighted.mark_against"].format(how=how, mark=mark, raw=was)]
    if math.isnan(row["difference_low"]):
        sentences.append(_TEXTS["weighted.verdicts.untested"])
    else:
        margin = french.number(indicator.matters or 0.0, indicator.decimals)
        size = french.signed(row["difference"], indicator.decimals)
        moved = row["verdict"] if row["verdict"] in ("stable", "unknown") else "moved"
        seen = ""
        if moved == "unknown":
            seen = words.capital(detectable(pd.DataFrame([row]), indicator, _TEXTS["weighted.gap"]))
        told = _TEXTS[f"weighted.verdicts.{moved}"].format(size=size, margin=margin, detectable=seen)
        sentences.append(told)
    for one in every:
        if one["status"] not in words.WITHHELD and one["n"] > row["n"]:
            mark, n = words.figure(one["estimate"], indicator), french.number(one["n"])
            sentences.append(_TEXTS["weighted.everyone"].format(mark=mark, n=n))
    return sentences


def margins(report: pd.DataFrame) -> str:
    """Caption: which category the weights move most.

    Parameters
    ----------
    report
        The estimates of shares before and after, of one survey.
    """
    wide = report[report["status"].isin(["published", "low_base", "partial"])].pivot(
        index="group_value", columns="indicator", values="estimate"
    )
    if not {"weighting_before", "weighting_after"} <= set(wide):
        return _TEXTS["weighted.shares"]
    moved = (wide["weighting_after"] - wide["weighting_before"]).abs()
    return _TEXTS["weighted.most_moved"].format(name=moved.idxmax())


def weights_cost(report: pd.DataFrame, catalogue: Catalogue) -> str:
    """Caption: how many respondents of equal weights would tell as much."""
    rows = report[report["indicator"] == "weighting_effective_n"]
    if rows.empty:
        return ""
    row = estimates.records(rows)[0]
    if row["status"] == "suppressed":
        return _TEXTS["weighted.cost_withheld"]
    if row["status"] in words.WITHHELD:
        return _TEXTS["weighted.no_weight"]
    n = words.rounded_count(
        {**row, "estimate": row["n"]}, words.indicator_of(row["indicator"], catalogue)
    )
    return _TEXTS["weighted.cost"].format(respondents=n, equal=french.number(row["estimate"]))
