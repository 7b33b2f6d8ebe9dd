"""What the files of an edition hold, read as rows, words and drawings."""

import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from python_calamine import CalamineWorkbook
from tests.drawings import said
from tests.publish.test_downloads import objects

from observlib import dataset, estimates
from observlib.dataset import HEAD_ROW
from observlib.estimates import COMPARISON_NUMBERS

_NUMBERS = {*estimates.NUMBERS, *COMPARISON_NUMBERS}
_NUMBERS |= {estimates.REFERENCE + name for name in estimates.NUMBERS}


class Part(NamedTuple):
    """A part of a file: rows, words (a sentence, or a row of a table, if `is_prose`), a drawing."""

    where: str
    text: str = ""
    is_prose: bool = False
    frame: pd.DataFrame | None = None
    drawing: str = ""
    carried: tuple[pd.DataFrame, ...] = ()
    figure: str = ""  # the identifier of the only one that it tells


def parts(name: str, content: bytes) -> Iterator[Part]:
    """What a file holds, by how its name ends."""
    kind = Path(name).suffix
    if kind == ".zip":
        for inside, own in _files(content):
            for part in parts(inside, own):
                yield part._replace(where=f"{inside}: {part.where}")
    elif kind == ".docx":
        for inside, own in _files(content):
            if inside.endswith((".xml", ".rels")):
                ends = r"</w:p>|<w:br\b[^>]*>" if inside.startswith("word/") else r"<[^>]*>"
                text = re.sub(ends, "\n", own.decode("utf-8"))
                yield from _prose(inside, (re.sub(r"<[^>]*>", "", x) for x in text.split("\n")))
    elif kind == ".png":
        return  # dots of the drawing beside it
    elif kind == ".parquet":
        yield from _table("rows", pd.read_parquet(io.BytesIO(content)))
    elif kind == ".csv":
        text = pd.read_csv(io.BytesIO(content), keep_default_na=False, dtype=str)
        yield from _table("rows", text)
    elif kind == ".xlsx":
        yield from _workbook(content)
    elif kind == ".ipynb":
        yield from _notebook(json.loads(content))
    elif kind == ".pdf":
        yield from _prose("strings", _strings(content))
        yield from _prose("text", _lines(content))
    elif kind in (".html", ".svg"):
        text_ = content.decode("utf-8")
        yield from _markup("page", text_)
        yield Part("source", text_, drawing=text_ if kind == ".svg" else "")
    elif name.endswith("origins-data.js"):
        text_ = content.decode("utf-8")
        yield from _origins(json.loads(text_.partition("=")[2].rstrip(";\n")))
        yield Part("source", text_)
    else:
        yield from _prose("text", _sentences(content.decode("utf-8")))


def carried(path: Path) -> tuple[pd.DataFrame, ...]:
    """All estimates and comparisons that an executed notebook carries."""
    found = [part.frame for part in parts(path.name, path.read_bytes())]
    return tuple(frame for frame in found if frame is not None)


def _table(where: str, frame: pd.DataFrame) -> Iterator[Part]:
    """Rows of estimates or comparisons; of another table, all its cells as text."""
    if {"indicator", "status"} <= set(frame):
        _read_columns(frame)
        yield Part(where, "\n".join(map(str, frame.to_numpy().ravel())), frame=frame)
    else:
        yield from _prose(where, (" | ".join(map(str, row)) for row in frame.to_numpy().tolist()))


def _origins(content: dict[str, Any]) -> Iterator[Part]:
    """Each origin as the page tells it, with names for identifiers; then what figures it tells."""
    labels = content["indicators"] | content["devices"]
    texts = [labels.get(text, text) for text in content["texts"]]
    for figure, row in content["rows"].items():
        own = [texts[place] for place in row]
        yield Part("row", " | ".join(own), True)
        yield Part("row", " | ".join(own[1:4]), figure=figure)  # its value, interval and base
    yield from _prose("heads", map(str, [*content["heads"].values(), *labels.values()]))
    yield from _prose("pages", (str(title) for title, _ in content["pages"].values()))


def _workbook(content: bytes) -> Iterator[Part]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for sheet in book.sheet_names:
        cells = book.get_sheet_by_name(sheet).to_python()
        begins = HEAD_ROW if ["Retour au sommaire"] in [row[:1] for row in cells] else 0
        yield from _prose(sheet, (" | ".join(map(str, row)) for row in cells[:begins]))
        head, *rows = cells[begins:]
        names = {one.title: name for name, one in dataset.COMPARISONS.items()}
        frame = pd.DataFrame(rows, columns=[names.get(str(title), str(title)) for title in head])
        yield from _table(sheet, frame)
    yield from (Part(name, own.decode("utf-8")) for name, own in _files(content))  # formulas, notes


