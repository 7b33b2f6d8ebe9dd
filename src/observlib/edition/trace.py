"""A published number followed back: sentence, estimate, method, rows of tables, exports.

Nobody's row is shown, and no count of fewer than eleven: what a figure may not tell, its trace does
not tell either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from observlib import estimates, store
from observlib.base.errors import ObservError
from observlib.base.period import Quarter, bounds
from observlib.catalogue import Catalogue
from observlib.edition.origins import sources_of
from observlib.estimates import FIGURE, MINIMUM_PEOPLE, REFERENCE, TOLD, comparisons
from observlib.pipeline import archive, disclosed, frame, revisions
from observlib.pipeline.archive import Publication
from observlib.publish.origins import is_of_origins, texts_of

_IDENTIFIER = re.compile(r"[fc][a-z]{11}")


class Text(NamedTuple):
    """Where a figure is told: the page, the title of its section, the sentence or cell."""

    page: str
    section: str
    text: str


class Rows(NamedTuple):
    """Rows of a device in a table: all until the edition's end, and those of the figure's period.

    `own` are of its product too. A count of fewer than eleven is None.
    """

    device: str
    table: str
    rows: int | None
    own: int | None


class Vintage(NamedTuple):
    """What an edition told of a figure, and why it is not what the edition before told."""

    edition: str
    day: str
    told: dict[str, Any]
    reason: str


class Trace(NamedTuple):
    """A figure, or a comparison of two (`compares`), followed back from an edition.

    `families` are the functions that compute it, by the names of their families; `exports` are
    those of its devices that have rows of its period (see `store.exports`).
    """

    id: str
    edition: str
    row: dict[str, Any]
    compares: tuple[str, ...]
    texts: tuple[Text, ...]
    vintages: tuple[Vintage, ...]
    families: dict[str, str]
    rows: tuple[Rows, ...]
    exports: pd.DataFrame


def identifier_in(text: str) -> str:
    """The identifier that a text is, or that an address of a site ends with.

    Examples
    --------
    >>> identifier_in("https://www.example.org/2026-T3/origines/satisfaction.html#figyqnddwfrf")
    'figyqnddwfrf'
    """
    one = text.rpartition("#")[2].strip()
    if not _IDENTIFIER.fullmatch(one):
        raise ObservError(
            f"{text!r}: is no identifier; one is `f` or `c` and eleven letters, as in the "
            "column `id` of the data, or in the address to which a number of a page leads"
        )
    return one


def trace(root: Path, data: Path, one: str, catalogue: Catalogue, wanted: str = "") -> Trace:
    """Follow a figure, or a comparison, back to the exports that it was made from."""
    edition, row, compares = _found(root / "reports" / "editions", one, wanted)
    quarter = Quarter.parse(edition)
    is_pair = one.startswith("c")
    sides = [row, {"source": row[f"{REFERENCE}source"]}] if is_pair else [row]
    devices = {name for side in sides for name, _ in sources_of(side)}
    families = _families(data, quarter, one)
    tables = set().union(*map(frame.tables, families))
    held = store.exports(data)
    held = held[held["table"].isin(tables)]
    own = held[held["device"].isin(devices)]
    held = held if own.empty else own  # a figure of several devices names none
    return Trace(
        one,
        edition,
        row,
        compares,
        tuple(_texts(root / "reports" / "_site" / edition, one)),
        () if is_pair else tuple(_vintages(archive.earlier(data), row, catalogue)),
        families,
        tuple(_rows(data, held, row, quarter)),
        _of_period(held, row["period"]),
    )


def _found(folder: Path, one: str, wanted: str) -> tuple[str, dict[str, Any], tuple[str, ...]]:
    """The edition that tells a figure, what it tells of it, and what a comparison compares."""
    is_pair = one.startswith("c")
    names = [wanted] if wanted else sorted(path.name for path in folder.glob("*-T[1-4]"))[::-1]
    for name in names:
        if not (folder / name / archive.ESTIMATES).exists():
            continue
        rows, pairs = archive.tables(folder / name)
        contract, table = (comparisons, pairs) if is_pair else (estimates, rows)
        places = contract.identifiers(table)
        if one in places:
            row = table.iloc[[places.index(one)]]
            sides = ("", REFERENCE) if is_pair else ()
            compares = (estimates.identifiers(comparisons.side_of(row, side))[0] for side in sides)
            known = {*estimates.identifiers(rows)}  # not all are figures: the others than a group
            return name, estimates.records(row)[0], tuple(filter(known.__contains__, compares))
    where = f"the edition {wanted}" if wanted else f"no edition of {folder}"
    raise ObservError(
        f"{one}: {where} {'does not tell it' if wanted else 'tells it'}; the column `id` of an "
        "edition's estimates.csv and comparisons.csv has all that it tells"
    )


def _texts(site: Path, one: str) -> Iterator[Text]:
    """Where the published pages of an edition tell a figure."""
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        if not is_of_origins(name):
            for section, text in texts_of(path.read_text(encoding="utf-8"), one):
                yield Text(name, section, text)


def _vintages(
    published: Iterable[Publication], row: Mapping[str, Any], catalogue: Catalogue
) -> Iterator[Vintage]:
    """What each publication told of a figure, the oldest first, where it is not as before."""
    names = [row[name] for name in FIGURE]
    before: Publication | None = None
    for one in published:
        rows = one.told.estimates
        own = one._replace(
            told=one.told._replace(estimates=rows[(rows[FIGURE] == names).all(axis=1)])
        )
        if own.told.estimates.empty:
            continue
        changed = revisions.between(before, own, catalogue) if before else None
        if changed is None or len(changed):
            reason = "" if changed is None else revisions.why(changed["reason"].iat[0], catalogue)
            said = estimates.records(own.told.estimates[TOLD])[0]
            yield Vintage(one.quarter, one.day, said, reason)
        before = own


def _of_period(held: pd.DataFrame, period: str) -> pd.DataFrame:
    """Of some exports, those with rows of a period; all where that is a source's own words."""
    try:
        first, last = (day.isoformat() for day in bounds(period))
    except ValueError:
        return held.reset_index(drop=True)
    return held[(held["start"] <= last) & (held["end"] >= first)].reset_index(drop=True)


def _families(data: Path, quarter: Quarter, one: str) -> dict[str, str]:
    """The families that give a figure or comparison, each with the function that computes it."""
    found = {}
    for name, survey in disclosed.jobs(data):
        given = disclosed.given(data, quarter, name, survey)
        names = estimates.identifiers(given.estimates) + comparisons.identifiers(given.comparisons)
        if one in names:
            compute = frame.family(name).compute
            found[name] = f"{compute.__module__}.{compute.__name__}"
    return found


def _rows(
    data: Path, held: pd.DataFrame, row: Mapping[str, Any], quarter: Quarter
) -> Iterator[Rows]:
    """How many rows each device of a figure has in each table."""
    try:
        first, last = map(Quarter.of, bounds(row["period"]))
    except ValueError:  # a source's own words for when
        first = last = quarter
    for device, table in held[["device", "table"]].drop_duplicates().itertuples(index=False):
        of = {"device": device, "product": row["product"] or None}
        if not store.count(data, table, **of):  # what it measures is of no product, or of several
            of["product"] = None
        whole = store.count(data, table, last=quarter, device=device)
        own = store.count(data, table, first, last, **of)
        yield Rows(device, table, *(x if x >= MINIMUM_PEOPLE else None for x in (whole, own)))
