"""Sentences and tables on neighbours: every figure with its source, no comparison without care."""

from typing import Any

import pandas as pd
from tests import said

from observlib import estimates
from observlib.study import narratives

say = narratives.peers
NONE = estimates.make([])
CAISSE = "Usagers satisfaits, ensemble"
COMPARABLE = {"comparable_with": "satisfied_share", "grade": "C"}
CLAIMS = {"product": "autorite-fictive", "group_value": "Réclamations, ensemble"}
OURS = {"indicator": "satisfied_share", "period": "2026-T3", "device": "jdma-legifrance", "n": 200}


def figure(product: str, name: str, value: float | None, **more: Any) -> dict[str, Any]:
    """A published figure, or one of an indicator that is compared."""
    row = {"indicator": "published_figure", "product": product, "device": "published-figures"}
    row |= {"period": "2025", "group": "figure", "group_value": name, "unit": "%"}
    return row | {"estimate": value} | more


def words_of(*rows: dict[str, Any]) -> pd.DataFrame:
    """The words of some figures, as `peers.known` gives them."""
    common = {
        "product": "caisse-fictive", "period": "2025", "group_value": CAISSE,
        "name": "Caisse fictive, ensemble (2025)", "n": None, "mode": "téléphone",
        "definition": None, "comparable_with": None, "grade": "D", "other": "quantity",
        "unknown": "", "reservation": None, "source_title": "Rapport [fictif]_1", "licence": None,
        "published": "2026-03", "url": "https://exemple.invalid/rapport_1",
    }  # fmt: skip
    return pd.DataFrame([common | row for row in rows])


PUBLISHED = estimates.make(
    [
        figure("caisse-fictive", CAISSE, 71.0),
        figure("autorite-fictive", "Réclamations, ensemble", 12_400, unit="réclamations"),
    ]
)
THEIRS = figure("caisse-fictive", "Caisse fictive, ensemble (2025)", 71.0, n=1250,
                indicator="satisfied_share", ci_low=68.4, ci_high=73.4)  # fmt: skip
MINE = figure("legifrance", "Légifrance", 60, **OURS)
COMPARED = estimates.make([MINE, figure("service-public", "Service-public.fr", 72, **OURS), THEIRS])
LOW = MINE | {"group_value": "Vie-publique.fr", "n": 15, "status": "low_base", "estimate": 10}
HIDDEN = MINE | {"estimate": None, "n": None, "status": "suppressed"}
AREAS = {"Minimum": 76.67, "Premier quartile": 94.11, "Médiane": 96.285,
         "Troisième quartile": 98.1975, "Maximum": 100.0}  # fmt: skip


def counter(group: str, name: str, value: float, rate: bool = False) -> dict[str, Any]:
    unit = "guichets pour 100 000 habitants" if rate else "guichets"
    row = figure("", name, value, unit=unit, device="france-services", channel="in_person")
    indicator = "counters_per_100k" if rate else "counters"
    return row | {"indicator": indicator, "period": "2024-08-01", "group": group}


COUNTS = [counter("", "", 2845), counter("departement", "Ain", 30),
          counter("departement", "Paris", 11)]  # fmt: skip
RATES = [counter("", "", 4.19, True), counter("departement", "Lozère", 26.1, True),
         counter("departement", "Paris", 0.51, True)]  # fmt: skip
LINES = estimates.make(
    figure("ditp", "Services", v, indicator="published_share", period=str(y))
    for y, v in {2017: 72, 2018: 71, 2020: 76, 2022: 71}.items()
)


def apart(**more: Any) -> Any:
    return lambda c: say.not_comparable(PUBLISHED.iloc[[0]], words_of(more), c)


CASES: said.Cases = {
    "what compares and what does not": lambda c: [
        say.overview(PUBLISHED, COMPARED, c), say.overview(PUBLISHED, NONE, c),
        say.overview(NONE, NONE, c),
    ],
    "from lowest to highest": lambda c: [
        say.ranges(rows, c)
        for rows in (COMPARED, COMPARED.iloc[[2]], estimates.make([LOW, MINE, THEIRS]), NONE)
    ],
    "respondents chose themselves": lambda c: [
        say.caution(rows, c) for rows in (COMPARED, COMPARED.iloc[[2]], NONE)
    ],
    "beside the numbers": lambda c: say.side_by_side(
        COMPARED, words_of(COMPARABLE | {"reservation": "Seuil voisin."}), c, "Titre"
    ),
    "a table without a title of its own": lambda c: say.side_by_side(
        COMPARED, words_of(COMPARABLE), c
    ),
    "a withheld value of ours": lambda c: say.side_by_side(
        estimates.make([HIDDEN, THEIRS]), words_of({"comparable_with": "satisfied_share"}), c, "T"
    ),
    "every figure has its source": lambda c: [
        say.figures(
            PUBLISHED,
            words_of(
                {"licence": "Licence Ouverte 2.0", "n": 1250, "definition": "deux échelons"},
                CLAIMS | {"url": None},
            ),
            c, kind,
        )
        for kind in ("demonstration", "real")
    ],
    "another scale": apart(reservation="Autre échelle."),
    "nothing is known": apart(),
    "another unit": apart(comparable_with="satisfaction_10"),
    "much differs": apart(comparable_with="satisfied_share", other="mode period",
                          unknown="scale", reservation="Enquête ancienne."),
    "a count is no opinion": lambda c: say.not_comparable(
        PUBLISHED, words_of(COMPARABLE, CLAIMS), c
    ),
    "all compare": lambda c: say.not_comparable(PUBLISHED.iloc[[0]], words_of(COMPARABLE), c),
    "a line by its bounds": lambda c: [say.trend(rows, c) for rows in (LINES, LINES.iloc[:1])],
    "areas by their middle half": lambda c: say.distribution(
        estimates.make(
            figure("france-services", k, v, indicator="published_area_share",
                   group="distribution", period="2024-07-01")
            for k, v in AREAS.items()
        ), c,
    ),
    "counters": lambda c: [
        say.counters(estimates.make(rows), c) for rows in (COUNTS, COUNTS + RATES, [])
    ],
    "a rate that is one everywhere": lambda c: say.highest_and_lowest(
        estimates.make([counter("region", "Corse", 1.5, True)]), c
    ),
}  # fmt: skip


@said.each(CASES)
def test_what_is_said_of_neighbours(case, catalogue):
    said.hold("peers", case, CASES, catalogue)


def test_a_table_carries_the_estimates_that_it_tells(catalogue):
    shown = say.side_by_side(COMPARED, words_of(COMPARABLE), catalogue)
    assert len(shown.content["rows"]) == 3
    assert apart()(catalogue).content["rows"] != []
    assert CASES["all compare"](catalogue).content["rows"] == []
