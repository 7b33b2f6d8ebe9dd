"""What a data package says of itself: `datapackage.json`, and DCAT-AP in `dataset.jsonld`."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from string import Template
from typing import Any

import pandas as pd

from observlib.dataset import columns
from observlib.display.style import Brand

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
        licence=columns.LICENCE,
        synthetic=about.synthetic,
        resources=[_resource(name, files[f"{name}.csv"], allowed) for name in tables],
    )
    if len(devices):
        whole["sources"] = [{"title": title} for title in devices["label_fr"]]
    return _json(whole)


def _resource(name: str, content: bytes, allowed: Mapping[str, list[str]]) -> dict[str, Any]:
    fields = [_field(key, column, allowed) for key, column in columns.PACKAGE_FILES[name].items()]
    if name in ("dictionary", "errata"):  # of a figure that is withdrawn, the dictionary has none
        for field in fields:
            field.get("constraints", {}).pop("enum", None)
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "title": columns.COLUMN_TITLES[name],
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"'},
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {
            "fields": fields,
            "missingValues": [""],
            "primaryKey": [*_KEYS.get(name, ()), "id"],
        },
    }


def _field(
    name: str, column: columns.PackageColumn, allowed: Mapping[str, list[str]]
) -> dict[str, Any]:
    rules: dict[str, Any] = {"required": True} if column.is_required else {}
    if name.removeprefix("reference_") == "flags":
        rules["pattern"] = columns.FLAGS_PATTERN
    elif column is columns.ID:
        rules["pattern"] = columns.ID_PATTERN
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
        licence=columns.LICENCE["path"],
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
    kind, media = columns.FILE_TYPES[place.suffix]
    return filled(
        _HERE / "dcat_file.json",
        title=columns.COLUMN_TITLES.get(place.stem, place.name),
        path=path,
        format=f"{_EU}/{kind}",
        media=f"https://www.iana.org/assignments/media-types/{media}",
        size=str(len(content)),
        licence=columns.LICENCE["path"],
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
