"""What a data package says of itself: `datapackage.json`, and DCAT-AP in `dataset.jsonld`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from observlib.dataset.columns import FILES, FLAGS_PATTERN, ID, ID_PATTERN, TITLES, Column
from observlib.display.style import Brand

_KEYS = {"dictionary": ["list"], "errata": ["erratum"]}  # what stands before `id` in their keys
LICENCE = {
    "name": "etalab-2.0",
    "title": "Licence Ouverte 2.0",
    "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}
INVENTED = "Données de démonstration : chiffres inventés, à ne citer nulle part."
_EU = "http://publications.europa.eu/resource/authority"
_TYPES = {  # of files: the European list's, and IANA's
    ".csv": ("CSV", "text/csv"),
    ".xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".json": ("JSON", "application/json"),
    ".pdf": ("PDF", "application/pdf"),
}
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


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
    whole: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": about.name,
        "title": about.title,
        "description": about.description,
        "version": about.quarter,
        "created": f"{about.made.isoformat()}T00:00:00Z",
        "licenses": [LICENCE],
        "contributors": [{"title": about.publisher, "role": "publisher"}],
        "synthetic": about.synthetic,
        "resources": [_resource(name, files[f"{name}.csv"], allowed) for name in tables],
    }
    if len(devices):
        whole["sources"] = [{"title": title} for title in devices["label_fr"]]
    return _json(whole)


def _resource(name: str, content: bytes, allowed: Mapping[str, list[str]]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(key, column, allowed) for key, column in FILES[name].items()],
        "missingValues": [""],
    }
    schema["primaryKey"] = [*_KEYS.get(name, ()), "id"]
    if name in ("dictionary", "errata"):  # of a figure that is withdrawn, the dictionary has none
        for field in schema["fields"]:
            field.get("constraints", {}).pop("enum", None)
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "title": TITLES[name],
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"'},
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": schema,
    }


def _field(name: str, column: Column, allowed: Mapping[str, list[str]]) -> dict[str, Any]:
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
    whole: dict[str, Any] = {
        "@context": _CONTEXT,
        "@id": "#",
        "@type": "dcat:Dataset",
        "dct:identifier": about.name,
        "dct:title": _french(about.title),
        "dct:description": _french(about.description),
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": _french(about.publisher)},
        "dct:creator": {"@type": "foaf:Agent", "foaf:name": _french(about.brand.name)},
        "dcat:contactPoint": {"@type": "vcard:Group", "vcard:fn": about.brand.name},
        "dcat:version": about.quarter,
        "dct:issued": _typed(about.made.isoformat(), "date"),
        "dct:modified": _typed(about.made.isoformat(), "date"),
        "dct:accrualPeriodicity": {"@id": f"{_EU}/frequency/QUARTERLY"},
        "dct:language": {"@id": f"{_EU}/language/FRA"},
        "dct:spatial": {"@id": f"{_EU}/country/FRA"},
        "dct:accessRights": {"@id": f"{_EU}/access-right/PUBLIC"},
        "dct:license": {"@id": LICENCE["path"]},
        "dcat:theme": {"@id": f"{_EU}/data-theme/GOVE"},
        "dcat:keyword": [
            _french(word) for word in ("usagers", "services publics", "satisfaction", "audience")
        ],
        "dcat:distribution": [_distribution(path, files[path]) for path in files],
    }
    if len(days):
        whole["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _typed(days["period_start"].min(), "date"),
            "dcat:endDate": _typed(days["period_end"].max(), "date"),
        }
    return _json(whole)


def _distribution(path: str, content: bytes) -> dict[str, Any]:
    place = PurePosixPath(path)
    kind, media = _TYPES[place.suffix]
    return {
        "@type": "dcat:Distribution",
        "dct:title": _french(TITLES.get(place.stem, place.name)),
        "dcat:accessURL": {"@id": path},
        "dcat:downloadURL": {"@id": path},
        "dct:format": {"@id": f"{_EU}/file-type/{kind}"},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media}"},
        "dcat:byteSize": _typed(str(len(content)), "nonNegativeInteger"),
        "dct:license": {"@id": LICENCE["path"]},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": _typed(hashlib.sha256(content).hexdigest(), "hexBinary"),
        },
    }


def _french(text: str) -> dict[str, str]:
    return {"@value": text, "@language": "fr"}


def _typed(value: str, kind: str) -> dict[str, str]:
    return {"@value": value, "@type": f"xsd:{kind}"}


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
