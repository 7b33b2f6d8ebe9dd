"""The quality of an edition, in the indicators that European official statistics report.

Codes are those of Eurostat's *ESS guidelines for the implementation of the ESS quality and
performance indicators* (2014): R1 completeness, TP1 time lag, TP3 punctuality, CC2 length of
comparable series, A5 item non-response. All is computed from what the edition tells and from what
the store holds, so that nothing more is told of anybody than the edition tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from statistics import median_low

import pandas as pd

from observlib import store
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue, tables
from observlib.display.output import pipe_table
from observlib.edition.checklist import whole
from observlib.edition.request import Request
from observlib.estimates.measures import MEASURES
from observlib.language import french, wording
from observlib.language.typography import typography
from observlib.pipeline import archive, frame
from observlib.publish.editions.calendar_page import gap
from observlib.publish.editions.dates import Planned, load
from observlib.records.actions import Action
from observlib.themes.surveys.estimates import STEPS

TEXTS = wording.beside(__file__)
_THERE = ("published", "low_base", "partial")


def completeness(rows: pd.DataFrame, quarter: Quarter) -> tuple[int, int]:
    """Figures of an edition's own quarter that could be told, of all that were to be (R1).

    Those that are withheld are no part of either, as Eurostat has it for producers.

    Examples
    --------
    >>> told = {"period": ["2026-T3"] * 3, "status": ["published", "suppressed", "missing"]}
    >>> completeness(pd.DataFrame(told), Quarter(2026, 3))
    (1, 2)
    """
    states = rows.loc[rows["period"] == str(quarter), "status"]
    there = int(states.isin(_THERE).sum())
    return there, there + int((states == "missing").sum())


def lengths(
    held: pd.DataFrame, actions: Iterable[Action], catalogue: Catalogue, quarter: Quarter
) -> list[int]:
    """How many whole quarters each device has been comparable for, the shortest first (CC2).

    They end with the edition's, and begin with the device's first data, or when what it measures
    last changed (an action of the kind `measure`).

    Parameters
    ----------
    held
        `device`, `table`, `start`, `end`, as `store.devices` gives it.
    actions
        What teams changed until the end of the quarter.
    """
    changes = [action for action in actions if action.kind == "measure"]
    listening = held[~held["table"].isin(tables.REFERENCE)].dropna(subset=["start", "end"])
    found = []
    for name, start, end in listening[["device", "start", "end"]].itertuples(index=False):
        device = catalogue.devices.get(name)
        if device is None or date.fromisoformat(end) < quarter.start:
            continue
        own = [
            change.date
            for change in changes
            if change.device == name or (not change.device and change.product == device.product)
        ]
        first = max([date.fromisoformat(start), *own])
        begun = Quarter.of(first)
        later = 0 if begun.start == first else 1
        count = 4 * (quarter.year - begun.year) + quarter.number - begun.number + 1 - later
        found += [count] if count > 0 else []
    return sorted(found)


def unanswered(rows: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """The least and the largest share of respondents that gave no mark, by survey (A5), in %.

    Of those who began to answer, as the edition tells how many. One who had left before a question
    counts, and one of whom it was not asked: surveys do not tell the two apart.

    Parameters
    ----------
    rows
        The estimates of the edition.
    """
    begun = rows[
        (rows["indicator"] == "survey_funnel") & (rows["group_value"] == [*STEPS][2])
    ].dropna(subset=["estimate"])
    found = {}
    for survey, period, base in begun[["device", "period", "estimate"]].itertuples(index=False):
        asked = rows[
            (rows["device"] == survey)
            & (rows["period"] == period)
            & (rows["group"] == "")
            & rows["indicator"].isin(MEASURES)
            & rows["status"].isin(_THERE)
        ]["n"].dropna()
        if len(asked) and base:
            shares = [max(100.0 * (1 - n / base), 0.0) for n in asked]
            found[str(survey)] = (min(shares), max(shares))
    return found


def told(request: Request, edition: Path, published: str) -> str:
    """The quality of an edition, as a part of its method page.

    Parameters
    ----------
    request
        What the edition was made for.
    edition
        The folder of its estimates.
    published
        The day on which it appeared.
    """
    data, quarter, known = request.data, request.quarter, request.catalogue
    devices = known.devices.values()
    return part(
        archive.tables(edition)[0],
        whole(store.status(data, devices, request.today), quarter),
        lengths(store.devices(data), frame.actions(data, quarter), known, quarter),
        load(data, request.root).of(str(quarter)),
        date.fromisoformat(published),
        quarter,
        {device.id: device.label for device in devices},
    )


def part(
    rows: pd.DataFrame,
    imported: tuple[int, int],
    series: list[int],
    planned: Planned | None,
    published: date,
    quarter: Quarter,
    surveys: Mapping[str, str],
) -> str:
    """The table of the method page.

    Parameters
    ----------
    rows
        The estimates of the edition.
    imported
        Devices whose quarter is whole, of those that were due.
    series
        As `lengths` gives them.
    planned, published
        What was announced of the edition, if anything, and the day on which it appeared.
    quarter
        The edition's.
    surveys
        The names of devices.
    """
    there, expected = completeness(rows, quarter)
    days = (published - quarter.end).days
    lines = [
        ("completeness", french.percent(100 * there / expected) if expected else "nd"),
        ("devices", TEXTS["of"].format(some=imported[0], all=imported[1])),
        ("lag", french.count(days, "jour", "jours")),
        ("punctuality", gap(planned, published) if planned else "nd"),
    ]
    if series:
        ends = french.number(series[0]), _quarters(series[-1])
        lines.append(("length", _quarters(median_low(series))))
        lines.append(("range", " à ".join(ends)))
    named = [(TEXTS[f"rows.{key}"], value) for key, value in lines]
    for survey, (low, high) in unanswered(rows).items():
        ends = french.number(low), french.percent(high)
        value = TEXTS["between"].format(low=ends[0], high=ends[1])
        one = french.percent(high) if french.percent(low) == french.percent(high) else value
        named.append((TEXTS["item"].format(survey=surveys.get(survey, survey)), one))
    columns = map(list, zip(*named, strict=True))
    heads = (TEXTS["indicator"], TEXTS["value"])
    return typography(pipe_table(dict(zip(heads, columns, strict=True)), even=True))


def _quarters(count: int) -> str:
    return french.count(count, "trimestre", "trimestres")
