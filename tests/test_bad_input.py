"""Bad data, bad catalogues, bad disks: each ends in one clear line, and nothing is lost."""

import errno
import io
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter
from tests import test_cli
from tests.copies import as_written
from tests.test_cli import HEADER, Observ, answers, told

from observlib import estimates, store
from observlib.base import files
from observlib.estimates import make_comparisons
from observlib.pipeline import archive

GOOD = "allo-service-public_satisfaction_good.csv"
ROW = "good-1,2025-03-31,satisfaction,5,0,10\n"
project = test_cli.place
AUDIENCE = "month,visits\n2025-01,3\n"
KEPT = ("data/published/", "reports/.kept/")


@pytest.fixture
def place(project: Path) -> Path:
    """A small project, published once, with one study and one good export in `raw/`."""
    (project / "raw").mkdir()
    (project / "raw" / GOOD).write_text(HEADER + ROW, encoding="utf-8")
    return project


@pytest.fixture
def filled(place: Path, observ: Observ) -> Path:
    """The same, whose store holds the good export."""
    assert observ("ingest", "raw")[0] == 0
    return place


def stops_no_other(observ: Observ, place: Path, *parts: str) -> None:
    """Assert that what is bad is told in one line, and that the good export is ingested."""
    code, _, err = observ("ingest", "raw")
    told((code, "", err), 1, *parts)
    assert held(place) == ["good"]


def held(place: Path) -> list[str]:
    """The answers in the store, by the word of their identifier."""
    stored = store.read(place / "data", "ratings")["answer_id"]
    answers = as_written(place / "data", "satisfaction-3939", ("good-1", "new-1", "a"), stored)
    return sorted(answer.removesuffix("-1") for answer in answers)


def everything(place: Path) -> dict[str, bytes]:
    """Every file below a folder, with its bytes."""
    return {
        path.relative_to(place).as_posix(): path.read_bytes()
        for path in sorted(place.rglob("*"))
        if path.is_file()
    }


def workbook() -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        book.add_worksheet("T1-25").write_row(0, 0, ["Nom Démarche", "ID Démarche"])
    return content.getvalue()


