"""What reads a cell of each kind of field."""

from __future__ import annotations

from collections.abc import Callable

from observlib.base.errors import bounded
from observlib.catalogue import Catalogue, Column
from observlib.loaders import _cells
from observlib.loaders._cells import READERS
from observlib.loaders._periods import duration_reader, short_time
from observlib.loaders._places import place

_WHAT = {
    "outcome": "no outcome",
    "format": "no known format",
    "nature": "no known nature",
    "success": "neither oui nor non",
}


def reader_of(
    kind: str, field: str, column: Column, catalogue: Catalogue
) -> Callable[[str], object]:
    """What reads one cell of a kind, and raises a `ValueError` that says why it cannot."""

    def product(text: str) -> str:
        if text not in catalogue.products:
            raise ValueError("is no product of the catalogue; write its id")
        return text

    def indicator(text: str) -> str:
        if text not in catalogue.indicators:
            known = bounded(catalogue.indicators)
            raise ValueError(f"is no indicator of the catalogue; known: {known}")
        return text

    if column.html:
        return _cells.plain
    if column.of:
        return _cells.mean_reader(column, share=field == "bounces")
    if kind == "mark":
        return _cells.mark_reader(column)
    if column.words and kind != "flag":
        return _cells.word_reader(column.words, _WHAT.get(field, "no known word"))
    readers: dict[str, Callable[[str], object]] = {
        "text": str,
        "words": str,  # of a value that the format tells
        "number": _cells.number,
        "answer": _cells.answer,
        "host": _cells.host,
        "participant": _cells.participant,
        "label": _cells.label,
        "task_time": _cells.task_time,
        "item": _cells.item,
        "product": product,
        "indicator": indicator,
        **READERS,
        "ticket": _cells.ticket,
        "theme": _cells.theme,
        "section": _cells.section,
        "title": _cells.title,
        "title_id": _cells.title_id,
        "list": _cells.list_name,
        "place": place,
        "month": _cells.month,
        "count": lambda text: _cells.natural(text, bool(column.thousands)),
        "signed": _cells.count,
        "period": _cells.period,
        "amount": _cells.amount,
        "flag": _cells.flag_reader(column),
        "time": short_time(duration_reader(column)),
        "times": duration_reader(column),
        "moment": duration_reader(column),  # after another
    }
    return readers[kind]
