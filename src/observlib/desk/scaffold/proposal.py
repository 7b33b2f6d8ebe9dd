"""A format that is proposed for an export: what is decided, what it says, what is to be asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from observlib.base.errors import ObservError
from observlib.base.yaml_files import dump
from observlib.catalogue import Format
from observlib.catalogue.mistakes import told

COUNTS = "counts"  # what an answer says of a word, in a column of states, of rows that count
NONE = "-"  # what an answer says of a field without a column, or of a word that stands for nothing


@dataclass
class Wishes:
    """What has been decided: the table, headers by field, values by word, units by field.

    `words` of a header that is no field's say which rows count: `COUNTS`, or `NONE`.
    """

    table: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    scales: dict[str, str] = field(default_factory=dict)
    separator: str | None = None
    date_form: str | None = None

    def __bool__(self) -> bool:
        return replace(self, date_form=None) != Wishes()


@dataclass(frozen=True)
class Question:
    """What cannot be told from a file: the option that decides it, and the answers allowed.

    `about` is a part of `Wishes`, and `key` that of a field, or of a field and a word.
    """

    about: str
    key: tuple[str, ...]
    text: str
    answers: tuple[str, ...]
    guess: str | None = None

    @property
    def option(self) -> str:
        """The option that answers, up to the answer."""
        name = {"table": "table", "columns": "column", "words": "word", "units": "unit",
                "scales": "scale"}.get(self.about, self.about.replace("_", "-"))  # fmt: skip
        return f"--{name} {self.key[0]}=" if self.key else f"--{name} "

    def written(self, answer: str) -> str:
        """The option with an answer, as a shell takes it."""
        if self.about == "words":
            return f'--word "{self.key[0]}.{answer}={self.key[1]}"'
        if self.about == "columns":
            return f'--column "{self.key[0]}={answer}"'
        return (
            f'{self.option}"{answer}"'
            if re.search(r"[^\w,…-]", answer)
            else f"{self.option}{answer}"
        )


@dataclass(frozen=True)
class Proposal:
    """What a format says, without its id; what is to be asked first; what will not be read.

    `words` tell, a line each, for what the words of the file stand, and in how many rows. `offers`
    are questions about fields that the table can do without.
    """

    raw: dict[str, Any]
    questions: list[Question]
    unread: dict[str, str]
    words: tuple[str, ...] = ()
    offers: tuple[Question, ...] = ()

    def form(self, name: str) -> Format:
        """The format, checked."""
        try:
            return Format.model_validate({"id": name, **self.raw})
        except ValidationError as error:
            faults = told(error, Format, {"id": name, **self.raw})
            raise ObservError(*(f"format {name!r}: {said}" for _, said in faults)) from error

    def text(self) -> str:
        """The format as the YAML of its file."""
        return dump(self.raw, width=95)
