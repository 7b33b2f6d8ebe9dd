"""Responses of surveys that are no plain table, read by the questionnaire of the device.

LimeSurvey: any export may be ingested: CSV headed by question codes, full texts or both, with
answer codes or full answers; the data file of the R export (`survey_…_R_data_file.csv`); the
archive (`.lsa`). Columns of persons (names, addresses, tokens, referrers), what is written beside
"Other" and what the questionnaire does not name are never loaded; open questions only where the
device has `verbatims`, redacted. `observ fetch` downloads the responses in the first form.

SPSS (`.sav`, `.zsav`) and Stata (`.dta`): the questionnaire knows variables by their names or
labels, answers by values or value labels. One variable is the response's identifier (`id`), one its
day (`date`, or `submitdate` and `startdate`); without a date of submission all responses count as
finished. `pip install "observlib[spss]"`.
"""

from __future__ import annotations

import csv
import html
import importlib.util
import io
import re
import sys
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.catalogue import UNREAD, Catalogue, Device, Questionnaire
from observlib.loaders import Loaded, _sandbox, _text
from observlib.loaders._kinds import UnfitXml, walk
from observlib.loaders._sandbox import Failed, apart
from observlib.loaders._survey import SurveyColumn, SurveyExport, responses

# --- A LimeSurvey archive (`.lsa`): a zip of the survey's structure (`.lss`) and responses (`.lsr`)

_MOST_MEMBERS = 200
_MOST_PACKED = 30_000_000
_MOST_CELLS = 4_000_000
_A_RECORD = 4  # answers that would take as much memory as a record without any
_A_TEXT = 100  # bytes in memory of a text that takes as much as another answer
_SECTIONS = (
    "questions", "subquestions", "question_l10ns", "answers", "answer_l10ns", "responses"
)  # fmt: skip
_MEND = "export the survey as an archive (.lsa) again"
_PARTS = "export its responses as CSV, a period each"
_Records = list[defaultdict[str, str]]  # whose fields, where a survey lacks one, are empty


_Texts = defaultdict[str, dict[str, str]]  # by question and language


def _is_archive(path: Path) -> bool:
    """Whether a file is a zip, whatever its name; one that cannot be read is none."""
    with suppress(OSError), path.open("rb") as stream:
        return stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")  # the second is empty
    return False


def _read_archive(path: Path) -> tuple[list[SurveyColumn], dict[int, list[str]]]:
    """The columns of an archive's responses, named by codes and texts, and its rows from 1."""
    sections, found = _members(path)
    fields = [record["fieldname"] for record in found.get("responses fields", [])]
    if not fields:
        raise ObservError(f"{path}: its responses (.lsr) name no field; {_MEND}")
    records = found.get("responses rows", [])
    if len(fields) * len(records) > _MOST_CELLS:
        raise ObservError(
            f"{path}: holds {len(records):,} responses of {len(fields):,} fields each; {_PARTS}"
        )
    known = _columns(sections)
    columns = [known.get(name, SurveyColumn((name,))) for name in fields]
    return columns, {at: [one[name] for name in fields] for at, one in enumerate(records, 1)}


def _members(path: Path) -> tuple[dict[str, _Records], dict[str, _Records]]:
    """The sections of the structure and of the responses of an archive."""
    try:
        raw = files.read_bytes(path, _MOST_PACKED, _PARTS)
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
            if {"[Content_Types].xml", "content.xml"} & {m.filename for m in members}:
                raise ObservError(f"{path}: {_text.WORKBOOK}")
            unsafe = [m.filename for m in members if re.search(r"^[/\\]|\.\.|\\|:", m.filename)]
            if unsafe or len(members) > _MOST_MEMBERS:
                what = _text.header_shown(unsafe[0]) if unsafe else f"{len(members)} files"
                raise ObservError(f"{path}: holds {what}, which no survey's archive does; {_MEND}")
            room = [_MOST_CELLS]
            return (
                _member(path, archive, ".lss", "structure (.lss)", room),
                _member(path, archive, "_responses.lsr", "responses (.lsr)", room),
            )
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise ObservError(f"{path}: a damaged archive ({error}); {_MEND}") from error
    except (NotImplementedError, RuntimeError) as error:  # an unknown compression, a password
        raise ObservError(f"{path}: an archive that is not read ({error}); {_MEND}") from error


