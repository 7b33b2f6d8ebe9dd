"""Writing must give the same bytes everywhere, and never cost anyone their data."""

import errno
import hashlib
import json
import os
import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.confidentiality.redaction import redact
from observlib.records import coding
from tools import demo
from tools.demo import audience, experiences, procedures
from tools.demo import satisfaction as ratings
from tools.demo.__main__ import main
from tools.demo.codes import TEXTS

ROOT = Path(__file__).parents[3]
# Over the path and bytes of every file. When a change of the demonstration is meant, put the new
# one here, and execute the notebooks again.
DIGEST = "7a5f96f1ee3099b6889f37658d1125ec93b32d2d265312953ea0d9cd9b62cbe9"
PLANTED = re.compile(
    r"Martin|Durand|camille|Nadia|Bernard|Lucas|Sophie|Lambert|06 39|12/05/2014|AB-123|4f9a2c|"
    r"Tilleuls|Villefictive|00417"
)
MAKERS = (audience, ratings, experiences, procedures)
DEVICES = {device: maker for maker in MAKERS for device in maker.DEVICES}


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def digest(folder: Path) -> str:
    found = hashlib.sha256()
    for name, raw in sorted(content(folder).items()):
        found.update(f"{name}\n{hashlib.sha256(raw).hexdigest()}\n".encode())
    return found.hexdigest()


