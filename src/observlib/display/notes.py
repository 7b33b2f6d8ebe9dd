"""What a page says of its method: how its devices listen, how its indicators are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.display.output import Output, text
from observlib.display.select import ordered
from observlib.language import french, wording, words
from observlib.language.prose import Markdown, joined, markdown
from observlib.records.corrections import Correction

_TEXTS = wording.beside(__file__)
NOTED = ["indicator", "device", "status"]
# how what is compared is tested: the same on every page, and told on the method's
_TESTED = ("difference", "difference_level", "detectable_difference")


def notes(
    frame: pd.DataFrame, catalogue: Catalogue, corrections: Iterable[Correction] = ()
) -> Output:
    """List the reservations of the devices of a frame, then the method of each indicator.

    The words are the catalogue's; what several devices or indicators share is printed once.
    Reservations come first, as they change how the numbers are read. The method of an indicator
    that no device measured, all of whose estimates are `missing`, is left out; that of tests is a
    link. No number is told. What sources got wrong, and is corrected, is a reservation.
    """
    if frame.empty:
        raise ObservError("notes: the frame holds no estimate; call it where there is one")
    frame = frame[NOTED].drop_duplicates()
    reservations: dict[str, list[str]] = {}
    for name in ordered(frame, "device", catalogue):
        device = catalogue.devices.get(name)
        if device is None:
            continue
        if device.note:
            reservations.setdefault(device.note, []).append(device.label)
        for one in (one for one in corrections if one.device == name):
            reservations.setdefault(_mended(one), []).append(device.label)
    methods: dict[Markdown, list[str]] = {}
    measured = ordered(frame[frame["status"] != "missing"], "indicator", catalogue)
    for name in (name for name in measured if name not in _TESTED):
        indicator = words.indicator_of(name, catalogue)
        # a method cites its sources, and so is Markdown
        methods.setdefault(Markdown(indicator.method), []).append(indicator.label)
    lists = {_TEXTS["reservations"]: _list(reservations), _TEXTS["indicators"]: _list(methods)}
    blocks = [markdown("**{}**\n\n{}", lead, items) for lead, items in lists.items() if items]
    blocks += [Markdown(_TEXTS["tests"])] * any(name in _TESTED for name in measured)
    return text(joined(blocks, "\n\n") or _TEXTS["none"])


def _mended(one: Correction) -> str:
    days = (french.day_label(one.first), french.day_label(one.last))
    said = _TEXTS["corrected"].format(title=words.small(one.title), first=days[0], last=days[1])
    return f"{said} {one.reason}"


def _list(texts: Mapping[Any, list[str]]) -> Markdown:
    items = (markdown("- **{}.** {}", french.join(names), what) for what, names in texts.items())
    return joined(items, "\n")
