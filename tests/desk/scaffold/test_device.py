"""A device enters the catalogue whole and right, or the catalogue stays as it was."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.copies import DEMO, ROOT, copy_catalogue
from tests.examples import examples

from observlib.base import files
from observlib.base.errors import ObservError, UsageError
from observlib.desk.scaffold.device import new_device, required
from observlib.pipeline import project

DEVICE = {
    "id": "jdma-boamp", "label": "« Je donne mon avis » : BOAMP", "family": "feedback",
    "channel": "web", "owner": "annonces", "product": "boamp", "frequency": "continuous",
    "personal_data": "Verbatims libres, jamais chargés.", "pattern": "jdma_boamp_*.csv",
    "loader": "jdma",
}  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    copy_catalogue(tmp_path)
    return tmp_path


def text_of(root: Path) -> str:
    return (root / "data" / "catalogue" / "devices.yml").read_text(encoding="utf-8")


def refused(root: Path, **changed: str | None) -> str:
    """What is said of a device that will not do; the catalogue is then as it was."""
    before = text_of(root)
    with pytest.raises(UsageError) as caught:
        new_device(root, Path("data"), {**DEVICE, **changed})
    assert text_of(root) == before
    return "\n".join(caught.value.problems)


def test_a_device_is_added_at_the_end_and_all_comments_stay(root):
    before = text_of(root)
    _, added = new_device(root, Path("data"), DEVICE)
    assert text_of(root) == before + added
    device = project.catalogue(Path("data"), root).devices["jdma-boamp"]
    assert device.model_dump(exclude_defaults=True) == DEVICE


def test_a_file_that_lacks_its_last_line_end_gets_it(root):
    path = root / "data" / "catalogue" / "devices.yml"
    path.write_text(text_of(root).rstrip(), encoding="utf-8")
    new_device(root, Path("data"), DEVICE)
    assert "jdma-boamp" in project.catalogue(Path("data"), root).devices


def test_what_is_missing_is_told_with_what_is_allowed(root):
    with pytest.raises(UsageError) as caught:
        new_device(root, Path("data"), {"id": "jdma-boamp", "label": ""})
    told = caught.value.problems
    assert len(told) == len(required({}, project.catalogue(Path("data"), root))) - 1
    assert any("`family` is missing; allowed: feedback, consultation" in line for line in told)
    assert any("`label` is missing" in line for line in told)


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


def test_a_catalogue_that_is_wrong_as_it_is_says_so_by_its_own_lines(root):
    path = root / "data" / "catalogue" / "devices.yml"
    path.write_text(text_of(root).replace("loader: jdma\n", "loader: jdmo\n", 1), encoding="utf-8")
    with pytest.raises(ObservError, match=r"devices\.yml:\d+: .*unknown loader 'jdmo'") as caught:
        new_device(root, Path("data"), DEVICE)
    assert not isinstance(caught.value, UsageError)


def test_a_disk_that_is_full_leaves_the_catalogue_as_it_was(root, monkeypatch):
    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = text_of(root)
    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(ObservError, match=r"the disk is full; .*the catalogue is as it was"):
        new_device(root, Path("data"), DEVICE)
    assert text_of(root) == before
    assert not list((root / "data" / "catalogue").glob(".*"))


@given(changed=st.dictionaries(st.sampled_from(sorted(DEVICE)), st.text(max_size=30), max_size=3))
@examples(40)
def test_any_words_make_a_device_that_reads_back_or_change_nothing(root, changed):
    path = root / "data" / "catalogue" / "devices.yml"
    before = (DEMO / "catalogue" / "devices.yml").read_bytes()
    path.write_bytes(before)
    try:
        new_device(root, Path("data"), {**DEVICE, **changed})
    except UsageError:
        assert path.read_bytes() == before
    else:
        found = project.catalogue(Path("data"), root).devices
        (name,) = found.keys() - project.catalogue(DEMO, ROOT).devices.keys()
        wanted = {**DEVICE, **changed}
        assert found[name].label == wanted["label"].strip()


def test_a_device_joins_the_list_that_its_data_folder_uses(root):
    own = Path("data/essai")
    path, _ = new_device(root, own, DEVICE)  # which lists none of its own
    assert path == root / "data" / "catalogue" / "devices.yml"
    (root / own / "catalogue").mkdir(parents=True)
    listed = root / own / "catalogue" / "devices.yml"
    listed.write_text("# Mes dispositifs.\n", encoding="utf-8")
    path, added = new_device(root, own, DEVICE)
    assert path == listed and listed.read_text(encoding="utf-8") == f"# Mes dispositifs.\n{added}"
    assert list(project.catalogue(own, root).devices) == ["jdma-boamp"]


def test_a_label_with_a_sign_that_cannot_be_seen_at_its_end_is_written_without(root):
    new_device(root, Path("data"), {**DEVICE, "label": "Avis sur le BOAMP\x1d"})
    assert project.catalogue(Path("data"), root).devices[DEVICE["id"]].label == "Avis sur le BOAMP"
