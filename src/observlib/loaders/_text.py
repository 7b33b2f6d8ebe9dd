"""Reading text exports: their encoding, their separator, their rows, their numbers and days."""

from __future__ import annotations

import codecs
import csv
import io
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.base.period import month_days
from observlib.base.personal import PARTS, held, names_things, personal_fault, reads_as_name
from observlib.base.text import fold_label
from observlib.base.yaml_files import patterns

_SPACES = re.compile(r"[\s\u00a0\u2009\u202f]+")
# What no label holds: several lines, quotes, a title, eight digits and more however set apart.
_NO_LABEL = re.compile(
    r"[@\r\n«»“”\"]|\d[\d\s.\u00a0\u2009\u202f]{6,}\d|(\d{2}[-/_]){3}"
    rf"|{PARTS['titles_of_people']}",
    re.ASCII,
)
_PATTERNS = patterns(__file__)
_LARGEST = 2**63 - 1
PIECE = 100_000  # rows that are read at once, where others do not tell how to read them
_SPLIT = "export a shorter period, or parts"
MOST_JSON = 20_000_000  # whose values take up to 25 times as much memory
_MOST_KEYS = 10_000  # of one object of it


def read_json(path: Path, text: str) -> object:
    """What a JSON text holds."""
    if len(text) > MOST_JSON:
        raise ObservError(f"{path}: holds more than {MOST_JSON // 10**6} MB of JSON; {_SPLIT}")

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len(pairs) > _MOST_KEYS:
            raise ObservError(
                f"{path}: an object has {len(pairs):,} keys, more than any export; {_SPLIT}"
            )
        found = dict(pairs)
        if len(found) < len(pairs):
            twice = header_shown(Counter(name for name, _ in pairs).most_common(1)[0][0])
            raise ObservError(f"{path}: key {twice} is given twice; export the file again")
        return found

    try:
        return json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise ObservError(
            f"{path}:{error.lineno}: not JSON: {error.msg} at column {error.colno}; "
            "export the file again"
        ) from error
    except RecursionError:
        raise ObservError(f"{path}: JSON nested too deeply; it is no export of this kind") from None
    except ValueError as error:  # Python reads no integer of thousands of digits
        why = "JSON with a number too long to read; export it again"
        raise ObservError(f"{path}: {why}") from error