def _member(
    path: Path, archive: zipfile.ZipFile, end: str, what: str, room: list[int]
) -> dict[str, _Records]:
    found = [member for member in archive.infolist() if member.filename.endswith(end)]
    if len(found) != 1:
        raise ObservError(
            f"{path}: holds {len(found) or 'no'} files *{end}, and a survey's archive one; {_MEND}"
        )
    if found[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotImplementedError("its compression is neither none nor deflate")
    try:
        with archive.open(found[0]) as stream:
            return _sections(stream, room)
    except UnfitXml as error:
        raise ObservError(f"{path}: its {what} {error}; {_MEND}, or {_PARTS}") from error


def _sections(stream: IO[bytes], room: list[int]) -> dict[str, _Records]:
    """The records of each section of a LimeSurvey document, while there is `room` in memory."""
    found: dict[str, _Records] = {}
    stack: list[str] = []

    def start(tag: str, _: object) -> None:
        stack.append(tag)
        if len(stack) == 4 and stack[1] in _SECTIONS and stack[2:] == ["rows", "row"]:
            found.setdefault(f"{stack[1]} rows", []).append(defaultdict(str))
            room[0] -= _A_RECORD

    def end(tag: str, text: str) -> None:
        if len(stack) > 1 and stack[1] in _SECTIONS:
            if len(stack) == 5 and stack[2:4] == ["rows", "row"]:
                found[f"{stack[1]} rows"][-1][sys.intern(tag.removeprefix("_"))] = text
                room[0] -= 1 + sys.getsizeof(text) // _A_TEXT
            elif len(stack) == 4 and stack[2:] == ["fields", "fieldname"]:
                found.setdefault(f"{stack[1]} fields", []).append(defaultdict(str, {tag: text}))
                room[0] -= _A_RECORD + sys.getsizeof(text) // _A_TEXT
        stack.pop()
        if room[0] < 0:
            raise UnfitXml(f"holds more than {_MOST_CELLS:,} answers, or texts as long as so many")

    walk(stream, 2 * _MOST_CELLS, start, end)
    return found


def _columns(sections: dict[str, _Records]) -> dict[str, SurveyColumn]:
    """The columns of a survey's response fields, by their names (survey X group X question)."""
    texts, labels = _texts(sections), _labels(sections)
    rows = defaultdict(list)
    for record in sections.get("subquestions rows", []):
        rows[record["parent_qid"]].append(record)
    columns: dict[str, SurveyColumn] = {}
    for question in sections.get("questions rows", []):
        qid, code = question["qid"], question["title"]
        field = f"{question['sid']}X{question['gid']}X{qid}"
        own, known = texts[qid], labels[qid]
        columns[field] = SurveyColumn((code, *own.values()), known)
        columns[f"{field}other"] = SurveyColumn((f"{code}[other]",))
        for part, names in _parts(rows[qid], texts):
            inside = [f"{own[one]} [{name}]" for one, name in names.items() if one in own]
            columns[field + part] = SurveyColumn((f"{code}[{part}]", *inside), known)
            columns[f"{field}{part}comment"] = SurveyColumn((f"{code}[{part}comment]",))
    return columns


def _parts(rows: _Records, texts: _Texts) -> Iterator[tuple[str, dict[str, str]]]:
    """The subquestions of a question with their texts by language; of a grid, each cell."""
    across = {row["title"]: row for row in rows if row["scale_id"] == "1"}
    for title, row in {row["title"]: row for row in rows if row["scale_id"] != "1"}.items():
        names = texts[row["qid"]]
        yield title, names
        for below, column in across.items():
            other = texts[column["qid"]]
            both = {one: f"{names[one]}][{other[one]}" for one in names if one in other}
            yield f"{title}_{below}", both


def _texts(sections: dict[str, _Records]) -> _Texts:
    """The texts of each question and subquestion by language, without their HTML."""
    found: _Texts = defaultdict(dict)
    for section in ("questions rows", "subquestions rows", "question_l10ns rows"):
        for record in sections.get(section, []):
            if text := _plain(record["question"]):
                found[record["qid"]][record["language"]] = text
    return found


def _labels(sections: dict[str, _Records]) -> defaultdict[str, dict[str, tuple[str, ...]]]:
    """The texts of each question's answer codes, in every language."""
    translated = defaultdict(list)
    for record in sections.get("answer_l10ns rows", []):
        translated[record["aid"]].append(_plain(record["answer"]))
    found: defaultdict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    for record in sections.get("answers rows", []):
        others = translated[record["aid"]] if "aid" in record else []
        codes, code = found[record["qid"]], record["code"]
        codes[code] = (*codes.get(code, ()), *filter(None, [_plain(record["answer"]), *others]))
    return found


def _plain(text: str) -> str:
    return _text.short(html.unescape(re.sub(r"<[^<>]*>", " ", text)), 2000)


def load_limesurvey(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read an export or archive of a LimeSurvey survey into the table `responses`."""
    columns, rows = (_read_archive if _is_archive(path) else _read)(path)
    return responses(path, device, catalogue, columns, rows)


def without_the_rest(path: Path, text: str, questionnaire: Questionnaire, texts: bool) -> str:
    """A CSV export reduced to what `load_limesurvey` reads; a text beside "Other" leaves a `Y`."""
    header, rows = _text.read_csv(path, text, ",;\t")
    columns = [SurveyColumn((name,)) for name in header]
    found = SurveyExport(path, questionnaire, columns)
    left = ("ignored",) if texts else UNREAD
    asked = [question for question in questionnaire.questions if question.kind not in left]
    boxes = {place for q in asked if q.kind == "multiple" for place in found.questions[q.code]}
    kept = {place for question in asked for place in found.questions[question.code]}
    kept |= {found.response, *found.days, *([] if found.weight is None else [found.weight])}
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow([header[place] for place in sorted(kept)])
    for cells in rows.values():
        if len(cells) == len(header):
            for place in boxes:
                cells[place] = cells[place] if cells[place] in ("", "N", "N/A") else "Y"
            writer.writerow([cells[place] for place in sorted(kept)])
    return written.getvalue()


def _read(path: Path) -> tuple[list[SurveyColumn], dict[int, list[str]]]:
    """The columns and rows of a text export."""
    text = _text.read_export_text(path)
    if text.lstrip().startswith("<?xml"):
        raise ObservError(
            f"{path}: is XML, a survey's structure or a part of an archive; ingest the responses "
            f"as CSV or the whole archive (.lsa)"
        )
    header, rows = _text.read_csv(path, text, ",;\t")
    return [SurveyColumn((name,)) for name in header], rows


# --- Files of SPSS (`.sav`, `.zsav`) and Stata (`.dta`), read by pyreadstat

_STARTS = {
    "read_sav": (b"$FL2", b"$FL3"),
    "read_dta": (
        b"<stata_dta>",
        *(bytes([version, order]) for version in range(0x69, 0x74) for order in (1, 2)),
    ),
}


def load_spss_stata(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read a file of SPSS or Stata into the table `responses`; rejects tell the place in it."""
    variables = _variables(path)
    columns = []
    for variable in variables:
        names = (variable["name"], *filter(None, [variable["label"]]))
        labels = {value: (label,) for value, label in variable["values"].items()}
        columns.append(SurveyColumn(names, labels))
    cells = zip(*(variable["cells"] for variable in variables), strict=True)
    rows = {place: list(row) for place, row in enumerate(cells, start=1)}
    return responses(path, device, catalogue, columns, rows, submission=False)


def _variables(path: Path) -> list[dict[str, Any]]:
    """The variables of a file: `name`, `label`, labels of `values`, and `cells` as texts."""
    if importlib.util.find_spec("pyreadstat") is None:
        raise ObservError(
            f"{path}: reading files of SPSS and Stata needs pyreadstat; install it with "
            f"`pip install 'observlib[spss]'`, or save the answers as CSV"
        )
    with files.opened(path) as stream:
        start = stream.read(16)
    reader = next((name for name, starts in _STARTS.items() if start.startswith(starts)), None)
    if reader is None:
        raise ObservError(f"{path}: is no file of SPSS (.sav) or Stata (.dta); export it again")
    try:
        return list(apart(_sandbox.__file__, "read_statistics_file", str(path.resolve()), reader))
    except Failed as error:
        why = _text.short(str(error), 200)
        raise ObservError(f"{path}: is damaged or not read ({why}); export it again") from error
