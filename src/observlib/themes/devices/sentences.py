"""Findings of the listening devices: whom nobody listens to, what was given, what fell silent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display.output import Output
from observlib.display.tables import register
from observlib.language import french, wording, words
from observlib.language.prose import Markdown, joined, markdown
from observlib.records.corrections import Correction

# --- The table of the listening devices: whose they are, how they listen, what they gave

_NEVER = "jamais"


def device_table(
    frame: pd.DataFrame, held: pd.DataFrame, catalogue: Catalogue, caption: str
) -> Output:
    """Make the table of the devices: owner, rhythm, personal data, last data, what they gave."""
    ends = held.dropna(subset=["end"]).groupby("device")["end"].max()
    devices = [catalogue.devices[name] for name in frame["device"]]
    columns = {
        "Département": {d.id: catalogue.departments[d.owner].label for d in devices},
        "Rythme": {d.id: words.OFTEN[d.frequency] for d in devices},
        "Données personnelles": {d.id: d.personal_data for d in devices},
        "Dernière donnée": {
            d.id: f"{date.fromisoformat(ends[d.id]):%d/%m/%Y}" if d.id in ends.index else _NEVER
            for d in devices
        },
    }
    return register(frame, catalogue, caption=caption, texts=columns)


_TEXTS = wording.load_texts(__file__)


def coverage(received: pd.DataFrame, silent: pd.DataFrame) -> str:
    """How many devices should listen, and in the same breath how many do not speak.

    Of `device_received`, and of `device_silence`: a device that never gave any is `missing`.
    """
    if received.empty:
        return _TEXTS["none"]
    never = int((silent["status"] == "missing").sum())
    late = len(silent) - never
    parts = [_TEXTS.count(how, n) for how, n in (("never", never), ("late", late)) if n]
    devices = _TEXTS.count("planned", len(received))
    but = f", {_TEXTS['but'].format(silent=french.join(parts))}" if parts else ""
    return _TEXTS["coverage"].format(devices=devices, but=but)


def listening(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """To which product most devices listen, and to which none (`devices`)."""
    ours = frame[frame["product"] != ""].groupby("product", sort=False)["estimate"].sum()
    if ours.empty:
        return _TEXTS["no_product"]
    most = ours[(ours == ours.max()) & (ours > 0)]
    deaf = ours[ours == 0]
    sentences = []
    if len(most):
        products = words.join_few(map(catalogue.label, most.index))
        devices = _TEXTS.count("device", most.iat[0])
        sentences.append(_TEXTS.of("most", len(most)).format(products=products, devices=devices))
    if len(deaf):
        products = french.join(map(catalogue.label, deaf.index))
        sentences.append(_TEXTS["deaf"].format(products=products))
    return " ".join(sentences)


def channels_without_device(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """The channels on which most products have a device, and how many have none (`devices`)."""
    products = len(set(frame["product"]) - {""})
    cells = frame[(frame["product"] != "") & (frame["channel"] != "")]
    heard = cells["channel"].value_counts(sort=False)
    if heard.empty:
        return ""
    most = [
        words.in_quotes(words.label({"channel": channel}, "channel", catalogue))
        for channel in heard.index[heard == heard.max()]
    ]
    text = _TEXTS.of("channel", len(most)).format(
        channels=french.join(most), count=heard.max(), products=products
    )
    channels = frame.loc[frame["channel"] != "", "channel"].nunique()
    holes = products * channels - len(cells)
    if not holes:
        return text
    told = _TEXTS.of("holes", holes).format(cells=products * channels, holes=french.number(holes))
    return f"{text} {told}"


def received(frame: pd.DataFrame) -> str:
    """How many devices gave data in the quarter of the frame (`device_received`)."""
    if frame.empty:
        return _TEXTS["none"]
    gave = int((frame["status"] != "missing").sum())
    when = words.capital(french.when(frame["period"].iat[0]))
    text = _TEXTS.of("received", gave) if gave else _TEXTS["received.none"]
    return text.format(when=when, count=gave, devices=len(frame))


def silent(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which devices should have given data and did not (`device_silence`)."""
    if frame.empty:
        return _TEXTS["no_silence"]
    rows = estimates.records(frame)
    names = words.join_few(words.in_quotes(words.label(row, "device", catalogue)) for row in rows)
    never = int((frame["status"] == "missing").sum())
    told = {"count": french.number(len(rows)), "names": names}
    if never == len(rows):
        return _TEXTS.of("never_spoke", never).format(**told)
    text = _TEXTS.of("silent", len(rows)).format(**told)
    return f"{text} {_TEXTS.of('among_them', never).format(count=never)}" if never else text


def corrections(corrections: Iterable[Correction], catalogue: Catalogue) -> Markdown:
    """What sources got wrong and is read otherwise: why, who told, and whether they will mend it.

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
        place = _TEXTS["place"].format(
            device=words.label({"device": one.device}, "device", catalogue),
            first=days[0],
            last=days[1],
        )
        since = _TEXTS["corrected"].format(provider=one.provider, day=days[2])
        standing = _TEXTS[f"correction.{one.status}"]
        lines.append(
            markdown("- **{}** ({}). {} {} {}", one.title, place, one.reason, since, standing)
        )
    return joined(lines, "\n")
