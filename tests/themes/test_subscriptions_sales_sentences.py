"""What is said of subscribers and sales, and what is not where it may not be."""

from typing import Any

import pandas as pd
from tests.words import plain

from observlib import estimates
from observlib.themes.sales import sentences as sales
from observlib.themes.subscriptions import sentences as subscriptions

QUARTER = "2026-T3"


def curve(*values: tuple[str, float | None, str]) -> pd.DataFrame:
    return estimates.make(
        {
            "indicator": "subscription_survival", "product": product, "channel": "mail",
            "period": "2024-10/2026-09", "group": "months", "group_value": "12", "unit": "%",
            "status": status, "n": None if share is None else 900.0, "estimate": share,
            "ci_low": None if share is None else share - 2,
            "ci_high": None if share is None else share + 2,
        }
        for product, share, status in values
    )  # fmt: skip


def sold(**by_indicator: tuple[float | None, str]) -> pd.DataFrame:
    units = {"units_sold": "exemplaires", "sales_gini": "sur 1"}
    return estimates.make(
        {
            "indicator": name, "product": "documentation-francaise", "channel": "print",
            "device": "boutique-documentation", "period": QUARTER, "unit": units.get(name, "%"),
            "estimate": value, "status": status,
        }
        for name, (value, status) in by_indicator.items()
    )  # fmt: skip


def test_who_stays_is_told_and_no_list_is_said_to_be_first(catalogue):
    frame = curve(("vie-publique", 68.0, "published"), ("service-public", 83.0, "published"))
    assert plain(subscriptions.survival(frame, catalogue)) == (
        "Un an après leur inscription, de 68 à 83 % des inscrits des deux dernières années sont "
        "encore abonnés, selon la publication."
    )


def test_a_low_base_or_withheld_curve_is_not_quoted(catalogue):
    frame = curve(("vie-publique", 68.0, "low_base"), ("service-public", None, "suppressed"))
    assert subscriptions.survival(frame, catalogue) == ""
    assert subscriptions.survival(estimates.make([]), catalogue) == ""


def test_those_retained_are_of_the_edition_alone(catalogue):
    row: dict[str, Any] = {"indicator": "subscription_retention", "product": "vie-publique",
                           "unit": "%", "n": 900.0}  # fmt: skip
    frame = estimates.make(
        {**row, "period": period, "estimate": share}
        for period, share in (("2026-T2", 61.0), (QUARTER, 68.0))
    )
    assert plain(subscriptions.retention(frame, catalogue, QUARTER)) == (
        "Au 3e trimestre 2026, 68 % des inscrits du même trimestre un an avant sont encore abonnés "
        "(Vie-publique.fr)."
    )
    assert subscriptions.retention(frame, catalogue, "2025-T1") == ""


def test_sales_are_told_shop_by_shop(catalogue):
    frame = sold(units_sold=(6734.0, "published"), return_rate=(None, "suppressed"))
    assert plain(sales.units_sold(frame, catalogue, QUARTER)) == (
        "Au 3e trimestre 2026, on a vendu 6 734 exemplaires (La Documentation française)."
    )


def test_incomplete_sales_are_not_quoted(catalogue):
    frame = sold(units_sold=(6734.0, "partial"))
    assert "aucune vente complète" in sales.units_sold(frame, catalogue, QUARTER)
    for none in (frame.head(0), sold(units_sold=(None, "missing"))):
        assert "aucune vente n'est connue" in plain(sales.units_sold(none, catalogue, QUARTER))


def test_the_weight_of_ten_titles_comes_with_its_index_or_not_at_all(catalogue):
    frame = sold(top_titles_share=(74.0, "published"), sales_gini=(0.456, "published"))
    assert plain(sales.concentration(frame, catalogue, QUARTER)) == (
        "Les dix titres les plus vendus font 74 % des exemplaires vendus (La Documentation "
        "française). L'indice de Gini, nul quand tous les titres se vendent autant, est de 0,46 "
        "sur 1."
    )
    assert sales.concentration(sold(units_sold=(9e3, "published")), catalogue, QUARTER) == ""


def test_digital_is_compared_with_the_year_before_where_that_is_published(catalogue):
    def shares(then: str) -> pd.DataFrame:
        return estimates.make(
            {
                "indicator": "format_share", "product": "documentation-francaise",
                "period": period, "unit": "%", "group": "format", "group_value": "Numérique",
                "estimate": value, "status": status,
            }
            for period, value, status in (("2025-T3", 26.0, then), (QUARTER, 30.0, "published"))
        )  # fmt: skip

    told = plain(sales.digital_share(shares("published"), catalogue, QUARTER, "2025-T3"))
    assert told == (
        "Le numérique fait 30 % des exemplaires vendus au 3e trimestre 2026. C'était 26 % au "
        "3e trimestre 2025."
    )
    alone = plain(sales.digital_share(shares("partial"), catalogue, QUARTER, "2025-T3"))
    assert alone == "Le numérique fait 30 % des exemplaires vendus au 3e trimestre 2026."
    assert sales.digital_share(shares("published"), catalogue, "2024-T1", "2023-T1") == ""


def test_the_best_seller_is_named_with_its_copies(catalogue):
    row = {"indicator": "title_units", "period": QUARTER, "unit": "exemplaires", "group": "title"}
    frame = estimates.make(
        {**row, "group_value": title, "estimate": units, "n": units}
        for title, units in (("B", 40.0), ("A « Z »", 1613.0))
    )
    assert plain(sales.best_seller(frame, catalogue)) == (
        "Le titre le plus vendu au 3e trimestre 2026 est « A “Z” » (1 613 exemplaires)."
    )
    assert sales.best_seller(frame.head(0), catalogue) == ""
