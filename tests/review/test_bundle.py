"""A stranger's bundle can do no harm: it is read within bounds, or refused in one line."""

from __future__ import annotations

import json
import shutil
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from observlib.base.errors import ObservError
from observlib.publish.editions import record
from observlib.review import of, rebuild
from observlib.review.rebuild import files_against_manifest, opened

DIGEST = "0" * 32
MANIFEST: dict[str, Any] = {
    "quarter": "2026-T3", "kind": "demonstration", "published": "2026-11-16", "revisions": [],
    "commit": "", "told": DIGEST, "publisher": "embedded", "made_from": {"the lock": DIGEST},
    "data": {"ratings": DIGEST}, "earlier": {}, "files": {}, "studies": [],
}  # fmt: skip


def write(folder: Path, **changed: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps(MANIFEST | changed), encoding="utf-8")
    return folder


def zipped(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(MANIFEST))
        for name, content in entries:
            archive.writestr(name, content)
    return path


def work(place: Path) -> Path:
    folder = place / "work"
    folder.mkdir()
    return folder


def test_a_folder_and_a_zip_of_it_are_the_same_bundle(tmp_path):
    folder = opened(write(tmp_path / "2026-T3"), work(tmp_path))
    inside = tmp_path / "one.zip"
    with zipfile.ZipFile(inside, "w") as archive:
        archive.write(tmp_path / "2026-T3" / "manifest.json", "2026-T3/manifest.json")
    unpacked = opened(inside, tmp_path / "work")
    assert folder.manifest == unpacked.manifest


@pytest.mark.parametrize(
    "name",
    ["../out.html", "/etc/out", "a/../../out", "C:/out", "a\\..\\out", "a//b", "./a", "a\nb"],
)
def test_a_zip_that_would_write_outside_its_folder_is_refused_before_it_writes(tmp_path, name):
    place = zipped(tmp_path / "bad.zip", (name, b"x"))
    folder = work(tmp_path)
    with pytest.raises(ObservError, match="names what would leave its folder") as told:
        opened(place, folder)
    assert len(told.value.problems) == 1 and not [*folder.iterdir()]


def link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("index.html")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


@pytest.mark.parametrize("entries", [
    [(link(), b"/etc/passwd")], [("bomb.csv", b"0" * 30_000_000)],
    [("index.html", b"read"), ("index.html", b"compared")],
])  # fmt: skip
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_a_link_a_bomb_or_a_file_twice_is_refused(tmp_path, entries):
    with pytest.raises(ObservError, match="nothing was unpacked"):
        opened(zipped(tmp_path / "bad.zip", *entries), work(tmp_path))


def test_a_zip_that_holds_more_than_an_edition_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(rebuild, "MOST_FILES", 2)
    place = zipped(tmp_path / "many.zip", ("a", b""), ("b", b""))
    with pytest.raises(ObservError, match="has 3 files of"):
        opened(place, work(tmp_path))


def test_a_zip_that_says_less_than_it_holds_is_refused(tmp_path):
    place = zipped(tmp_path / "liar.zip", ("a.csv", b"1,2\n" * 400))
    raw = bytearray(place.read_bytes())
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (5).to_bytes(4, "little")  # its size, in the list at the end
    place.write_bytes(bytes(raw))
    with pytest.raises(ObservError, match=r"liar\.zip: cannot be unpacked"):
        opened(place, work(tmp_path))


def test_a_zip_whose_content_is_damaged_is_refused_in_a_line(tmp_path):
    place = zipped(tmp_path / "damaged.zip", ("a.csv", bytes(range(256)) * 40))
    raw = bytearray(place.read_bytes())
    at = raw.index(b"a.csv") + 5
    raw[at : at + 40] = b"\xff" * 40
    place.write_bytes(bytes(raw))
    with pytest.raises(ObservError, match=r"damaged\.zip: cannot be unpacked") as told:
        opened(place, work(tmp_path))
    assert len(told.value.problems) == 1


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"<html>"])
def test_what_is_no_zip_is_refused_in_a_line(tmp_path, content):
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(ObservError, match="it is no zip of a folder"):
        opened(tmp_path / "x.zip", work(tmp_path))


def test_a_folder_with_a_link_to_a_secret_is_refused(tmp_path):
    folder = write(tmp_path / "2026-T3")
    (folder / "index.html").symlink_to("/etc/passwd")
    with pytest.raises(ObservError, match=r"holds links or devices.*'index\.html'"):
        opened(folder, work(tmp_path))


