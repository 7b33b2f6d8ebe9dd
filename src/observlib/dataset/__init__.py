"""A data package: estimates and comparisons as CSV and as a workbook, with what describes them."""

from __future__ import annotations

import hashlib
import io
import json
import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path, PurePosixPath
from string import Template
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.period import Period
from observlib.base.text import as_cell, of_cell
from observlib.base.yaml_files import load_data
from observlib.catalogue import CHANNEL_LABELS, Catalogue, Named, entries
from observlib.display.style import Brand
from observlib.estimates import (
    COMPARISON_COLUMNS,
    FIGURE,
    REFERENCE,
    comparison_identifiers,
    with_types,
)
from observlib.language import french

if TYPE_CHECKING:  # an edition whose data stand has no use for it
    import xlsxwriter

# --- What each column of an edition's data package is: its type, its names, and what it tells


class PackageColumn(NamedTuple):
    """A column: its type in Table Schema, its head in the workbook, what it tells (fr, en)."""

    kind: str
    title: str
    fr: str
    en: str
    is_required: bool = False


_WORDS = load_data(__file__)


def _columns(group: str) -> dict[str, PackageColumn]:
    return {name: PackageColumn(**{"kind": "string", **of}) for name, of in _WORDS[group].items()}


def _reference(column: PackageColumn) -> PackageColumn:
    title = f"{column.title} (référence)"
    return column._replace(title=title, fr=f"référence : {column.fr}", en=f"reference: {column.en}")


_SIDE, _ADDED, _LAST = (_columns(group) for group in ("side", "added", "last"))
_OTHER = {REFERENCE + name: _reference(column) for name, column in (_SIDE | _ADDED).items()}
_COMPARED = _SIDE | _OTHER | _columns("results")
ID = _LAST["id"]
ESTIMATES: dict[str, PackageColumn] = {**_SIDE, **_ADDED, **_LAST}
COMPARISONS: dict[str, PackageColumn] = {
    name: (_COMPARED | _ADDED | _LAST)[name]
    for name in (*COMPARISON_COLUMNS, *_ADDED, *(REFERENCE + name for name in _ADDED), *_LAST)
}
DICTIONARY: dict[str, PackageColumn] = _columns("dictionary")
_ERRATUM = {**_columns("errata"), **ESTIMATES}
_OF_ERRATA = ["erratum", "day", "id", *FIGURE, "published", "corrected", "unit", "cause", "what"]
ERRATA = {name: _ERRATUM[name] for name in (*_OF_ERRATA, "synthetic")}
PACKAGE_FILES = {"estimates": ESTIMATES, "comparisons": COMPARISONS}
PACKAGE_FILES |= {"dictionary": DICTIONARY, "errata": ERRATA}
COLUMN_TITLES: dict[str, str] = _WORDS["titles"]
CONTENT: str = _WORDS["content"]
LICENCE: dict[str, str] = _WORDS["licence"]
FILE_TYPES: dict[str, tuple[str, str]] = _WORDS["file_types"]  # the European list's, and IANA's
READING_RULES: dict[str, str] = _WORDS["rules"]  # for who reads the data
_BOOK: dict[str, Any] = _WORDS["workbook"]
SDMX = {status: (obs, conf) for status, (obs, conf) in _WORDS["sdmx"].items()}
FLAGS: dict[str, str] = _WORDS["flags"]
_FLAGS_PATTERN = "^b?c?p?r?u?$"
_ID_PATTERN = "^[fc][a-z]{11}$"  # see `estimates.identifiers`
CODES: dict[str, dict[str, tuple[str, str]]] = {  # in French and in English
    column: {code: (of["fr"], of["en"]) for code, of in codes.items()}
    for column, codes in _WORDS["codes"].items()
}
assert SDMX.keys() == set(estimates.STATUSES)


# --- What a data package says of itself: `datapackage.json`, and DCAT-AP in `dataset.jsonld`

