"""From where the exports of a device can be fetched, as its entry says, and what it must say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from observlib.catalogue.entries import Device
from observlib.catalogue.formats import Format

# The key that names what is fetched from a tool, and the loaders that read it.
_KEYS = {
    "survey_id": ("limesurvey", ("limesurvey",)),
    "site_id": ("matomo", ("matomo_csv", "matomo_json")),
    "dataset_id": ("datagouv", ("datagouv_metrics",)),
}
_WHOLE = {"zendesk_api": "zendesk", "glpi": "glpi"}  # of which all is fetched, without a key
SQLITE = (".sqlite", ".sqlite3", ".db")


def fetched_from(device: Device) -> str | None:
    """`address`, or the tool from which the exports of a device can be fetched, if any."""
    if device.address:
        return "address"
    for key, (tool, loaders) in _KEYS.items():
        if getattr(device, key) is not None and device.loader in loaders:
            return tool
    return _WHOLE.get(device.loader)


def faults(device: Device, formats: Mapping[str, Format]) -> Iterator[tuple[str, str]]:
    """The keys of a device that do not go together for a fetch, each with what is wrong."""
    for key, (_, loaders) in _KEYS.items():
        if getattr(device, key) is not None and device.loader not in loaders:
            yield key, f"goes with the loader {' or '.join(loaders)} alone"
    form = formats.get(device.loader)
    if device.address and form and not _is_plain(form):
        yield "address", f"goes with a format of a plain table, and {form.id} is none"
    elif device.address and not form and device.loader != "plain_csv":
        yield "address", "goes with a format of a plain table, or the loader plain_csv"
    base = device.address and ("://" in device.address or device.address.endswith(SQLITE))
    if base and not device.address_table:
        yield "address", "needs `address_table`, the table or view of the database"
    if device.address_table and not base:
        yield "address_table", "goes with an `address` of PostgreSQL or SQLite alone"


def _is_plain(form: Format) -> bool:
    """Whether a format's file is a table under one header, of which columns can be chosen."""
    layout = form.layout
    return (
        form.table != "responses"
        and bool(form.columns)
        and layout.kind in ("text", "table")
        and layout.header_row == 1
        and not (layout.skip_rows or layout.section or layout.footer or form.zone_from)
    )
