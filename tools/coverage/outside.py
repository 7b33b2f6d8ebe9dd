"""Which intervals hold the truth less or more often than they should, and why."""

from __future__ import annotations

import pandas as pd

LEAST, MOST = 93.0, 97.0  # percent of the intervals at 95 % that should hold

# Each indicator and device whose coverage is known to lie outside, by the reason, as the page of
# the method tells it. None of them could be mended without publishing less, or otherwise.
REASONS: dict[str, tuple[tuple[str, str], ...]] = {
    "Le résultat n’est publié que si l’effectif atteint onze, ou onze de chaque côté pour une "
    "part, ce qui y est rare. Les tirages où cela arrive ne ressemblent pas aux autres :": (
        ("satisfied_share", "jdma-vie-publique"),
        ("ticket_theme_share", "courriels-boutique"),
    ),
    "Une rupture de 12 % n’est trouvée ici qu’une fois sur quatre, quand le hasard la grossit. "
    "L’intervalle manque alors plus souvent sa vraie taille :": (
        ("level_change", "audience-boamp"),
        ("level_change", "matomo-journal-officiel"),
    ),
    "Ces intervalles ne sont pas à 95 %, mais au niveau, plus haut, que donne la correction "
    "de Holm. C’est tous ensemble qu’ils doivent être justes, dans 95 études sur 100 :": tuple(
        ("difference", device)
        for device in (
            "jdma-service-public",
            "jdma-entreprendre",
            "jdma-legifrance",
            "satisfaction-3939",
        )
    ),
}


def outside(table: pd.DataFrame) -> pd.Series:
    """Which rows of a coverage table lie outside by more than chance explains.

    The Monte-Carlo interval lies wholly outside, or that of the least covered category below.

    Examples
    --------
    >>> rows = pd.DataFrame(
    ...     {"low": [93.9, 88.0, 94.0], "high": [95.8, 91.5, 96.0], "lowest_high": [None, None, 90]}
    ... )
    >>> outside(rows).tolist()
    [False, True, True]
    """
    return (table["high"] < LEAST) | (table["low"] > MOST) | (table["lowest_high"] < LEAST)


def farthest(row: pd.Series) -> tuple[float, str]:
    """The coverage of a row that lies outside, and the category that it is of (empty: all)."""
    if row["lowest"] < LEAST <= row["covered"]:
        return float(row["lowest"]), str(row["lowest_value"])
    return float(row["covered"]), ""