WHOLE = workbook()
FILES = [  # what no loader's own tests hold: file, content, what the line says
    ("boamp_audience.csv", b"month,visitors\n2025-01,3\n",
     ["missing column 'visits'", "columns of the table audience are device, product"]),
    ("jdma_service-public_2025.csv", WHOLE, ["is a workbook", "as CSV in UTF-8"]),
    ("enquete_service-public_2025.csv", WHOLE, ["is a workbook", "as CSV"]),
    ("boamp_audience.csv",
     b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), ["is a workbook", "as CSV in UTF-8"]),
    ("dila_BODACC_monthly.json", b"{}", ["no list 'monthlyStats'", "export"]),
    ("boamp_audience.csv", b"month,visits\x00\n2025-01,3\n",
     ["NUL characters", "no text file", "export it again"]),
    ("observatoire.xlsx", WHOLE[: len(WHOLE) // 2], ["no workbook (.xlsx", "a part"]),
]  # fmt: skip


def test_files_that_cannot_be_used_are_told_at_once_and_stop_no_other(observ, place):
    for at, (name, content, _) in enumerate(FILES):
        (place / "raw" / str(at)).mkdir()
        (place / "raw" / str(at) / name).write_bytes(content)
    code, _, err = observ("ingest", "raw")
    assert code == 1 and held(place) == ["good"] and len(err.splitlines()) == len(FILES)
    for at, (name, _, parts) in enumerate(FILES):
        (line,) = [one for one in err.splitlines() if f"{Path('raw', str(at), name)}:" in one]
        assert all(part in line for part in parts), (name, line)
        shutil.rmtree(place / "raw" / str(at))
    assert observ("ingest", "raw")[0] == 0


@pytest.mark.parametrize(("owner", "method", "name", "said"), [
    (Path, "open", "boamp_audience.csv", "cannot be read: Permission denied"),
    (os, "scandir", "closed", "the folder cannot be read (Permission denied)"),
])  # fmt: skip
def test_what_nobody_may_read_is_told(observ, place, monkeypatch, owner, method, name, said):
    (place / "raw" / "boamp_audience.csv").write_text(AUDIENCE, encoding="utf-8")
    (place / "raw" / "closed").mkdir()
    usual = getattr(owner, method)

    def refuse(path: Any, *rest: Any, **more: Any) -> Any:
        if Path(path).name == name:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return usual(path, *rest, **more)

    monkeypatch.setattr(owner, method, refuse)
    stops_no_other(observ, place, f"{Path('raw', name)}: {said}")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_no_text_is_told_in_one_that_is(observ, place):
    path = os.fsencode(place / "raw") + b"/boamp_audience_ao\xfbt.csv"
    Path(os.fsdecode(path)).write_text(AUDIENCE, encoding="utf-8")
    told_ = r"boamp_audience_ao\udcfbt.csv: the name is not UTF-8; rename the file"
    stops_no_other(observ, place, told_)


def test_two_devices_that_claim_one_file_are_both_named(observ, place):
    with (place / "data" / "catalogue" / "devices.yml").open("a", encoding="utf-8") as entries:
        entries.write(
            "- {id: jumeau, label: x, family: feedback, channel: web, owner: annonces, "
            "frequency: daily, personal_data: x, pattern: boamp_*.csv, loader: plain_csv, "
            "table: audience}\n"
        )
    (place / "raw" / "boamp_audience.csv").write_text(AUDIENCE, encoding="utf-8")
    claimed = "boamp_audience.csv: is claimed by audience-boamp and jumeau"
    stops_no_other(observ, place, claimed, "patterns")


A = "a,2025-01-02,satisfaction"
ROWS = [
    ("same row twice", [f"{A},5,0,10"] * 2, ":4: answer_id, question", "row 3"),
    ("same key, other values", [f"{A},5,0,10", f"{A},6,0,10"],
     ":4: answer_id, question 'satisfaction'", "has the key of row 3 and other values"),
    ("11 of 10", [f"{A},11,0,10"], ":3: value '11'", "the scale 0–10"),
    ("unknown question", ["a,2025-01-02,mood,5,0,10"], ":3: question 'mood'",
     "satisfaction, clarity"),
]  # fmt: skip


def test_a_row_that_cannot_be_used_is_told_with_line_and_reason(observ, place):
    for what, rows, where, why in ROWS:
        (place / "raw" / GOOD).write_text(HEADER + ROW + "\n".join(rows), encoding="utf-8")
        code, out, err = observ("ingest", "raw")
        assert (code, err) == (0, ""), what
        title, line = out.splitlines()[-2:]
        assert title == f"1 row rejected, told in {Path('data', 'store', 'rejects')}:", what
        assert line.startswith(f"  {GOOD}{where}") and why in line
        assert held(place) == sorted({"good", "a"} if len(rows) == 2 else {"good"}), what
        (kept,) = (place / "data" / "store" / "rejects").iterdir()
        (row,) = pd.read_csv(kept, dtype=str).to_dict("records")
        assert row["row"] == where.split(":")[1] and why in row["reason"]
        shutil.rmtree(place / "data" / "store")


@pytest.mark.parametrize("words", [("catalogue",), ("ingest", "raw"), ("edition",)])
def test_the_mistakes_of_every_file_of_the_catalogue_are_told_at_once(observ, filled, words):
    folder = filled / "data" / "catalogue"
    devices = (folder / "devices.yml").read_text(encoding="utf-8")
    twice = devices.replace("id: audience-boamp", "id: datagouv-bodacc")
    (folder / "devices.yml").write_text(twice, encoding="utf-8")
    products = (folder / "products.yml").read_text(encoding="utf-8")
    (folder / "products.yml").write_text(products.replace("label:", "lable:", 1), encoding="utf-8")
    (folder / "peers.yml").write_text("- id: [\n", encoding="utf-8")
    (folder / "departments.yml").unlink()
    before = everything(filled)
    code, out, err = observ(*words)
    assert (code, out) == (1, "") and everything(filled) == before
    lines = err.splitlines()
    assert all(line.startswith(f"observ: {folder}{os.sep}") for line in lines[:15])
    second = 1 + twice[: twice.rindex("- id: datagouv-bodacc")].count("\n")
    for parts in (
        ("departments.yml", "file is missing"),
        ("products.yml:2:", "key 'label' is missing"),
        ("products.yml:3:", "unknown key 'lable'; allowed: id, label"),
        (f"devices.yml:{second}:", "'datagouv-bodacc' is already used", "rename one"),
        ("peers.yml:", "not valid YAML"),
    ):
        assert [line for line in lines if all(part in line for part in parts)], parts


def test_many_mistakes_are_bounded_and_counted(observ, place):
    path = place / "data" / "catalogue" / "devices.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("family: feedback", "family: feed"), encoding="utf-8")
    code, _, err = observ("catalogue")
    lines = err.splitlines()
    assert code == 1 and len(lines) == 16
    assert "'feedback', 'consultation', 'mobilisation' or 'reference'" in lines[0]
    assert lines[-1] == f"observ: and {text.count('family: feedback') - 15} more like these"


def test_demonstration_and_real_data_share_no_store(observ, filled):
    digest = store.store_digest(filled / "data")
    shutil.copytree(filled / "raw", filled / "demo")
    (filled / "demo" / "demonstration.json").write_text("{}", encoding="utf-8")
    kinds = ("demo: holds demonstration data", "real data", "name another data folder", "--data")
    told(observ("ingest", "demo"), 1, *kinds)
    assert observ("ingest", "demo/.")[0] == 1
    both = ".: holds real data and a demonstration (demo)"
    told(observ("ingest", ".", "--data", "other"), 1, both, "apart")
    assert not (filled / "other").exists()
    assert store.store_digest(filled / "data") == digest
    assert observ("ingest", "demo", "--data", "other")[0] == 0


REASONS = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EACCES: "cannot be written; give yourself the right",
    errno.EROFS: "is read-only; name another",
    errno.EDQUOT: "the disk quota is used up; free some space",
}


