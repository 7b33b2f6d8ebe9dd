"""A survey: what an edition publishes of it."""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.estimates.measures import MEASURES
from observlib.indicators import answers, pairs, specifications
from observlib.indicators.families import family
from observlib.indicators.pairs import between, so_far, tested, with_nothing
from observlib.themes.surveys import drivers, groups, nonresponse, weighted
from observlib.themes.surveys import estimates as surveys


@family("survey", quarters=9, each_survey=True)
def survey_(
    responses: pd.DataFrame,
    invitations: pd.DataFrame,
    visits: pd.DataFrame,
    margins: pd.DataFrame,
    catalogue: Catalogue,
    quarter: Quarter,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, pd.DataFrame]]:
    """Nine quarters of one survey, its last year, and what differs in it, tested together.

    Of a survey that is not asked every quarter, the last one with answers, of the year, is
    compared with the same one a year before.
    """
    quarters, year = quarter.back(9), quarter.back(4)
    wave = surveys.last_wave(responses, quarter)
    measures = surveys.quarterly(responses, catalogue, quarters)
    reasons = surveys.reasons(responses, catalogue, year)
    people = weighted.weighed(responses, margins, catalogue, year)
    goes_with = drivers.effects(responses, catalogue, year)
    rows = [
        measures,
        surveys.pooled(responses, catalogue, year),
        reasons,
        surveys.funnel(responses, invitations, visits, catalogue, wave),
        weighted.marks(people),
        nonresponse.marks(people),
        weighted.report(people),
        groups.marks(people),
        goes_with,
    ]
    compared = tested(  # together: all that is compared
        catalogue,
        between(measures, catalogue, str(wave), str(wave - 4)),
        so_far(measures, catalogue, quarter),
        groups.pairs(people),
        weighted.pairs(people),
        with_nothing(goes_with),
        pairs.leading_answer(reasons, surveys.ticked(responses, year)),
    )
    marked = _marked(responses, margins, catalogue, (wave - 4, wave))
    held, words = specifications.of_headlines(marked, compared, catalogue)
    return estimates.combine([*rows, held]), compared, words


def _marked(
    responses: pd.DataFrame,
    margins: pd.DataFrame,
    catalogue: Catalogue,
    quarters: tuple[Quarter, ...],
) -> pd.DataFrame:
    """The answers of `specifications.of_headlines`, each with the weight of its profile, if any."""
    weights: dict[str, float] = {}
    for quarter in quarters:
        for one in weighted.weighed(responses, margins, catalogue, [quarter]):
            if one.calibration is not None:
                weights |= dict(zip(one.people.index, one.calibration.weights, strict=True))
    given = responses[(responses["variable"] == "satisfaction") & responses["value"].notna()]
    return given.assign(
        product=given["product"].fillna(""),
        quarter=answers.quarter_of(given["date"]),
        mark=answers.on_10(given),
        times=1,
        profile=given["response_id"].map(weights).astype(float),
    )


@family("surveys")
def surveys_(survey: pd.DataFrame) -> pd.DataFrame:
    """The marks of every survey, by quarter and over a year, with weights and without.

    `survey` are the estimates of all of them.
    """
    rows = survey.sort_values("device", kind="stable")
    of_weights, marks = rows["indicator"].str.startswith("weighting_"), rows["group"] == "weighting"
    measures = rows["indicator"].isin(MEASURES) & (rows["group"] == "")
    of_year = rows["period"].str.contains("/")
    parts = (measures & ~of_year, measures & of_year, marks, of_weights)
    return estimates.combine(rows[part] for part in parts)
