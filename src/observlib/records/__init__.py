"""Records: what people write, a YAML file each, named after its `id`; a folder holds one kind."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.personal import PARTS, held
from observlib.base.text import sign_fault
from observlib.base.yaml_files import load_data
from observlib.catalogue import Catalogue, entries
from observlib.catalogue.entries import Entry, Prose, Text
from observlib.estimates import COMPARISON_NUMBERS

# --- Texts that are published: without personal data, formulas or markup

_ACTIVE = [
    (one["what"], re.compile(one["pattern"]), one["instead"])
    for one in load_data(__file__)["active"]
]
# A count as `french.number` writes it, of fewer digits than anyone's number: beside the interval of
# another it would read as more.
_COUNT = re.compile(r"(?<![\d\u202f])\d{1,3}(?:\u202f\d{3}){1,3}(?!\u202f?\d)")
_SHORTCODE = re.compile(r"\{\{[<%]")
_CODE = re.compile(
    r"^(`{3,}|~{3,}).*?^\1[^\n]*$|(`+)(?!`).+?(?<!`)\2(?!`)", re.DOTALL | re.MULTILINE
)


def active(markdown: str) -> Iterator[tuple[int, str]]:
    """What a text may not hold, by its line, counted from 0; what stands as code runs nothing.

    >>> list(active("Un récit.\\n\\n<iframe src=x>, mais `<b>`"))
    [(2, "holds HTML, '<iframe'; write Markdown, or `code` where it is to be read")]
    """
    lines = [*markdown.split("\n"), ""]
    read = _CODE.sub(lambda code: "`" + "\n" * code[0].count("\n"), markdown).split("\n")
    for number, marks in enumerate(read):
        for what, pattern, instead in _ACTIVE:
            if found := pattern.search(marks):
                yield number, f"holds {what}, {found[found.lastindex or 0]!r}; {instead}"
        if fault := sign_fault(lines[number]):
            yield number, fault
        if _SHORTCODE.search(lines[number]):  # which Quarto reads in code too
            yield number, "holds a shortcode of Quarto, '{{<'; write what it would give"
        if lines[number].rstrip() == "---" and lines[number + 1].strip():
            # under a heading it opens nothing, but where another ends it: Quarto reads both as one
            heads = number > 0 and lines[number - 1].strip()
            if heads and not {"---", "..."} & {line.rstrip() for line in lines[number + 1 :]}:
                continue
            yield number, "begins a front matter in the text, '---'; leave a line empty after it"


def _without_personal_data(text: str) -> str:
    """The text; `ValueError` where it holds an address, a number to call or a person's number.

    >>> _without_personal_data("pôle études, septembre 2026")
    'pôle études, septembre 2026'
    """
    if what := held(text):
        raise ValueError(f"holds {what}; published text names roles and no person")
    return text


def a_role(text: str) -> str:
    """The text; `ValueError` where it names a person or an address and not a role.

    >>> a_role("pôle études")
    'pôle études'
    """
    words = text.split()
    named = len(words) > 1 and all(word[0].isupper() for word in words)
    if "@" in text or named or re.search(PARTS["titles_of_people"], text):
        raise ValueError("names a person or an address; give a role, such as 'pôle études'")
    return text


def refuse_personal_data(content: Mapping[str, Any], text: str) -> None:
    """Stop at personal data in what a page would show and the open data hold.

    >>> refuse_personal_data({"kind": "text", "columns": [], "rows": []}, "À zoe@exemple.invalid")
    Traceback (most recent call last):
    ...
    observlib.base.errors.ObservError: text: its text holds an e-mail address; take it out
    """
    texts = {key: [value] for key, value in content.items() if isinstance(value, str)}
    cells: dict[str, list[str]] = {}
    for part in (content, content.get("comparisons")):
        if part:
            cells |= _cells(part["columns"], part["rows"])
    found = {
        f"{content['kind']}: its {name} holds {what}; take it out"
        for name, values in {"text": [text], **texts, **cells}.items()
        for value in values
        if (what := held(_COUNT.sub("0", value)))
    }
    if found:
        raise ObservError(*sorted(found))


def _cells(columns: Sequence[str], rows: Sequence[str]) -> dict[str, list[str]]:
    """The texts of each column of lines of CSV, each once; numbers are no texts."""
    told = zip(*estimates.from_lines(rows), strict=True)
    numbers = (*estimates.NUMBERS, *COMPARISON_NUMBERS)
    return {
        name: [cell for cell in set(column) if cell]
        for name, column in zip(columns, told, strict=False)
        if name.removeprefix(estimates.REFERENCE) not in numbers
    }


def _unmarked(text: str) -> str:
    """The text; `ValueError` where a page would read something in it as markup.

    >>> _unmarked("Le bouton « Suivant » est en haut de page, n° 1.")
    'Le bouton « Suivant » est en haut de page, n° 1.'
    """
    if found := re.search(r"[*`<>\[\]$|\\@^~\n]", text):
        raise ValueError(f"holds {found[0]!r}, which a page reads as markup; write one plain line")
    return text


Plain = Annotated[Text, AfterValidator(_without_personal_data)]
PlainProse = Annotated[Prose, AfterValidator(_without_personal_data)]
Line = Annotated[Plain, AfterValidator(_unmarked)]
Role = Annotated[Plain, AfterValidator(a_role)]


Fault = tuple[tuple[str | int, ...], str]  # the keys of what is wrong, and what is


class Record(Entry):
    """What every record is: an entry that may name what is in the catalogue."""

    FOLDER: ClassVar[str]
    ORDER: ClassVar[str] = "date"  # the key that records are sorted by, before their id
    UNIQUE: ClassVar[str] = "id"  # the key that no two of them have alike

    def allowed(self, catalogue: Catalogue) -> Mapping[str, Collection[str]]:
        """What its keys may name."""
        return {}

    def faults(self, catalogue: Catalogue) -> Iterator[Fault]:
        """What else does not go with the catalogue."""
        yield from ()

    @classmethod
    def load(
        cls, place: Path, catalogue: Catalogue | None = None, **allowed: Collection[str]
    ) -> tuple[Self, ...]:
        """Read and check the records of a place, in order; each mistake is told at its line."""
        problems: list[str] = []
        keys = ", ".join(f"`{key}:`" for key in [*cls.model_fields][:3])
        records: dict[str, Self] = {}
        for sheet in entries.sheets(place / cls.FOLDER, cls, f"a mapping ({keys})", problems):
            record = sheet.entry
            names = {**record.allowed(catalogue), **allowed} if catalogue else allowed
            problems += entries.unknown_names(sheet.path, record, sheet.lines, names)
            problems += [sheet.at(*one) for one in record.faults(catalogue)] if catalogue else []
            value = getattr(record, cls.UNIQUE)
            if (twin := records.setdefault(value, record)) is not record:
                fault = f"the {cls.UNIQUE} {value!r} is that of {twin.id}.yml; give another"
                problems.append(sheet.at(cls.UNIQUE, fault))
        ObservError.raise_any(problems)
        return tuple(sorted(records.values(), key=lambda one: (getattr(one, cls.ORDER), one.id)))
