"""Tables of neighbours' figures, with their sources, and what the sentences on them tell."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display import select
from observlib.display.changes import REASON_WORDS
from observlib.display.output import Output, caption_of, captioned, pipe_table, text
from observlib.language import french, words
from observlib.language.prose import Markdown, joined, markdown, plain
from observlib.stats.comparability import Grade
from observlib.themes import templates

_NONE = "–"
_ADDRESS = r"https?://[^\s<>\\]+"  # what a link may lead to
_OURS = ["indicator", "product", "channel", "device", "period", "group", "group_value"]


def side_by_side(
    compared: pd.DataFrame, named: pd.DataFrame, catalogue: Catalogue, caption: str = ""
) -> Output:
    """A table of ours and theirs for one indicator, each with its period, base, mode and grade.

    `compared` are of `peers.compared`. Under it stand the reservation of every row, and why some
    have no interval.
    """
    indicator = words.indicator_of(compared["indicator"].iat[0], catalogue)
    details = named[named["comparable_with"] == indicator.id].set_index(
        ["product", "period", "name"]
    )
    heads = ("Qui", "Période", "Valeur", "Réponses", "Mode de recueil", "Comparabilité")
    lines: list[tuple[str, ...]] = []
    reservations: dict[str, dict[str, None]] = {}  # by reservation, whose it is, each once
    bare = False
    for row in estimates.records(compared):
        ours = row["product"] not in catalogue.peers
        if ours:
            device = catalogue.devices.get(row["device"])
            mode = device.label if device else _NONE
            reservation, grade = (device.note if device else None) or "", _NONE
        else:
            figure = details.loc[(row["product"], row["period"], row["group_value"])]
            mode, reservation = _or_none(figure["mode"]), _or_none(figure["reservation"], "")
            grade = figure["grade"] or _NONE
        fine = _fine(row, catalogue)
        interval, n = words.interval(row, fine), words.base_of(row)
        bare = bare or (not interval and row["status"] not in words.WITHHELD)
        value = words.value(row, fine) + (f" ({interval})" if interval else "") + _mark(row)
        base = _NONE if n is None else french.number(n)
        when = french.period_label(row["period"])
        lines.append((row["group_value"], when, value, base, mode, grade))
        if reservation:
            reservations.setdefault(reservation, {})[catalogue.label(row["product"])] = None
    columns = pd.DataFrame(lines, columns=heads).to_dict("list")
    pipe = pipe_table(columns, right=("Valeur", "Réponses"), even=True)
    say = templates.narrative("peers")
    phrase, notes = say._under_a_table(), say._reservations(reservations, bare)
    title = caption or f"{indicator.label}, chez nous et ailleurs"
    label = f"tbl-{indicator.id.replace('_', '-')}"
    shown = captioned(pipe, caption_of(title, label), label, phrase, notes)
    return shown.carrying([compared], catalogue)


def figures(
    published: pd.DataFrame, named: pd.DataFrame, catalogue: Catalogue, kind: str
) -> Output:
    """A table of every published figure with the number of its source, then the sources.

    Of the `kind` `demonstration` figures are invented: a real source did not publish them.
    """
    details = named.set_index(["product", "period", "group_value"])
    heads = ("Organisme", "Ce qui est publié", "Période", "Valeur", "Réponses", "Source")
    lines: list[tuple[str, ...]] = []
    sources: dict[Markdown, int] = {}
    for row in estimates.records(published):
        figure = details.loc[(row["product"], row["period"], row["group_value"])]
        number = sources.setdefault(_source(figure), len(sources) + 1)
        fine = _fine(row, catalogue)
        ends = fine.model_copy(update={"decimals": max(1, fine.decimals)})
        interval = words.interval(row, ends)
        base = "" if pd.isna(figure["n"]) else french.number(float(figure["n"]))
        what = row["group_value"]
        if (definition := _or_none(figure["definition"], "")) and definition not in what:
            what += f" – {definition}"
        value = words.value(row, fine) + (f" ({interval})" if interval else "")
        place = catalogue.label(row["product"]), what, french.period_label(row["period"])
        lines.append((*place, value, base or _NONE, f"{number}"))
    columns = pd.DataFrame(lines, columns=heads).to_dict("list")
    pipe = pipe_table(columns, right=("Valeur", "Réponses", "Source"), even=True)
    listed = [markdown(f"{number}. {{}}", source) for source, number in sources.items()]
    phrase = templates.narrative("peers")._under_figures(kind)
    caption = caption_of("Ce qui est publié, avec le numéro de chaque source", "tbl-publies")
    shown = captioned(pipe, caption, "tbl-publies", phrase, joined(listed, "\n"))
    return shown.carrying([published], catalogue)


def not_comparable(published: pd.DataFrame, named: pd.DataFrame, catalogue: Catalogue) -> Output:
    """List the published figures that are not compared with ours, and why."""
    details = named.set_index(["product", "period", "group_value"])
    reasons: dict[tuple[str, str], dict[str, list[str]]] = {}
    say, kept = templates.narrative("peers"), []
    for row in estimates.records(published):
        figure = details.loc[(row["product"], row["period"], row["group_value"])]
        if figure["grade"] != "D":
            continue
        kept.append(row)
        why = _or_none(figure["reservation"], "")
        why = why or say._why_not(row, words.is_count(row["unit"]), "")
        same = _or_none(figure["comparable_with"], "")
        if same and figure["other"] == "quantity":
            unit = words.indicator_of(same, catalogue).unit
            why = say._why_not(row, False, unit)
        elif same:
            unlike = Grade("D", *(tuple(figure[name].split()) for name in ("other", "unknown")))
            why = f"{select.grade_words(unlike)} {_or_none(figure['reservation'], '')}".strip()
        dates = reasons.setdefault((row["product"], why), {}).setdefault(row["group_value"], [])
        dates.append(french.period_label(row["period"]))
    told = text(say._not_compared(reasons, catalogue))
    return told.carrying([estimates.make(kept)], catalogue) if kept else told


def _fine(row: dict[str, Any], catalogue: Catalogue) -> Any:
    """The row's indicator with the decimals that the value was published with, two at most."""
    indicator = words.indicator_of(row["indicator"], catalogue)
    x = row["estimate"]
    if row["product"] not in catalogue.peers or pd.isna(x):
        return indicator
    needed = next(d for d in (0, 1, 2) if d == 2 or round(x, d) == x)
    return indicator.model_copy(update={"decimals": needed})


def _mark(row: dict[str, Any]) -> str:
    status = words.STATUS_WORDS[row["status"]]
    return f" ({status})" if status and row["status"] not in words.WITHHELD else ""


def _or_none(cell: Any, instead: str = _NONE) -> str:
    return instead if pd.isna(cell) else str(cell)


def _source(figure: pd.Series) -> Markdown:
    published = _or_none(figure["published"], "")
    day = french.period_label(published) if published else ""
    parts = (str(figure["source_title"]), day, _or_none(figure["licence"], ""))
    phrase = f"{', '.join(filter(None, parts))}."
    address = _or_none(figure["url"], "")
    if re.fullmatch(_ADDRESS, address):
        return markdown("{} <{}>", phrase, Markdown(address))
    return markdown("{} {}", phrase, address) if address else plain(phrase)


def _reasons(compared: pd.DataFrame) -> dict[str, int]:
    """Why pairs are not tested, and how many."""
    counts = compared["reason"].value_counts(sort=False).items()
    return {REASON_WORDS[str(name)]: n for name, n in counts if name in REASON_WORDS}
