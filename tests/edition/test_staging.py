"""What is put beside an edition: its quality, worked out by hand; its menu, by department."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from tests.publish.conftest import sample as sample

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.edition import staging
from observlib.publish import html
from observlib.publish.project import Project, flat, read_project
from observlib.records.sheets import Action

T3 = Quarter("2026-T3")
SURVEY = "enquete-legifrance"
ROW = {"product": "legifrance", "channel": "web", "device": SURVEY, "source": "a@1"}
ROW |= {"period": "2026-T3", "unit": "sur 10"}


def rows(*told: dict[str, Any]) -> pd.DataFrame:
    return estimates.make([{**ROW, **one} for one in told])


def mark(indicator: str, n: float | None, **more: Any) -> dict[str, Any]:
    return {"indicator": indicator, "estimate": 7.0, "n": n, **more}


BEGUN = {"indicator": "survey_funnel", "group": "step", "group_value": "Réponse commencée",
         "unit": "réponses", "estimate": 200.0, "n": 200.0}  # fmt: skip


def test_figures_that_are_withheld_or_of_another_quarter_make_no_edition_less_whole():
    told = rows(
        mark("satisfaction_10", 150),
        mark("clarity_10", 20, status="low_base"),
        mark("nps", None, status="missing", estimate=None),
        mark("ces_10", None, status="suppressed", estimate=None),
        mark("satisfaction_10", None, status="missing", estimate=None, period="2026-T2"),
    )
    assert staging.completeness_rate(told, T3) == (2, 3)


def held(**devices: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        [(name.replace("_", "-"), "ratings", *span) for name, span in devices.items()],
        columns=["device", "table", "start", "end"],
    )


def change(day: date, **words: Any) -> Action:
    told = {"id": "x", "title": "x", "product": "legifrance", "date": day, "done": "x"}
    told |= {"kind": "measure", "contact": "pôle", "expected": EXPECTED}
    return Action.model_validate({**told, **words})


EXPECTED = [{"indicator": "satisfaction_10", "direction": "up"}]


@pytest.mark.parametrize(("start", "actions", "length"), [
    ("2025-07-01", [], 5),
    ("2025-07-02", [], 4),  # whose first quarter is not whole
    ("2026-07-01", [], 1),
    ("2025-07-01", [change(date(2026, 4, 1))], 2),
    ("2025-07-01", [change(date(2026, 4, 2))], 1),
    ("2025-07-01", [change(date(2026, 4, 1), device="jdma-legifrance")], 2),
    ("2025-07-01", [change(date(2026, 4, 1), device="matomo-legifrance")], 5),
    ("2025-07-01", [change(date(2026, 4, 1), product="boamp")], 5),
    ("2025-07-01", [change(date(2026, 4, 1), kind="action")], 5),
])  # fmt: skip
def test_a_series_is_as_long_as_the_same_thing_is_measured(catalogue, start, actions, length):
    found = held(jdma_legifrance=(start, "2026-09-30"))
    assert staging.lengths(found, actions, catalogue, T3) == [length]


def test_a_series_without_a_whole_quarter_or_that_ended_before_has_no_length(catalogue):
    found = held(
        jdma_legifrance=("2026-08-01", "2026-09-30"),
        jdma_entreprendre=("2025-01-01", "2026-06-30"),
        jdma_vie_publique=("2026-01-01", "2026-09-30"),
        jdma_service_public=("2025-01-01", "2026-09-30"),
    )
    assert staging.lengths(found, [], catalogue, T3) == [3, 7]


def test_who_gave_no_mark_is_counted_of_who_began_and_from_what_is_published_alone():
    told = rows(
        BEGUN, mark("satisfaction_10", 165), mark("nps", 145),
        mark("ces_10", None, status="suppressed", estimate=None),
        mark("satisfaction_10", 20, group="region", group_value="Corse"),
        mark("satisfaction_10", 20, period="2026-T2"),
    )  # fmt: skip
    (found,) = staging.unanswered_shares(told).items()
    assert found == (SURVEY, pytest.approx((17.5, 27.5)))


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
