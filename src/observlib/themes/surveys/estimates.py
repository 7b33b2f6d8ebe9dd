"""Site surveys: satisfaction, recommendation, effort, success, reasons, and who went how far.

Surveys of different wording feed the same variables, so the same indicators. Answers are taken
as a simple sample of those who answer. They accepted the survey: an interval says what chance
does, and nothing of that choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.confidentiality import differencing
from observlib.confidentiality.differencing import merge_small, withheld_parts
from observlib.confidentiality.disclosure import protect
from observlib.estimates.rounding import base
from observlib.indicators import answers, counts

STEPS = {  # and what each counts
    "Visites": "visites",
    "Enquête proposée": "invitations",
    "Réponse commencée": "réponses",
    "Réponse terminée": "réponses",
}
OTHER_REASONS = differencing.REASONS


def quarterly(
    responses: pd.DataFrame, catalogue: Catalogue, quarters: Sequence[Quarter]
) -> pd.DataFrame:
    """What a survey measures, by device and quarter.

    Notes
    -----
    The net promoter score is the share of marks of 9 and 10 less that of marks of 0 to 6
    (F. Reichheld, "The one number you need to grow", *Harvard Business Review*, December 2003).
    It is the mean of scores of 1, 0 and −1, of variance p₊ + p₋ − (p₊ − p₋)²; its interval is
    Student's of that mean (B. Rocks, "Interval estimation for the net promoter score", *The
    American Statistician* 70 (2016), 365–372). The effort score is the mean mark of ease
    (M. Dixon, K. Freeman and N. Toman, "Stop trying to delight your customers", *Harvard
    Business Review*, July 2010), brought to 0–10.
    """
    return _measured(responses, catalogue, answers.by_quarter(quarters))


def monthly(responses: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """The same by month, for series in time (see `satisfaction.estimates.monthly`)."""
    return answers.by_month(_questions(responses), first, last, own_scale=False)


def pooled(
    responses: pd.DataFrame, catalogue: Catalogue, quarters: Sequence[Quarter]
) -> pd.DataFrame:
    """The estimates of `quarterly` on all the quarters as one period, `first month/last month`.

    A question is withheld where the period would tell one of its quarters that is withheld.
    """
    return _measured(responses, catalogue, answers.pooled_period(quarters))


def wider(year: pd.DataFrame, quarter: pd.DataFrame) -> pd.DataFrame:
    """The estimates of `pooled`; none where all their answers are those of one quarter."""
    bases = [frame.groupby("indicator")["n"].max().fillna(0) for frame in (year, quarter)]
    same = bases[0].eq(bases[1].reindex(bases[0].index)).all()
    return year.head(0) if same else year


def last_wave(responses: pd.DataFrame, quarter: Quarter) -> Quarter:
    """The latest quarter that has responses, of the year that `quarter` ends; else `quarter`."""
    answered = set(answers.quarter_of(responses["date"]))
    year = [past for past in quarter.back(4) if str(past) in answered]
    return year[-1] if year else quarter


def reasons(
    responses: pd.DataFrame, catalogue: Catalogue, quarters: Sequence[Quarter]
) -> pd.DataFrame:
    """Why users came, over all the quarters: share of respondents who ticked each reason.

    Several may be ticked: shares add up to more than 100. Reasons of fewer than 11 respondents
    are grouped. Nothing is told of the periods that `answers.periods_of` withholds.
    """
    made: list[dict[str, Any]] = []
    rows = ticked(responses, quarters)
    for passport, period, given, status in answers.periods_of(rows, catalogue, quarters):
        holders = {
            str(reason): set(ticked["response_id"]) for reason, ticked in given.groupby("category")
        }
        groups = merge_small(holders, OTHER_REASONS)
        n = given["response_id"].nunique()
        row = {**passport, "indicator": "reason_share", "period": period, "unit": "%"}
        row |= {"group": "reason", "status": status}
        if not groups or status == "suppressed":
            hidden = {"group_value": "Tous motifs", "status": "suppressed"}
            made.append({**row, **hidden})
            continue
        order = sorted(groups, key=lambda name: (name == OTHER_REASONS, -len(groups[name][1])))
        made += [
            {**row, "group_value": name, **answers.share_of(len(groups[name][1]), n)}
            for name in order
        ]
    return protect(made)


def ticked(responses: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Who gave which reason over the quarters: the rows that `reasons` counts."""
    rows = responses[responses["variable"] == "reason"]
    within = answers.quarter_of(rows["date"]).isin([str(quarter) for quarter in quarters])
    return rows[within]


def funnel(
    responses: pd.DataFrame,
    invitations: pd.DataFrame,
    visits: pd.DataFrame,
    catalogue: Catalogue,
    quarter: Quarter,
) -> pd.DataFrame:
    """From visits to finished responses, in a quarter and for each survey.

    Invitations are those of the device that has the survey's questionnaire and product; visits
    those of its product and channel, where one device counts them.
    """
    told = (visits["indicator"] == "visits") & (visits["status"] != "missing")
    visited = visits[told & (visits["period"] == str(quarter)) & (visits["group"] == "")]
    started = responses[responses["variable"] == "response"]
    made: list[dict[str, Any]] = []
    for passport, _, given, status in answers.periods_of(started, catalogue, [quarter]):
        same = visited[
            (visited["product"] == passport["product"])
            & (visited["channel"] == passport["channel"])
        ]
        survey = catalogue.devices.get(passport["device"])
        asked = survey.questionnaire if survey else None
        inviting = [
            device.id
            for device in catalogue.devices.values()
            if asked and (device.questionnaire, device.product) == (asked, passport["product"])
        ]
        offered = invitations[invitations["device"].isin(inviting)]
        invited = counts.quarterly(offered.rename(columns={"invited": "visits"}), [quarter])
        row = {**passport, "indicator": "survey_funnel", "period": str(quarter), "group": "step"}
        totals = [
            found.iloc[0][["estimate", "n", "status"]].to_dict() if len(found) == 1 else None
            for found in (same, invited)
        ]
        finished = int(given["finished"].sum())
        answered = [
            {"estimate": base(count), "n": base(count), "status": status}
            for count in (len(given), finished)
        ]
        if withheld_parts({"finished": finished, "left": len(given) - finished}):
            answered[1]["status"] = "suppressed"
        made += [
            {**row, "group_value": step, "unit": unit, **kept}
            for (step, unit), kept in zip(STEPS.items(), [*totals, *answered], strict=True)
            if kept
        ]
    return protect(made, low_base=0, personal=False)


def _measured(
    responses: pd.DataFrame, catalogue: Catalogue, periods: answers.Periods
) -> pd.DataFrame:
    marks, waves = _questions(responses), answers.waves(catalogue)
    return answers.by_period(marks, periods, waves, own_scale=False)  # surveys' scales differ


def _questions(responses: pd.DataFrame) -> pd.DataFrame:
    """The marks that were given, by question."""
    return responses[responses["value"].notna()].rename(columns={"variable": "question"})
