"""What stands beside our figures, what does not, and what is never made up about either."""

import statistics
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import said
from tests.examples import examples

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue, contract
from observlib.study import narratives
from observlib.themes import peers

LAST = Quarter("2026-T3")


def figures(*rows: dict[str, Any]) -> pd.DataFrame:
    """The table of some figures; what a row leaves out is that of a yearly share."""
    common = {
        "device": "published-figures", "channel": "open_data", "organisation": "CAISSE-FICTIVE",
        "subject": "ensemble", "measure": "Usagers satisfaits", "start": "2025-01-01",
        "end": "2025-12-31", "value": 70.0, "unit": "%", "source_title": "Rapport fictif",
        "mode": "en ligne",
    }  # fmt: skip
    frame = pd.DataFrame([common | row for row in rows])
    for name in ("start", "end"):
        frame[name] = pd.to_datetime(frame[name])
    kept, rejects = contract.conform(frame, "figures", "test")
    assert rejects.empty, rejects
    return kept.assign(source="published-figures@1")


def year(number: int, **more: Any) -> dict[str, Any]:
    return {"start": f"{number}-01-01", "end": f"{number}-12-31", **more}


def own(indicator: str, value: float, unit: str, **more: Any) -> dict[str, Any]:
    row = {"indicator": indicator, "product": "legifrance", "channel": "web", "n": 100}
    row |= {"device": "jdma-legifrance", "period": "2026-T3", "estimate": value, "unit": unit}
    return row | more


def named(catalogue: Catalogue, *rows: dict[str, Any]) -> pd.DataFrame:
    return peers.known(figures(*rows), catalogue, LAST)


def test_only_peers_are_named_and_only_once_their_period_is_over(catalogue):
    over = {"subject": "juste fini", "start": "2026-07-01", "end": "2026-09-30"}
    others = {"organisation": "INCONNUE"}, year(2026, subject="en cours"), {"area": "75"}
    rows = named(catalogue, {"subject": "a"}, *others, over)
    assert rows["subject"].tolist() == ["a", "juste fini"]
    assert rows["product"].tolist() == ["caisse-fictive"] * 2
    assert rows["period"].tolist() == ["2025", "2026-T3"]


@pytest.mark.parametrize(
    "figure", [{}, {"unit": "sur 10", "value": 7.4, "n": 500}, {"unit": "visites", "value": 1e6}]
)
def test_no_interval_is_made_up_without_a_base_or_for_a_mean(figure, catalogue):
    row = peers.published_figures(named(catalogue, figure)).iloc[0]
    assert pd.isna(row["ci_low"]) and pd.isna(row["ci_high"])


def test_a_figure_stands_beside_ours_only_for_its_indicator_in_its_unit_and_asked_alike(catalogue):
    ours = estimates.make([own("satisfied_share", 60, "%"), own("satisfaction_10", 7, "sur 10")])
    same = {"comparable_with": "satisfied_share"}
    rows = named(
        catalogue,
        same | {"subject": "oui"},
        same | {"subject": "au téléphone", "mode": "enquête téléphonique"},
        same | {"subject": "sans mode", "mode": "enquête auprès d'allocataires"},
        same | {"subject": "de deux façons", "mode": "sur place et en ligne"},
        same | year(2014, subject="il y a longtemps"),
        {"subject": "sans valeur de nous", "comparable_with": "nps", "unit": "points"},
        {"subject": "autre indicateur", "comparable_with": "satisfaction_10"},
        {"subject": "autre unité", "comparable_with": "satisfied_share", "unit": "points"},
        {"subject": "rien"},
    )
    rows = peers.graded(rows, ours, catalogue).set_index("subject", drop=False)
    assert rows["grade"].to_dict() == {
        "oui": "C", "au téléphone": "D", "sans mode": "D", "de deux façons": "D",
        "il y a longtemps": "D", "sans valeur de nous": "", "autre indicateur": "D",
        "autre unité": "D", "rien": "D",
    }  # fmt: skip
    assert rows.loc["au téléphone", "other"] == "mode"
    assert rows.loc["au téléphone", "unknown"] == "wording scale population"
    assert rows.loc["rien", "other"] == "quantity"
    out = peers.compared(ours, rows, catalogue, "satisfied_share")
    assert out["group_value"].tolist() == ["Légifrance", "Caisse fictive, oui (2025)"]
    assert set(out["indicator"]) == {"satisfied_share"} and set(out["unit"]) == {"%"}
    assert peers.compared(ours, rows, catalogue, "satisfaction_10").empty


def test_a_mark_of_ours_that_is_withheld_is_withheld_beside_a_neighbour_s_too(catalogue):
    rows = named(catalogue, {"comparable_with": "satisfied_share"})
    withheld = dict.fromkeys(estimates.NUMBERS) | {"status": "suppressed"}
    ours = estimates.make([own("satisfied_share", 60, "%") | withheld])
    out = peers.compared(ours, peers.graded(rows, ours, catalogue), catalogue, "satisfied_share")
    assert out["status"].tolist() == ["suppressed", "published"]
    assert out["estimate"].isna().tolist() == [True, False]


