"""Several devices of one product are told apart, or an edition would stop as one is added."""

import pandas as pd
import pytest

from observlib import Study, display, estimates
from observlib.base.errors import ObservError
from observlib.display import select

STAYS = {"indicator": "subscription_survival", "unit": "%", "channel": "mail", "n": 900}
LATE = {"period": "2026-T3", "group": "months", "product": "legifrance"}


def stays(*devices: str) -> pd.DataFrame:
    return estimates.make(
        {**STAYS, **LATE, "device": device, "group_value": months, "estimate": 90.0}
        for device in devices
        for months in ("0", "12")
    )


def shown(frame: pd.DataFrame) -> display.Output:
    return Study("2026-T3", "data/demo").curves(frame, "Ils restent", x_label="mois")


def test_curves_of_one_product_are_named_by_its_devices(catalogue):
    frame = stays("alertes-legifrance", "lettre-vie-publique")
    made = display.curve_chart(frame, catalogue, caption="Ils restent", x_label="mois")
    assert catalogue.devices["alertes-legifrance"].label in made.content["alt"]


def test_a_table_names_the_devices_that_measure_the_same(catalogue):
    frame = stays("alertes-legifrance", "lettre-vie-publique")
    first = frame[frame["group_value"] == "12"]
    table = repr(display.table(first, catalogue, caption="Un an après"))
    assert "| Produit | Dispositif |" in " ".join(table.split())
    assert "information de Vie-publique.fr" in table
    alone = first[first["device"] == "alertes-legifrance"]
    assert "Alertes" not in repr(display.table(alone, catalogue, caption="Un an après"))


def test_a_figure_of_too_many_devices_says_so_and_carries_their_estimates():
    frame = stays(*(f"lettre-{number}" for number in range(7)))
    made = shown(frame)
    assert "trop pour être montrés ensemble" in repr(made)
    assert len(made.content["rows"]) == len(frame)


def test_what_an_analyst_may_mend_still_stops_the_study():
    with pytest.raises(ObservError, match="one is allowed"):
        shown(pd.concat([stays("lettre-a"), stays("lettre-a").assign(group="weeks")]))


def test_devices_side_by_side_are_as_many_as_a_reader_can_follow(catalogue):
    frame = stays(*(f"lettre-{number}" for number in range(13)))
    asked = {"caption": "Un an après", "rows": "group_value", "columns": "device"}
    with pytest.raises(select.Crowded, match="13 devices as columns; at most 12 can be read"):
        display.table(frame, catalogue, **asked)
    few = frame[frame["device"] != "lettre-0"]
    assert "lettre-12" in repr(display.table(few, catalogue, **asked))