def nested() -> str:
    return "[" * 200_000


@pytest.mark.parametrize(("make", "told"), [
    (lambda folder: folder.joinpath("manifest.json").unlink(), "holds no manifest.json"),
    (lambda folder: folder.joinpath("manifest.json").write_text(nested()), "is no manifest"),
    (lambda folder: folder.joinpath("manifest.json").write_text("[1]"), "holds no keys"),
    (lambda folder: folder.joinpath("manifest.json").write_bytes(b"\xff"), "is no manifest"),
])  # fmt: skip
def test_what_is_no_manifest_is_refused_in_a_line(tmp_path, make, told):
    folder = write(tmp_path / "2026-T3")
    make(folder)
    with pytest.raises(ObservError, match=told) as error:
        opened(folder, work(tmp_path))
    assert len(error.value.problems) == 1


@pytest.mark.parametrize(("changed", "told"), [
    ({"quarter": "2026-T5"}, "quarter"), ({"quarter": "../2026-T3"}, "quarter"),
    ({"kind": "real; rm -rf"}, "kind"), ({"published": "hier"}, "published"),
    ({"commit": "--upload-pack=touch /tmp/x"}, "commit"), ({"commit": "HEAD"}, "commit"),
    ({"publisher": "/bin/sh"}, "publisher"), ({"files": {"../../etc/passwd": DIGEST}}, "files"),
    ({"earlier": {"../0001": DIGEST}}, "earlier"),
    ({"made_from": {"the lock": "x"}}, "made_from.the lock"),
    ({"studies": [{"page": "../x", "study": "x", "title": "X"}]}, "studies.0.page"),
    ({"studies": [{"page": "x", "study": "--data", "title": "X"}]}, "studies.0.study"),
])  # fmt: skip
def test_a_manifest_that_means_no_edition_is_refused_by_its_key(tmp_path, changed, told):
    with pytest.raises(ObservError, match=rf"^manifest\.json: {told}"):
        opened(write(tmp_path / "2026-T3", **changed), work(tmp_path))


@pytest.mark.parametrize("depth", [100, 400, 900, 950, 980, 100_000])
@pytest.mark.parametrize(
    "name", ["manifest.json", "a.ipynb", "ro-crate-metadata.json", "build.json"]
)
def test_json_that_is_nested_deep_is_refused_or_compared(tmp_path, name, depth):
    folder = write(tmp_path / "2026-T3")
    again = shutil.copytree(folder, tmp_path / "again")
    deep = "[" * depth + "]" * depth
    text = f'{json.dumps(MANIFEST)[:-1]}, "more": {deep}}}' if name == "manifest.json" else deep
    (folder / name).write_text(text, encoding="utf-8")
    try:
        found = of(opened(folder, work(tmp_path)), again, tmp_path)
    except ObservError as error:
        assert name == "manifest.json" and "is no manifest" in str(error)
    else:
        assert name in {one.file for one in found.differences}


def test_a_crate_that_holds_other_kinds_of_values_is_told_to_differ(tmp_path):
    folder = write(tmp_path / "2026-T3")
    graph = [{"@id": "./", "@type": "Dataset", "version": {"a": 1}, "datePublished": 3}]
    (folder / record.CRATE).write_text(json.dumps({"@graph": graph}), encoding="utf-8")
    found = of(opened(folder, work(tmp_path)), None, tmp_path).as_dict()
    assert "{'a': 1}" in {one["remade"] for one in found["differences"]}


def test_many_mistakes_are_told_five_and_how_many_more(tmp_path):
    files = {f"../{number}": DIGEST for number in range(20)}
    with pytest.raises(ObservError) as told:
        opened(write(tmp_path / "2026-T3", files=files), work(tmp_path))
    assert len(told.value.problems) == 6 and told.value.problems[-1].endswith("and 15 more")


def test_each_file_is_held_against_the_manifest(tmp_path):
    folder = write(tmp_path / "2026-T3", files={"a.html": DIGEST, "b.html": DIGEST})
    (folder / "a.html").write_text("changed", encoding="utf-8")
    added = ("c.html", ".htaccess", ".well-known/x", "__pycache__/x.pyc", "edition.json", "d/.e/f")
    for name in added:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("new", encoding="utf-8")
    assert files_against_manifest(opened(folder, work(tmp_path))) == {
        "a.html": "changed",
        "b.html": "absent",
        **dict.fromkeys(added, "unknown"),
    }
