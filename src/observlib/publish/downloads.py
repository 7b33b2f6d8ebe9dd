"""What a page can be taken away as: a document of word processors, its data, its figures."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from observlib import dataset, estimates
from observlib.base.errors import ObservError
from observlib.base.files import write_all
from observlib.base.yaml_files import mapping, read_text
from observlib.display import svg
from observlib.display.style import Brand
from observlib.estimates import comparisons
from observlib.language.prose import unmarked
from observlib.publish import pandoc, pdf
from observlib.publish.html import metadata
from observlib.publish.notebook import Manifest, joined, labelled_outputs, read_notebook
from observlib.publish.project import Page, Project

# --- One page as a document of word processors, from the Markdown that its PDF is made of

TITLE = "Word"
_LOOKS = pandoc.TEMPLATES / "docx.yml"


def page_docx(project: Project, page: Page, markdown: str, folder: Path) -> bytes:
    """The document of a page, with its language, title, edition and day among its properties."""
    name = str(project.folder / page.source)
    write_dots(folder, f"{name}: a picture of its document")
    about = metadata(project, page)
    edition = pdf.edition_of(project)
    return pandoc.convert_to_docx(
        markdown,
        name=name,
        folder=folder,
        reference=reference(project.brand),
        made=project.manifest.made,
        metadata={
            **about,
            "subject": f"{project.brand.name}, {edition}",
            "category": f"É{edition[1:]}",
            "description": unmarked(str(page.meta.get("description", ""))),
            "author": project.brand.name,
            "date": f"É{edition[1:]}, publiée le {about['madelong']}",
        },
        filters=project.filters,
    )


def write_dots(
    folder: Path, name: str, coloured: Callable[[bytes], bytes] = lambda drawing: drawing
) -> None:
    """Put the drawings below a folder beside themselves as dots, which every program shows."""
    drawn = sorted(folder.rglob("*.svg"))
    dots = pdf.pictures((coloured(path.read_bytes()) for path in drawn), name)
    for path, content in zip(drawn, dots, strict=True):
        path.with_suffix(".png").write_bytes(content)


@cache
def reference(brand: Brand) -> bytes:
    """The looks of documents: pandoc's own, on A4, in a brand's, with our lines and captions."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(pandoc.data_file("reference.docx"))) as before,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for info in before.infolist():
            text = before.read(info)
            if info.filename in ("word/styles.xml", "word/theme/theme1.xml"):
                text = _restyled(text.decode("utf-8"), brand).encode("utf-8")
            elif info.filename == "word/document.xml":
                page = mapping(read_text(_LOOKS), _LOOKS)["page"]
                text = re.sub(r"<w:sectPr>.*?</w:sectPr>", page, text.decode(), flags=re.S).encode()
            # without the time of this run: the same page gives the same bytes
            after.writestr(zipfile.ZipInfo(info.filename), text, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _restyled(styles: str, brand: Brand) -> str:
    looks = {name: look.removeprefix("#").upper() for name, look in brand.for_paper().items()}
    looks["letters"] = brand.base or "Aptos"  # those of pandoc's, which Word has
    looks["headings"] = brand.headings or brand.base or "Aptos Display"
    parts = re.split(r"(?=<w:style )", styles)
    for pattern, given in mapping(read_text(_LOOKS), _LOOKS)["styles"].items():
        ours = re.sub(r"\{([a-z-]+)\}", lambda name: looks[name[1]], given)
        parts = [re.sub(pattern, ours, part, count=1, flags=re.S) for part in parts]
    return "".join(parts)


# --- The open data of a page: the estimates and comparisons that its notebook shows, as CSV

ESTIMATES, COMPARISONS = ".csv", "-comparaisons.csv"  # how a file's name ends
EVERYTHING = "Toutes les données de l’édition"
_CONTRACTS = {ESTIMATES: estimates, COMPARISONS: comparisons}
TITLES = {ESTIMATES: "Données", COMPARISONS: "Comparaisons"}


def frames(path: Path) -> dict[str, pd.DataFrame]:
    """What an executed notebook shows, by how the files of its open data end (see `open_data`)."""
    parts: dict[str, list[dict[str, Any]]] = {ESTIMATES: [], COMPARISONS: []}
    for position, cell in enumerate(read_notebook(path)["cells"], start=1):
        for output in cell.get("outputs") or []:
            content = (output.get("data") or {}).get(estimates.MIME)
            if content is not None:
                parts[ESTIMATES].append({**content, "cell": position})
                if "comparisons" in content:
                    parts[COMPARISONS].append({**content["comparisons"], "cell": position})
    return {end: _combined(contents, end, path) for end, contents in parts.items() if contents}


def write_package(manifest: Manifest, folder: Path, site: Path) -> None:
    """Put an edition's data package and manifest into a site, beside its pages."""
    for name in (*manifest.package, *(["manifest.json"] if manifest.pages else [])):
        target = site / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, target)