def _files(archive: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as book:
        yield from ((name, book.read(name)) for name in book.namelist())


def _notebook(content: dict[str, Any]) -> Iterator[Part]:
    """What cells carry and show, then all that a notebook holds, hidden or not."""
    for number, cell in enumerate(content["cells"], start=1):
        where = f"cell {number}"
        yield from _prose(where, _sentences("".join(cell["source"])))
        for output in cell.get("outputs", []):
            data = {kind: _joined(shown) for kind, shown in output.get("data", {}).items()}
            own = data.pop(estimates.MIME, {})
            tables = [table for table in (own, own.get("comparisons")) if table]
            rows = tuple(map(_rows, tables))
            yield from (Part(where, frame=frame) for frame in rows)
            for name in ("alt", "caption", "data_markdown"):
                yield from _prose(f"{where}: {name}", _sentences(own.get(name, "")), rows)
            for kind, shown in data.items():
                if "svg" in kind:
                    yield Part(where, drawing=shown, carried=rows)
                if kind == "text/html" or "svg" in kind:
                    yield from _markup(f"{where}: {kind}", shown, rows)
                else:
                    yield from _prose(f"{where}: {kind}", _sentences(shown), rows)
            yield Part(f"{where}: metadata", json.dumps(output.get("metadata")), True)
        yield Part(f"{where}: metadata", json.dumps(cell.get("metadata")), True)
    yield Part("all of it", json.dumps(content, ensure_ascii=False))


def _joined(shown: Any) -> Any:
    return "".join(shown) if isinstance(shown, list) else shown


def _rows(content: dict[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(estimates.from_lines(content["rows"]), columns=content["columns"])
    return _read_columns(frame)


def _read_columns(frame: pd.DataFrame) -> pd.DataFrame:
    for name in frame.columns:
        column = frame[name]
        frame[name] = pd.to_numeric(column) if name in _NUMBERS else column.fillna("").astype(str)
    return frame


def _prose(where: str, texts: Iterable[str], rows: tuple[pd.DataFrame, ...] = ()) -> Iterator[Part]:
    return (Part(where, text, True, carried=rows) for text in texts)


def _sentences(text: str) -> list[str]:
    """The sentences and lines of a text; a line may be a row of a table."""
    found = []
    for line in text.split("\n"):
        found += [line] if line.startswith("|") else re.split(r"(?<=[.;!?])\s", line)
    return [sentence for sentence in found if sentence.strip()]


_BLOCK = r"</?(?:tr|p|li|h\d|figcaption|caption|dt|dd|title|desc|summary|div|pre|section)\b[^>]*>"
# `data-at` are places of a drawing, whose dots are looked at themselves
_ATTRIBUTE = re.compile(
    r"\b(?:alt|title|aria-label|content|summary|data-(?!at\b|values\b)[\w-]+)=\"([^\"]*)\""
)
_WALKED = re.compile(r"\bdata-values=\"([^\"]*)\"")


def _markup(where: str, markup: str, rows: tuple[pd.DataFrame, ...] = ()) -> Iterator[Part]:
    """The words of a page or a chart: blocks and rows, then attributes, comments, drawn words."""
    shown = re.sub(r"(?s)<(style|script|defs)\b.*?</\1>|<!--.*?-->", "", markup)
    if "<body" in markup:  # drawings are read below, line by line
        shown = re.sub(r"(?s)<svg\b.*?</svg>", " ", shown)
    for block in re.split(_BLOCK, shown):
        cells = re.sub(r"</t[dh]>", " | ", re.sub(r"<br\b[^>]*>", " ", block))
        text = " ".join(unescape(re.sub(r"<[^>]*>", "", cells)).split())
        yield from _prose(where, [text] if "|" in text else _sentences(text), rows)
    for hidden in (*_ATTRIBUTE.findall(markup), *re.findall(r"(?s)<!--(.*?)-->", markup)):
        yield from _prose(f"{where}: hidden", _sentences(" ".join(unescape(hidden).split())), rows)
    for values in _WALKED.findall(markup):  # as a reader who walks them is told them
        whose, along, told = (part.split("|") for part in unescape(values).split("¶"))
        for line, place, text in (one.split(",", 2) for one in told):
            then = re.sub(r"\d+\s(?=jours|mois)", "", along[int(place)])  # how long after
            said_ = f"{whose[int(line)]} | {then} | {text}"
            yield from _prose(f"{where}: walked", [said_], rows)
    for drawing in re.findall(r"(?s)<svg\b.*?</svg>", markup):
        lines: dict[float, list[str]] = {}
        for word in said(drawing):
            lines.setdefault(round(word.y), []).append(word.text)
        yield from _prose(f"{where}: drawn", map(" | ".join, lines.values()), rows)


_STRING = re.compile(
    r"/(?:Alt|ActualText|Author|Contents|Keywords|Subject|Title|TU|URI)\s*"
    r"(?:\(((?:[^()\\]|\\.)*)\)|<(feff[0-9a-f]+)>)",
    re.IGNORECASE | re.DOTALL,
)


def _strings(content: bytes) -> Iterator[str]:
    """The strings and metadata of a PDF: alternative texts, titles, notes, addresses."""
    text = objects(content)
    for plain, hexadecimal in _STRING.findall(text):
        raw = re.sub(r"\\(.)", r"\1", plain, flags=re.S).encode("latin-1")
        raw = bytes.fromhex(hexadecimal) if hexadecimal else raw
        wide = raw.startswith(b"\xfe\xff")
        yield from _sentences(raw.decode("utf-16" if wide else "latin-1", "replace"))
    for metadata in re.findall(r"<x:xmpmeta.*?</x:xmpmeta>", text, re.S):
        told = metadata.encode("latin-1").decode("utf-8")
        yield from _sentences(unescape(re.sub(r"<[^>]*>", "\n", told)))


def _lines(content: bytes) -> list[str]:
    """The lines of a PDF; none where the program that reads them is absent."""
    if shutil.which("pdftotext") is None:
        return []
    command = ["pdftotext", "-layout", "-", "-"]
    done = subprocess.run(command, input=content, capture_output=True, check=True)
    return [line for line in done.stdout.decode("utf-8").splitlines() if line.strip()]
