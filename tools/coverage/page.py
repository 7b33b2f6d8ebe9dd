"""What the method's page says of coverage: a table by indicator, and what lies outside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.language import french
from observlib.language.prose import typography
from observlib.pipeline import project
from tools.coverage import (
    alarms,
    breaks,
    changes,
    counts,
    domains,
    edition,
    effects,
    equivalence,
    fragile,
    lasting,
    methods,
    nonresponse,
    planning,
    power,
    raked,
    ranking,
)
from tools.coverage.outside import LEAST, MOST, REASONS, farthest
from tools.coverage.truth import DEMO

# what is counted otherwise than intervals
ALONE = {
    "alarms": alarms,
    "breaks": breaks,
    "counts": counts,
    "domains": domains,
    "edition": edition,
    "effects": effects,
    "equivalence": equivalence,
    "fragile": fragile,
    "lasting": lasting,
    "nonresponse": nonresponse,
    "planning": planning,
    "power": power,
    "ranking": ranking,
}
LABELS = changes.LABELS | methods.LABELS | raked.LABELS  # of what no page shows by itself
BEGIN = "<!-- coverage: written by `make coverage` -->"
END = "<!-- /coverage -->"
_WIDTHS = "|:--------------------|----------:|--------:|------------:|"
_CHANCE = "Ce qui dépasse de la plage n’est pas plus que le hasard des tirages n’en explique :"
_HEAD = ("Indicateur", "Effectif", "Répétitions", "Intervalles justes")


def write(path: Path, begin: str, end: str, text: str) -> None:
    """Replace, on a page, what stands between two marks.

    Raises
    ------
    ObservError
        Where the page cannot be read or has not both marks, once each and in this order.
    """
    try:
        page = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ObservError(f"{path}: cannot be read: {error}; restore the page") from error
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    if [page.count(mark) for mark in (begin, end)] != [1, 1] or end not in rest:
        raise ObservError(
            f"{path}: the lines {begin} and {end} do not stand once each, in this order; put them "
            "where the table goes"
        )
    files.write_text(path, f"{before}{begin}\n\n{text}\n{end}{after}")


def markdown(table: pd.DataFrame, catalogue: Catalogue) -> str:
    """The table of coverage by indicator, with its date, and the list of what lies outside.

    Parameters
    ----------
    table
        Rows of `data/reference/coverage.csv`.
    catalogue
        Has the indicators' labels and their order.

    Returns
    -------
    str
        Markdown for pandoc. An indicator of several devices has the ends of what they give.
    """
    labels = {name: indicator.label for name, indicator in catalogue.indicators.items()} | LABELS
    by_name = dict(iter(table.groupby("indicator")))
    lines = [f"| {' | '.join(_HEAD)} |", _WIDTHS]
    for name in labels:
        if name in by_name:
            lines.append(f"| {' | '.join(_cells(labels[name], by_name[name]))} |")
    caption = f": Part des intervalles à 95 % qui contiennent la vraie valeur, {_measured(table)}"
    told = list(_told(table.set_index(["indicator", "device"]), labels, catalogue))
    return typography("\n".join([*lines, "", f"{caption} {{#tbl-couverture}}", "", *told])) + "\n"


def _measured(table: pd.DataFrame) -> str:
    """On which days it was: some parts may have been measured again."""
    first, last = (
        french.day_label(date.fromisoformat(day))
        for day in (table["date"].min(), table["date"].max())
    )
    return f"mesurée le {first}" if first == last else f"mesurée entre le {first} et le {last}"


def _cells(label: str, rows: pd.DataFrame) -> Iterator[str]:
    yield label
    yield _span(rows["n"], 0) if rows["n"].notna().any() else "–"  # what follows time has none
    yield _span(rows["repetitions"], 0)
    yield f"{_span(rows['covered'], 1)} %"


def _span(values: pd.Series, decimals: int) -> str:
    low, high = (french.number(x, decimals) for x in (values.min(), values.max()))
    return low if low == high else f"{low} à {high}"


def _told(table: pd.DataFrame, labels: dict[str, str], catalogue: Catalogue) -> Iterator[str]:
    """What lies outside and why: a list for each reason, chance the last."""
    known = {place for places in REASONS.values() for place in places}
    by_chance = [
        place
        for place, row in table.iterrows()
        if place not in known and not LEAST <= farthest(row)[0] <= MOST
    ]
    yield f"Hors de la plage de {LEAST:.0f} à {MOST:.0f} % :"
    yield ""
    for reason, places in (*REASONS.items(), (_CHANCE, by_chance)):
        names = []
        for indicator, device in places:
            share, category = farthest(table.loc[(indicator, device)])
            of = f"{labels[indicator]}, {category}" if category else labels[indicator]
            which = catalogue.devices[device].label
            names.append(f"    - « {of} » ({which}) : {french.percent(share, 1)}")
        if names:
            yield from (f"- {reason}", *names)


def known(name: str) -> pd.DataFrame:
    """What is known of intervals, breaks, effects and the like: the committed table."""
    table = project.reference(name)
    return table.fillna({"lowest_value": ""}) if "lowest_value" in table else table


def main() -> None:
    """Write the tables that are committed on the page of the method."""
    method = project.root() / "reports" / "methode.qmd"
    write(method, BEGIN, END, markdown(known("coverage"), project.catalogue(DEMO)))
    for name, part in ALONE.items():
        write(method, part.BEGIN, part.END, part.markdown(known(name)))


if __name__ == "__main__":  # where words alone have changed
    main()
