"""What leads to each partner of the demonstration, in contacts that are drawn again."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from observlib import project
from observlib.catalogue.partners import NOBODY
from observlib.demo import calendar
from observlib.themes.partners import estimates
from observlib.themes.partners.routing import by_theme
from tools.coverage.truth import DEMO, Truths, one, parts


def routed(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The estimates of `kind` (`call` or `ticket`) of the demonstration's last quarter.

    Parameters
    ----------
    rows
        Tidy table `calls` or `tickets`, of devices named by `truth.drawn_again`.
    """
    catalogue = project.catalogue(DEMO)
    led = estimates.contacts(rows, kind, catalogue)
    return estimates.routed(led, kind, catalogue, [calendar.LAST])


def truths(indicator: str, device: str, themes: Mapping[str, float]) -> Truths:
    """What is true of the shares of partners where that of each theme, in %, is known."""
    leads = by_theme(project.catalogue(DEMO).partners)
    places: dict[str, float] = {}
    for theme, share in themes.items():
        places[leads(theme)] = places.get(leads(theme), 0.0) + share
    return {
        (indicator, device, ""): one(100 - places.get(NOBODY, 0.0)),
        (indicator, device, estimates.PARTNER): parts(places),
        (indicator, device, estimates.THEME): parts(themes),
    }
