"""The listening devices themselves: who listens to whom, what each gave, which fell silent."""

from collections.abc import Iterator
from datetime import date

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import CHANNEL_LABELS, Catalogue, Device
from observlib.confidentiality.disclosure import protect
from observlib.estimates import base
from observlib.indicators.families import family

COUNTED: dict[str, tuple[str, ...]] = {
    "audience": (),
    "sections": (),
    "subscriptions": (),
    "sales": (),
    "calls": ("call_id",),
    "call_intervals": (),
    "tickets": ("ticket_id",),
    "ratings": ("answer_id",),
    "responses": ("response_id",),
    "invitations": (),
    "polls": ("poll_id",),
    "user_tests": ("participant",),
    "workshops": ("workshop_id",),
    "experiences": ("experience_id",),
    "verbatims": ("answer_id",),
    "codes": ("answer_id",),
    "procedures": ("procedure_id",),
    "figures": (),
    "counters": ("counter_id",),
    "population": (),
}
"""What is counted of each tidy table: the different values of these columns, or its rows."""
_UNITS = {
    "calls": "appels",
    "tickets": "demandes",
    "ratings": "réponses",
    "responses": "réponses",
    "polls": "sondages",
    "user_tests": "participants",
    "workshops": "ateliers",
    "experiences": "expériences",
    "verbatims": "textes",
    "codes": "textes",
    "procedures": "démarches",
    "figures": "chiffres",
    "counters": "guichets",
}
_ROWS = "relevés"
_OF_PEOPLE = ("calls", "tickets", "ratings", "responses", "user_tests", "experiences")
_ANSWERS = ("ratings", "responses", "experiences")  # they are bases, and told as bases are
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


def count_devices(catalogue: Catalogue, heard: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """Count the devices of each product by channel.

    A channel where nothing listens has no row; a product without any device has one row, 0, of no
    channel. Devices of no product in particular are told by `group` `scope`, and by each product
    whose users were heard through them.
    """
    rows = []
    whole = [d.id for d in catalogue.devices.values() if d.listens and d.product is None]
    for product, found in [*listeners(catalogue, heard).items(), ("", whole)]:
        row = {"indicator": "devices", "period": quarter}
        scope = {"group": "scope", "group_value": _WHOLE_AGENCY}
        row |= {"product": product} if product else scope
        for channel in CHANNEL_LABELS:
            here = sum(catalogue.devices[name].channel == channel for name in found)
            if here:
                rows.append({**row, "channel": channel, "estimate": float(here)})
        if product and not found:
            rows.append({**row, "estimate": 0.0})
    return estimates.make({**row, "source": "catalogue"} for row in rows)


def amounts(
    given: pd.DataFrame, catalogue: Catalogue, quarter: Quarter, *, listens: bool = True
) -> pd.DataFrame:
    """What each device of the catalogue gave in a quarter, counted in its own unit."""
    devices = [device for device in catalogue.devices.values() if device.listens == listens]
    rows = [_received(device, given, quarter) for device in devices]
    return protect(rows, low_base=0, personal=False)


def _received(device: Device, given: pd.DataFrame, quarter: Quarter) -> estimates.Row:
    found = given[(given["device"] == device.id) & (given["count"] > 0)]
    row = {"indicator": "device_received", "period": quarter, **_subject(device)}
    if found.empty:
        return {**row, "unit": _ROWS, "status": "missing"}
    first = found.iloc[0]  # a device feeds one table
    count = float(first["count"])
    if first["table"] in _ANSWERS:
        count = base(count)
    n = count if first["table"] in _OF_PEOPLE else None
    unit = _UNITS.get(first["table"], _ROWS)
    return {**row, "unit": unit, "estimate": count, "n": n, "source": first["source"]}


def silence(
    given: pd.DataFrame, held: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> pd.DataFrame:
    """The devices that should have given something in a quarter, and did not.

    A device of a regular rhythm is silent where it gave nothing in the quarter, a yearly one where
    its last data is more than a year older than the quarter's end. One whose data begin after the
    quarter is not silent, nor is one that brings facts which others publish.
    """
    known = held.dropna(subset=["start", "end"]).groupby("device")
    spans = pd.DataFrame({"start": known["start"].min(), "end": known["end"].max()})
    fed = set(given.loc[given["count"] > 0, "device"])
    return estimates.make(_silent(catalogue, spans, fed, quarter))


def _silent(
    catalogue: Catalogue, spans: pd.DataFrame, fed: set[str], quarter: Quarter
) -> Iterator[estimates.Row]:
    for device in filter(lambda device: device.listens, catalogue.devices.values()):
        row = {"indicator": "device_silence", "period": quarter, "source": "catalogue"}
        row |= _subject(device)
        if device.id not in spans.index:
            if device.id not in fed:  # one whose data are all incomplete has no span
                yield {**row, "status": "missing"}
            continue
        first, last = (date.fromisoformat(day) for day in spans.loc[device.id])
        allowed = _SILENT_AFTER.get(device.frequency, 0)
        if device.id in fed or first > quarter.end or allowed is None:
            continue
        days = max((quarter.end - last).days, (quarter.end - quarter.start).days + 1)
        if days > allowed:
            yield {**row, "estimate": float(days)}


def _subject(device: Device) -> estimates.Row:
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
