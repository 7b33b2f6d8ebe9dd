"""A small project folder as an edition would hand it: two executed notebooks, made by hand."""

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

from observlib import estimates
from observlib.edition.notices import DEMONSTRATION, notices, with_callouts
from observlib.publish.standing import MADE

REPORTS = Path(__file__).parents[2] / "reports"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="360pt" height="120pt" viewBox="0 0 360 120">'
    '<rect x="10" y="20" width="{width}" height="60" fill="#000091"/>'
    '<text x="10" y="110" font-family="DejaVu Sans" font-size="12">Satisfaction</text></svg>'
)
TABLE = Path(__file__).with_name("sample_table.html").read_text(encoding="utf-8")
MARKDOWN = Path(__file__).with_name("sample.md").read_text(encoding="utf-8")


def rows() -> list[dict[str, Any]]:
    common = {"indicator": "satisfied_share", "period": "2026-T3", "unit": "%", "source": "essai"}
    return [
        {**common, "product": "service-public", "estimate": 82.4, "n": 1240},
        {**common, "product": "vie-publique", "estimate": 71.25, "n": 412},
    ]


def carried() -> dict[str, Any]:
    """Estimates as an output carries them."""
    return {estimates.MIME: {"kind": "chart", **estimates.to_json(estimates.make(rows()))}}


def markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def code(options: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    source = f"{options}\nshow()".splitlines(keepends=True)
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": source}
    return {**cell, "outputs": list(outputs)}


def shown(estimates: dict[str, Any] | None = None, **data: Any) -> dict[str, Any]:
    """A displayed output; `svg`, `html`, `markdown` or `estimates`."""
    names = {"svg": "image/svg+xml", "html": "text/html", "markdown": "text/markdown"}
    found = {names[key]: value for key, value in data.items()} | (estimates or {})
    return {"output_type": "display_data", "metadata": {}, "data": found}


def front(**meta: Any) -> dict[str, Any]:
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in meta.items()]
    return {"cell_type": "raw", "metadata": {}, "source": f"---\n{''.join(lines)}---"}


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def study(
    title: str, finding: str, order: int, *more: dict[str, Any], section: str = "Ce qu’ils disent"
) -> dict[str, Any]:
    """A whole study: a figure, a table, a sentence and its estimates."""
    return notebook(
        front(title=title, description=finding, order=order, section=section, date="2026-11-24"),
        markdown(MARKDOWN),
        code(
            '#| label: fig-parts\n#| fig-cap: "Part d’usagers satisfaits"\n'
            '#| fig-alt: "Barres : service-public.fr 82 %, \\"vie-publique.fr\\" 71 %."',
            shown(svg=SVG.format(width=100 + order), estimates=carried()),
        ),
        code(
            '#| label: tbl-parts\n#| tbl-cap: "Usagers satisfaits par produit"',
            shown(html=TABLE, estimates=carried()),
        ),
        code("", shown(markdown="La note moyenne atteint **7,8 sur 10**.")),
        *more,
    )


def configure(folder: Path, contents: Any = None, **settings: Any) -> None:
    """Change `_quarto.yml`: what its sidebar leads to, and settings; of some, keys alone."""
    path = folder / "_quarto.yml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    if contents:
        config["website"]["sidebar"]["contents"] = contents
    for key, value in settings.items():
        more = isinstance(value, dict) and key in ("format", "website")
        config[key] = {**config.get(key, {}), **value} if more else value
    path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")


def restate(folder: Path, **told: Any) -> None:
    """Have the manifest of a project's edition tell something else."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | told), encoding="utf-8")


def write_page(folder: Path, *cells: dict[str, Any]) -> Path:
    """Write an executed notebook of these cells."""
    path = folder / "page.ipynb"
    path.write_text(json.dumps(notebook(*cells)), encoding="utf-8")
    return path


def add_study(folder: Path, name: str, content: dict[str, Any]) -> Path:
    """Put one more study into a project's edition; its path."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["studies"].append({"page": name})
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def add_package(folder: Path) -> tuple[str, ...]:
    """Give a project's edition a data package, and a file that its manifest does not list."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    names = ("donnees/estimates.csv", "donnees/observatoire-2026-t3.zip")
    (folder / "donnees").mkdir()
    for name in (*names, "donnees/brouillon.csv", "estimates.parquet"):
        (folder / name).write_bytes(b"PK" * 1000)
    manifest["frame"] = dict.fromkeys((*names, "estimates.parquet"), "digest")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return names


def make_project(folder: Path, kind: str = "demonstration", **studies: dict[str, Any]) -> Path:
    """The repository's `reports/` with one edition; its notebooks by name."""
    shutil.copytree(REPORTS, folder, ignore=shutil.ignore_patterns(*MADE, ".*"))
    studies = studies or {
        "panorama": study("Panorama", "La satisfaction progresse ; le BOAMP reste en retrait.", 1),
        "produit": study("service-public.fr", "82 % d’usagers satisfaits : un record !", 2),
    }
    for name, content in studies.items():
        if kind == "demonstration":
            content["cells"].insert(1, {**markdown(DEMONSTRATION), "id": "demonstration"})
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")
    manifest: dict[str, Any] = {"quarter": "2026-T3", "kind": kind, "published": "2026-11-24"}
    manifest |= {"studies": [{"page": name} for name in studies], "full_report": True}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    home = folder / "index.qmd"
    text = with_callouts(home.read_text(encoding="utf-8"), notices(manifest))
    home.write_text(text, encoding="utf-8")
    return folder
