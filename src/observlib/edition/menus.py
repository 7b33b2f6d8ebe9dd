"""Menus and lists of an edition of many products: each department has a page that lists them.

A menu of some dozens of pages is read; one of hundreds is not, and each page would hold it whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from observlib.base.yaml_files import as_front_matter, dump, mapping, read_front_matter, read_text
from observlib.catalogue import Catalogue
from observlib.edition.front_matter import DEPARTMENT
from observlib.language import french
from observlib.language.prose import plain
from observlib.pipeline import departments as whose
from observlib.publish.project import named_by

MOST = 40  # pages of products, surveys, partners and departments that are listed one by one
_KINDS = {  # by what a study has a page for each of
    DEPARTMENT: ("Les études", "étude", "études"),
    "product": ("Les produits", "produit", "produits"),
    "device": ("Les enquêtes", "enquête", "enquêtes"),
    "partner": ("Les organismes", "organisme", "organismes"),
}
_SECTION = "Département par département"
Study = Mapping[str, Any]  # as the manifest has it


def group(project: Path, studies: Sequence[Study], catalogue: Catalogue) -> None:
    """Have a project's menu and home page lead to departments, where there are many products.

    Parameters
    ----------
    project
        The project folder of an edition, which is changed.
    studies
        The pages of its manifest, in order.
    catalogue
        Says the department of each product, survey and partner's page.
    """
    each = [
        study
        for study in studies
        if "sha256" in study and _kind(study, catalogue) and _department(study, catalogue)
    ]
    if len(each) <= MOST:
        return
    by_department: dict[str, list[Study]] = {name: [] for name in catalogue.departments}
    for study in each:
        by_department[_department(study, catalogue)].append(study)
    departments = {name: own for name, own in by_department.items() if own}
    for name, own in departments.items():
        text = _page(name, own, catalogue)
        (project / f"departement-{name}.qmd").write_text(text, encoding="utf-8", newline="\n")
    grouped = {f"{study['page']}.ipynb" for study in each}
    pages = [f"{study['page']}.ipynb" for study in studies if "sha256" in study]
    lists = [f"departement-{name}.qmd" for name in departments]
    left = [*lists]  # which the menu has once

    def listed(glob: str, departments: Sequence[str]) -> list[str] | None:
        """Of the pages that a glob names those that stay, then departments; None where all stay."""
        told = named_by(project, glob)
        named = [page for page in pages if PurePosixPath(page) in told]
        kept = [page for page in named if page not in grouped]
        return None if len(kept) == len(named) else [*kept, *departments]

    def spread(item: Any) -> list[Any]:
        """An item of the menu, where departments stand in place of grouped pages."""
        if isinstance(item, dict) and "contents" in item:
            own = [one for each in item["contents"] for one in spread(each)]
            return [{**item, "contents": own}]
        glob = item.get("auto") if isinstance(item, dict) else None
        named = listed(glob, left) if isinstance(glob, str) else None
        if named is None:
            return [item]
        left.clear()
        return [{"href": name} for name in named]

    path = project / "_quarto.yml"
    config = mapping(read_text(path), path)
    config["project"]["render"] += lists
    sidebar = config["website"]["sidebar"]
    sidebar["contents"] = [one for item in sidebar["contents"] for one in spread(item)]
    path.write_text(dump(config), encoding="utf-8", newline="\n")
    home = project / "index.qmd"
    header, text = read_front_matter(read_text(home), home)
    for listing in header.get("listing") or []:
        if isinstance(glob := listing["contents"], str):
            listing["contents"] = listed(glob, lists) or glob
    home.write_text(as_front_matter(header) + text, encoding="utf-8", newline="\n")


def _kind(study: Study, catalogue: Catalogue) -> str:
    """What a page is one of many for, such as a product; nothing of the others."""
    if study["page"] == study["study"]:
        return ""
    parts: dict[str, Collection[str]] = {
        "product": catalogue.products,
        "device": catalogue.devices,
        "partner": catalogue.partners,
    }
    of = dict(study["parameters"])
    department = of.pop(DEPARTMENT, "")  # which may be called as a product is
    kinds = (kind for kind, known in parts.items() if any(x in known for x in of.values()))
    return next(kinds, DEPARTMENT if department else "")


def _department(study: Study, catalogue: Catalogue) -> str:
    """The department that a page is for, or that of its product or survey; else nothing."""
    values = [str(value) for value in study["parameters"].values()]
    own = [study["parameters"].get(DEPARTMENT)]
    own += [whose.of(value, "", catalogue) for value in values if value in catalogue.products]
    own += [whose.of("", value, catalogue) for value in values if value in catalogue.devices]
    return next(filter(None, own), "")


def _page(department: str, studies: Sequence[Study], catalogue: Catalogue) -> str:
    """The page of a department."""
    listings, parts, counts = [], [], []
    for kind, (title, *nouns) in _KINDS.items():
        own = [f"{study['page']}.ipynb" for study in studies if _kind(study, catalogue) == kind]
        if own:
            about = {"sort": "order", "fields": ["title"]}
            listings.append({"id": kind, "contents": own, **about})
            parts.append(f"## {title}\n\n::: {{#{kind}}}\n:::\n")
            counts.append(french.count(len(own), *nouns))
    label = catalogue.departments[department].label
    header = {
        "title": str(plain(label)),
        "description": f"{french.join(counts)}.",
        "section": _SECTION,
        "format": "html",
    }
    return as_front_matter({**header, "toc": False, "listing": listings}) + "\n" + "\n".join(parts)
