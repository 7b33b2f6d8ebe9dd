"""A device or a practice sheet is written whole and right, or all stays as it was."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import DEMO, ROOT, copy_catalogue
from tests.examples import examples

from observlib.base.errors import ObservError, UsageError
from observlib.desk.device import new_device, new_practice
from observlib.pipeline import project
from observlib.records.sheets import load_practices

DATA, TODAY = Path("data"), date(2026, 11, 25)
DEVICE = {
    "id": "jdma-boamp", "label": "« Je donne mon avis » : BOAMP", "family": "feedback",
    "channel": "web", "owner": "annonces", "product": "boamp", "frequency": "continuous",
    "personal_data": "Verbatims libres, jamais chargés.", "pattern": "jdma_boamp_*.csv",
    "loader": "jdma",
}  # fmt: skip
PRACTICES = DATA / "practices"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    copy_catalogue(tmp_path)
    (tmp_path / "data" / "practices").mkdir()
    shutil.copy(ROOT / "data" / "practices" / "vocabulary.yml", tmp_path / "data" / "practices")
    return tmp_path


def text_of(root: Path) -> str:
    return (root / "data" / "catalogue" / "devices.yml").read_text(encoding="utf-8")


def refused(root: Path, **changed: str | None) -> str:
    """What is said of a device that will not do; the catalogue is then as it was."""
    before = text_of(root)
    with pytest.raises(UsageError) as caught:
        new_device(root, DATA, {**DEVICE, **changed})
    assert text_of(root) == before
    return "\n".join(caught.value.problems)


def test_a_device_is_added_at_the_end_and_all_comments_stay(root):
    before = text_of(root)
    _, added = new_device(root, DATA, DEVICE)
    assert text_of(root) == before + added
    device = project.catalogue(DATA, root).devices["jdma-boamp"]
    assert device.model_dump(exclude_defaults=True) == DEVICE
    # and where the file lacks its last line end, it gets it; a sign that cannot be seen goes
    (root / "data" / "catalogue" / "devices.yml").write_text(before.rstrip(), encoding="utf-8")
    new_device(root, DATA, {**DEVICE, "label": "Avis sur le BOAMP\x1d"})
    assert project.catalogue(DATA, root).devices["jdma-boamp"].label == "Avis sur le BOAMP"


@pytest.mark.parametrize(("changed", "said"), [
    ({"id": "jdma-legifrance"}, "already used"),
    ({"id": "Jdma Boamp"}, "id is 'Jdma Boamp'"),
    ({"family": "gossip"}, "unknown family 'gossip'; allowed: consultation"),
    ({"owner": "cuisine"}, "unknown owner 'cuisine'; allowed: annonces"),
    ({"product": "minitel"}, "unknown product 'minitel'; allowed:"),
    ({"loader": "excel"}, "unknown loader 'excel'; allowed:"),
    ({"loader": "plain_csv"}, "`table` is missing; allowed: audience"),
    ({"table": "audience"}, "key 'table' goes with the loader plain_csv"),
    ({"product": None}, "`product` is missing; allowed: service-public"),
    ({"pattern": "jdma_legifrance_*.csv"}, "is that of the device jdma-legifrance"),
    ({"colour": "red"}, "unknown key 'colour'; allowed: id, label"),
])  # fmt: skip
def test_a_device_that_will_not_do_is_told_and_not_written(root, changed, said):
    told = refused(root, **changed)
    assert said in told
    assert "observlib-" not in told  # the copy that was checked is nobody's business


@given(changed=st.dictionaries(st.sampled_from(sorted(DEVICE)), st.text(max_size=30), max_size=3))
@examples(12)
def test_any_words_make_a_device_that_reads_back_or_change_nothing(root, changed):
    path = root / "data" / "catalogue" / "devices.yml"
    before = (DEMO / "catalogue" / "devices.yml").read_bytes()
    path.write_bytes(before)
    try:
        new_device(root, DATA, {**DEVICE, **changed})
    except UsageError:
        assert path.read_bytes() == before
    else:
        found = project.catalogue(DATA, root).devices
        (name,) = found.keys() - project.catalogue(DEMO, ROOT).devices.keys()
        wanted = {**DEVICE, **changed}
        assert found[name].label == wanted["label"].strip()


def test_a_device_joins_the_list_that_its_data_folder_uses(root):
    own = DATA / "essai"
    path, _ = new_device(root, own, DEVICE)  # which lists none of its own
    assert path == root / "data" / "catalogue" / "devices.yml"
    (root / own / "catalogue").mkdir(parents=True)
    listed = root / own / "catalogue" / "devices.yml"
    listed.write_text("# Mes dispositifs.\n", encoding="utf-8")
    path, added = new_device(root, own, DEVICE)
    assert path == listed and listed.read_text(encoding="utf-8") == f"# Mes dispositifs.\n{added}"
    assert list(project.catalogue(own, root).devices) == ["jdma-boamp"]


def test_a_new_sheet_is_a_draft_that_no_edition_publishes(root, catalogue):
    path = new_practice(root, DATA, "L’écoute : un essai", {"tool": "limesurvey"}, ["boamp"], TODAY)
    assert path == root / PRACTICES / "l-ecoute-un-essai.md"
    assert load_practices(path.parent, catalogue).sheets == ()
    # without its draft line it says all that is still to be filled in
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("draft: true", "draft: false"), encoding="utf-8")
    with pytest.raises(ObservError) as caught:
        load_practices(path.parent, catalogue)
    for key in ("department", "contact", "verdict", "cost", "redo", "avoid", "has no text"):
        assert any(key in problem for problem in caught.value.problems), key


def test_filled_in_it_is_the_sheet_that_was_asked_for(root, catalogue):
    words = {"department": "annonces", "tool": "matomo", "method": None, "verdict": "à éviter"}
    path = new_practice(root, DATA, 'Un "titre": #1', words, ["boamp", "bodacc"], TODAY)
    text = path.read_text(encoding="utf-8")
    text = "".join(line for line in text.splitlines(True) if not line.startswith("draft"))
    for key in ("contact", "cost", "redo", "avoid"):
        text = text.replace(f"\n{key}:  #", f"\n{key}: ceci  #")
    path.write_text(text + "\nUn récit.\n", encoding="utf-8")
    (sheet,) = load_practices(path.parent, catalogue).sheets
    assert (sheet.title, sheet.origin, sheet.date) == ('Un "titre": #1', "own", TODAY)
    assert (sheet.department, sheet.tool, sheet.method) == ("annonces", "matomo", None)
    assert (sheet.verdict, sheet.products) == ("à éviter", ("boamp", "bodacc"))
    assert sheet.contact == "ceci"


def test_all_that_does_not_exist_is_told_at_once_and_nothing_is_written(root):
    with pytest.raises(UsageError) as caught:
        new_practice(root, DATA, "???", {"tool": "excel", "verdict": "bof"}, ["minitel"])
    told = "\n".join(caught.value.problems)
    for said in ("tool 'excel'", "verdict 'bof'", "product 'minitel'", "makes no file name"):
        assert said in told
    assert [path.name for path in (root / PRACTICES).iterdir()] == ["vocabulary.yml"]
