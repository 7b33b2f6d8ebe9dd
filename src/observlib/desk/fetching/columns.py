"""What is read of an export, so that nothing else is ever copied."""

from __future__ import annotations

from observlib.catalogue import Device, Format, tables
from observlib.loaders._text import header_label


def read_by(form: Format) -> list[str]:
    """The headers that a format reads, without those that it is never to read.

    Examples
    --------
    >>> read_by(Format(id="a", label="A", table="tickets", columns={"ticket_id": "Id"}))
    ['Id']
    """
    names = [name for column in form.columns.values() for name in column.headers]
    rules = [*form.keep, *(column.only_if for column in form.columns.values())]
    names += [rule.header for rule in rules if rule]
    if form.carry_down:
        names += [form.carry_down.key, *form.carry_down.headers]
    if form.latest:
        names += [form.latest.key, form.latest.by]
    never = {header_label(name) for name in form.never_read}
    return [name for name in dict.fromkeys(names) if header_label(name) not in never]


def wanted(device: Device, form: Format | None) -> list[str]:
    """The names of columns that a device's exports are read by."""
    if form is not None:
        return read_by(form)
    columns = list(tables.TABLES[device.table or ""].columns)
    return [*columns, "month"] if "complete" in columns else columns


def chosen(names: list[str], there: list[str]) -> list[str]:
    """Those of a table's columns that are wanted, by their own names, as exports are read.

    Examples
    --------
    >>> chosen(["Created at", "Id"], ["id", "subject", "created_at"])
    ['id', 'created_at']
    """
    known = {header_label(name) for name in names}
    return [name for name in there if header_label(name) in known]


def missing(form: Format, there: list[str]) -> list[str]:
    """The columns without which the format cannot be read, by their first header.

    Examples
    --------
    >>> form = Format(id="a", label="A", table="tickets", columns={"ticket_id": ["Id", "N°"]})
    >>> missing(form, ["n°"]), missing(form, ["name"])
    ([], ['Id'])
    """
    known = {header_label(name) for name in there}
    needed = [column.headers for column in form.columns.values() if not column.optional]
    needed += [(rule.header,) for rule in form.keep]
    return [names[0] for names in needed if names and known.isdisjoint(map(header_label, names))]