_HERE = Path(__file__).parent
_KEYS = {"dictionary": ["list"], "errata": ["erratum"]}  # what stands before `id` in their keys
INVENTED_DATA = "Données de démonstration : chiffres inventés, à ne citer nulle part."
_EU = "http://publications.europa.eu/resource/authority/file-type"


@dataclass(frozen=True)
class About:
    """What a package is of; `says` are its own words, by what stands before them, and `brand` is of
    whom answers."""

    name: str
    title: str
    quarter: str
    made: date
    synthetic: bool
    publisher: str
    says: Mapping[str, str]
    brand: Brand

    @property
    def lines(self) -> dict[str, str]:
        """The lines of its first sheet, by the words before them."""
        return {
            **({"Attention": INVENTED_DATA} if self.synthetic else {}),
            **self.says,
            "Établi le": french.day_label(self.made),
            "Producteur": self.publisher,
            "Licence": LICENCE["title"],
            **READING_RULES,
            "Contact": self.brand.name,
        }

    def filled(self, template: str, **values: Any) -> Any:
        """A template that describes the package, with what it says of itself and these values."""
        own = {name: getattr(self, name) for name in ("name", "title", "quarter", "publisher")}
        own["description"] = "\n".join(f"{head} : {words}" for head, words in self.lines.items())
        return filled(_HERE / template, **own, **values)


def filled(template: Path, **values: Any) -> Any:
    """What a file of JSON is, with a value at each of its `$names`."""
    told = {name: json.dumps(value) for name, value in values.items()}
    return json.loads(Template(template.read_text(encoding="utf-8")).substitute(told))


def datapackage(
    about: About, tables: Mapping[str, pd.DataFrame], files: Mapping[str, bytes]
) -> bytes:
    """What `datapackage.json` says of the tables: columns, types, allowed ids, sizes, digests.

    Source: Frictionless Data, "Tabular Data Package" and "Table Schema", version 1.
    """
    words = tables["dictionary"]
    allowed = {str(name): rows["id"].tolist() for name, rows in words.groupby("list")}
    devices = words[words["list"] == "device"]
    whole = about.filled(
        "datapackage.json",
        made=f"{about.made.isoformat()}T00:00:00Z",
        licence=LICENCE,
        synthetic=about.synthetic,
        resources=[_resource(name, files[f"{name}.csv"], allowed) for name in tables],
    )
    if len(devices):
        whole["sources"] = [{"title": title} for title in devices["label_fr"]]
    return _json(whole)


def _resource(name: str, content: bytes, allowed: Mapping[str, list[str]]) -> dict[str, Any]:
    if name in ("dictionary", "errata"):  # of a figure that is withdrawn, the dictionary has none
        allowed = {}
    fields = [_field(key, column, allowed) for key, column in PACKAGE_FILES[name].items()]
    resource: dict[str, Any] = filled(
        _HERE / "datapackage_file.json", name=name, title=COLUMN_TITLES[name], path=f"{name}.csv",
        bytes=len(content), hash=f"sha256:{hashlib.sha256(content).hexdigest()}", fields=fields,
        key=[*_KEYS.get(name, ()), "id"],
    )  # fmt: skip
    return resource


def _field(name: str, column: PackageColumn, allowed: Mapping[str, list[str]]) -> dict[str, Any]:
    rules: dict[str, Any] = {"required": True} if column.is_required else {}
    if name.removeprefix("reference_") == "flags":
        rules["pattern"] = _FLAGS_PATTERN
    elif column is ID:
        rules["pattern"] = _ID_PATTERN
    elif ids := allowed.get(name.removeprefix("reference_")):
        rules["enum"] = ids
    made = {"name": name, "type": column.kind, "title": column.title, "description": column.fr}
    return {**made, "constraints": rules} if rules else made


