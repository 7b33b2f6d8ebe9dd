"""Who answers: what an edition publishes of it."""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.comparison import leading_answer
from observlib.comparison.pairs import tested
from observlib.families import family
from observlib.period import Quarter
from observlib.themes.profiles.estimates import (
    distribution,
    of_experiences,
    representation,
    with_population,
)


@family("profiles", quarters=4)
def profiles(
    responses: pd.DataFrame,
    experiences: pd.DataFrame,
    margins: pd.DataFrame,
    regions: pd.DataFrame,
    catalogue: Catalogue,
    quarter: Quarter,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Shares of those who answered in a year, and how they compare with the population's."""
    year = quarter.back(4)
    heard = (responses, of_experiences(experiences, regions))
    shares = estimates.combine(distribution(rows, catalogue, year) for rows in heard)
    ratios = estimates.combine(representation(rows, margins, catalogue, year) for rows in heard)
    compared = tested(  # together: all that is compared
        catalogue, with_population(ratios, margins), leading_answer.pairs(shares)
    )
    return estimates.combine([shares, ratios]), compared
