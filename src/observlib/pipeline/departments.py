"""Departments where products are many: whose each row is, and which have pages of their own.

A page that tells of a dozen products is read; one of hundreds is not. Where an edition has more
than `indicators.pairs.MANY`, a study that tells of all of them is a page for each department.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.estimates import REFERENCE
from observlib.indicators.families import Given
from observlib.indicators.pairs import MANY

WHOLE = ""  # no department: all of them together


def products(devices: Iterable[str], catalogue: Catalogue) -> list[str]:
    """The products that some of the devices listen to, in the catalogue's order.

    Examples
    --------
    >>> from observlib import Study
    >>> catalogue = Study("2026-T3", "data/demo").catalogue
    >>> products(["audience-boamp", "jdma-legifrance"], catalogue)
    ['legifrance', 'boamp']
    """
    fed = {catalogue.devices[name].product for name in devices if name in catalogue.devices}
    return [product for product in catalogue.products if product in fed]


def with_pages(devices: Iterable[str], catalogue: Catalogue) -> list[str]:
    """The departments for each of which an edition makes a page of a study.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> catalogue = load_catalogue(Path("data/catalogue"))
    >>> with_pages(["jdma-legifrance"], catalogue)
    ['']
    """
    fed = [*devices]
    if len(products(fed, catalogue)) <= MANY:
        return [WHOLE]
    own = {of("", name, catalogue) for name in fed}
    return [name for name in catalogue.departments if name in own]


def of(product: str, device: str, catalogue: Catalogue) -> str:
    """The department of a product, or else of a device that listens; `WHOLE` of anything else.

    A device of no one product is its owner's. What a neighbour publishes, and sources that nobody
    is listened to by, are of no department.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> catalogue = load_catalogue(Path("data/catalogue"))
    >>> of("legifrance", "", catalogue), of("caisse-fictive", "", catalogue)
    ('information-legale', '')
    """
    found = catalogue.devices.get(device)
    product = product or (found.product or "" if found else "")
    if product:
        known = catalogue.products.get(product)
        return known.department if known else WHOLE
    return found.owner if found and found.listens else WHOLE


def part(rows: pd.DataFrame, department: str, catalogue: Catalogue) -> pd.DataFrame:
    """Of estimates, comparisons or words, those of a department, and those of none; of all, all.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> catalogue = load_catalogue(Path("data/catalogue"))
    >>> rows = pd.DataFrame({"product": ["legifrance", "boamp", "caisse-fictive"]})
    >>> part(rows, "information-legale", catalogue)["product"].tolist()
    ['legifrance', 'caisse-fictive']
    """
    if department == WHOLE or {"product", "device"}.isdisjoint(rows):
        return rows
    kept = _of(rows, "", catalogue).isin([department, WHOLE])
    if "against" in rows:
        two = rows["against"] == "product"
        kept |= two & (_of(rows, REFERENCE, catalogue) == department)
    return rows[kept]


def _of(rows: pd.DataFrame, side: str, catalogue: Catalogue) -> pd.Series:
    """The department of each row, by its own product and device or by those of its reference."""
    keys = rows.reindex(columns=[f"{side}product", f"{side}device"]).astype(object).fillna("")
    pairs = [*keys.itertuples(index=False, name=None)]
    known = {(product, device): of(product, device, catalogue) for product, device in {*pairs}}
    return pd.Series([known[pair] for pair in pairs], index=rows.index, dtype=object)


def part_of(given: Given, department: str, catalogue: Catalogue) -> Given:
    """What a family gives of a department."""
    return Given(
        part(given.estimates, department, catalogue),
        part(given.comparisons, department, catalogue),
        {name: part(rows, department, catalogue) for name, rows in given.words.items()},
    )
