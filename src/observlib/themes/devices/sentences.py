"""Findings of the listening devices: whom nobody listens to, what was given, what fell silent."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.language import french, phrases, wording, words
from observlib.language.prose import Markdown, joined, markdown
from observlib.records.corrections import Correction
from observlib.themes.devices.table import device_table as device_table

TEXTS = wording.beside(__file__)


def coverage(received: pd.DataFrame, silent: pd.DataFrame) -> str:
    """How many devices should listen, and in the same breath how many do not speak.

    Parameters
    ----------
    received
        Estimates of `device_received`, one a device.
    silent
        Estimates of `device_silence`; a device that never gave any is `missing`.
    """
    if received.empty:
        return TEXTS["none"]
    never = int((silent["status"] == "missing").sum())
    late = len(silent) - never
    parts = []
    if never:
        parts.append(french.count(never, TEXTS["never_one"], TEXTS["never_many"]))
    if late:
        parts.append(french.count(late, TEXTS["late_one"], TEXTS["late_many"]))
    devices = french.count(len(received), TEXTS["planned_one"], TEXTS["planned_many"])
    but = f", {TEXTS['but'].format(silent=french.join(parts))}" if parts else ""
    return TEXTS["coverage"].format(devices=devices, but=but)


def listening(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """To which product most devices listen, and to which none.

    Parameters
    ----------
    frame
        Estimates of `devices`, by product and channel.
    """
    ours = frame[frame["product"] != ""].groupby("product", sort=False)["estimate"].sum()
    if ours.empty:
        return TEXTS["no_product"]
    most = ours[(ours == ours.max()) & (ours > 0)]
    deaf = ours[ours == 0]
    sentences = []
    if len(most):
        products = phrases.join_few(map(catalogue.label, most.index))
        devices = french.count(most.iat[0], TEXTS["device"], TEXTS["devices"])
        many = french.plural(len(most), "one", "many")
        sentences.append(TEXTS[f"most_{many}"].format(products=products, devices=devices))
    if len(deaf):
        products = french.join(map(catalogue.label, deaf.index))
        sentences.append(TEXTS["deaf"].format(products=products))
    return " ".join(sentences)


def channels_without_device(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """The channels on which most products have a device, and how many places have none.

    Parameters
    ----------
    frame
        Estimates of `devices`, by product and channel.
    """
    products = len(set(frame["product"]) - {""})
    cells = frame[(frame["product"] != "") & (frame["channel"] != "")]
    heard = cells["channel"].value_counts(sort=False)
    if heard.empty:
        return ""
    most = [
        TEXTS["name"].format(name=words.label({"channel": channel}, "channel", catalogue))
        for channel in heard.index[heard == heard.max()]
    ]
    many = french.plural(len(most), "one", "many")
    text = TEXTS[f"channel_{many}"].format(
        channels=french.join(most), count=heard.max(), products=products
    )
    channels = frame.loc[frame["channel"] != "", "channel"].nunique()
    holes = products * channels - len(cells)
    if not holes:
        return text
    many, at = french.plural(holes, "one", "many"), products * channels
    return f"{text} {TEXTS[f'holes_{many}'].format(cells=at, holes=french.number(holes))}"


def received(frame: pd.DataFrame) -> str:
    """How many devices of the catalogue gave data in the quarter of the frame.

    Parameters
    ----------
    frame
        Estimates of `device_received`, one a device.
    """
    if frame.empty:
        return TEXTS["none"]
    gave = int((frame["status"] != "missing").sum())
    when = phrases.capital(french.when(frame["period"].iat[0]))
    many = {0: "none", 1: "one"}.get(gave, "many")
    return TEXTS[f"received_{many}"].format(when=when, count=gave, devices=len(frame))


def silent(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which devices should have given data and did not.

    Parameters
    ----------
    frame
        Estimates of `device_silence`; a device that never gave any is `missing`.
    """
    if frame.empty:
        return TEXTS["no_silence"]
    rows = estimates.records(frame)
    names = phrases.join_few(
        TEXTS["name"].format(name=french.inner_quotes(words.label(row, "device", catalogue)))
        for row in rows
    )
    never = int((frame["status"] == "missing").sum())
    told = {"count": french.number(len(rows)), "names": names}
    many = french.plural(len(rows), "one", "many")
    if never == len(rows):
        return TEXTS[f"never_spoke_{many}"].format(**told)
    text = TEXTS[f"silent_{many}"].format(**told)
    some = french.plural(never, "one", "many")
    return f"{text} {TEXTS[f'among_them_{some}'].format(count=never)}" if never else text


def corrections(corrections: Iterable[Correction], catalogue: Catalogue) -> Markdown:
    """What sources got wrong and is read otherwise: why, who told, and whether they will mend it.

    Parameters
    ----------
    corrections
        Those in force.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> corrections([], load_catalogue(Path("data/catalogue")))
    ''
    """
    lines = []
    for one in corrections:
        days = [french.day_label(day) for day in (one.first, one.last, one.date)]
        place = TEXTS["place"].format(
            device=words.label({"device": one.device}, "device", catalogue),
            first=days[0],
            last=days[1],
        )
        since = TEXTS["corrected"].format(provider=one.provider, day=days[2])
        standing = TEXTS[f"correction.{one.status}"]
        lines.append(
            markdown("- **{}** ({}). {} {} {}", one.title, place, one.reason, since, standing)
        )
    return joined(lines, "\n")
