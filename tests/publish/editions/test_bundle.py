"""An edition as one file: the same bytes, whole where it is put, whatever breaks off."""

import json
import zipfile
from pathlib import Path

import fsspec
import pytest

from observlib.base import addresses
from observlib.base.errors import ObservError
from observlib.publish.editions import record


@pytest.fixture
def edition(tmp_path) -> Path:
    folder = tmp_path / "site" / "2026-T3"
    (folder / "donnees").mkdir(parents=True)
    (folder / "index.html").write_text("l'été", encoding="utf-8")
    (folder / "donnees" / "estimates.csv").write_text("a,b", encoding="utf-8")
    about = {"published": "2026-11-24", "revisions": []}
    (folder / "manifest.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


def test_the_same_edition_is_the_same_file_in_a_folder_and_at_an_address(edition, where, tmp_path):
    path = Path(record.put(edition, str(tmp_path / "out")))
    target = record.put(edition, where)
    assert target == f"{where}/2026-T3.zip" and path.name == "2026-T3.zip"
    files = fsspec.filesystem(where.partition("://")[0], skip_instance_cache=True)
    assert files.cat_file(target) == path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert archive.read("2026-T3/index.html").decode() == "l'été"
        assert len(archive.namelist()) == 3


def test_an_edition_that_does_not_arrive_leaves_the_one_that_is_there(
    edition, where, tmp_path, monkeypatch
):
    target = record.put(edition, where)
    before = addresses.fetch(target, tmp_path / "before").read_bytes()
    (edition / "index.html").write_text("une autre", encoding="utf-8")

    def broken(*_: object, **__: object) -> None:
        raise ConnectionError("the line is cut")

    monkeypatch.setattr(addresses.files(where), "put_file", broken)
    with pytest.raises(ObservError, match="the line is cut"):
        record.put(edition, where)
    assert addresses.fetch(target, tmp_path / "after").read_bytes() == before
