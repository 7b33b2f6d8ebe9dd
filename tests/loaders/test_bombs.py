"""Small files that would fill the memory or never end are each one line of error, soon told."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from tests.copies import DEMO
from tests.formats.test_samples import device
from tests.loaders.books import ods

from observlib import store
from observlib.base import files

pytestmark = pytest.mark.slow
_SECONDS = 120  # of a test machine that does other things; each takes a second or two
_WORKER = """
import json, sys
from pathlib import Path
from observlib.pipeline import project
from observlib.base.errors import ObservError
from observlib.loaders import load

devices, files = project.catalogue(Path(sys.argv[1])), json.load(sys.stdin)
try:
    import resource
    pages = [int(n) for n in Path("/proc/self/statm").read_text().split()[:2]]
    most = int(sys.argv[2]) + (pages[0] - pages[1]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
except (ImportError, OSError, ValueError):
    pass  # a system without such limits
for device, path in files:
    try:
        load(Path(path), devices.devices[device], devices)
        print(json.dumps("read"))
    except ObservError as error:
        print(json.dumps(str(error)), flush=True)
"""


def loaded(files: list[tuple[str, Path]], most: int = 1 << 30) -> list[str]:
    """What loading each file says, in a process that takes no more memory than `most` bytes."""
    done = subprocess.run(
        [sys.executable, "-c", _WORKER, str(DEMO), str(most)],
        input=json.dumps([(device, str(path)) for device, path in files]), capture_output=True,
        timeout=_SECONDS, encoding="utf-8", env={**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    )  # fmt: skip
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(said) == len(files), f"died of {files[len(said)][1].name}: {done.stderr[-500:]}"
    return said


def refused(
    folder: Path, device: str, bombs: dict[str, tuple[bytes, str]], most: int = 1 << 30
) -> None:
    for name, (raw, _) in bombs.items():
        (folder / name).write_bytes(raw)
    said = loaded([(device, folder / name) for name in bombs], most)
    for line, (name, (_, why)) in zip(said, bombs.items(), strict=True):
        assert name in line and why in line and "\n" not in line, (name, line)


def workbook(sheet: bytes, **parts: bytes) -> bytes:
    """A workbook of one sheet, whose XML is given; `parts` replace or add others."""
    source, packed = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(source) as book:
        book.add_worksheet("T3-25").write(0, 0, "a")
    with zipfile.ZipFile(source) as old:
        whole = {name: old.read(name) for name in old.namelist()}
    place = "xl/worksheets/sheet1.xml"
    moved = parts.pop("moved", b"").decode()
    if moved:
        whole["xl/_rels/workbook.xml.rels"] = whole["xl/_rels/workbook.xml.rels"].replace(
            b"worksheets/sheet1.xml", moved.encode()
        )
        del whole[place]
        place = f"xl/{moved}"
    whole |= {place: sheet, **{f"xl/{name}.xml": raw for name, raw in parts.items()}}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name, raw in whole.items():
            new.writestr(name, raw)
    return packed.getvalue()


_MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def worksheet(rows: bytes, before: bytes = b"") -> bytes:
    return before + b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (_MAIN, rows)


FAR = (
    b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
)


def test_a_cell_that_strays_is_seen_however_it_is_written(tmp_path):
    strays = "spans 1048576 rows and 16384 columns"
    prefixed = worksheet(FAR).replace(b"<", b"<x:").replace(b"<x:/", b"</x:")
    unplaced = b'<row r="1048576">' + b"<c><v>1</v></c>" * 16_384 + b"</row>"
    entity = worksheet(
        FAR.replace(b"XFD1048576", b"&a;"), b'<!DOCTYPE w [<!ENTITY a "XFD1048576">]>'
    )
    sheets = {
        "plain": worksheet(FAR),
        "prefix": prefixed.replace(b" xmlns=", b" xmlns:x="),
        "utf16": worksheet(FAR).decode().encode("utf-16"),
        "unplaced": worksheet(unplaced),
    }
    bombs = {f"{name}.xlsx": (workbook(sheet), strays) for name, sheet in sheets.items()}
    bombs["moved.xlsx"] = (workbook(worksheet(FAR), moved=b"other/data.bin"), strays)
    bombs["entity.xlsx"] = (workbook(entity), "declares a document type")
    blank = worksheet(FAR.replace(b"<v>1</v>", b""))
    bombs["format.xlsx"] = (workbook(blank), "no sheet has in its first row")
    refused(tmp_path, "qualite-demarches", bombs)


def test_a_workbook_that_swells_is_refused(tmp_path):
    text = b'<sst xmlns="%s"><si><t>%s</t></si></sst>' % (_MAIN, b"x" * 32_000)
    row = b"<row>" + b'<c t="s"><v>0</v></c>' * 100 + b"</row>"
    bombs = {
        # 200,000 cells, each of which calamine gives the text of its own
        "shared.xlsx": (workbook(worksheet(row * 2000), sharedStrings=text), "ran out of memory"),
        "deep.xlsx": (workbook(worksheet(b"<a>" * 100_000)), "nested more than 50 levels"),
        "tag.xlsx": (workbook(worksheet(b'<row r="' + b"1" * 9_000_000 + b'"/>')), "a tag of more"),
        "zeros.xlsx": (workbook(b"\0" * 101_000_000), "holds more than 100 MB"),
    }
    refused(tmp_path, "qualite-demarches", bombs)


def test_an_open_document_s_repeated_cells_are_never_laid_out(tmp_path):
    def sheet(rows: str, times: str, columns: str = "1") -> bytes:
        cell = f'<table:table-cell table:number-columns-repeated="{columns}" '
        cell += 'office:value-type="float" office:value="1"/>'
        row = f'<table:table-row table:number-rows-repeated="{times}">'
        first = f"<table:table-row>{cell}</table:table-row>"
        rows = rows.replace("ROWS", row).replace("CELL", cell)
        return ods(content=f'<table:table table:name="T3-25">{first}{rows}</table:table>')

    own, empty = "ROWSCELL</table:table-row>", "ROWS<table:table-cell/></table:table-row>"
    bombs = {
        "repeated.ods": (sheet(own, "1048575", "16384"), "spans 1048576 rows and 16384 columns"),
        "gap.ods": (sheet(empty + own.replace("ROWS", "<table:table-row>"), "4" * 9), "spans 444"),
        "sheets.ods": (sheet(own + "</table:table><table:table>" + own, "800000"), "spans 8000"),
        "zeros.ods": (
            ods(content="<text:p>" + "0" * 101_000_000 + "</text:p>"),
            "more than 100 MB",
        ),
    }
    refused(tmp_path, "qualite-demarches", bombs)


def archive(responses: bytes, structure: bytes = b"<document/>") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("survey_77.lss", structure)
        new.writestr("survey_77_responses.lsr", responses)
    return packed.getvalue()


def test_an_archive_that_swells_is_refused(tmp_path):
    field = b"<fieldname>id</fieldname>"

    def document(fields: bytes, rows: bytes) -> bytes:
        inside = b"<fields>%s</fields><rows>%s</rows>" % (fields, rows)
        return b"<document><responses>%s</responses></document>" % inside

    many = "holds more than 4,000,000 answers"
    bombs = {
        "rows.lsa": (archive(document(field, b"<row/>" * 1_000_001)), many),
        "both.lsa": (archive(document(field * 50_000, b"<row/>" * 50_000)), "50,000 fields each"),
        "text.lsa": (archive(document(field, b"<row><id>" + b"x" * 2_000_000)), "a text of more"),
    }
    refused(tmp_path, "enquete-service-public", bombs)


def test_errors_of_formulas_are_counted_before_they_are_noted(tmp_path):
    error = 'office:value-type="string" calcext:value-type="error"'
    cell = f'<table:table-cell table:number-columns-repeated="99999" {error}/>'
    row = f"<table:table-row>{cell}</table:table-row>"
    sheet = f'<table:table table:name="T3-25">{row * 400}</table:table>'
    said = "holds more than 100,000 errors of formulas"
    bombs = {
        "errors.ods": (ods(content=sheet), said),
        "errors.xlsx": (workbook(worksheet(b"<row>" + b'<c t="e"/>' * 2_900_000 + b"</row>")), said)
    }  # fmt: skip
    assert len(bombs["errors.ods"][0]) < 1000
    refused(tmp_path, "qualite-demarches", bombs, 300_000_000)


def test_a_sheet_in_yaml_that_swells_is_refused(tmp_path):
    bombs = {
        "flow.yml": (b"[" * 200_000, "nesting depth"),
        "keys.yml": (b"? " * 100_000, "nested too deeply"),
        "values.yml": (b"- {}\n" * 100_000, "holds over 150,000 values"),
        "large.yml": (b"a: " + b"x" * 2_000_000, "holds more than 2 MB"),
    }
    refused(tmp_path, "ateliers", bombs)


def test_the_keys_of_a_json_export_do_not_multiply(tmp_path):
    keys = {f"k{n}": 1 for n in range(400_000)}
    few = {f"k{n}": 1 for n in range(9_000)}
    deep: dict[str, object] = {"a": 1}
    for _ in range(900):
        deep = {"": deep, "b": 1}
    many, nested = "an object has 400,000 keys, more than any export", "nested too deeply"
    said = {
        "keys.json": (keys, many),
        "days.json": ({"2026-01-01": keys}, many),
        "zeros.json": ({"2026-01-01": few, "2026-01-02": [[]] * 20_000}, "20,000 rows have 9,000"),
        "deep.json": ({"2026-01-01": deep}, nested),
    }
    bombs = {name: (json.dumps(held).encode(), why) for name, (held, why) in said.items()}
    bombs["lists.json"] = (b"[" + b"[]," * 7_000_000 + b"[]]", "holds more than 20 MB of JSON")
    refused(tmp_path, "matomo-vie-publique", bombs)


def test_a_text_beyond_all_is_told_before_it_is_gone_through(tmp_path, catalogue):
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in ("appels_3939_2026.csv", "other.csv"):
        with (raw / name).open("wb") as stream:
            stream.truncate(10_000_000_000)
    known = catalogue.model_copy(
        update={"devices": {"d": device("calls").model_copy(update={"pattern": "appels*.csv"})}}
    )
    done = store.ingest(raw, tmp_path, known)
    (problem,) = done.problems
    assert "appels_3939_2026.csv: holds more than 5 GB; export a shorter period" in problem


def test_a_table_of_endless_rows_is_refused(tmp_path):
    header = ",".join(f"c{n}" for n in range(10_001)).encode()
    bombs = {
        "columns.csv": (header + b"\n1\n", "has 10,001 columns"),
        "row.csv": (b"a,b\n" + b"," * 6_000_000, "csv:2: not a CSV row: more than 5,000,000"),
    }
    refused(tmp_path, "enquete-service-public", bombs)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes that are files")
def test_a_pipe_among_the_exports_is_told_and_never_waited_for(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    pipe = raw / "matomo_service-public_2026-03.csv"
    os.mkfifo(pipe)
    devices = ("matomo-service-public", "enquete-service-public", "qualite-demarches")
    assert loaded([(device, pipe) for device in devices]) == [f"{pipe}: {files.NO_FILE}"] * 3
    ingest = (
        "import sys; from pathlib import Path; from observlib import store\n"
        "from observlib.pipeline import project\n"
        "raw, data, demo = map(Path, sys.argv[1:])\n"
        "print(*store.ingest(raw, data, project.catalogue(demo)).problems)\n"
    )
    paths = [raw, tmp_path / "data", DEMO]
    done = subprocess.run(
        [sys.executable, "-c", ingest, *map(str, paths)], capture_output=True, timeout=_SECONDS,
        encoding="utf-8"
    )  # fmt: skip
    assert f"{pipe}: is a pipe" in done.stdout and done.returncode == 0
