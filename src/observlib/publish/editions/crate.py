"""An edition as a research object: what its files are, for programs that know none of ours.

RO-Crate 1.2 (https://www.researchobject.org/ro-crate/specification/1.2/): the folder of an edition
is the crate, and `ro-crate-metadata.json` describes it in JSON-LD.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from observlib import dataset
from observlib.publish.editions.record import BUILD, Edition
from observlib.publish.editions.record import NAME as MANIFEST

NAME = "ro-crate-metadata.json"
_SPECIFICATION = "https://w3id.org/ro/crate/1.2"
_SOFTWARE, _MAKING, _PUBLISHER = "#observlib", "#making", "#publisher"
# what `mimetypes` may not know, or knows by the machine's own lists
_TYPES = {
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".ipynb": "application/x-ipynb+json",
    ".js": "text/javascript",
    ".jsonld": "application/ld+json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

_KINDS = {
    ".csv": "Données",
    ".docx": "Texte modifiable",
    ".html": "Page",
    ".ipynb": "Carnet exécuté",
    ".json": "Données",
    ".jsonld": "Notice de catalogue",
    ".pdf": "PDF",
    ".png": "Graphique",
    ".svg": "Graphique",
    ".xlsx": "Classeur",
    ".zip": "Archive de données",
}


def write(edition: Edition, manifest: Mapping[str, Any], folder: Path) -> None:
    """Describe the files of an edition, beside them."""
    text = json.dumps(described(edition, manifest, folder), ensure_ascii=False, indent=1) + "\n"
    (folder / NAME).write_text(text, encoding="utf-8", newline="\n")


def described(edition: Edition, manifest: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The description of an edition's folder, as JSON-LD: the crate, its files, how it was made."""
    package = json.loads((folder / dataset.FOLDER / "datapackage.json").read_text("utf-8"))
    licence, publisher = package["licenses"][0], package["contributors"][0]["title"]
    title = package["title"]
    titles = {study["page"]: study["title"] for study in manifest["studies"]}
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in _OWN)
    files = [_file(path, folder, titles) for path in paths]
    parts = [{"@id": file["@id"]} for file in files]
    synthetic = "Chiffres synthétiques. " if edition.is_demonstration else ""
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": title,
        "description": synthetic + (edition.headline or title),
        "datePublished": edition.published,
        "dateModified": edition.changed.isoformat(),
        "inLanguage": "fr",
        "version": edition.quarter,
        "license": {"@id": licence["path"]},
        "publisher": {"@id": _PUBLISHER},
        "hasPart": parts,
        "mentions": {"@id": _MAKING},
    }
    inputs = {**manifest["made_from"], **manifest["data"]}
    used = [
        {
            "@id": f"#{name.replace(' ', '-')}",
            "@type": "PropertyValue",
            "name": name,
            "value": value,
        }
        for name, value in inputs.items()
    ]
    making = {
        "@id": _MAKING,
        "@type": "CreateAction",
        "name": f"observ edition {edition.quarter}",
        "description": "Chaque page et chaque fichier est refait par cette commande.",
        "instrument": {"@id": _SOFTWARE},
        "object": [{"@id": value["@id"]} for value in used],
        "result": {"@id": "./"},
        "endTime": edition.changed.isoformat(),
    }
    return {
        "@context": f"{_SPECIFICATION}/context",
        "@graph": [
            {
                "@id": NAME,
                "@type": "CreativeWork",
                "conformsTo": {"@id": _SPECIFICATION},
                "about": {"@id": "./"},
            },
            root,
            *files,
            {
                "@id": licence["path"],
                "@type": "CreativeWork",
                "name": licence["title"],
                "identifier": licence["path"],
            },
            {"@id": _PUBLISHER, "@type": "Organization", "name": publisher},
            making,
            *used,
            {
                "@id": _SOFTWARE,
                "@type": "SoftwareSourceCode",
                "name": "observlib",
                "description": "La bibliothèque qui lit les données et publie les pages.",
                "programmingLanguage": "Python",
                "version": manifest["version"],
            },
        ],
    }


def tells(manifest: Mapping[str, Any]) -> dict[str, str]:
    """What a manifest and the description both tell of an edition, by its place in the manifest."""
    groups = {
        f"{key}.{name}": f"{v}"
        for key in ("made_from", "data")
        for name, v in manifest[key].items()
    }
    return {"quarter": manifest["quarter"], "published": manifest["published"], **groups}


def told(folder: Path) -> dict[str, str]:
    """The same, as the description in a folder tells it; nothing of one that cannot be read."""
    try:
        graph = json.loads((folder / NAME).read_text(encoding="utf-8"))["@graph"]
        things = {thing["@id"]: thing for thing in graph}
        found = {"quarter": things["./"]["version"], "published": things["./"]["datePublished"]}
        for thing in things.values():
            if thing["@type"] == "PropertyValue":
                found |= {f"{key}.{thing['name']}": thing["value"] for key in ("made_from", "data")}
        return {name: f"{value}" for name, value in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


# the manifest has the digest of this description, so that this one has not the manifest's
_OWN = (NAME, MANIFEST, BUILD)


def _file(path: Path, folder: Path, titles: Mapping[str, str]) -> dict[str, Any]:
    name = path.relative_to(folder).as_posix()
    content = path.read_bytes()
    guessed = mimetypes.guess_type(path.name)[0]
    kind, title = _KINDS.get(path.suffix, "Fichier de la mise en page"), titles.get(path.stem)
    return {
        "@id": name,
        "@type": "File",
        "name": path.name,
        "description": f"{kind} : {title}" if title else kind,
        "encodingFormat": _TYPES.get(path.suffix, guessed or "application/octet-stream"),
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
