"""A data package: estimates and comparisons as CSV and as a workbook, with what describes them."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from observlib.base.errors import ObservError
from observlib.base.text import as_cell, of_cell
from observlib.dataset.package_tables import (
    CODES,
    COLUMN_TITLES,
    CONTENT,
    INVENTED_DATA,
    LICENCE,
    PACKAGE_FILES,
    READING_RULES,
    WORKBOOK_WORDS,
    About,
    Flags,
    csv,
    datapackage,
    dcat,
    dictionary,
    flagged,
    read_table,
    tables,
    used_entries,
)
from observlib.display.style import Brand
from observlib.estimates import REFERENCE
from observlib.language import french

if TYPE_CHECKING:  # an edition whose data stand has no use for it
    import xlsxwriter

# --- A data package as a workbook: what it is, what it holds, its codes, then a table a sheet
#
# Source: UK Government Analysis Function, "Releasing statistics in spreadsheets": cover, contents
# and notes first, one marked table a sheet below its title, no merged cell, numbers as numbers.

HEAD_ROW = 3  # of a sheet's table, below its title, what it says and the way back
_LOOKS = WORKBOOK_WORDS["looks"]
_NAMES: dict[str, str] = WORKBOOK_WORDS["names"]  # what heads the name of an id, beside its code
_KINDS, _PLACES = WORKBOOK_WORDS["kinds"], WORKBOOK_WORDS["places"]


class _Sheet(NamedTuple):
    """A sheet of one table: its name, what it says, its heads, its rows, and their `decimals`."""

    name: str
    says: str
    heads: Mapping[str, str]
    rows: Sequence[Sequence[Any]]
    decimals: Sequence[int]


def workbook(about: About, tables: Mapping[str, pd.DataFrame]) -> bytes:
    """A workbook (.xlsx): read me, contents, notes, estimates by theme, differences, dictionary."""
    import xlsxwriter

    words = tables["dictionary"]
    others = [
        _sheet(COLUMN_TITLES[name], WORKBOOK_WORDS["says"][name], name, tables[name], words)
        for name in ("comparisons", "errata", "dictionary")
        if len(tables.get(name, ()))
    ]
    sheets = [_notes(tables), *_estimates(tables), *others]
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        made = datetime(about.made.year, about.made.month, about.made.day)
        book.set_properties({"title": about.title, "author": about.publisher, "created": made})
        style = _formats(book, about.brand)
        cover = book.add_worksheet("Lisez-moi")
        cover.set_column(0, 0, 24)
        cover.set_column(1, 1, 100)
        cover.write_string(0, 0, about.title, style["title"])
        for row, (head, words) in enumerate(about.says.items(), 2):
            cover.write_string(row, 0, head, style["bold"])
            cover.write_string(row, 1, words, style["wrapped"])
        _contents(book, style, sheets)
        for number, sheet in enumerate(sheets, 1):
            _table(book, style, sheet, number, about)
    return content.getvalue()


def _formats(book: xlsxwriter.Workbook, brand: Brand) -> dict[Any, Any]:
    """The formats of a workbook's cells, by name; those of numbers by their decimals."""
    numbers = {places: {"num_format": f"#,##0.{'0' * places}".rstrip(".")} for places in range(5)}
    looks = {**WORKBOOK_WORDS["formats"], **numbers}
    return {
        name: book.add_format({k: brand.primary if v == "brand" else v for k, v in look.items()})
        for name, look in looks.items()
    }


def _contents(book: xlsxwriter.Workbook, style: dict[Any, Any], sheets: Sequence[_Sheet]) -> None:
    sheet = book.add_worksheet("Sommaire")
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, "Sommaire", style["title"])
    heads = WORKBOOK_WORDS["contents"]
    columns = [{"header": head, "header_format": style["head"]} for head in heads]
    where = (HEAD_ROW, 0, HEAD_ROW + len(sheets), 2)
    sheet.add_table(*where, {**_LOOKS, "name": "Sommaire", "columns": columns, "autofilter": False})
    for row, one in enumerate(sheets, HEAD_ROW + 1):
        sheet.write_url(row, 0, f"internal:'{one.name}'!A1", style["link"], one.name)
        sheet.write_string(row, 1, one.says)
        sheet.write_number(row, 2, len(one.rows), style[0])
    sheet.freeze_panes(HEAD_ROW + 1, 0)


def _table(
    book: xlsxwriter.Workbook, style: dict[Any, Any], one: _Sheet, number: int, about: About
) -> None:
    sheet = book.add_worksheet(one.name)
    sheet.write_string(0, 0, f"{one.name}, {about.title}", style["title"])
    sheet.write_string(1, 0, f"{INVENTED_DATA} {one.says}" if about.synthetic else one.says)
    sheet.write_url(2, 0, "internal:'Sommaire'!A1", string="Retour au sommaire")
    kinds = [*one.heads.values()]
    for column, kind in enumerate(kinds):
        sheet.set_column(column, column, WORKBOOK_WORDS["widths"].get(kind, 13))
    columns = [{"header": head, "header_format": style["head"]} for head in one.heads]
    last = (HEAD_ROW + len(one.rows), len(one.heads) - 1)
    sheet.add_table(HEAD_ROW, 0, *last, {**_LOOKS, "name": f"Tableau_{number}", "columns": columns})
    for row, (cells, decimals) in enumerate(zip(one.rows, one.decimals, strict=True), HEAD_ROW + 1):
        for column, (cell, kind) in enumerate(zip(cells, kinds, strict=True)):
            _write(sheet, row, column, cell, kind, style, decimals)
    sheet.freeze_panes(HEAD_ROW + 1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROW)


