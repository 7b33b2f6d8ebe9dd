"""Responses of a LimeSurvey survey, read by the questionnaire of the device.

Any of LimeSurvey's exports may be ingested:

- CSV (cells separated by commas, semicolons or tabs), headed by question codes, by full question
  texts or by both, with answer codes or full answers;
- the data file of the R export (`survey_…_R_data_file.csv`);
- the archive of a survey (`.lsa`), whose structure tells the codes and texts.

The device is one survey: its responses are known by their identifiers. Columns of persons (names,
e-mail and IP addresses, tokens, referrers), what is written beside "Other" and whatever the
questionnaire does not name are never loaded; what is written under open questions, where the
device has `verbatims` alone, redacted. `observ fetch` downloads the responses of a survey in the
first form.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from observlib.base.errors import ObservError
from observlib.catalogue import UNREAD, Catalogue, Device, Questionnaire
from observlib.loaders import Loaded
from observlib.loaders._csv import read_csv, read_text
from observlib.loaders._limesurvey_archive import is_archive, read_archive
from observlib.loaders._survey import responses
from observlib.loaders._survey_columns import Column, find
from observlib.loaders._text import find_delimiter


def load(path: Path, device: Device, catalogue: Catalogue) -> Loaded:
    """Read an export or archive of a LimeSurvey survey into the table `responses`.

    Each response gives a row of the variable `response` and one for each answer; dates are as
    LimeSurvey's server writes them. What the export and the questionnaire lack of each other are
    notices.

    Raises
    ------
    ObservError
        When the file is no such export, the device has no questionnaire, or the export has no
        `Response ID`, no `Date submitted` or none of the questions.
    """
    if is_archive(path):
        columns, rows = read_archive(path)
    else:
        columns, rows = _read(path)
    return responses(path, device, catalogue, columns, rows)


def without_the_rest(path: Path, text: str, questionnaire: Questionnaire, texts: bool) -> str:
    """A CSV export reduced to what `load` reads, so that nothing else is kept.

    Columns of persons and of questions that are unknown or ignored go, and those of open questions
    but where they are asked for; what people wrote beside "Other" leaves a `Y`.

    Parameters
    ----------
    path
        What messages name.
    text
        An export with question codes and answer codes.
    questionnaire
        Of the survey.
    texts
        Whether what is written under open questions is asked for.

    Raises
    ------
    ObservError
        As `load`.
    """
    header, rows = read_csv(path, text, find_delimiter(text, ",;\t"))
    found = find(path, questionnaire, [Column((name,)) for name in header], submission=True)
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
            writer.writerow(
                "Y" if place in boxes and cells[place] not in ("", "N", "N/A") else cells[place]
                for place in sorted(kept)
            )
    return written.getvalue()


def _read(path: Path) -> tuple[list[Column], dict[int, list[str]]]:
    """The columns and rows of a text export."""
    text = read_text(path)
    if text.lstrip().startswith("<?xml"):
        raise ObservError(
            f"{path}: is XML, a survey's structure or a part of an archive; ingest the responses "
            f"as CSV or the whole archive (.lsa)"
        )
    header, rows = read_csv(path, text, find_delimiter(text, ",;\t"))
    return [Column((name,)) for name in header], rows
