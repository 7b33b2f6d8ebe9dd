"""What a page says of its method: how its devices listen, how its indicators are made."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display import french, words
from observlib.display.output import Output, text
from observlib.display.select import ordered
from observlib.errors import ObservError


def notes(frame: pd.DataFrame, catalogue: Catalogue) -> Output:
    """List the reservations of the devices of a frame, then the method of each indicator.

    The words are the catalogue's; what several devices or indicators share is printed once.
    Reservations come first, as they change how the numbers are read. The method of an indicator
    that no device measured, all of whose estimates are `missing`, is left out.

    Raises
    ------
    ObservError
        Where the frame holds no estimate.
    """
    if frame.empty:
        raise ObservError("notes: the frame holds no estimate; call it where there is one")
    reservations: dict[str, list[str]] = {}
    for name in ordered(frame, "device", catalogue):
        device = catalogue.devices.get(name)
        if device is not None and device.note:
            reservations.setdefault(device.note, []).append(device.label)
    methods: dict[str, list[str]] = {}
    for name in ordered(frame[frame["status"] != "missing"], "indicator", catalogue):
        indicator = words.indicator_of(name, catalogue)
        methods.setdefault(indicator.method, []).append(indicator.label)
    lists = {"Réserves des dispositifs": reservations, "Indicateurs": methods}
    blocks = [f"**{lead}**\n\n{_list(told)}" for lead, told in lists.items() if told]
    return text("\n\n".join(blocks) or "Aucun indicateur n'a de valeur sur cette page.", frame)


def _list(told: dict[str, list[str]]) -> str:
    return "\n".join(f"- **{french.join(names)}.** {said}" for said, names in told.items())
