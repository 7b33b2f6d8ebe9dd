"""Single changes to a bundle, as an accident or a forger makes them, each in one place."""

import csv
import io
import json
import os
import random
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pikepdf

from observlib.base import kept
from observlib.publish import record

_DIGIT = r"(?<![\\u\w])\d"  # of no word, and no escaped letter


class Tampering(NamedTuple):
    """What was changed: the file, and what a reviewer must be told of the place."""

    kind: str
    file: str
    where: str  # a regular expression


def copy(bundle: Path, target: Path) -> Path:
    """The bundle's files at another place, by links: what changes one writes a new one."""
    shutil.copytree(bundle, target, copy_function=os.link)
    return target


def _write(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def _write_json(path: Path, whole: Any) -> None:
    _write(path, (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode())


def _other_digit(digit: str, chance: random.Random) -> str:
    return chance.choice([x for x in "0123456789" if x != digit])


def _one(paths: Iterator[Path], chance: random.Random) -> Path:
    return chance.choice(sorted(paths))


def _at(text: str, pattern: str, chance: random.Random, group: int = 0) -> int:
    """The place of one of the matches."""
    return chance.choice([found.start(group) for found in re.finditer(pattern, text)])


def _change_digit(path: Path, at: int, chance: random.Random) -> int:
    """Change a digit of a text; the line on which it is."""
    text = _text(path)
    changed = text[:at] + _other_digit(text[at], chance) + text[at + 1 :]
    _write(path, changed.encode("utf-8"))
    return text.count("\n", 0, at) + 1


def digit_of_a_page(folder: Path, chance: random.Random) -> Tampering:
    path = _one(folder.glob("*.html"), chance)
    text = _text(path)
    main = text.index("<main")
    at = main + _at(text[main:], r">[^<>]*?(\d)[^<>]*<", chance, 1)
    _change_digit(path, at, chance)
    return Tampering("page", path.name, r"line \d+.*text")


def row_of_data(folder: Path, chance: random.Random) -> Tampering:
    path = _one(folder.rglob("*.csv"), chance)
    rows = [*csv.reader(io.StringIO(_text(path), newline=""))]
    number = chance.randrange(1, len(rows))
    if chance.random() < 0.5:
        places = [x for x, cell in enumerate(rows[number]) if cell]
        place = chance.choice(places)
        cell = rows[number][place]
        rows[number][place] = ("9" if cell[0] != "9" else "8") + cell[1:]
        where = rf"line {number + 1}, {re.escape(rows[0][place])}"
    else:
        del rows[number]
        where = r"line \d+"
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    _write(path, text.getvalue().encode("utf-8"))
    return Tampering("data", path.relative_to(folder).as_posix(), where)


def output_of_a_cell(folder: Path, chance: random.Random) -> Tampering:
    path = _one(folder.glob("*.ipynb"), chance)
    notebook = json.loads(_text(path))
    shown = [
        (cell, out, mime)
        for cell, own in enumerate(notebook["cells"])
        for out, output in enumerate(own.get("outputs", ()))
        for mime, value in output.get("data", {}).items()
        if re.search(_DIGIT, json.dumps(value, ensure_ascii=False))
    ]
    cell, out, mime = chance.choice(shown)
    data = notebook["cells"][cell]["outputs"][out]["data"]
    text = json.dumps(data[mime], ensure_ascii=False)
    at = _at(text, _DIGIT, chance)
    # not 0, by which no number of JSON begins
    data[mime] = json.loads(text[:at] + ("7" if text[at] != "7" else "3") + text[at + 1 :])
    _write_json(path, notebook)
    return Tampering("output", path.name, rf"cells\[{cell}\]\.outputs\[{out}\]")


def leaf_of_the_manifest(folder: Path, chance: random.Random) -> Tampering:
    """Any key of the manifest: a digest, a parameter, a day, a title."""
    path = folder / record.MANIFEST_FILE
    whole = json.loads(_text(path))
    places = [*_places(whole)]
    parent, key = chance.choice(places)
    value = parent[key]
    if isinstance(value, bool):
        parent[key] = not value
    elif isinstance(value, int | float):
        parent[key] = value + 1
    else:
        at = chance.randrange(len(value)) if value else 0
        parent[key] = value[:at] + ("1" if value[at : at + 1] != "1" else "2") + value[at + 1 :]
    _write_json(path, whole)
    return Tampering("manifest", record.MANIFEST_FILE, re.escape(str(key)))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key, child in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(child, dict | list):
            yield from _places(child)
        elif child is not None:
            yield value, key


def digit_of_a_pdf(folder: Path, chance: random.Random) -> Tampering:
    path = _one(folder.glob("*.pdf"), chance)
    with pikepdf.open(path) as pdf:
        number = chance.randrange(len(pdf.pages))
        page = pdf.pages[number]
        found = [*pikepdf.parse_content_stream(page)]
        shows = [
            (place, part)
            for place, (operands, operator) in enumerate(found)
            if str(operator) in ("Tj", "TJ")
            for part, text in enumerate(operands[0] if str(operator) == "TJ" else operands)
            if isinstance(text, pikepdf.String) and len(bytes(text)) >= 2
        ]
        place, part = chance.choice(shows)
        operands, operator = found[place]
        texts = operands[0] if str(operator) == "TJ" else operands
        raw = bytearray(bytes(texts[part]))
        raw[1] = raw[1] ^ 1
        texts[part] = pikepdf.String(bytes(raw))
        page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(found))
        _save(pdf, path)
    return Tampering("PDF", path.name, rf"page {number + 1}\b|byte \d+")


def _save(pdf: pikepdf.Pdf, path: Path) -> None:
    content = io.BytesIO()
    pdf.save(content)
    _write(path, content.getvalue())


def alternative_text_of_a_pdf(folder: Path, chance: random.Random) -> Tampering:
    path = _one(folder.glob("*.pdf"), chance)
    with pikepdf.open(path) as pdf:
        found = [x for x in pdf.objects if isinstance(x, pikepdf.Dictionary) and "/Alt" in x]
        if not found:  # a page without a chart
            return alternative_text_of_a_pdf(folder, chance)
        one = chance.choice(found)
        one["/Alt"] = pikepdf.String("9" + str(one["/Alt"])[1:])
        _save(pdf, path)
    return Tampering("alternative text of a PDF", path.name, "alternative text")


def cell_of_a_workbook(folder: Path, chance: random.Random) -> Tampering:
    path = _one(folder.rglob("*.xlsx"), chance)
    _in_archive(path, r"xl/worksheets/sheet\d+\.xml", r"<v>(\d)", chance)
    return Tampering("workbook", path.relative_to(folder).as_posix(), r"sheet .*, [A-Z]+\d+|xl/")


def digit_of_a_document(folder: Path, chance: random.Random) -> Tampering:
    path = _one(folder.glob("*.docx"), chance)
    _in_archive(path, r"word/document\.xml", r"<w:t[^>]*>[^<]*?(\d)", chance)
    return Tampering("document", path.name, r"word/document\.xml: line \d+")


def _in_archive(path: Path, member: str, pattern: str, chance: random.Random) -> None:
    """Change a digit of a file of an archive, and nothing of the other files."""
    with zipfile.ZipFile(path) as archive:
        contents = [(entry, archive.read(entry)) for entry in archive.infolist()]
    able = [
        place
        for place, (entry, content) in enumerate(contents)
        if re.fullmatch(member, entry.filename) and re.search(pattern, content.decode())
    ]
    place = chance.choice(able)
    entry, content = contents[place]
    text = content.decode()
    at = _at(text, pattern, chance, 1)
    changed = text[:at] + _other_digit(text[at], chance) + text[at + 1 :]
    contents[place] = (entry, changed.encode())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in contents:
            archive.writestr(entry, content)
    _write(path, packed.getvalue())


def file_taken_away(folder: Path, chance: random.Random) -> Tampering:
    path = _one(
        (x for x in folder.rglob("*") if x.is_file() and x.name != record.MANIFEST_FILE), chance
    )
    path.unlink()
    return Tampering("absent", path.relative_to(folder).as_posix(), "the file|its digest")


def file_put_in(folder: Path, chance: random.Random) -> Tampering:
    name = f"ajout-{chance.randrange(1000)}.html"
    (folder / name).write_text("<p>7,9</p>", encoding="utf-8")
    return Tampering("added", name, "the file")


KINDS: tuple[Callable[[Path, random.Random], Tampering], ...] = (
    digit_of_a_page, row_of_data, output_of_a_cell, leaf_of_the_manifest, digit_of_a_pdf,
    alternative_text_of_a_pdf, cell_of_a_workbook, digit_of_a_document, file_taken_away,
    file_put_in,
)  # fmt: skip


def sign_again(folder: Path, name: str) -> None:
    """Let the manifest say that a changed file is as it is now, as a forger would."""
    path = folder / record.MANIFEST_FILE
    whole = json.loads(_text(path))
    if name in whole["files"] and (folder / name).exists():
        whole["files"][name] = kept.file(folder / name)
        _write_json(path, whole)


def rewrite(path: Path, **changed: Any) -> None:
    """Change keys of a manifest."""
    _write_json(path, json.loads(_text(path)) | changed)