def test_devices_channels_and_measures_of_one_indicator_are_told_apart(catalogue):
    same = {"comparable_with": "satisfied_share"}
    rows = named(catalogue, same, same | {"subject": "accueil", "mode": "téléphone"})
    portal = {"product": "service-public"}
    more = ({}, {"device": "enquete-legifrance"}, {**portal, "device": "a"},
            {**portal, "device": "b", "channel": "phone"})  # fmt: skip
    ours = estimates.make(own("satisfied_share", 60 + i, "%", **x) for i, x in enumerate(more))
    rows = peers.graded(rows, ours, catalogue)
    out = peers.compared(ours, rows, catalogue, "satisfied_share")
    assert set(out["channel"].tail(2)) == {"web", "phone"}
    assert out["group_value"].tolist()[:4] == ["Légifrance, « Je donne mon avis » sur Légifrance",
                                               "Légifrance, Enquête en ligne de Légifrance",
                                               "Service-public.fr, Web",
                                               "Service-public.fr, Téléphone"]  # fmt: skip
    rows = named(catalogue, same, same | {"measure": "Usagers contents"})
    assert rows["name"].is_unique and "contents" in rows["name"].iloc[0]


def test_of_four_dates_the_latest_is_told_and_of_three_there_is_a_line(catalogue):
    years = [year(y, value=float(y - 1950)) for y in range(2017, 2023)]
    few = [year(y, measure="Autre", value=float(y - 1990)) for y in (2007, 2011)]
    out = peers.published_figures(named(catalogue, *years, *few))
    assert out["period"].tolist() == ["2007", "2011", "2022"]
    two = [year(y) for y in (2023, 2024)]
    assert peers.series(named(catalogue, *two), catalogue).empty
    three = [year(y, subject=s) for y in (2022, 2023, 2024) for s in ("web", "accueil")]
    out = peers.series(named(catalogue, *three), catalogue)
    assert out["group_value"].nunique() == 2


def by_area(values: dict[str, float], day: str = "2024-07-01", **more: Any) -> list[dict[str, Any]]:
    same = {"start": day, "end": day, **more}
    return [{"area": area, "value": value, **same} for area, value in values.items()]


@examples(12)
@given(values=st.lists(st.floats(0, 100), min_size=5, max_size=30))
def test_quantiles_are_of_the_areas_each_counted_once(catalogue, values):
    spread = {f"{i:02d}": value for i, value in enumerate(values)}
    out = peers.areas(figures(*by_area(spread)), catalogue, LAST)
    names = ["Minimum", "Premier quartile", "Médiane", "Troisième quartile", "Maximum"]
    assert out["group_value"].tolist() == names
    quartiles = statistics.quantiles(values, n=4, method="inclusive")
    assert out["estimate"].tolist() == pytest.approx([min(values), *quartiles, max(values)])


def test_a_date_at_which_most_areas_are_absent_is_passed_over(catalogue):
    whole = {f"{i:02d}": 90.0 + i / 10 for i in range(1, 21)}
    part = {f"{i:02d}": 50.0 for i in range(1, 8)}
    later = by_area(part, "2025-01-01")
    out = peers.areas(figures(*by_area(whole), *later), catalogue, LAST)
    assert set(out["period"]) == {"2024-07-01"}
    assert peers.areas(figures(*by_area({"01": 1.0, "02": 2.0})), catalogue, LAST).empty


say = narratives.peers
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
    [figure("caisse-fictive", CAISSE, 71.0),
     figure("autorite-fictive", "Réclamations, ensemble", 12_400, unit="réclamations")]
)  # fmt: skip
THEIRS = figure("caisse-fictive", "Caisse fictive, ensemble (2025)", 71.0, n=1250,
                indicator="satisfied_share", ci_low=68.4, ci_high=73.4)  # fmt: skip
MINE = figure("legifrance", "Légifrance", 60, **OURS)
HIDDEN = MINE | {"estimate": None, "n": None, "status": "suppressed"}


CASES: said.Cases = {
    "a withheld value of ours": lambda c: say.side_by_side(
        estimates.make([HIDDEN, THEIRS]), words_of({"comparable_with": "satisfied_share"}), c, "T"),
    "every figure has its source": lambda c: [
        say.figures(
            PUBLISHED,
            words_of(
                {"licence": "Licence Ouverte 2.0", "n": 1250, "definition": "deux échelons"},
                CLAIMS | {"url": None},
            ),
            c, kind,
        )
        for kind in ("demonstration", "real")],
    "another unit": lambda c: say.not_comparable(
        PUBLISHED.iloc[[0]], words_of({"comparable_with": "satisfaction_10"}), c),
    "a count is no opinion": lambda c: say.not_comparable(
        PUBLISHED, words_of(COMPARABLE, CLAIMS), c),
    "all compare": lambda c: say.not_comparable(PUBLISHED.iloc[[0]], words_of(COMPARABLE), c),
}  # fmt: skip
test_what_is_said_of_neighbours = said.test("peers", CASES)
