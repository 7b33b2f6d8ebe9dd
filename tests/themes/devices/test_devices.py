"""Who listens to whom, what came in, what fell silent: counted by hand, listed and said."""

from typing import Any

import pandas as pd
import pytest
from tests import said

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue, contract, tables
from observlib.study import narratives
from observlib.themes import devices

Q = Quarter("2026-T3")
NONE = pd.DataFrame(columns=["device", "table", "count", "source"])
UNHEARD = pd.DataFrame(columns=["device", "product"])


def given(**counts: int) -> pd.DataFrame:
    """Ratings that devices gave, by the device's id with _ for -."""
    rows = [
        {"device": name.replace("_", "-"), "table": "ratings", "count": count, "source": "d@1"}
        for name, count in counts.items()
    ]
    return pd.DataFrame(rows, columns=NONE.columns)


def held(**spans: tuple[str | None, str | None]) -> pd.DataFrame:
    rows = [
        {"device": name.replace("_", "-"), "table": "ratings", "rows": 1, "start": a, "end": b}
        for name, (a, b) in spans.items()
    ]
    return pd.DataFrame(rows, columns=["device", "table", "rows", "start", "end"])


def only(catalogue: Catalogue, *names: str) -> Catalogue:
    kept = {name: catalogue.devices[name] for name in names}
    return catalogue.model_copy(update={"devices": kept})


def test_every_tidy_table_is_counted_by_columns_that_it_has():
    assert set(devices.COUNTED) == set(tables.TABLES)
    for name, columns in devices.COUNTED.items():
        assert set(columns) <= set(contract.columns(name)), name


def test_devices_are_counted_where_they_are_and_a_deaf_product_is_zero(catalogue):
    known = only(catalogue, "matomo-legifrance", "jdma-legifrance", "tests-legifrance", "sp-plus")
    frame = devices.count_devices(known, UNHEARD, Q)
    cells = {
        (row["product"] or row["group_value"], row["channel"]): row["estimate"]
        for row in frame.to_dict("records")
    }
    assert cells.pop(("legifrance", "web")) == 2
    assert cells.pop(("legifrance", "in_person")) == 1
    assert cells.pop(("Aucun produit en particulier", "web")) == 1
    assert set(cells.values()) == {0}
    assert set(cells) == {(name, "") for name in catalogue.products if name != "legifrance"}


def test_every_device_that_listens_is_counted_once_and_a_table_of_facts_is_not_one(catalogue):
    facts = [device.id for device in catalogue.devices.values() if not device.listens]
    assert "insee-population" in facts and "published-figures" in facts
    heard = devices.count_devices(catalogue, UNHEARD, Q)["estimate"].sum()
    assert heard == len(catalogue.devices) - len(facts)
    brought = devices.amounts(NONE, catalogue, Q, listens=False)
    assert brought["device"].tolist() == facts
    silent = devices.silence(NONE, held(), catalogue, Q)
    assert set(silent["device"]) == set(catalogue.devices) - set(facts)


def test_a_product_heard_at_the_agency_s_workshops_is_listened_to_in_person(catalogue):
    told = [("ateliers", "annuaire"), ("ateliers", "cnaf"), ("jdma-legifrance", "annuaire")]
    heard = pd.DataFrame(told, columns=["device", "product"])
    frame = devices.count_devices(catalogue, heard, Q)
    lists = devices.listeners(catalogue, heard)
    assert lists["annuaire"] == ["datagouv-annuaire", "ateliers"]
    assert lists.keys() == catalogue.products.keys()
    counts = frame[frame["product"] != ""].groupby("product")["estimate"].sum()
    assert counts.to_dict() == {name: len(found) for name, found in lists.items()}
    whole = frame[(frame["group"] == "scope") & (frame["channel"] == "in_person")]
    assert whole["estimate"].tolist() == [1]


@pytest.mark.parametrize(
    ("count", "status", "told"),
    [(10, "suppressed", None), (11, "published", 15), (152, "published", 150)],
)
def test_fewer_than_eleven_answers_are_hidden_and_others_as_bases(catalogue, count, status, told):
    known = only(catalogue, "jdma-legifrance")
    (row,) = devices.amounts(given(jdma_legifrance=count), known, Q).to_dict("records")
    assert row["status"] == status
    assert told is None or (row["estimate"], row["n"]) == (told, told)


@pytest.mark.parametrize(("name", "span", "days"), [
    ("jdma-legifrance", ("2025-01-01", "2026-06-30"), 92),
    ("jdma-legifrance", ("2025-01-01", "2026-03-31"), 183),
    ("jdma-legifrance", ("2025-01-01", "2026-12-31"), 92),  # a hole of a quarter
    ("jdma-legifrance", ("2026-10-01", "2026-12-31"), None),  # listens since
    ("enquete-vie-publique", ("2025-04-01", "2026-06-30"), None),
    ("enquete-vie-publique", ("2025-04-01", "2025-06-30"), 457),
    ("ateliers", ("2020-01-01", "2020-01-01"), None),
])  # fmt: skip
def test_a_device_is_silent_where_its_rhythm_asks_that_it_had_spoken(catalogue, name, span, days):
    spans = held(**{name.replace("-", "_"): span})
    found = devices.silence(NONE, spans, only(catalogue, name), Q)
    assert found["estimate"].tolist() == ([] if days is None else [days])


def test_a_device_that_spoke_is_not_silent_and_one_that_never_did_is_told(catalogue):
    known = only(catalogue, "jdma-legifrance", "ateliers")
    spans = held(jdma_legifrance=("2025-01-01", "2026-09-30"))
    (row,) = devices.silence(given(jdma_legifrance=3), spans, known, Q).to_dict("records")
    assert (row["device"], row["status"]) == ("ateliers", "missing")
    incomplete = held(jdma_legifrance=(None, None))
    silent = devices.silence(given(jdma_legifrance=3), incomplete, known, Q)
    assert silent["device"].tolist() == ["ateliers"]


GRID = {"indicator": "devices", "period": "2026-T3", "unit": "dispositifs"}


def grid(*cells: tuple[str, str, float]) -> pd.DataFrame:
    return estimates.make(
        {**GRID, "product": product, "channel": channel, "estimate": count}
        for product, channel, count in cells
    )


def received(*states: str) -> pd.DataFrame:
    row: dict[str, Any] = {"indicator": "device_received", "period": "2026-T3", "unit": "relevés"}
    value = {"published": 3.0}
    return estimates.make(
        {**row, "device": f"d{i}", "status": state, "estimate": value.get(state)}
        for i, state in enumerate(states)
    )


ROW = {"indicator": "device_silence", "period": "2026-T3", "unit": "jours"}
NEVER = {**ROW, "device": "ateliers", "status": "missing"}
LATE = {**ROW, "device": "sp-plus", "estimate": 92.0}
NOTHING = estimates.make([])
say = narratives.devices
CASES: said.Cases = {
    "a product without a device": lambda c: say.listening(
        grid(("legifrance", "web", 2), ("legifrance", "mail", 1), ("boamp", "", 0)), c),
    "no device": lambda _: [say.received(NOTHING), say.coverage(NOTHING, NOTHING)],
    # in one sentence, as the home page quotes the first alone
    "who never spoke and who should have": lambda _: [
        say.coverage(received("published", "missing", "missing"), estimates.make(rows))
        for rows in ([NEVER, LATE], [NEVER, NEVER], [])],
}  # fmt: skip
test_what_is_said_of_devices = said.test("devices", CASES)