def dcat(about: About, tables: Mapping[str, pd.DataFrame], files: Mapping[str, bytes]) -> bytes:
    """The package in DCAT-AP, as JSON-LD whose addresses are those of the files beside it.

    Source: SEMIC, "DCAT-AP" 3.0, Dataset and Distribution; data.gouv.fr, « Moissonnage DCAT ».
    """
    rows = tables["estimates"]
    days = rows.loc[rows["period_start"] != "", ["period_start", "period_end"]]
    whole = about.filled(
        "dcat.json",
        contact=about.brand.name,
        made=about.made.isoformat(),
        licence=LICENCE["path"],
        files=[_distribution(*file) for file in files.items()],
    )
    if len(days):
        whole["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@value": days["period_start"].min(), "@type": "xsd:date"},
            "dcat:endDate": {"@value": days["period_end"].max(), "@type": "xsd:date"},
        }
    return _json(whole)


def _distribution(path: str, content: bytes) -> Any:
    place = PurePosixPath(path)
    kind, media = FILE_TYPES[place.suffix]
    return filled(
        _HERE / "dcat_file.json", title=COLUMN_TITLES.get(place.stem, place.name), path=path,
        format=f"{_EU}/{kind}", media=f"https://www.iana.org/assignments/media-types/{media}",
        size=str(len(content)), licence=LICENCE["path"],
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


# --- The dictionary of an edition's data: the names of every id, from the catalogue

_NAMED = ("indicator", "product", "channel", "device", "group")  # columns of ids of a catalogue
_CITED = re.compile(r"\s*\[@[^\]]*\]")


def dictionary(
    rows: pd.DataFrame,
    pairs: pd.DataFrame,
    catalogue: Catalogue,
    families: Mapping[str, Iterable[str]] | None = None,
) -> pd.DataFrame:
    """The ids of estimates and comparisons with their names, and what else the catalogue says; one
    that it does not know is its own name, and one without an English name has its French one."""
    order = {family: place for place, family in enumerate(catalogue.families)}

    def place(family: str) -> int:
        return order.get(family, len(order))

    own = {name: min(given, key=place) for name, given in (families or {}).items()}
    used = {column: [*_used(column, rows, pairs)] for column in _NAMED}
    used["indicator"].sort(key=lambda name: place(own.get(name, "")))
    entries = [_entry(of, name, catalogue, own) for of, names in used.items() for name in names]
    entries += [
        {"list": column, "id": code, "label_fr": fr, "label_en": en}
        for column, codes in CODES.items()
        for code, (fr, en) in codes.items()
    ]
    made = estimates.with_types(pd.DataFrame(entries).reindex(columns=[*DICTIONARY]), ["decimals"])
    texts = [name for name in DICTIONARY if name != "decimals"]
    made[texts] = made[texts].map(as_cell)
    made = made[made["id"] != ""]  # of which nothing is seen
    return made.drop_duplicates(["list", "id"], ignore_index=True)


def used_entries(words: pd.DataFrame, rows: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Of a dictionary, what rows and comparisons need."""
    own = {(name, as_cell(x)) for name in _NAMED for x in _used(name, rows, pairs)}
    keys = zip(words["list"], words["id"], strict=True)
    kept = [key[0] not in _NAMED or key in own for key in keys]
    return words[kept].reset_index(drop=True)


def _used(column: str, rows: pd.DataFrame, pairs: pd.DataFrame) -> Iterator[str]:
    found = pd.concat([rows[column], pairs[column], pairs[REFERENCE + column]])
    yield from (str(name) for name in found.unique() if name)


def _entry(
    column: str, name: str, catalogue: Catalogue, families: Mapping[str, str]
) -> dict[str, Any]:
    if column == "channel":
        fr, en = CHANNEL_LABELS.get(name, name), entries.CHANNELS_IN_ENGLISH.get(name, name)
        return {"list": column, "id": name, "label_fr": fr, "label_en": en}
    lists: dict[str, Mapping[str, Named]] = {
        "indicator": catalogue.indicators,
        "product": {**catalogue.peers, **catalogue.products},
        "device": catalogue.devices,
        "group": {**catalogue.indicators, **catalogue.groups},
    }
    found = lists[column].get(name)
    made: dict[str, Any] = {"list": column, "id": name, **_labels("label", found, name)}
    if column == "indicator" and found:
        known = catalogue.indicators[name]
        made |= {"unit": known.unit, "base": known.base, "decimals": known.decimals}
        made |= {"definition": _CITED.sub("", known.method)}
    if column == "indicator" and (family := families.get(name)):
        made |= _labels("theme", catalogue.families.get(family), family)
    if column == "product" and name in catalogue.products:
        made |= {"definition": catalogue.products[name].description}
    return made


def _labels(of: str, known: Named | None, name: str) -> dict[str, str]:
    """The names of an entry in French and in English; its id, of one that is not known."""
    fr = known.label if known else name
    return {f"{of}_fr": fr, f"{of}_en": (known.label_en if known else None) or fr}


Flags = Mapping[tuple[str, ...], str]  # letters that its history gives a figure (its `FIGURE`)


def tables(
    rows: pd.DataFrame,
    pairs: pd.DataFrame,
    words: pd.DataFrame,
    synthetic: bool,
    marks: Flags,
    errata: pd.DataFrame | None = None,
) -> dict[str, pd.DataFrame]:
    """The tables of a package by file: estimates, comparisons, dictionary, and errata if any."""
    each = rows.assign(id=estimates.identifiers(rows), synthetic=synthetic)
    both = pairs.assign(id=comparison_identifiers(pairs), synthetic=synthetic)
    both = both.assign(**_added(pairs, "", marks), **_added(pairs, REFERENCE, marks))
    told = {}
    if errata is not None and len(errata):  # what is withdrawn is not told again
        published = errata["published"].where(errata["corrected"].notna())
        own = {"id": estimates.identifiers(errata), "synthetic": synthetic}
        told["errata"] = errata.assign(published=published, **own)[[*ERRATA]]
    return {
        "estimates": _finite(each.assign(**_added(rows, "", marks)))[[*ESTIMATES]],
        "comparisons": _finite(both)[[*COMPARISONS]],
        **told,
        "dictionary": words,
    }


def csv(table: pd.DataFrame) -> bytes:
    """A table as CSV: UTF-8, commas, decimal points, no formula (`text.as_cell`); what is absent is
    empty.

    >>> csv(pd.DataFrame({"share": [12.5, None], "of": ["=A1", "été"], "told": [True, False]}))
    b"share,of,told\\n12.5,'=A1,true\\n,\\xc3\\xa9t\\xc3\\xa9,false\\n"
    """
    made = table.copy()
    for name in made:
        if pd.api.types.is_bool_dtype(made[name]):
            made[name] = made[name].map({True: "true", False: "false"})
        elif not pd.api.types.is_numeric_dtype(made[name]):
            made[name] = made[name].map(as_cell)
    text = made.to_csv(index=False, float_format="%.10g", lineterminator="\n")
    return str(text).encode("utf-8")


def read_table(content: bytes) -> pd.DataFrame:
    """A table of a package from its CSV: what is empty is no number, or a text of no letter."""
    text = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    known = {**ESTIMATES, **COMPARISONS, **DICTIONARY, **ERRATA}
    numbers = [name for name in text if known[name].kind in ("number", "integer")]
    made = with_types(text.mask(text == ""), numbers)
    if "synthetic" in made:
        made["synthetic"] = made["synthetic"] == "true"
    return made


def flagged(status: str, marks: str) -> str:
    """The letters of a figure, in the alphabet's order, of its status and of its history.

    >>> flagged("low_base", "r"), flagged("published", ""), flagged("suppressed", "")
    ('ru', '', 'c')
    """
    return "".join(sorted({*FLAGS.get(status, ""), *marks}))


def _added(table: pd.DataFrame, side: str, marks: Flags) -> dict[str, list[str]]:
    """What the contracts do not say of one side: days of its period, SDMX's codes, its letters."""
    days = [_days(period) for period in table[side + "period"]]
    statuses = [*table[side + "status"]]
    keys = zip(*(table[side + name] for name in FIGURE), strict=True)
    letters = [flagged(of, marks.get(key, "")) for of, key in zip(statuses, keys, strict=True)]
    codes = zip(letters, (SDMX[status][0] for status in statuses), strict=True)
    return {
        f"{side}period_start": [first for first, _ in days],
        f"{side}period_end": [last for _, last in days],
        f"{side}flags": letters,
        f"{side}obs_status": ["B" if "b" in own else code for own, code in codes],
        f"{side}conf_status": [SDMX[status][1] for status in statuses],
    }


@cache
def _days(period: str) -> tuple[str, str]:
    days = Period(period).days
    return (days[0].isoformat(), days[1].isoformat()) if days else ("", "")


def _finite(table: pd.DataFrame) -> pd.DataFrame:
    """A base without limit (a census) is told as none, and no zero as less than nothing."""
    numbers = table.select_dtypes("number")
    return table.assign(**(numbers.replace([np.inf, -np.inf], np.nan) + 0.0))


# --- A data package as a workbook: what it is, what it holds, its codes, then a table a sheet
#
# Source: UK Government Analysis Function, "Releasing statistics in spreadsheets": cover, contents
# and notes first, one marked table a sheet below its title, no merged cell, numbers as numbers.

HEAD_ROW = 3  # of a sheet's table, below its title, what it says and the way back
_LOOKS = _BOOK["looks"]
_NAMES: dict[str, str] = _BOOK["names"]  # what heads the name of an id, beside its code
_KINDS, _PLACES = _BOOK["kinds"], _BOOK["places"]


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
        _sheet(COLUMN_TITLES[name], _BOOK["says"][name], name, tables[name], words)
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
        for row, (head, words) in enumerate(about.lines.items(), 2):
            cover.write_string(row, 0, head, style["bold"])
            cover.write_string(row, 1, words, style["wrapped"])
        _contents(book, style, sheets)
        for number, sheet in enumerate(sheets, 1):
            _table(book, style, sheet, number, about)
    return content.getvalue()


def _formats(book: xlsxwriter.Workbook, brand: Brand) -> dict[Any, Any]:
    """The formats of a workbook's cells, by name; those of numbers by their decimals."""
    numbers = {places: {"num_format": f"#,##0.{'0' * places}".rstrip(".")} for places in range(5)}
    looks = {**_BOOK["formats"], **numbers}
    return {
        name: book.add_format({k: brand.primary if v == "brand" else v for k, v in look.items()})
        for name, look in looks.items()
    }


def _contents(book: xlsxwriter.Workbook, style: dict[Any, Any], sheets: Sequence[_Sheet]) -> None:
    sheet = book.add_worksheet("Sommaire")
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, "Sommaire", style["title"])
    heads = _BOOK["contents"]
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
        sheet.set_column(column, column, _BOOK["widths"].get(kind, 13))
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
    columns = [*(_BOOK["first"] if file == "comparisons" else ()), *PACKAGE_FILES[file]]
    for column in dict.fromkeys(columns):
        kind, title, *_ = PACKAGE_FILES[file][column]
        cells, of = table[column].tolist(), column.removeprefix(REFERENCE)
        kind = _KINDS.get(of, kind)
        if file == "dictionary" or of not in {*_NAMES, *_BOOK["words"]}:
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
    """The files of a package, and all of them but its workbook, which is packed, as one .zip."""
    inside = {f"{about.name}/{x}": found[x] for x in found if not x.endswith(".xlsx")}
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
