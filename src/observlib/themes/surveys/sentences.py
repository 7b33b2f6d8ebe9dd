"""Findings of site surveys: what users say, why they came, how far they answered."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.confidentiality.disclosure import GROUPED
from observlib.display.changes import WEIGHTED
from observlib.language import french, wording, words
from observlib.stats.survey.weighting import OPINION
from observlib.themes.comparison_sentences import (
    and_detectable,
    detectable,
    inconclusive,
    undecided,
    why_untested,
)
from observlib.themes.sentences import together, value_of
from observlib.themes.surveys.weighted import DEPENDS

_TEXTS = wording.load_texts(__file__)
_SHOWN = 3  # marks that are told; the page's table has them all
_MARKS = ("satisfaction_10", "task_success_share", "nps", "ces_10", "clarity_10")


def main_results(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """What a survey measured in a period: its first marks, and why others are not told."""
    rows = frame[frame["period"] == period].drop_duplicates("indicator").set_index("indicator")
    told: list[str] = []
    untold: dict[str, list[str]] = {"low_base": [], "partial": [], "suppressed": []}
    for name in [name for name in _MARKS if name in rows.index]:
        row: dict[str, Any] = {"indicator": name, **rows.loc[name].to_dict()}
        if row["status"] == "published" and len(told) < _SHOWN:
            told.append(_TEXTS[f"marks.{name}"].format(value=value_of(row, catalogue)))
        elif row["status"] in untold:
            untold[row["status"]].append(_TEXTS[f"names.{name}"])
    for why, names in untold.items():
        if names:
            told.append(_TEXTS[f"untold.{why}"].format(names=french.join(names)))
    when = words.capital(french.when(period))
    first, *others = told or [_TEXTS["no_answer"]]
    return " ".join([f"{when}, {first}", *map(words.capital, others)])


def reasons(frame: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """The reasons that respondents tick most, in the order of the frame.

    Of `reason_share` of one survey; `compared` is the row of `leading_answer.pairs`: whether one
    leads.
    """
    shown = frame[(frame["status"] == "published") & ~frame["group_value"].isin(GROUPED)]
    if shown.empty:
        return ""
    cited = [
        _TEXTS["reason"].format(reason=row["group_value"], share=value_of(row, catalogue))
        for row in shown.head(3).to_dict("records")
    ]
    when = words.capital(french.when(shown["period"].iat[0]))
    if not cited[1:]:
        return _TEXTS["only_reason"].format(when=when, reason=cited[0])
    if (compared["verdict"] == "rise").any():
        others = french.join(cited[1:])
        return _TEXTS["first_reason"].format(when=when, reason=cited[0], others=others)
    unsure = undecided(compared, shown["group_value"].iat[1], catalogue, _TEXTS["which_reason"])
    return _TEXTS["reasons"].format(when=when, reasons=french.join(cited[:2]), unsure=unsure)


def reasons_caption(frame: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """Caption of the reasons: the first ones, and whether one could tick several."""
    told = reasons(frame, compared, catalogue) or _TEXTS["no_reason"]
    several = frame["estimate"].sum() > 101  # rounded shares of a single choice end at 100 %
    return together(told, _TEXTS["several"] if several else "")


def over_a_year(now: pd.DataFrame, year: pd.DataFrame, quarter: str) -> str:
    """Caption: how many more answers four quarters have than the last, or why none is told.

    `now` are of one survey and quarter, `year` of `surveys.wider`.
    """
    until = french.period_label(quarter)
    if len(year) and (year["status"] == "suppressed").all():
        return _TEXTS["year_withheld"].format(until=until)
    many, few = year["n"].max(), now["n"].max()
    if pd.isna(many) or pd.isna(few) or many <= few:
        return _TEXTS["year"].format(until=until)
    return _TEXTS["year_more"].format(until=until, many=french.number(many), few=french.number(few))


def first_year(frame: pd.DataFrame, quarter: str) -> str:
    """Why nothing is told of a year of a survey that began within it; nothing of another."""
    over_year = frame.loc[frame["period"].str.contains("/") & (frame["group"] != ""), "status"]
    if not (over_year == "suppressed").any() or not over_year.isin(words.WITHHELD).all():
        return ""
    answered = frame["period"].str.contains("-T") & (frame["status"] != "missing")
    begun = min(frame.loc[answered, "period"], default="")
    return _TEXTS["first_year"] if begun > Quarter(quarter) - 3 else ""


def funnel(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """How often the survey was offered, how many began to answer and finished (`survey_funnel`)."""
    rows = frame[frame["status"].isin(["published", "partial"])]
    counts = dict(zip(rows["group_value"], rows["estimate"], strict=True))
    visits, offered, begun, ended = (
        counts.get(step)
        for step in ("Visites", "Enquête proposée", "Réponse commencée", "Réponse terminée")
    )
    if not begun:
        return ""
    when = words.capital(french.when(frame["period"].iat[0]))
    answers = french.count(begun, "réponse commencée", "réponses commencées")
    sentences = [_TEXTS["begun"].format(when=when, answers=answers)]
    if offered:
        times = french.number(offered)
        sentences = [_TEXTS["offered"].format(when=when, times=times)]
        if visits:
            row = rows[rows["group_value"] == "Visites"].iloc[0].to_dict()
            of = words.rounded_count(row, words.indicator_of("survey_funnel", catalogue))
            sentences = [_TEXTS["offered_of"].format(when=when, times=times, visits=of)]
        sentences.append(_TEXTS["begun_of"].format(answers=answers, share=_of(begun, offered)))
    if ended is not None:
        share = _of(ended, begun)
        sentences.append(_TEXTS["ended"].format(answers=french.number(ended), share=share))
    if (rows["status"] == "partial").any():
        sentences.append(_TEXTS["incomplete"])
    return " ".join(sentences)


def _of(part: float, whole: float) -> str:
    share = 100 * part / whole
    return french.percent(share, 1 if share < 10 else 0)


# --- Findings of what goes with satisfaction, the other answers being alike

_TOLD = 2  # effects that are told with their sizes; the chart shows them all


def drivers(frame: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """What goes with satisfaction, of one survey (`driver_effect`).

    Only what is established is told, by the tests of the whole study (`pairs.with_nothing`); then
    what could not be seen, or does not matter. Effects are not ranked: none is tested against
    another.
    """
    if frame.empty:
        return _TEXTS["drivers.not_asked"]
    shown = frame[~frame["status"].isin(words.WITHHELD)]
    if shown.empty and (frame["status"] == "suppressed").any():
        return _TEXTS["drivers.withheld"]
    if shown.empty:
        n = frame["n"].max()
        return _TEXTS["drivers.too_few"].format(
            n=_TEXTS["drivers.few"] if pd.isna(n) else french.number(n)
        )
    indicator = words.indicator_of("driver_effect", catalogue)
    sure = _established(compared).to_dict("records")
    sentences = [] if sure else [_TEXTS["drivers.nothing"]]
    if sure:
        names = _quoted(_established(compared)["group_value"])
        sizes = [
            _TEXTS["drivers.size"].format(
                name=row["group_value"], points=words.value(row, indicator)
            )
            for row in sure[:_TOLD]
        ]
        sentences = [_TEXTS["drivers.goes_with"].format(names=names)]
        sentences.append(_TEXTS["drivers.sizes"].format(sizes=words.SEMICOLON.join(sizes)))
    alike = compared.loc[compared["verdict"] == "stable", "group_value"]
    if len(alike):
        sentences.append(_TEXTS["drivers.too_small"].format(names=_quoted(alike)))
    unknown = inconclusive(compared)
    if len(unknown):
        names, least = _quoted(unknown["group_value"]), and_detectable(unknown, catalogue)
        sentences.append(_TEXTS["drivers.unknown"].format(names=names, least=least))
    return " ".join(sentences)


def _quoted(names: pd.Series) -> str:
    return french.join(map(words.in_quotes, names))


def drivers_caution(effects: pd.DataFrame) -> str:
    """That going together is no cause; nothing where no effect is told."""
    return _TEXTS["drivers.caution"] if len(effects) else ""


def drivers_caption(frame: pd.DataFrame, compared: pd.DataFrame) -> str:
    """Caption: what goes with satisfaction, and what its chart measures."""
    if frame.empty or frame["status"].isin(words.WITHHELD).all():
        return _TEXTS["drivers.chart"]
    sure = _established(compared)
    if sure.empty:
        return _TEXTS["drivers.chart_nothing"]
    return _TEXTS["drivers.chart_established"].format(names=_quoted(sure["group_value"]))


def _established(compared: pd.DataFrame) -> pd.DataFrame:
    """The effects that are established, from the largest."""
    sure = compared[compared["verdict"].isin(["rise", "fall"])]
    return sure.sort_values("estimate", key=abs, ascending=False, kind="stable")


# --- Sentences on the marks of categories of people beside those of all others


def categories(compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which ages or sexes are more satisfied than all others, or less, and what cannot be told.

    `compared` are pairs of `groups.pairs` of one survey, with the results of their whole family.
    """
    if compared.empty:
        return ""
    told = _placed(compared)
    least = and_detectable(compared, catalogue)
    if not told and not least:
        return _TEXTS["categories.untested"].format(why=why_untested(compared))
    if not told:
        return _TEXTS["categories.unknown"].format(least=least)
    return together(*told, _TEXTS["categories.elsewhere"].format(least=least) if least else "")


