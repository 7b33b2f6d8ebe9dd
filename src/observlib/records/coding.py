"""Texts that people read: a random sample of them, and the files in which they write what they see.

Two people read the same texts, each in another order and with a file of their own
(`observ code`); `observ ingest` takes the files back, into the table `codes`. Nobody chooses which
texts are read: they are drawn by a digest of their device, quarter and identifier. The same texts
are drawn each time, fifty of them are the first fifty of a hundred, and a text that comes later
moves no other.

Source of the draw: sampling by permanent random numbers, E. Ohlsson, "Coordination of samples using
permanent random numbers", in *Business Survey Methods* (Wiley, 1995), 153–169.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.base.text import as_cell
from observlib.catalogue import Coded

LOADER = "code_sheet"
CODERS = ("1", "2")
IDENTIFIER, DATE, TEXT = "Identifiant", "Date", "Texte"  # the headers before those of questions
_NAME = re.compile(r"codage_(?P<device>.+)_(?P<quarter>\d{4}-T[1-4])_codeur-(?P<coder>\d)\.csv")
_TITLE = "title"  # the question of a text that goes before the others


class CodeSheet(NamedTuple):
    """What the name of a file to fill in says of it."""

    device: str
    quarter: str
    coder: str

    @property
    def name(self) -> str:
        """The file's name."""
        return f"codage_{self.device}_{self.quarter}_codeur-{self.coder}.csv"


def of_sheet(name: str) -> CodeSheet | None:
    """What a file's name says, where it is one to fill in.

    >>> of_sheet("codage_jdma-legifrance_2026-T3_codeur-2.csv")
    CodeSheet(device='jdma-legifrance', quarter='2026-T3', coder='2')
    >>> of_sheet("jdma_legifrance_2026-T3.csv") is None
    True
    """
    found = _NAME.fullmatch(name)
    return CodeSheet(**found.groupdict()) if found else None


def whole_texts(verbatims: pd.DataFrame) -> pd.DataFrame:
    """One row an answer, with all that was written in it, its title first."""
    rows = verbatims.assign(later=verbatims["question"] != _TITLE)
    rows = rows[rows["text"].astype("str").str.strip() != ""]  # of no rows, no type is known
    rows = rows.sort_values(["device", "answer_id", "later", "question"], kind="stable")
    by = rows.groupby(["device", "answer_id"], sort=False)
    first = by.head(1).drop(columns=["later", "question", "text"]).reset_index(drop=True)
    return first.assign(text=by["text"].agg(_joined).to_numpy())


def _joined(texts: pd.Series) -> str:
    """Several texts as one, each a sentence at least."""
    found = [" ".join(text.split()) for text in texts]
    ended = (text if text[-1] in ".!?…" else f"{text}." for text in found[:-1])
    return " ".join([*ended, found[-1]])


def drawn(texts: pd.DataFrame, quarter: str) -> pd.DataFrame:
    """Texts in the order in which they are drawn: the first n are a simple random sample."""
    named = zip(texts["device"], texts["answer_id"], strict=True)
    place = [hashlib.sha256("\n".join([d, quarter, i]).encode()).hexdigest() for d, i in named]
    return texts.assign(place=place).sort_values("place").drop(columns="place")


def in_order_of(coder: str, texts: pd.DataFrame) -> pd.DataFrame:
    """Texts in the order in which a coder reads them, neither that of another nor the draw's.

    >>> texts = pd.DataFrame({"device": "d", "answer_id": list("abcdef")})
    >>> one, two = ("".join(in_order_of(coder, texts)["answer_id"]) for coder in CODERS)
    >>> one != two, sorted(one) == sorted(two)
    (True, True)
    """
    return drawn(texts, f"coder {coder}")


def write_sheets(
    verbatims: pd.DataFrame,
    device: str,
    quarter: str,
    book: Mapping[str, Coded],
    size: int,
    folder: Path,
) -> tuple[list[Path], int]:
    """Draw texts, and write a file to fill in for each of those who read them."""
    if not book:
        raise ObservError("data/catalogue/codebook.yml: asks nothing; add a question to it")
    texts = drawn(whole_texts(verbatims), quarter)
    if texts.empty:
        raise ObservError(
            f"device {device!r}: the store has no text of {quarter}; texts are loaded where the "
            "device's entry says `verbatims: redacted`"
        )
    paths = {coder: folder / CodeSheet(device, quarter, coder).name for coder in CODERS}
    if there := [path for path in paths.values() if path.exists()]:
        raise ObservError(
            *(f"{path}: is there, and may be filled in; name another folder" for path in there)
        )
    with files.telling_write_errors(folder, "no file was written"):
        folder.mkdir(parents=True, exist_ok=True)
        for coder, path in paths.items():
            files.write_text(path, "\ufeff" + _filled_by(coder, texts.head(size), book))
    return [*paths.values()], len(texts)


def _filled_by(coder: str, texts: pd.DataFrame, book: Mapping[str, Coded]) -> str:
    """The file of a coder, in an order of their own, which spreadsheets open as a table."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow([IDENTIFIER, DATE, TEXT, *(asked.label for asked in book.values())])
    for row in in_order_of(coder, texts).itertuples():
        known = [as_cell(row.answer_id), f"{row.date:%Y-%m-%d}", as_cell(row.text)]
        writer.writerow(known + [""] * len(book))
    return stream.getvalue()
