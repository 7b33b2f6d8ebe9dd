"""A stranger's bundle can do no harm: it is read within bounds, or refused in one line."""

import json
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from observlib.base.errors import ObservError
from observlib.publish import record
from observlib.review import rebuild, review_opened
from observlib.review.rebuild import Bundle, files_against_manifest, open_bundle

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


def open_in(place: Path, bundle: Path) -> Bundle:
    (place / "work").mkdir(exist_ok=True)
    return open_bundle(bundle, place / "work")


def refused(place: Path, bundle: Path, match: str) -> list[str]:
    """Assert that nothing is unpacked; the lines that say why."""
    with pytest.raises(ObservError, match=match) as told:
        open_in(place, bundle)
    assert not [*(place / "work").iterdir()]
    return list(told.value.problems)


def test_a_folder_and_a_zip_of_it_are_the_same_bundle(tmp_path):
    folder = open_in(tmp_path, write(tmp_path / "2026-T3"))
    inside = tmp_path / "one.zip"
    with zipfile.ZipFile(inside, "w") as archive:
        archive.write(tmp_path / "2026-T3" / "manifest.json", "2026-T3/manifest.json")
    unpacked = open_in(tmp_path, inside)
    assert folder.manifest == unpacked.manifest


def spoil(path: Path, at: Callable[[bytes], int], content: bytes) -> None:
    raw = bytearray(path.read_bytes())
    raw[at(raw) : at(raw) + len(content)] = content
    path.write_bytes(bytes(raw))


def link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("index.html")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


OUTSIDE = ["../out.html", "/etc/out", "a/../../out", "C:/out", "a\\..\\out", "a//b", "./a", "a\nb"]
ZIPS: list[tuple[list[tuple[str | zipfile.ZipInfo, bytes]], str]] = [
    *(([(name, b"x")], "names what would leave its folder") for name in OUTSIDE),
    ([(link(), b"/etc/passwd")], "nothing was unpacked"),
    ([("bomb.csv", b"0" * 30_000_000)], "nothing was unpacked"),
    ([("index.html", b"read"), ("index.html", b"compared")], "nothing was unpacked"),
    ([(f"{number}", b"") for number in range(3)], "has 4 files of"),
]


@pytest.mark.parametrize(("entries", "told"), ZIPS)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_that_could_do_harm_is_refused_before_it_writes(tmp_path, monkeypatch, entries, told):
    monkeypatch.setattr(rebuild, "MOST_FILES", 3)
    assert len(refused(tmp_path, zipped(tmp_path / "bad.zip", *entries), told)) == 1
    few = zipped(tmp_path / "few.zip", ("a", b""), ("b", b""))  # three with the manifest
    assert {*open_in(tmp_path, few).files} == {"a", "b"}


def test_a_zip_that_is_none_is_damaged_or_says_less_than_it_holds_is_refused(tmp_path):
    place = zipped(tmp_path / "bad.zip", ("a.csv", b"1,2\n" * 400))
    size = (5).to_bytes(4, "little")
    spoil(place, lambda raw: raw.rindex(b"PK\x01\x02") + 24, size)  # in the list at the end
    with pytest.raises(ObservError, match=r"bad\.zip: cannot be unpacked"):
        open_in(tmp_path, place)
    place = zipped(tmp_path / "bad.zip", ("a.csv", bytes(range(256)) * 40))
    spoil(place, lambda raw: raw.index(b"a.csv") + 5, b"\xff" * 40)
    with pytest.raises(ObservError, match=r"bad\.zip: cannot be unpacked") as told:
        open_in(tmp_path, place)
    assert len(told.value.problems) == 1
    for content in (b"", b"PK\x03\x04 no zip", b"<html>"):
        place.write_bytes(content)
        with pytest.raises(ObservError, match="it is no zip of a folder"):
            open_in(tmp_path, place)


@pytest.mark.parametrize(("name", "spoilt", "told"), [
    ("index.html", lambda path: path.symlink_to("/etc/passwd"), r"links or devices.*'index"),
    ("manifest.json", Path.unlink, "holds no manifest.json"),
    ("manifest.json", lambda path: path.write_text("[" * 200_000), "is no manifest"),
    ("manifest.json", lambda path: path.write_text("[1]"), "holds no keys"),
    ("manifest.json", lambda path: path.write_bytes(b"\xff"), "is no manifest"),
])  # fmt: skip
def test_a_folder_with_a_link_or_no_manifest_is_refused_in_a_line(tmp_path, name, spoilt, told):
    folder = write(tmp_path / "2026-T3")
    spoilt(folder / name)
    assert len(refused(tmp_path, folder, told)) == 1


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
    refused(tmp_path, write(tmp_path / "2026-T3", **changed), rf"^manifest\.json: {told}")


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
        found = review_opened(open_in(tmp_path, folder), again, tmp_path)
    except ObservError as error:
        assert name == "manifest.json" and "is no manifest" in str(error)
    else:
        assert name in {one.file for one in found.differences}


def test_a_crate_that_holds_other_kinds_of_values_is_told_to_differ(tmp_path):
    folder = write(tmp_path / "2026-T3")
    graph = [{"@id": "./", "@type": "Dataset", "version": {"a": 1}, "datePublished": 3}]
    (folder / record.CRATE).write_text(json.dumps({"@graph": graph}), encoding="utf-8")
    found = review_opened(open_in(tmp_path, folder), None, tmp_path).as_dict()
    assert "{'a': 1}" in {one["remade"] for one in found["differences"]}


def test_many_mistakes_are_told_five_and_how_many_more(tmp_path):
    files = {f"../{number}": DIGEST for number in range(20)}
    told = refused(tmp_path, write(tmp_path / "2026-T3", files=files), r"^manifest\.json: files")
    assert len(told) == 6 and told[-1].endswith("and 15 more")


def test_each_file_is_held_against_the_manifest(tmp_path):
    folder = write(tmp_path / "2026-T3", files={"a.html": DIGEST, "b.html": DIGEST})
    (folder / "a.html").write_text("changed", encoding="utf-8")
    added = ("c.html", ".htaccess", ".well-known/x", "__pycache__/x.pyc", "edition.json", "d/.e/f")
    for name in added:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("new", encoding="utf-8")
    assert files_against_manifest(open_in(tmp_path, folder)) == {
        "a.html": "changed", "b.html": "absent", **dict.fromkeys(added, "unknown"),
    }  # fmt: skip
