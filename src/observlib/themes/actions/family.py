"""What followed the actions of teams: what an edition publishes of it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from observlib.actions import Action
from observlib.catalogue import Catalogue
from observlib.families import family
from observlib.period import Quarter
from observlib.themes.actions.estimates import effects, first_day


@family("actions")
def actions_(
    actions: Sequence[Action], followed: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> tuple[pd.DataFrame, None, dict[str, pd.DataFrame]]:
    """The effects of the actions of three years, with a verdict on each."""
    done = [action for action in actions if first_day(quarter) <= action.date]
    found = effects(done, followed, catalogue)
    return found.estimates, None, {"verdicts": found.verdicts}
