"""The tables of an edition's data package, and a table as CSV."""

import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path, PurePosixPath
from string import Template
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from observlib import estimates
from observlib.base.period import Period
from observlib.base.text import as_cell
from observlib.base.yaml_files import load_data
from observlib.catalogue import CHANNEL_LABELS, CHANNELS_IN_ENGLISH, Catalogue, Named
from observlib.display.style import Brand
from observlib.estimates import FIGURE, REFERENCE, with_types
from observlib.estimates.comparisons import COMPARISON_COLUMNS, comparison_identifiers

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
    **{name: _COMPARED[name] for name in COMPARISON_COLUMNS},
    **_ADDED,
    **{REFERENCE + name: _OTHER[REFERENCE + name] for name in _ADDED},
    **_LAST,
}
DICTIONARY: dict[str, PackageColumn] = _columns("dictionary")
_ERRATUM = {**_columns("errata"), **ESTIMATES}
ERRATA: dict[str, PackageColumn] = {
    name: _ERRATUM[name]
    for name in (
        *("erratum", "day", "id", *estimates.FIGURE),
        *("published", "corrected", "unit", "cause", "what", "synthetic"),
    )
}
PACKAGE_FILES = {"estimates": ESTIMATES, "comparisons": COMPARISONS}
PACKAGE_FILES |= {"dictionary": DICTIONARY, "errata": ERRATA}
COLUMN_TITLES: dict[str, str] = _WORDS["titles"]
CONTENT: str = _WORDS["content"]
LICENCE: dict[str, str] = _WORDS["licence"]
FILE_TYPES: dict[str, tuple[str, str]] = _WORDS["file_types"]  # the European list's, and IANA's
READING_RULES: dict[str, str] = _WORDS["rules"]  # for who reads the data
WORKBOOK_WORDS: dict[str, Any] = _WORDS["workbook"]
SDMX = {status: (obs, conf) for status, (obs, conf) in _WORDS["sdmx"].items()}
FLAGS: dict[str, str] = _WORDS["flags"]
FLAGS_PATTERN = "^b?c?p?r?u?$"
ID_PATTERN = "^[fc][a-z]{11}$"  # see `estimates.identifiers`
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
    """What a package is of: its name in plain letters, its title, its edition, its day, its words.

    `says` are the lines of its first sheet, by the words before them; `brand` is of whom answers.
    """

    name: str
    title: str
    quarter: str
    made: date
    synthetic: bool
    publisher: str
    says: Mapping[str, str]
    brand: Brand

    @property
    def description(self) -> str:
        """All that it says, as one text."""
        return "\n".join(f"{head} : {words}" for head, words in self.says.items())

    @property
    def said(self) -> dict[str, str]:
        """What files that describe the package say of it."""
        names = ("name", "title", "description", "quarter", "publisher")
        return {name: getattr(self, name) for name in names}


def filled(template: Path, **values: Any) -> Any:
    """What a file of JSON is, with a value at each of its `$names`."""
    told = {name: json.dumps(value) for name, value in values.items()}
    return json.loads(Template(template.read_text(encoding="utf-8")).substitute(told))


def datapackage(
    about: About, tables: Mapping[str, pd.DataFrame], files: Mapping[str, bytes]
) -> bytes:
    """What `datapackage.json` says of the tables: columns, types, allowed ids, sizes, digests.

    Source: Frictionless Data, "Tabular Data Package", "Tabular Data Resource" and "Table Schema",
    version 1, which is what validators know.
    """
    words = tables["dictionary"]
    allowed = {str(name): rows["id"].tolist() for name, rows in words.groupby("list")}
    devices = words[words["list"] == "device"]
    whole = filled(
        _HERE / "datapackage.json",
        **about.said,
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
        rules["pattern"] = FLAGS_PATTERN
    elif column is ID:
        rules["pattern"] = ID_PATTERN
    elif ids := allowed.get(name.removeprefix("reference_")):
        rules["enum"] = ids
    made = {"name": name, "type": column.kind, "title": column.title, "description": column.fr}
    return {**made, "constraints": rules} if rules else made


def dcat(about: About, tables: Mapping[str, pd.DataFrame], files: Mapping[str, bytes]) -> bytes:
    """The package in DCAT-AP, as JSON-LD whose addresses are those of the files beside it.

    Source: SEMIC, "DCAT-AP" 3.0, sections Dataset and Distribution; data.gouv.fr, « Moissonnage
    DCAT », on what the national catalogue takes of it.
    """
    rows = tables["estimates"]
    days = rows.loc[rows["period_start"] != "", ["period_start", "period_end"]]
    whole = filled(
        _HERE / "dcat.json",
        **about.said,
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
    """The ids of estimates and comparisons with their names, and what else the catalogue says.

    An id of which the catalogue knows nothing, as the question of a poll, is its own name; one
    that has no English name has its French one.
    """
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
        fr, en = CHANNEL_LABELS.get(name, name), CHANNELS_IN_ENGLISH.get(name, name)
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
    """A table as CSV: UTF-8, commas, decimal points; what is absent or does not apply is empty.

    A text that a spreadsheet would take for a formula has an apostrophe before it
    (`text.as_cell`).

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
    """A table of a package from its CSV: what is empty is no number, or a text of no letter.

    >>> read_table(b"list,id,decimals\\nindicator,nps,0\\nchannel,web,\\n")["decimals"].tolist()
    [0.0, nan]
    """
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
