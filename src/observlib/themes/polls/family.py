"""Polls on social networks: what an edition publishes of them."""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.comparison import leading_answer
from observlib.comparison.pairs import between, tested
from observlib.families import family
from observlib.period import Quarter
from observlib.themes.polls.estimates import (
    history,
    lead,
    networks,
    results,
    shared,
    votes_by_quarter,
)


@family("polls", quarters=9)
def polls_(
    polls: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nine quarters of polls and votes; the lead of the main question, its past, its networks."""
    quarters = quarter.back(9)
    found = results(polls, quarters)
    now = found[(found["period"] == str(quarter)) & (found["indicator"] == "poll_share")]
    main = lead(now)
    compared = tested(  # together: all that is compared
        catalogue,
        leading_answer.pairs(main),
        networks(shared(now)),
        between(history(found, main), catalogue, str(quarter), str(quarter - 4)),
    )
    return estimates.combine([found, votes_by_quarter(polls, quarters)]), compared