STEPS = [(step, errno.ENOSPC) for step in ("folder", "part", "rejects", "ledger")]
STEPS += [("folder", code) for code in REASONS if code != errno.ENOSPC]


def failing(code: int) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code), "a-file")

    return fail


@pytest.mark.parametrize(("step", "code"), STEPS)
def test_an_ingestion_that_cannot_write_leaves_the_store(observ, filled, monkeypatch, step, code):
    answers(filled / "raw", "new", {"new-1": ("2025-03-31", 5), "bad": ("2025-01-02", 11)})
    fail, write = failing(code), files.write_text
    if step == "folder":
        monkeypatch.setattr(Path, "mkdir", fail)
    elif step == "part":
        monkeypatch.setattr("pyarrow.parquet.ParquetWriter", fail)
    else:
        name = "ledger.json" if step == "ledger" else ".csv"

        def some(path: Path, text: str) -> None:
            fail() if path.name.endswith(name) else write(path, text)

        monkeypatch.setattr(files, "write_text", some)
    told(observ("ingest", "raw"), 1, REASONS[code], "the store is as it was")
    monkeypatch.undo()
    monkeypatch.chdir(filled)
    assert held(filled) == ["good"]
    assert observ("ingest", "raw")[0] == 0 and held(filled) == ["good", "new"]


@pytest.mark.parametrize("step", ["copy", "workspace", "study", "site", "edition"])
def test_an_edition_that_cannot_be_written_leaves_the_last(observ, filled, monkeypatch, step):
    fail = failing(errno.ENOSPC)
    before = everything(filled)

    def make(request: Any, folder: Path, **more: Any) -> tuple[dict[str, Any], dict[str, int]]:
        if step == "study":
            fail()
        folder.mkdir(parents=True, exist_ok=True)
        none = archive.content(estimates.make([]), make_comparisons(None), {"wide": []})
        for name, content in none.items():
            (folder / name).write_bytes(content)
        return {**request.about, "version": "0", "studies": [], "frame": {}}, {}

    monkeypatch.setattr("observlib.edition.make.make_edition", make)
    monkeypatch.setattr("observlib.edition.release.publish", fail)
    monkeypatch.setattr("observlib.pipeline.disclosed.jobs", lambda _: [])  # no page reads a family
    if step == "workspace":
        monkeypatch.setattr(Path, "mkdir", fail)
    elif step == "copy":
        monkeypatch.setattr(shutil, "copyfile", fail)
    elif step == "edition":

        def publish(project: Path, target: Path, *_: Any) -> None:
            target.mkdir(parents=True)
            (target / "index.html").write_text("<html><head></head></html>", encoding="utf-8")
            of = {"title": "T", "contributors": [{"title": "A"}]}
            of["licenses"] = [{"path": "l", "title": "L"}]
            (target / "donnees").mkdir()
            (target / "donnees" / "datapackage.json").write_text(json.dumps(of), encoding="utf-8")

        monkeypatch.setattr("observlib.edition.release.publish", publish)
        monkeypatch.setattr("observlib.edition.release.replace_folder", fail)
    told(observ("edition"), 1, REASONS[errno.ENOSPC])
    monkeypatch.undo()
    after = everything(filled)  # what was about to be published is kept, and what was decided of it
    assert {name: after[name] for name in after if not name.startswith(KEPT)} == before
    assert not list((filled / "reports").glob(".work*"))


@pytest.mark.parametrize("data", ["file", "file/data"])
def test_a_data_folder_that_is_a_file_is_told(observ, place, data):
    (place / "file").write_text("precious", encoding="utf-8")
    for words, why, mend in (
        (("ingest", "raw"), "a file stands where a folder is needed", "name another"),
        (("edition",), "Not a directory", "name the folder"),
    ):
        told(observ(*words, "--data", data), 1, str(place / data), why, mend)
    assert (place / "file").read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize("words", [("ingest", "raw"), ("edition",)])
def test_a_store_with_a_missing_part_says_how_to_begin_again(observ, filled, words):
    (part := next((filled / "data" / "store").glob("ratings/*.parquet"))).unlink()
    told(observ(*words), 1, str(part), "delete the folder", "ingest the exports again")
    shutil.rmtree(filled / "data" / "store")
    assert observ("ingest", "raw")[0] == 0 and held(filled) == ["good"]


def test_an_ingestion_of_which_nothing_is_taken_fails_and_says_what_to_mend(observ, place):
    assert observ("ingest", "raw")[0] == 0
    bad = place / "raw" / GOOD.replace("good", "bad")
    bad.write_text(HEADER + ROW.replace(",5,", ",11,"), encoding="utf-8")
    for _ in range(2):  # it is no better the second time
        code, out, err = observ("ingest", "raw")
        assert code == 1 and "1 row rejected" in out and held(place) == ["good"]
        assert f"{bad.name}: every row is rejected, such as row 2: value 11 is outside" in err
    bad.write_text(f"{bad.read_text('utf-8')}{ROW.replace('good-1', 'b')}", encoding="utf-8")
    code, out, err = observ("ingest", "raw")
    assert (code, err) == (0, "") and "1 row rejected" in out
