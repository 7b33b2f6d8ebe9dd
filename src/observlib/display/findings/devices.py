"""Findings of the listening devices: whom nobody listens to, what was given, what fell silent."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display import french, phrases, words


def listening(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """How many devices listen, to which product most, and to which none.

    Parameters
    ----------
    frame
        Estimates of `devices`, by product and channel.
    """
    ours = frame[frame["product"] != ""].groupby("product", sort=False)["estimate"].sum()
    if ours.empty:
        return "Aucun produit n'est décrit au catalogue."
    devices = french.count(frame["estimate"].sum(), "dispositif écoute", "dispositifs écoutent")
    most = ours[(ours == ours.max()) & (ours > 0)]
    deaf = ours[ours == 0]
    said = [f"{devices} les usagers"]
    if len(most):
        number = french.count(most.iat[0], "dispositif", "dispositifs")
        which = french.plural(len(most), "le produit le plus écouté est", "les plus écoutés sont")
        said.append(f"{which} {phrases.few(map(catalogue.label, most.index))} ({number})")
    if len(deaf):
        none = french.plural(len(deaf), "n'en a", "n'en ont")
        said.append(f"{french.join(map(catalogue.label, deaf.index))} {none} aucun")
    return f"{words.SEMICOLON.join(said)}."


def holes(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """The channels on which most products have no device, and how many they are."""
    products = len(set(frame["product"]) - {""})
    cells = frame[(frame["product"] != "") & (frame["channel"] != "")]
    heard = cells["channel"].value_counts()
    if heard.empty:
        return ""
    most = words.label({"channel": heard.index[0]}, "channel", catalogue)
    channels = frame.loc[frame["channel"] != "", "channel"].nunique()
    holes = products * channels - len(cells)
    text = f"Le canal le plus écouté est « {most} » ({heard.iat[0]} produits sur {products})"
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
    quoted = phrases.few(f"« {name} »" for name in names)
    if never == len(names):
        start = french.count(never, "dispositif n'a", "dispositifs n'ont")
        return f"{start} jamais rien fourni : {quoted}."
    start = french.count(len(names), "dispositif se tait", "dispositifs se taisent")
    has = french.plural(never, "n'a", "n'ont")
    more = f", dont {never} qui {has} jamais rien fourni" if never else ""
    return f"{start}{more} : {quoted}."