def whole_package(manifest: Manifest) -> str:
    """Where all data of an edition are in one file, from its pages; nothing where it has none."""
    return next((name for name in manifest.package if name.endswith(".zip")), "")


def open_data(path: Path) -> dict[str, str]:
    """The data of an executed notebook as CSV, by how their files' names end.

    Columns are those of `observlib.estimates` (`.csv`) and of `observlib.estimates.comparisons`
    (`-comparaisons.csv`), then the permanent `id` of each row, separated by commas; a number that
    does not apply is empty. What is shown twice, by a chart and its table, is written once. A text
    that a spreadsheet would take for a formula has an apostrophe before it (`text.as_cell`).
    """
    return {
        name: dataset.csv(table.assign(id=_CONTRACTS[name].identifiers(table))).decode()
        for name, table in frames(path).items()
    }


def _combined(contents: list[dict[str, Any]], name: str, path: Path) -> pd.DataFrame:
    """What cells carry as one frame, each line once: many of a page carry the same."""
    columns = contents[0].get("columns")
    try:
        if any(content["columns"] != columns for content in contents):
            raise ValueError("its columns are not those of the cells before")
        lines = dict.fromkeys(row for content in contents for row in content["rows"])
        return _CONTRACTS[name].from_json({"columns": columns, "rows": list(lines)})
    except (ValueError, KeyError, TypeError) as error:
        if len(contents) > 1:  # then one of them alone is wrong, or the last
            for content in contents:
                _combined([content], name, path)
        cell = contents[-1]["cell"]
        raise ObservError(f"{path}: cell {cell}: not estimates: {error}") from error


# --- The files of a page's figures: each drawing, wide and narrow, its picture and its data


def write_figures(path: Path, folder: Path, brand: Brand) -> None:
    """Put the files of the figures of an executed notebook beside its page, in `folder`.

    Drawings keep the house's colours that style sheets change; their pictures have the brand's.

    A chart without a narrow drawing, which an analyst made without `observlib`, has none of them.
    """
    drawings: dict[str, bytes] = {}
    files: dict[str, bytes] = {}
    for label, data in labelled_outputs(read_notebook(path)):
        if label.startswith("fig-") and svg.NARROW in data and estimates.MIME in data:
            drawings[label] = joined(data["image/svg+xml"]).encode()
            narrow = joined(data[svg.NARROW]).encode()
            files[f"{label}.svg"] = brand.recoloured(drawings[label], cells=True)
            files[f"{label}-narrow.svg"] = brand.recoloured(narrow, cells=True)
            files[f"{label}.csv"] = dataset.csv(estimates.from_json(data[estimates.MIME]))
    name = f"{path}: a picture of its figures"
    made = pdf.pictures(map(brand.recoloured, drawings.values()), name, margin=6)
    files |= {f"{label}.png": image for label, image in zip(drawings, made, strict=True)}
    write_all(files, folder / path.stem)