def test_this_machine_writes_the_bytes_of_every_machine_and_their_truths_and_digests(exports):
    found = content(exports.folder)
    manifest = json.loads(found.pop(demo.MANIFEST))
    assert manifest["truths"] == exports.truths
    assert manifest["files"] == {n: hashlib.sha256(raw).hexdigest() for n, raw in found.items()}
    about = [manifest[name] for name in ("kind", "first", "last")]
    assert about == ["demonstration", "2023-T1", "2026-T3"] and "fictives" in manifest["note"]
    assert digest(exports.folder) == DIGEST


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demonstration of one theme: what is written matters less here than where."""
    monkeypatch.setattr(demo, "_MAKERS", demo._MAKERS[-1:])


@pytest.mark.usefixtures("quick")
def test_a_previous_demonstration_is_replaced_whole(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    demo.write(folder)  # an empty folder will do
    whole = content(folder)
    manifest = json.loads((folder / demo.MANIFEST).read_text(encoding="utf-8"))
    manifest["files"]["old.csv"] = ""
    (folder / demo.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "old.csv").write_bytes(b"of an older version")
    next(folder.glob("*/*.csv")).write_bytes(b"damaged")
    (folder / ".DS_Store").write_bytes(b"litter")
    demo.write(folder)
    assert content(folder) == whole
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]


def refused(folder: Path, *words: str) -> None:
    """Check that writing is refused in one line with these words, and that nothing moved."""
    before = content(folder.parent)
    with pytest.raises(ObservError) as caught:
        demo.write(folder)
    (problem,) = caught.value.problems
    assert "\n" not in problem
    for word in (str(folder), *words):
        assert word in problem
    assert content(folder.parent) == before


@pytest.mark.parametrize(
    "manifest",
    [b"", b"\xff", b'{"kind": "demonstration", "files": 3}'],
)
def test_a_manifest_that_is_not_ours_protects_its_folder(tmp_path, manifest):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / demo.MANIFEST).write_bytes(manifest)
    refused(tmp_path / "raw", demo.MANIFEST)


@pytest.mark.usefixtures("quick")
def test_a_real_export_or_a_file_in_the_place_of_the_folder_is_left_alone(tmp_path):
    (tmp_path / "file").write_bytes(b"precious")
    refused(tmp_path / "file", "is a file")
    with pytest.raises(ObservError, match="no work folder can be made there"):
        demo.write(tmp_path / "file" / "under")
    demo.write(tmp_path / "raw")
    (tmp_path / "raw" / "peers.csv").write_bytes(b"precious")
    refused(tmp_path / "raw", "peers.csv", "choose another folder")


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a-file")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("place", "step", "fault", "code", "why"), [
    (Path, "write_bytes", FULL, 1, os.strerror(errno.ENOSPC)),
    (files, "_exchange", FULL, 1, os.strerror(errno.ENOSPC)),
    (demo, "replace_folder", KeyboardInterrupt(), 130, "interrupted"),
])  # fmt: skip
def test_where_it_cannot_be_written_or_is_interrupted_the_earlier_one_stays(
    tmp_path, monkeypatch, capsys, place, step, fault, code, why
):
    def fail(*_: object, **__: object) -> None:
        raise fault

    folder = tmp_path / "raw"
    assert main([str(folder)]) == 0
    before = content(tmp_path)
    capsys.readouterr()
    monkeypatch.setattr(place, step, fail)
    assert main([str(folder)]) == code
    out, err = capsys.readouterr()
    (line,) = [one for one in err.splitlines() if one.startswith("demo: ")]
    assert not out and why in line
    monkeypatch.undo()
    assert content(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]


def test_every_export_is_that_of_one_device(exports, catalogue):
    owners: Counter[str] = Counter()
    for path in exports.folder.rglob("*"):
        if path.name == "demonstration.json" or path.is_dir():
            continue
        if sheet := coding.of_sheet(path.name):
            assert catalogue.devices[sheet.device].verbatims
            continue
        (owner,) = [d.id for d in catalogue.devices.values() if path.match(d.pattern)]
        owners[owner] += 1
    assert set(owners) == set(catalogue.devices) - {"sp-plus-extrait", "insee-population"}
    assert owners["matomo-service-public"] == owners["jdma-legifrance"] == 15
    assert (owners["matomo-legifrance"], owners["matomo-journal-officiel"]) == (45, 4)


def test_what_the_exports_tell_of_persons_is_in_no_table_and_on_no_page(exports, demonstration):
    words = ("Personne Fictive", "Technicien Fictif", "Agent Fictif", "Compte fictif", "Agent/20")
    told = (*words, "@exemple.invalid", "019900", "192.0.2.", "Demande fictive", "abonne1")
    told += ("Nadia Bernard", "camille.durand", "14 rue des Tilleuls")
    raw = b"".join(content(exports.folder).values()).decode("utf-8", "replace")
    assert all(word in raw for word in told)
    parts = (demonstration / "store").rglob("*.parquet")
    cells = []
    for part in parts:
        texts = pd.read_parquet(part).select_dtypes(exclude=["number", "datetime", "bool"])
        cells += ["\n".join({str(cell) for name in texts for cell in texts[name].unique()})]
    assert not [word for word in told for text in cells if re.search(rf"^{word}", text, re.M)]
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "notebooks").glob("*.ipynb")]
    told = [word for word in told if word != "019900"]
    assert not [word for word in told for text in (*cells, *pages) if word in text]


def test_the_demonstration_stores_and_quotes_no_invented_person():
    assert not [text for text in map(redact, TEXTS) if PLANTED.search(text)]
    told = sum(bool(PLANTED.search(text)) for text in TEXTS)  # so that redaction is seen at work
    assert 0.1 < told / len(TEXTS) < 0.3 and len(set(TEXTS)) == len(TEXTS) > 300


def test_a_new_device_changes_the_exports_of_no_other(monkeypatch):
    before = {device: maker.make(device, demo.SEED) for device, maker in DEVICES.items()}
    new_site, new_form = audience.SITES["audience-boamp"], ratings.RATED["jdma-legifrance"]
    monkeypatch.setattr(audience, "SITES", {"matomo-new": new_site, **audience.SITES})
    monkeypatch.setattr(ratings, "RATED", {"jdma-new": new_form, **ratings.RATED})
    assert {d: maker.make(d, demo.SEED) for d, maker in DEVICES.items()} == before
