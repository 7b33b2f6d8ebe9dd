"""The listening devices themselves: who listens to whom, what each gave, which fell silent."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.base.yaml_files import load_data
from observlib.catalogue import CHANNEL_LABELS, Catalogue, Device
from observlib.estimates import Row, base
from observlib.indicators.families import counted, estimated, family

_TABLES = load_data(str(Path(__file__).with_name("received")))
COUNTED: dict[str, tuple[str, ...]] = {
    table: tuple(counted.get("values", ())) for table, counted in _TABLES.items()
}
"""What is counted of each tidy table: the different values of these columns, or its rows."""
_ROWS = "relevés"
_WHOLE_AGENCY = "Aucun produit en particulier"
_SILENT_AFTER = {"yearly": 365, "occasional": None}  # days; any other rhythm feeds every quarter


def listeners(catalogue: Catalogue, heard: pd.DataFrame) -> dict[str, list[str]]:
    """The ids of the devices that are of each product, or through which its users were heard."""
    pairs = set(zip(heard["device"], heard["product"], strict=True))
    listening = [device for device in catalogue.devices.values() if device.listens]
    return {
        product: [
            d.id
            for d in listening
            if d.product == product or (d.product is None and (d.id, product) in pairs)
        ]
        for product in catalogue.products
    }


@estimated
def count_devices(catalogue: Catalogue, heard: pd.DataFrame, quarter: Quarter) -> Iterator[Row]:
    """Count the devices of each product by channel.

    A channel where nothing listens has no row; a product without any device has one row, 0, of no
    channel. Devices of no product in particular are told by `group` `scope`, and by each product
    whose users were heard through them.
    """
    whole = [d.id for d in catalogue.devices.values() if d.listens and d.product is None]
    for product, found in [*listeners(catalogue, heard).items(), ("", whole)]:
        row = {"indicator": "devices", "period": quarter, "source": "catalogue"}
        scope = {"group": "scope", "group_value": _WHOLE_AGENCY}
        row |= {"product": product} if product else scope
        for channel in CHANNEL_LABELS:
            here = sum(catalogue.devices[name].channel == channel for name in found)
            if here:
                yield {**row, "channel": channel, "estimate": float(here)}
        if product and not found:
            yield {**row, "estimate": 0.0}


@counted
def amounts(
    given: pd.DataFrame, catalogue: Catalogue, quarter: Quarter, *, listens: bool = True
) -> Iterator[Row]:
    """What each device of the catalogue gave in a quarter, counted in its own unit."""
    for device in catalogue.devices.values():
        if device.listens == listens:
            yield _received(device, given, quarter)


def _received(device: Device, given: pd.DataFrame, quarter: Quarter) -> Row:
    found = given[(given["device"] == device.id) & (given["count"] > 0)]
    row = {"indicator": "device_received", "period": quarter, **_subject(device)}
    if found.empty:
        return {**row, "unit": _ROWS, "status": "missing"}
    first = found.iloc[0]  # a device feeds one table
    table = _TABLES[first["table"]]
    count = base(float(first["count"])) if table.get("answers") else float(first["count"])
    n = count if table.get("people") else None
    unit = table.get("unit", _ROWS)
    return {**row, "unit": unit, "estimate": count, "n": n, "source": first["source"]}


@estimated
def silence(
    given: pd.DataFrame, held: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> Iterator[Row]:
    """The devices that should have given something in a quarter, and did not.

    A device of a regular rhythm is silent where it gave nothing in the quarter, a yearly one where
    its last data is more than a year older than the quarter's end. One whose data begin after the
    quarter is not silent, nor is one that brings facts which others publish.
    """
    known = held.dropna(subset=["start", "end"]).groupby("device")
    spans = pd.DataFrame({"start": known["start"].min(), "end": known["end"].max()})
    fed = set(given.loc[given["count"] > 0, "device"])
    for device in catalogue.devices.values():
        if not device.listens or device.id in fed:  # one whose data are all incomplete has no span
            continue
        row = {"indicator": "device_silence", "period": quarter, "source": "catalogue"}
        row |= _subject(device)
        if device.id not in spans.index:
            yield {**row, "status": "missing"}
            continue
        first, last = (date.fromisoformat(day) for day in spans.loc[device.id])
        allowed = _SILENT_AFTER.get(device.frequency, 0)
        days = max((quarter.end - last).days, (quarter.end - quarter.start).days + 1)
        if first <= quarter.end and allowed is not None and days > allowed:
            yield {**row, "estimate": float(days)}


def _subject(device: Device) -> Row:
    return {"product": device.product, "channel": device.channel, "device": device.id}


@family("devices", quarters=4)
def devices_(
    heard: pd.DataFrame,
    received: pd.DataFrame,
    held: pd.DataFrame,
    catalogue: Catalogue,
    quarter: Quarter,
) -> tuple[pd.DataFrame, None, dict[str, pd.DataFrame]]:
    """Which products are listened to, what each device gave, and which fell silent."""
    rows = [
        count_devices(catalogue, heard, quarter),
        amounts(received, catalogue, quarter),
        silence(received, held, catalogue, quarter),
    ]
    by_product = listeners(catalogue, heard).items()
    listening_to = [(product, device) for product, found in by_product for device in found]
    listed = pd.DataFrame(listening_to, columns=["product", "device"])
    return estimates.combine(rows), None, {"held": held, "listeners": listed}


@family("reference_sources")
def reference_sources(
    received: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> pd.DataFrame:
    """What each source of facts that others publish gave in the quarter."""
    return amounts(received, catalogue, quarter, listens=False)
