"""Texts that people wrote beside what they answered: redacted before anything else sees them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from observlib.base import personal
from observlib.base.text import fold_label
from observlib.catalogue import Device, Format, Questionnaire, tables
from observlib.confidentiality.redaction import Names, Unreadable, redact
from observlib.loaders import Loaded
from observlib.loaders._grid import Grid
from observlib.loaders._kept_rows import places_of
from observlib.loaders._rows import rejects_of
from observlib.loaders._survey_columns import NO_ANSWER

ID_OF = {  # the column of each table by which its texts are known
    "ratings": "answer_id",
    "tickets": "ticket_id",
    "experiences": "experience_id",
    "responses": "response_id",
    "codes": "answer_id",
}


def texts_in(grid: Grid, form: Format) -> Iterator[tuple[str, int]]:
    """The questions that a format's columns of texts answer, and where these stand in an export."""
    for question, headers in form.texts.items():
        for place in places_of(grid.header, headers)[:1]:
            yield question, place


def with_texts(
    path: Path,
    found: Loaded,
    device: Device,
    ids: Mapping[int, str],
    texts: Mapping[str, Mapping[int, str]],
) -> Loaded:
    """What a file holds, with the texts of the rows that are kept, redacted.

    Empty texts make no row. A text that still holds what the store refuses, or that is too long to
    be redacted, is rejected, and told by its row alone.
    """
    names = _names(device)
    key = ID_OF[found.table]
    about = found.rows.drop_duplicates(key).set_index(key)[["device", "product", "channel", "date"]]
    known = about.to_dict("index")
    rows, lines, refused = [], [], []
    for question, cells in texts.items():
        for line, cell in cells.items():
            if cell.strip() and (told := known.get(ids.get(line, ""))):
                try:
                    text = redact(cell.strip(), names)
                except Unreadable as why:
                    row = tables.reject(path.name, line, question, personal.HIDDEN, str(why))
                    refused.append(row)
                    continue
                rows.append({**told, "answer_id": ids[line], "question": question, "text": text})
                lines.append(line)
    frame = pd.DataFrame(rows, index=lines) if rows else tables.empty("verbatims")
    kept, rejects = tables.conform(frame, "verbatims", path.name)
    both = pd.concat([found.rejects, rejects])
    return replace(found, texts=kept, rejects=rejects_of(refused, both))


def with_open_answers(
    path: Path,
    found: Loaded,
    device: Device,
    questionnaire: Questionnaire,
    places: Mapping[str, Iterable[int]],
    ids: Mapping[int, str],
    rows: Mapping[int, Sequence[str]],
) -> Loaded:
    """What a survey's export holds, with what was written under its open questions, redacted.

    Without, where the device does not ask for it.
    """
    if not device.verbatims:
        return found
    asked = [question for question in questionnaire.questions if question.kind == "text"]
    texts = {
        str(question.variable): {
            line: cell
            for line in ids
            for cell in [rows[line][place]]
            if fold_label(cell) not in NO_ANSWER
        }
        for question in asked
        for place in places[question.code]
    }
    absent = [question.code for question in asked if not places[question.code]]
    told = [f"no column of {', '.join(absent)}: no text of it is loaded"] if absent else []
    loaded = with_texts(path, found, device, ids, texts)
    return replace(loaded, notices=(*loaded.notices, *told))


def _names(device: Device) -> Names | None:
    if device.verbatims != "redacted_with_names":
        return None
    from observlib.confidentiality.redaction import model

    return model.names
