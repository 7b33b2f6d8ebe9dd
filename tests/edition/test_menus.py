"""Readers of a ministry's edition must find its products by department, in either publisher."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

import pytest
from tests.publish.conftest import sample

from observlib.catalogue import Catalogue
from observlib.edition import staging
from observlib.publish import html
from observlib.publish.project import Project, flat, read_project

__all__ = ["sample"]
OVERVIEWS = ("panorama", "produit")  # of the sample
CONTACTS = (
    "contacts-information-legale",
    "contacts-edition",
    "contacts-vie-publique",
)  # a study of each department
PARTNER = "fiche_partenaire-caisse-fictive-edition"
SURVEYS = ("enquete-service-public", "enquete-legifrance")


def studies(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """What a manifest says of a page for each product, and for some surveys."""
    for product in catalogue.products:
        own = {"study": "fiche_produit", "parameters": {"product": product}}
        yield {"page": f"fiche_produit-{product}", **own, "sha256": ""}
    for device in SURVEYS:
        yield {"page": device, "study": "enquete", "parameters": {"survey": device}, "sha256": ""}
    for page in CONTACTS:
        own = {"study": "contacts", "parameters": {"department": page.partition("-")[2]}}
        yield {"page": page, **own, "sha256": ""}
    led = {"partner": "caisse-fictive", "department": "edition"}
    yield {"page": PARTNER, "study": "fiche_partenaire", "parameters": led, "sha256": ""}
    for name in OVERVIEWS:
        yield {"page": name, "study": name, "parameters": {}, "sha256": ""}


@pytest.fixture
def folder(tmp_path: Path, sample: ModuleType, catalogue: Catalogue) -> Path:
    """A project with these pages, as an edition would hand it."""
    project: Path = sample.make_project(tmp_path / "project")
    for study in studies(catalogue):
        if study["page"] not in OVERVIEWS:
            title = f"Étude {study['page']}"
            sample.add_study(project, study["page"], sample.study(title, "Un constat.", 20))
    return project


@pytest.fixture
def many(folder: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> Project:
    grouped = len([*studies(catalogue)]) - len(OVERVIEWS)
    monkeypatch.setattr(staging, "MOST_LISTED", grouped - 1)
    staging.group_by_department(folder, [*studies(catalogue)], catalogue)
    return read_project(folder)


def test_few_products_stay_one_by_one_in_the_menu_and_on_the_home_page(folder, catalogue):
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    staging.group_by_department(folder, [*studies(catalogue)], catalogue)
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_menu_leads_to_departments_and_no_more_to_hundreds_of_pages(many, catalogue):
    reached = [str(entry.page) for entry in flat(many.navigation)]
    fed = {product.department for product in catalogue.products.values()}
    lists = [f"departement-{name}.qmd" for name in catalogue.departments if name in fed]
    assert [name for name in reached if name.startswith("departement")] == lists
    assert not [name for name in reached if name.startswith(("fiche_", "enquete", "contacts"))]
    assert "panorama.ipynb" in reached  # what is of no one product stays
    titles = [entry.text for entry in many.navigation]
    assert "Département par département" in titles
    assert not {"Produit par produit", "Organisme par organisme"} & {*titles}


LISTED = {
    "information-legale": {
        "department": ["contacts-information-legale.ipynb"],
        "product": ["fiche_produit-journal-officiel.ipynb", "fiche_produit-legifrance.ipynb"],
        "device": ["enquete-legifrance.ipynb"],
    },
    "edition": {"partner": [f"{PARTNER}.ipynb"], "department": ["contacts-edition.ipynb"]},
    "vie-publique": {  # a department that is called as a product is
        "department": ["contacts-vie-publique.ipynb"],
        "product": ["fiche_produit-vie-publique.ipynb"],
    },
}


def test_a_department_lists_its_products_surveys_and_partners_and_says_how_many(many):
    for name, wanted in LISTED.items():
        page = many.page(PurePosixPath(f"departement-{name}.qmd"))
        listed = {one["id"]: [str(p.source) for p in pages] for one, pages in many.listings(page)}
        assert wanted.items() <= listed.items()
    law = many.page(PurePosixPath("departement-information-legale.qmd"))
    assert law.meta["description"] == "1\u00a0étude, 2\u00a0produits et 1\u00a0enquête."


def test_the_home_page_leads_to_departments_and_to_studies_without_surveys(many):
    ((_, pages),) = many.listings(many.page(PurePosixPath("index.qmd")))
    studies, departments = pages[:2], pages[2:]
    assert [page.source.stem for page in studies] == [*OVERVIEWS]
    assert all(page.source.name.startswith("departement-") for page in departments)
    home = html.with_listings("::: {#etudes}\n:::\n", many, many.page(PurePosixPath("index.qmd")))
    assert "### Département par département" in home
