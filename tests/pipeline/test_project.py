"""Commands and notebooks find the project from any folder inside it."""

import shutil
from pathlib import Path

import pytest
from tests.copies import DEMO, copy_catalogue

from observlib.base.errors import ObservError
from observlib.pipeline import project
from observlib.records.sheets import Action

PROJECT = Path(__file__).parents[2]
DATA, OWN = Path("data"), Path("data/essai")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A project with a folder deep inside."""
    place = tmp_path.resolve() / "observatoire de l'été"
    (place / "notebooks" / "brouillons").mkdir(parents=True)
    copy_catalogue(place)
    return place


@pytest.mark.parametrize("inside", [".", "notebooks", "notebooks/brouillons", "data/catalogue"])
def test_the_root_is_found_from_any_folder_of_the_project(place, monkeypatch, inside):
    assert project.root(place / inside) == place
    monkeypatch.chdir(place / inside)
    assert project.root() == place


def test_a_data_folder_is_named_from_the_root_wherever_a_notebook_runs(place, monkeypatch):
    elsewhere = place.parent / "ailleurs"
    for folder in (place, place / "notebooks"):
        monkeypatch.chdir(folder)
        assert project.data_folder("data/demo") == place / "data" / "demo"
        assert project.data_folder(elsewhere) == elsewhere


def test_reference_tables_keep_the_codes_of_departements_as_they_are_written():
    regions = project.reference("regions")
    assert {"01", "2A", "974"} <= set(regions["departement"])
    assert {"01", "84"} <= set(regions["region"])
    assert project.reference("margins")["people"].dtype == "int64"


def test_a_reference_table_that_is_gone_is_told_with_its_place(place, monkeypatch):
    monkeypatch.chdir(place)
    with pytest.raises(ObservError, match=r"margins\.csv: .*; restore the file") as caught:
        project.reference("margins")
    assert str(place) in caught.value.problems[0]
    (place / "data" / "reference").mkdir()
    (place / "data" / "reference" / "margins.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ObservError, match="is no table in UTF-8"):
        project.reference("margins")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_folder_s_own_entries_join_the_project_s_and_its_devices_stand_alone(place):
    folder = place / OWN / "catalogue"
    entry = "- {{id: {}, label: {}, department: annonces, description: D}}\n".format
    write(folder / "products.yml", entry("minitel", "Minitel") + entry("boamp", "Autre nom"))
    before = project.catalogue(DATA, place)
    known = project.catalogue(OWN, place)
    assert list(known.products) == [*before.products, "minitel"]
    assert (known.label("boamp"), before.label("boamp")) == ("Autre nom", "BOAMP")
    assert known.devices == before.devices
    write(folder / "devices.yml", "# none yet\n")
    assert not project.catalogue(OWN, place).devices
    assert project.devices_file(OWN, place) == folder / "devices.yml"
    with pytest.raises(ObservError, match=r"essai/catalogue/devices\.yml: lists no device yet"):
        project.catalogue_with_devices(OWN, place)
    # a mistake is told with its file
    write(place / OWN / "catalogue" / "peers.yml", "- {id: cnaf, label: A}\n")
    with pytest.raises(ObservError, match=r"essai/catalogue/peers\.yml:1: 'cnaf': key 'codes'"):
        project.catalogue(OWN, place)
    assert project.catalogue(DATA, place).peers


def test_an_effect_is_looked_for_in_the_data_of_its_own_folder(place):
    text = (DEMO / "actions" / "lettre-des-avis.yml").read_text(encoding="utf-8")
    write(place / "data" / "actions" / "lettre-des-avis.yml", text)
    assert len(project.records_of(Action, OWN, place)) == 1
    (place / OWN / "actions").mkdir(parents=True)
    assert project.records_of(Action, OWN, place) == ()
    assert len(project.records_of(Action, DATA, place)) == 1


def test_sheets_of_a_demonstration_are_told_to_be_invented_and_the_project_s_are_not(place):
    shutil.copytree(PROJECT / "data" / "practices", place / "data" / "practices")
    shutil.copytree(DEMO / "practices", place / OWN / "practices")
    for kind, invented in (("demonstration", 10), ("real", 0)):
        sheets = project.practices(OWN, kind, place).sheets
        assert len(sheets) == 16 and sum(sheet.invented for sheet in sheets) == invented


def test_what_a_page_depends_on_holds_the_folder_s_own_files_and_no_other_s(place):
    before = project.knowledge(OWN, place)
    write(place / OWN / "catalogue" / "devices.yml", "# none yet\n")
    write(place / OWN / "actions" / "a.yml", "")
    now = project.knowledge(OWN, place)
    assert set(before) - set(now) == {"the catalogue/devices.yml"}
    assert set(now) - set(before) == {"the catalogue/own/devices.yml", "the actions/own/a.yml"}
    assert project.knowledge(DATA, place) == before


def test_a_reason_of_a_revision_makes_no_page_run_again(place):
    before = project.knowledge(OWN, place), project.policy(OWN, place)
    write(place / "data" / "catalogue" / "revisions.yml", "# none\n")
    write(place / OWN / "catalogue" / "revisions.yml", "# none\n")
    assert project.knowledge(OWN, place) == before[0]
    now = project.policy(OWN, place)
    assert set(now) == {"the policy/revisions.yml", "the policy/own/revisions.yml"}
    assert now.items() - before[1].items(), "the site is made again"
    assert set(project.policy(DATA, place)) == {"the policy/revisions.yml"}
