"""The funnel chart: how many reach each step of a course."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from observlib.base.errors import ObservError, bounded
from observlib.catalogue import Catalogue, Indicator
from observlib.display import bars, charts, keyboard, layout, style
from observlib.display.output import Output
from observlib.language import french, words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BAR = 15.0


def funnel_chart(frame: pd.DataFrame, catalogue: Catalogue, *, caption: str) -> Output:
    """Draw the steps of a course as bars: how many reach each, and what share of those before.

    Under each bar stand its shares of the step before and of the first one. A withheld step has
    words in place of its bar, and no share is made of it; nor of a partial period beside a whole
    one.

    Parameters
    ----------
    frame
        Estimates of one indicator that counts, one a step (`group_value`), from the first step
        to the last; steps may count different things, each in its unit.
    caption
        The answer that the chart shows, in one line.

    Raises
    ------
    ObservError
        Where the frame is empty, mixes indicators, is no count, or has two estimates for a step.
    """
    caption, indicator, frame = charts.checked(
        frame, catalogue, caption, "funnel_chart", ["group_value"], one_unit=False
    )
    if not frame["unit"].map(words.is_count).all() or (frame["estimate"] < 0).any():
        units = bounded(frame["unit"].unique())
        raise ObservError(
            f"funnel_chart: steps are counts; these are values in {units} or below zero; draw "
            "them with bar_chart or dot_chart"
        )
    records = layout.ranked(frame, "group_value", catalogue, sort=False)
    shares = _shares(records)
    alt = f"{_alt(records, shares, indicator)} {charts.withheld_words(frame)}"
    return charts.output(
        lambda: _figure(records, shares, indicator), frame, catalogue, caption, alt
    )


def _shares(records: Sequence[dict[str, Any]]) -> list[str]:
    """Each step's share of the one before, and of the first, where they can be compared."""
    texts = []
    for i, row in enumerate(records):
        parts = []
        if i and (share := _share(row, records[i - 1])):
            parts.append(f"{share} de l'étape précédente")
        if i > 1 and (share := _share(row, records[0])):
            parts.append(f"{share} de la première" if parts else f"{share} de la première étape")
        texts.append(", ".join(parts))
    return texts


def _share(part: dict[str, Any], whole: dict[str, Any]) -> str:
    states = {part["status"], whole["status"]}
    if states & set(words.WITHHELD) or not whole["estimate"]:
        return ""
    if "partial" in states and states != {"partial"}:
        return ""
    share = 100 * part["estimate"] / whole["estimate"]
    if 0 < share < 0.05:
        return f"moins de {french.percent(0.1, 1)}"
    return french.percent(share, 1 if share < 10 else 0)


def _figure(
    records: Sequence[dict[str, Any]], shares: Sequence[str], indicator: Indicator
) -> Figure:
    """A row for each step: its name and count over its bar, its shares under it."""
    units = list(dict.fromkeys(row["unit"] for row in records))
    steps = [
        row._replace(under=share)
        for row, share in zip(layout.rows_of(records, indicator), shares, strict=True)
    ]
    notes = layout.notes_of(
        records, indicator, low_base="Barre hachurée", partial="(p) et bord en tirets"
    )
    top = (style.LINE + 6) * (len(units) == 1) + 2
    place = layout.columns(steps, over=True)
    fig, ax, middles = layout.draw_rows(place, notes, tall=_BAR, top=top)
    if len(units) == 1:  # else the names of the steps say what each counts
        style.write(fig, 0, 2, units[0], color=style.GREY)
    ax.set_xlim(0, max((row["estimate"] for row in records if row["estimate"] > 0), default=1.0))
    bars.draw(ax, records, middles, _BAR - 2)
    for row, y in zip(records, middles, strict=True):
        keyboard.keep(ax, row["estimate"], y, row, indicator, row["name"])
    return fig


def _alt(records: Sequence[dict[str, Any]], shares: Sequence[str], indicator: Indicator) -> str:
    """Say each step with its count and shares, and where the most are lost."""
    sentences = [charts.head("Étapes d'un parcours", indicator.label, records)]
    for row, share in zip(records, shares, strict=True):
        value = words.value(row, indicator)
        sentences.append(f"{row['name']}\xa0: {value}{f', soit {share}' if share else ''}.")
    kept = [
        (row["estimate"] / before["estimate"], before["name"], row["name"])
        for before, row in pairwise(records)
        if _share(row, before)
    ]
    if len(kept) > 1 and min(kept)[0] < 1:
        _, before, after = min(kept)
        sentences.append(f"La plus forte perte est entre «\xa0{before}\xa0» et «\xa0{after}\xa0».")
    return " ".join(sentences)