def _write(
    sheet: Any, row: int, column: int, cell: Any, kind: str, style: dict[Any, Any], decimals: int
) -> None:
    """One cell of its type; nothing where it has no value, which the row's state explains."""
    if kind == "boolean":
        sheet.write_boolean(row, column, bool(cell))
    elif isinstance(cell, float):
        if not math.isnan(cell):
            sheet.write_number(row, column, cell, style[_PLACES.get(kind, decimals)])
    elif kind == "date" and cell[:4] >= "1900":  # before which spreadsheets have no day
        sheet.write_datetime(row, column, datetime.fromisoformat(cell), style["day"])
    elif line := as_cell(cell):
        text = of_cell(line)  # what begins as a formula would is marked by its format
        sheet.write_string(row, column, text, style["plain"] if text == line else style["text"])


def _estimates(tables: Mapping[str, pd.DataFrame]) -> Iterator[_Sheet]:
    """Estimates, a sheet a theme; all on one where indicators have none."""
    words = tables["dictionary"]
    own = words[words["list"] == "indicator"]
    themes = dict(zip(own["id"], own["theme_fr"], strict=True))
    rows = tables["estimates"]
    of = rows["indicator"].map(lambda name: themes.get(as_cell(name)) or COLUMN_TITLES["estimates"])
    taken = {"lisez-moi", "sommaire", "notes", *(title.lower() for title in COLUMN_TITLES.values())}
    taken.remove(COLUMN_TITLES["estimates"].lower())
    for theme in dict.fromkeys([*own["theme_fr"], COLUMN_TITLES["estimates"]]):
        part = rows[of == theme]
        if len(part):
            name = _free(theme, taken)
            labels = own.loc[own["id"].isin(part["indicator"].map(as_cell)), "label_fr"]
            yield _sheet(name, f"{french.join(labels)}.", "estimates", part, words)


def _free(theme: str, taken: set[str]) -> str:
    """A theme as the name of a sheet, which has 31 letters at most and some signs not."""
    base = re.sub(r"[\[\]:*?/\\]", " ", theme).strip(" '")[:28] or COLUMN_TITLES["estimates"]
    names = (base, *(f"{base} {number}" for number in range(2, 99)))
    name = next(name for name in names if name.lower() not in taken)
    taken.add(name.lower())
    return name


def _sheet(name: str, says: str, file: str, table: pd.DataFrame, words: pd.DataFrame) -> _Sheet:
    """A table as it is shown: names first, then numbers; the codes of names come last."""
    labels = words.set_index(["list", "id"])["label_fr"].to_dict()
    heads: dict[str, tuple[str, list[Any]]] = {}
    codes: dict[str, tuple[str, list[Any]]] = {}
    columns = [*(WORKBOOK_WORDS["first"] if file == "comparisons" else ()), *PACKAGE_FILES[file]]
    for column in dict.fromkeys(columns):
        kind, title, *_ = PACKAGE_FILES[file][column]
        cells, of = table[column].tolist(), column.removeprefix(REFERENCE)
        kind = _KINDS.get(of, kind)
        if file == "dictionary" or of not in {*_NAMES, *WORKBOOK_WORDS["words"]}:
            heads[title] = (kind, cells)
            continue
        side = " (référence)" if column != of else ""
        named = [_period(x) if of == "period" else labels.get((of, as_cell(x)), x) for x in cells]
        heads[_NAMES[of] + side if of in _NAMES else title] = ("string", named)
        if of in _NAMES:
            codes[title] = (kind, cells)
    heads |= codes
    rows = [*zip(*(cells for _, cells in heads.values()), strict=True)]
    kinds = {title: kind for title, (kind, _) in heads.items()}
    return _Sheet(name, says, kinds, rows, _decimals(table, words))


def _decimals(table: pd.DataFrame, words: pd.DataFrame) -> list[int]:
    """With how many decimals each row shows its values: its indicator's, in its own unit."""
    if "indicator" not in table:
        return [0] * len(table)
    own = words[words["list"] == "indicator"].dropna(subset=["unit", "decimals"])
    known = own.set_index(["id", "unit"])["decimals"].to_dict()
    keys = zip(table["indicator"].map(as_cell), table["unit"], strict=True)
    return [int(known.get(key, 0)) for key in keys]


def _period(period: str) -> str:
    try:
        return french.period_label(period)
    except ObservError:  # a source's own words for when
        return period


def _notes(tables: Mapping[str, pd.DataFrame]) -> _Sheet:
    """What heads and codes mean."""
    rows = [
        ("Colonne", column.title, column.fr)
        for name in ("estimates", "comparisons", "errata")
        for key, column in PACKAGE_FILES[name].items()
        if len(tables.get(name, ())) and not key.startswith(REFERENCE)
    ]
    titles = {name: column.title for name, column in PACKAGE_FILES["comparisons"].items()}
    rows += [(titles[name], code, fr) for name in CODES for code, (fr, _) in CODES[name].items()]
    rows = [*dict.fromkeys(rows)]
    heads = dict.fromkeys(("Sujet", "Terme", "Sens"), "string")
    says = "Ce que veulent dire les colonnes et les codes."
    return _Sheet("Notes", says, heads, rows, [0] * len(rows))


# --- The package: its files, and all of them as one .zip

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
    used = used_entries(words, rows, pairs)
    made = tables(rows, pairs, used, about.synthetic, marks or {}, errata)
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
