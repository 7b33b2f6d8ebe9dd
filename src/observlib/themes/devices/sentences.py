"""Findings of the listening devices: whom nobody listens to, what was given, what fell silent."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display import french, phrases, words
from observlib.themes.devices.table import device_table as device_table


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
        return "Aucun dispositif n'est décrit au catalogue."
    never = int((silent["status"] == "missing").sum())
    late = len(silent) - never
    parts = []
    if never:
        parts.append(french.count(never, "n'a jamais rien fourni", "n'ont jamais rien fourni"))
    if late:
        parts.append(french.count(late, "se tait ce trimestre", "se taisent ce trimestre"))
    are = french.count(len(received), "dispositif est prévu", "dispositifs sont prévus")
    but = f", dont {french.join(parts)}" if parts else ""
    return f"{are} pour écouter les usagers{but}."


def listening(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """To which product most devices listen, and to which none.

    Parameters
    ----------
    frame
        Estimates of `devices`, by product and channel.
    """
    ours = frame[frame["product"] != ""].groupby("product", sort=False)["estimate"].sum()
    if ours.empty:
        return "Aucun produit n'est décrit au catalogue."
    most = ours[(ours == ours.max()) & (ours > 0)]
    deaf = ours[ours == 0]
    sentences = []
    if len(most):
        number = french.count(most.iat[0], "dispositif", "dispositifs")
        which = french.plural(len(most), "le produit le plus écouté est", "les plus écoutés sont")
        sentences.append(f"{which} {phrases.join_few(map(catalogue.label, most.index))} ({number})")
    if len(deaf):
        none = french.plural(len(deaf), "n'en a", "n'en ont")
        sentences.append(f"{french.join(map(catalogue.label, deaf.index))} {none} aucun")
    return phrases.capital(f"{words.SEMICOLON.join(sentences)}.")


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
        f"« {words.label({'channel': channel}, 'channel', catalogue)} »"
        for channel in heard.index[heard == heard.max()]
    ]
    channels = frame.loc[frame["channel"] != "", "channel"].nunique()
    holes = products * channels - len(cells)
    which = french.plural(
        len(most), "Le canal le plus écouté est", "Les canaux les plus écoutés sont"
    )
    text = f"{which} {french.join(most)} ({heard.max()} produits sur {products})"
    if not holes:
        return f"{text}."
    empty = french.plural(holes, "n'est pas écouté", "ne sont pas écoutés")
    return (
        f"{text}{words.SEMICOLON}{french.number(holes)} des {products * channels} croisements d'un "
        f"produit et d'un canal {empty}."
    )


def received(frame: pd.DataFrame) -> str:
    """How many devices of the catalogue gave data in the quarter of the frame.

    Parameters
    ----------
    frame
        Estimates of `device_received`, one a device.
    """
    if frame.empty:
        return "Aucun dispositif n'est décrit au catalogue."
    gave = int((frame["status"] != "missing").sum())
    when = phrases.capital(french.when(frame["period"].iat[0]))
    does = french.plural(gave, "a fourni", "ont fourni")
    of = french.count(len(frame), "dispositif", "dispositifs")
    return f"{when}, {gave} {does} des données, sur {of} au catalogue."


def silent(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which devices should have given data and did not.

    Parameters
    ----------
    frame
        Estimates of `device_silence`; a device that never gave any is `missing`.
    """
    if frame.empty:
        return "Aucun dispositif ne se tait."
    names = [words.label(row, "device", catalogue) for row in frame.to_dict("records")]
    never = int((frame["status"] == "missing").sum())
    quoted = phrases.join_few(f"« {name} »" for name in names)
    if never == len(names):
        start = french.count(never, "dispositif n'a", "dispositifs n'ont")
        return f"{start} jamais rien fourni : {quoted}."
    start = french.count(len(names), "dispositif se tait", "dispositifs se taisent")
    has = french.plural(never, "n'a", "n'ont")
    more = f", dont {never} qui {has} jamais rien fourni" if never else ""
    return f"{start}{more} : {quoted}."
