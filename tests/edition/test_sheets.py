"""A sheet's page says what the sheet says, where both publishers look for it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.copies import demonstration_practices

from observlib.base.yaml_files import split_front_matter
from observlib.catalogue import Catalogue
from observlib.edition.notices import sheet_page, write_sheets
from observlib.records.practices import Practices

PRACTICES = Path(__file__).parents[2] / "data" / "practices"


@pytest.fixture(scope="module")
def shipped(catalogue: Catalogue) -> Practices:
    return demonstration_practices()


def page(shipped: Practices, catalogue: Catalogue, slug: str) -> tuple[dict[str, object], str]:
    (sheet,) = [sheet for sheet in shipped.sheets if sheet.slug == slug]
    front, body = split_front_matter(sheet_page(sheet, shipped, catalogue))
    return yaml.safe_load(front), body


def test_an_invented_sheet_says_so_in_its_page_and_wherever_it_is_listed(shipped, catalogue):
    meta, body = page(shipped, catalogue, "fenetre-d-enquete")
    assert str(meta["description"]).startswith("Exemple inventé. Verdict\xa0: à adapter. Outil")
    assert "récit inventé" in body.split("##")[1]


def test_a_neighbour_s_sheet_cites_its_sources_with_their_dates(shipped, catalogue):
    meta, body = page(shipped, catalogue, "besancon-panel-d-habitants")
    assert "Ville de Besançon" in str(meta["description"])
    assert "](<http://www.besancon.fr/index.php?p=1620>), 2012." in body
    assert "](<https://blog-territorial.fr/?p=8583>), date inconnue." in body
    assert body.index("## Sources") < body.index("## La fiche")


def test_what_the_front_matter_says_is_told_in_words(shipped, catalogue):
    meta, body = page(shipped, catalogue, "fenetre-d-enquete")
    assert (meta["format"], meta["toc"]) == ("html", False)
    for said in (
        "Outil\n:   LimeSurvey",
        "Méthode\n:   Enquête sur un site",
        "Produits\n:   Service-public.fr",
        "Département\n:   Renseignement administratif",
        "Date\n:   30 juin 2026",
        "(3 jours de travail)",
    ):
        assert said in body


def test_a_page_is_written_for_each_and_no_folder_where_there_is_none(shipped, catalogue, tmp_path):
    write_sheets(shipped, catalogue, tmp_path / "practices")
    names = {path.name for path in (tmp_path / "practices").iterdir()}
    assert names == {f"{sheet.slug}.qmd" for sheet in shipped.sheets}
    write_sheets(Practices(), catalogue, tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_the_same_sheets_are_the_same_bytes(shipped, catalogue):
    for sheet in shipped.sheets:
        assert sheet_page(sheet, shipped, catalogue) == sheet_page(sheet, shipped, catalogue)
