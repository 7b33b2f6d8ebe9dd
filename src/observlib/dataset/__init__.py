"""A data package: estimates and comparisons as CSV and as a workbook, with what describes them."""

import io
import zipfile
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from observlib.dataset.columns import CONTENT, LICENCE, READING_RULES
from observlib.dataset.describe import INVENTED_DATA, About, datapackage, dcat
from observlib.dataset.tables import (
    Flags,
    csv,
    dictionary,
    flagged,
    read_table,
    tables,
    used_entries,
)
from observlib.dataset.workbook import workbook
from observlib.language import french

PACKAGE_FOLDER = "donnees"  # of an edition's package, beside its pages
MOST_LINES = 50_000  # of a workbook: each takes 9 kB of memory here, and more in a spreadsheet


def about(*, says: Mapping[str, str], made: date, synthetic: bool, **known: Any) -> About:
    """What a package is of, with what each says of itself on its first sheet."""
    lines = {
        **({"Attention": INVENTED_DATA} if synthetic else {}),
        **says,
        "Établi le": french.day_label(made),
        "Producteur": known["publisher"],
        "Licence": LICENCE["title"],
        **READING_RULES,
        "Contact": known["brand"].name,
    }
    return About(made=made, synthetic=synthetic, says=lines, **known)


def contents(
    rows: pd.DataFrame,
    pairs: pd.DataFrame,
    words: pd.DataFrame,
    about: About,
    marks: Flags | None = None,
    errata: pd.DataFrame | None = None,
) -> dict[str, bytes]:
    """The files of a package, by path, with no workbook of more than `MOST_LINES` lines."""
    made = tables(
        rows, pairs, used_entries(words, rows, pairs), about.synthetic, marks or {}, errata
    )
    files = {f"{name}.csv": csv(table) for name, table in made.items()}
    described = datapackage(about, made, files)
    is_small = sum(map(len, made.values())) <= MOST_LINES
    book = {f"{about.name}.xlsx": workbook(about, made)} if is_small else {}
    whole = {**book, **files, "datapackage.json": described}
    return {**whole, "dataset.jsonld": dcat(about, made, whole)}


def packed(found: Mapping[str, bytes], about: About) -> dict[str, bytes]:
    """The files of a package, and all of them as one .zip."""
    inside = {f"{about.name}/{path}": content for path, content in found.items()}
    return {f"{about.name}.zip": archive(inside, about.made), **found}


def archive(contents: Mapping[str, bytes], made: date) -> bytes:
    """A .zip of files by their paths: the same content gives the same bytes, whatever the day."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as book:
        for path, content in contents.items():
            entry = zipfile.ZipInfo(path, (made.year, made.month, made.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # or the bytes would tell Windows from the others
            entry.external_attr = 0o644 << 16
            book.writestr(entry, content)
    return whole.getvalue()