def categories_caption(compared: pd.DataFrame) -> str:
    """Caption of categories' marks: those that differ from the others; they are not ranked."""
    return " ".join(_placed(compared[compared["verdict"] != "stable"])) or _TEXTS["categories.none"]


def _placed(compared: pd.DataFrame) -> list[str]:
    """Which categories are above the others, below or as high, where that is established."""
    sentences: list[str] = []
    for verdict in ("rise", "fall", "stable"):
        rows = compared.loc[compared["verdict"] == verdict, "group_value"]
        if len(rows):
            first, *more = words.shared_out(map(words.in_quotes, rows))
            subject = _TEXTS["categories.it" if sentences else "categories.first"]
            sentences.append(
                _TEXTS[f"categories.placed.{verdict}"].format(subject=subject, names=first)
            )
            sentences += [_TEXTS["categories.placed_too"].format(names=names) for names in more]
    return sentences


# --- Weighting: what a mark would be with the population's profile

_MARGINS = ("age", "sex", "region")


def weighted_reservation(weighed: pd.DataFrame, catalogue: Catalogue) -> str:
    """What no weighted mark proves, and what it may be off by; nothing where there is none.

    Of `weighted.marks` and `weighted.bounds` of one survey.
    """
    if weighed.empty:
        return ""
    unbounded = weighed["group_value"].isin(DEPENDS.values()) & (weighed["status"] == "missing")
    why = _TEXTS["weighted.not_available"] if unbounded.any() else ""
    return together(_between(weighed, catalogue), why, _TEXTS["weighted.reservation"])


def _between(weighed: pd.DataFrame, catalogue: Catalogue) -> str:
    """Between what the mark may lie, if people answer the more the better, or worse, they think."""
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

    `compared` are of `weighted.pairs`; `report` tells how the weights came out; the profile of
    `everyone` may be unknown.
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
    how = _TEXTS["weighted.profile" if used else "weighted.own_weights"].format(margins=profile)
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
    raw = row[estimates.REFERENCE + "estimate"]
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
        told = _TEXTS[f"weighted.verdicts.{moved}"].format(
            size=size, margin=margin, detectable=seen
        )
        sentences.append(told)
    for one in every:
        if one["status"] not in words.WITHHELD and one["n"] > row["n"]:
            mark, n = words.figure(one["estimate"], indicator), french.number(one["n"])
            sentences.append(_TEXTS["weighted.everyone"].format(mark=mark, n=n))
    return sentences


def margins(report: pd.DataFrame) -> str:
    """Caption: which category the weights move most."""
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
    indicator = words.indicator_of(row["indicator"], catalogue)
    n = words.rounded_count({**row, "estimate": row["n"]}, indicator)
    return _TEXTS["weighted.cost"].format(respondents=n, equal=french.number(row["estimate"]))