def find_delimiter(text: str, candidates: str) -> str:
    """The delimiter that the first line with text holds most often; the first one if none."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    return max(candidates, key=line.count)


def need_columns(path: Path, header: Sequence[str], needed: Sequence[str], mend: str = "") -> None:
    """Raise `ObservError` that lists every missing column and the columns that are there."""
    if missing := [name for name in needed if name not in header]:
        what = f"missing column{'s' if len(missing) > 1 else ''} {', '.join(map(repr, missing))}"
        told = zip(header, headers_shown(header[:12], header), strict=False)
        shown = [repr(name) if name in needed else safe for name, safe in told]
        there = ", ".join(shown) + (", …" if len(header) > 12 else "")
        if len(header) == 1 and "\t" in header[0]:
            there += ", separated by tabs: save it separated by commas"
        raise ObservError(
            "; ".join(filter(None, [f"{path}: {what}", f"the file has {there}", mend]))
        )


def header_label(title: str) -> str:
    """A header to compare others by: without case, accents, and `_` for a space."""
    return fold_label(title).replace("_", " ")


def headers_shown(names: Sequence[str], header: Sequence[str]) -> list[str]:
    """Headers as an error shows them: where the header is missing, it is a row of somebody."""
    somebody = any(_PATTERNS["value"].fullmatch(name) or held(name) for name in header)
    return [header_shown(name, names=somebody) for name in names]


def header_shown(name: str, names: bool = True) -> str:
    """A name of a sheet, key or column as an error shows it."""
    title = short(name)
    hidden = tells_of_someone(title, 60) or (names and reads_as_name(title))
    return repr("(not shown: it may be a person)" if hidden else title)


def width_fault(cells: Sequence[str], width: int) -> str | None:
    """Why a row cannot be laid under a header so wide, or `None` where it can."""
    if len(cells) >= width and not any(cell.strip() for cell in cells[width:]):
        return None
    if not cells:
        return "is no record with named values; export it again"
    why = "a cell that holds the separator needs quotes"
    if len(cells) < width:
        why = "is it cut, a total or a remark? mend it or take it away"
    return f"has {len(cells)} cells, and the header {width}; {why}"


def parse_day(text: str) -> date | None:
    """A day written `YYYY-MM-DD` (a time of day may follow), or `None`."""
    match = re.match(r"\s*(\d{4}-\d{2}-\d{2})(?!\d)", text, re.ASCII)
    return day_written(match[1], "%Y-%m-%d") if match else None


def day_written(text: str, form: str) -> date | None:
    """A day written in a form, or `None`."""
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        return None


def parse_moment(text: str) -> datetime | None:
    """A moment written `YYYY-MM-DD HH:MM` (a `T` between them and seconds are allowed), or `None`.

    >>> parse_moment("2026-03-01T10:20"), parse_moment("2026-03-01 24:00")
    (datetime.datetime(2026, 3, 1, 10, 20), None)
    """
    text = text.strip()
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2})?", text, re.ASCII):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def parse_month(text: str) -> tuple[date, date] | None:
    """First and last day of a month written `YYYY-MM`, or `None`."""
    match = re.fullmatch(r"\s*(\d{4}-(?:0[1-9]|1[0-2]))\s*", text, re.ASCII)
    if match is None or match[1][:4] in ("0000", "9999"):  # the ends of Python's calendar
        return None
    first = date.fromisoformat(f"{match[1]}-01")
    return first, first + timedelta(days=month_days(match[1]) - 1)


def parse_count(text: str, comma_groups: bool = False) -> int | None:
    """A whole number, maybe with thousands set apart by spaces (or commas), or `None`.

    A number that no 64-bit integer holds gives `None`, and so do one to call, and `1.000`, which is
    one for some and a thousand for others.
    """
    text = _SPACES.sub(" ", text).strip()
    match = _PATTERNS["count"].fullmatch(text) if len(text) < 40 else None
    if match is None or (match["group"] == "," and not comma_groups):
        return None
    digits = text.split(".")[0].replace(" ", "").replace(",", "")
    if re.fullmatch(r"0[1-9]\d{8}", digits):
        return None  # a number to call
    number = int(digits)
    return number if abs(number) <= _LARGEST else None


def may_be_thousands(text: str) -> bool:
    """Whether a number is one for some and a thousand for others, such as `1.234` or `1,234`.

    >>> [may_be_thousands(text) for text in ("1.234", "-12,000", "0.123", "1.23", "1234.567")]
    [True, True, False, False, False]
    """
    return re.fullmatch(r"[-+]?[1-9]\d{0,2}[.,]\d{3}", text, re.ASCII) is not None


def without_persons(cell: str, longest: int, what: str, column: str = "") -> str:
    """A refused cell, unless people's words, a name, a number to call or an address may be in it.

    Three words are already something that someone wrote, and two capitals a name, but in a `column`
    of names of things. A day, however written, is none.

    >>> [without_persons(cell, 40, "word") for cell in ("Bof", "31/02/2026 10:00", "4 min 31s")]
    ['Bof', '31/02/2026 10:00', '4 min 31s']
    >>> {without_persons(cell, 40, "name") for cell in ("Zoé Martin", "mon fils est malade")}
    {'(not shown: it may be a name)'}
    >>> without_persons("Journal Officiel", 40, "name", "produit")
    'Journal Officiel'
    """
    if _PATTERNS["day"].fullmatch(cell.strip()):
        return cell
    words = [word for word in cell.split() if sum(map(str.isalpha, word)) > 1]
    words_of_someone = not names_things(column) and (len(words) > 2 or reads_as_name(cell))
    hidden = words_of_someone or tells_of_someone(cell, longest)
    return f"(not shown: it may be a {what})" if hidden else cell


def tells_of_someone(label: str, longest: int) -> bool:
    """Whether a label is none: it is long, quotes someone, or holds a title, number or address.

    >>> [tells_of_someone(label, 40) for label in ("Papiers d'identité", "Chez Mme Zoé", "« Nul »")]
    [False, True, True]
    """
    return (
        len(label) > longest or bool(_NO_LABEL.search(label)) or personal_fault(label) is not None
    )


def is_formula_error(text: str) -> bool:
    """Whether a cell is the error of a spreadsheet's formula, which stands for no value.

    >>> is_formula_error("#N/A"), is_formula_error("#VALEUR!"), is_formula_error("#12")
    (True, True, False)
    """
    return _PATTERNS["formula_error"].fullmatch(text.strip()) is not None


def is_total(text: str) -> bool:
    """Whether a label is that of a total, which would count beside its own parts.

    >>> is_total("TOTAL"), is_total("Total général"), is_total("Total Recall")
    (True, True, False)
    """
    return _PATTERNS["total"].fullmatch(fold_label(text)) is not None


def short(text: str, length: int = 60) -> str:
    """One line of at most `length` characters, printable in any UTF-8 terminal or file."""
    text = _SPACES.sub(" ", text[: 4 * length]).strip()
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) <= length else text[: length - 1] + "…"


# --- The text of an export: its encoding, its lines, and the rows of a CSV, however many

LineReader = Callable[[], Iterator[str]]  # of a text, with their ends, from its first each time
_SEPARATOR_LINE = re.compile(r'\A\s*"?sep=[;,|\t]"?[ \t]*(?=[\r\n])', re.ASCII | re.IGNORECASE)
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_MOST_BYTES = 500_000_000  # of an export in text
MOST_COLUMNS = 10_000
MOST_ROWS = 2_000_000  # a million tickets take a gigabyte
MOST_CELLS = 50_000_000
_LONGEST_ROW = 5_000_000  # characters
_CHUNK = 1 << 20  # bytes read at once
_BOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how .xlsx, .ods and .xls begin
WORKBOOK = (
    "is a workbook or an archive, whatever its name says, and a text is read here; export the "
    "data as text, or open the file in a spreadsheet and save its sheet as CSV in UTF-8"
)


def read_export_text(path: Path, encodings: Sequence[str] = ("utf-8",)) -> str:
    """The text of a file in UTF-8 (with or without BOM), UTF-16 with BOM or one of `encodings`.

    The line `sep=;` that spreadsheets write first is emptied: the header tells its separator.
    """
    return decoded(path, files.read_bytes(path, _MOST_BYTES, _SPLIT), encodings)


def decoded(path: Path, raw: bytes, encodings: Sequence[str] = ("utf-8",)) -> str:
    """The text that the bytes of a file, or of a part of it, hold."""
    return _SEPARATOR_LINE.sub("", raw.decode(_encoding(path, io.BytesIO(raw), encodings)))


def lines_of_text(text: str) -> Iterator[str]:
    """The lines of a text, with their ends."""
    return (found[0] for found in _LINE.finditer(text))  # a StringIO would copy the text


def lines_in(path: Path, encodings: Sequence[str] = ("utf-8",)) -> LineReader:
    """The lines of a text file of any size, which is never whole in memory."""
    if files.endless(path):
        raise ObservError(f"{path}: {files.NO_FILE}")
    with files.opened(path) as raw:
        encoding = _encoding(path, raw, encodings, _LONGEST_ROW)

    def lines() -> Iterator[str]:
        with path.open(encoding=encoding, newline="") as stream:
            yield _SEPARATOR_LINE.sub("", stream.readline())
            yield from stream

    return lines


def _encoding(
    path: Path, stream: IO[bytes], encodings: Sequence[str], longest: float = math.inf
) -> str:
    """The first encoding in which a text can be read to its end."""
    start = stream.read(4)
    if start.startswith(_BOOKS):
        raise ObservError(f"{path}: {WORKBOOK}")
    utf_16 = start[:2] in (b"\xff\xfe", b"\xfe\xff")
    tried = ["utf-16"] if utf_16 else [("utf-8-sig" if e == "utf-8" else e) for e in encodings]
    for encoding in tried:
        stream.seek(0)
        if (fault := _read_through(path, stream, encoding, longest)) is None:
            return encoding
    raise ObservError(f"{path}:{fault}; export or save the file as UTF-8")


def _read_through(path: Path, stream: IO[bytes], encoding: str, longest: float) -> str | None:
    """Where a text is not of its encoding; raises where it is empty, holds NUL or a long line."""
    decoder = codecs.getincrementaldecoder(encoding)()
    empty, length, line = True, 0, 1  # of the line that is read
    while True:
        chunk = stream.read(_CHUNK)
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            line += error.object[: error.start].count(b"\n")
            place = stream.tell() - len(error.object) + error.start
            byte, name = error.object[error.start], encoding.removesuffix("-sig").upper()
            return f"{line}: not {name} (byte {byte:#04x} at {place})"
        if "\x00" in text:
            raise ObservError(f"{path}: holds NUL characters; it is no text file, export it again")
        ends = max(text.rfind("\n"), text.rfind("\r"))
        length = length + len(text) if ends < 0 else len(text) - ends - 1
        line += text.count("\n")
        if length > longest:
            raise ObservError(
                f"{path}:{line}: not a CSV row: more than {longest:,} characters; "
                "export the file again"
            )
        empty = empty and not text.strip()
        if not chunk:
            break
    if empty:
        raise ObservError(f"{path}: empty file; export it again")
    return None


def read_csv(path: Path, text: str, signs: str) -> tuple[list[str], dict[int, list[str]]]:
    """Header and rows of a CSV text, each row under the line at which it starts (from 1)."""
    rows = csv_rows(path, lines_of_text(text), find_delimiter(text, signs))
    _, header = next(rows)
    return [cell.strip() for cell in header], held_rows(path, rows)


def csv_rows(
    path: Path, lines: Iterable[str], delimiter: str, line: int = 1
) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV, the header first, each with the line at which it starts."""
    row_size = 0

    def measured() -> Iterator[str]:
        nonlocal row_size
        for text in lines:
            row_size += len(text)
            if row_size > _LONGEST_ROW:
                raise csv.Error(f"more than {_LONGEST_ROW:,} characters")
            yield text

    reader = csv.reader(measured(), delimiter=delimiter, strict=True)
    before, headed = line - 1, line > 1
    try:
        for cells in reader:
            row_size = 0
            if not headed and len(cells) > MOST_COLUMNS:
                raise ObservError(
                    f"{path}:{line}: has {len(cells):,} columns, and an export no more than "
                    f"{MOST_COLUMNS:,}; export only those that are needed"
                )
            if any(map(str.strip, cells)):
                headed = True
                yield line, cells
            line = before + reader.line_num + 1
    except csv.Error as error:
        raise ObservError(
            f"{path}:{line}: not a CSV row: {error}; export the file again"
        ) from error
    if not headed:
        raise ObservError(f"{path}: empty file; export it again")


def held_rows(path: Path, rows: Iterable[tuple[int, list[str]]]) -> dict[int, list[str]]:
    """Rows in memory, of which there are no more than may be at once."""
    found: dict[int, list[str]] = {}
    count = 0
    for line, cells in rows:
        count += len(cells)
        if count > MOST_CELLS or len(found) >= MOST_ROWS:
            raise ObservError(
                f"{path}: has over {MOST_ROWS:,} rows or {MOST_CELLS:,} cells; {_SPLIT}"
            )
        found[line] = cells
    return found
