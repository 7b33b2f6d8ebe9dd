"""Practice sheets: what a tool or method taught a team, as Markdown with a checked front matter.

A file `data/practices/<slug>.md` each; `observ practice new` writes one to fill in.

- `peer` is for what is publicly known of another administration, whose `sources` are then required;
  a sheet without it is a lesson of our teams.
- `tool` and `method` are keys of `vocabulary.yml` in the same folder; one of them is required.
- `contact` is a role. No sheet holds a person's name, an e-mail address or a phone number.
- A sheet's text is Markdown without HTML; its links lead to `http:`, `https:`, `mailto:` or to a
  page of the site.
- A sheet with `draft: true` is not published, nor checked.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from observlib.base.errors import ObservError
from observlib.base.personal import held
from observlib.base.text import LINE_BREAKS
from observlib.base.yaml_files import KeyLines, parse, read_text, read_yaml, split_front_matter
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import Part, Slug, may_say
from observlib.catalogue.mistakes import unknown_names, validated
from observlib.records.published_text import Plain, PlainProse, Role, active

_VOCABULARY = "vocabulary.yml"
PRACTICE_VERDICTS = ("à refaire", "à adapter", "à éviter")
ORIGINS = {
    "own": "Nos équipes",
    "neighbour": "Organismes voisins",
    "demonstration": "Exemples inventés",
}
_TAKEN = "index"  # the name of a folder's home page


def _as_text(value: object) -> object:
    """What YAML reads as a date or a year, as it was written."""
    return str(value) if isinstance(value, date | int) else value


class Source(Part):
    """Where a fact of a sheet was published; `date` is a year, month or day, if it is known."""

    title: Plain
    url: str = Field(pattern=r"^https?://[^\s<>\"\\]+$")
    date: Annotated[str | None, BeforeValidator(_as_text)] = Field(
        default=None, pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"
    )


class PracticeSheet(Part):
    """One practice sheet: its front matter, its name (`slug`) and its Markdown `body`.

    It is `invented` where it is one of a demonstration.
    """

    title: Plain
    department: Slug
    peer: Slug | None = None
    tool: Slug | None = None
    method: Slug | None = None
    products: tuple[Slug, ...] = ()
    date: date
    contact: Role
    verdict: Literal["à refaire", "à adapter", "à éviter"]
    cost: PlainProse
    days: float | None = may_say("cost in days of work", ge=0)
    redo: PlainProse
    avoid: PlainProse
    sources: tuple[Source, ...] = ()
    invented: bool = False
    slug: str = Field(default="", exclude=True)
    body: str = Field(default="", exclude=True)

    def _faults(self) -> Iterator[str]:
        if self.tool is None and self.method is None:
            yield "neither 'tool' nor 'method' is given; give one or both"
        if self.peer is not None and not self.sources:
            yield "key 'sources' is missing: a peer's facts cite where they stand"

    @property
    def origin(self) -> str:
        """One of `ORIGINS`: whose lesson it is."""
        return "demonstration" if self.invented else "neighbour" if self.peer else "own"


@dataclass(frozen=True)
class Practices:
    """The published sheets, the newest first, and the words for their tools and methods."""

    sheets: tuple[PracticeSheet, ...] = ()
    tools: dict[str, str] = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)

    def label(self, sort: str, name: str, catalogue: Catalogue) -> str:
        """The words for a `tool`, `method`, `department` or `verdict` by its key."""
        if sort == "verdict":
            return name[:1].upper() + name[1:]
        if sort == "department":
            return catalogue.departments[name].label
        return (self.tools if sort == "tool" else self.methods)[name]

    @property
    def digest(self) -> str:
        """Digest of all that is published of them."""
        texts = [f"{sheet.slug}{sheet.model_dump_json()}{sheet.body}" for sheet in self.sheets]
        return hashlib.sha256(
            "\n".join([*texts, repr(self.tools), repr(self.methods)]).encode()
        ).hexdigest()[:8]


def load_practices(
    folder: Path, catalogue: Catalogue, own: Path | None = None, invented: bool = False
) -> Practices:
    """Read and check the sheets of a folder; drafts are passed over."""
    if not folder.is_dir() and own is None:
        return Practices()
    path = folder / _VOCABULARY
    words, lines, problems = read_yaml(path, dict, "`tools:` and `methods:`", "file is missing")
    tools, methods = (_labels(path, words, lines, key, problems) for key in ("tools", "methods"))
    allowed: dict[str, list[str]] = {
        "department": list(catalogue.departments),
        "products": list(catalogue.products),
        "peer": [peer.id for peer in catalogue.peers.values() if not peer.own],
        "tool": list(tools),
        "method": list(methods),
    }
    paths = {path.name: path for place in (folder, own) if place for path in place.glob("*.md")}
    sheets = []
    for _, path in sorted(paths.items()):
        sheet, found = _read_sheet(path, allowed)
        problems += found
        if sheet is not None:
            told = invented and path.parent == own
            sheets.append(sheet.model_copy(update={"invented": told}))
    if problems:
        raise ObservError(*problems)
    sheets.sort(key=lambda sheet: (-sheet.date.toordinal(), sheet.slug))
    return Practices(tuple(sheets), tools, methods)


def _labels(
    path: Path, words: dict[Any, Any], lines: KeyLines, key: str, problems: list[str]
) -> dict[str, str]:
    """The vocabulary's words of one sort, by their key."""
    if not problems and set(words) != {"tools", "methods"}:
        problems.append(f"{path}: has {', '.join(map(str, words))}; it has `tools` and `methods`")
    found = words.get(key) or {}
    if not isinstance(found, dict):
        problems.append(f"{path}:{lines.get((key,), 1)}: {key} is no list of `key: words`")
        return {}
    for name, label in found.items():
        place = f"{path}:{lines.get((key, name), 1)}"
        if not (isinstance(name, str) and re.fullmatch(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", name)):
            problems.append(f"{place}: key {name!r}: allowed: a-z, 0-9 and hyphens")
        if not (isinstance(label, str) and label.strip()) or LINE_BREAKS.search(label.strip()):
            problems.append(f"{place}: {name}: has no words, or several lines of them")
    return {str(name): str(label) for name, label in found.items()}


def _read_sheet(
    path: Path, allowed: dict[str, list[str]]
) -> tuple[PracticeSheet | None, list[str]]:
    """A sheet, or None for a draft or a wrong one, and what is wrong with it."""
    try:
        text = read_text(path).removeprefix("\ufeff")
    except ObservError as error:
        return None, list(error.problems)
    front, body = split_front_matter(text)
    if not front:
        return None, [f"{path}:1: does not start with a front matter: `key: value` between `---`"]
    raw, lines, problems = parse(f"\n{front}", path, dict, "`key: value` lines")
    if problems or raw.pop("draft", None) is True:
        return None, problems
    for key in sorted({"invented", "slug", "body"} & raw.keys()):
        problems.append(f"{path}:{lines[key,]}: key {key!r} is not for you to give; remove it")
    if path.stem == _TAKEN or not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", path.stem):
        problems.append(
            f"{path}: the name {path.stem!r} makes no address; allowed: a-z, 0-9 and hyphens, "
            f"and not {_TAKEN!r}"
        )
    problems += _faults_of_body(path, body, text.count("\n") - body.count("\n") + 1)
    whole = {**raw, "slug": path.stem, "body": body.strip()}
    if sheet := validated(PracticeSheet, whole, path, lines, problems):
        problems += unknown_names(path, sheet, lines, allowed)
    return (None if problems else sheet), problems


def _faults_of_body(path: Path, body: str, first: int) -> Iterator[str]:
    """What a sheet's text may not hold, by line."""
    said = re.sub(r"<!--[\s\S]*?-->|^#.*$", "", body, flags=re.MULTILINE)
    if not said.strip():
        yield f"{path}:{first}: has no text; tell what happened in a few paragraphs"
    for number, fault in active(body):
        yield f"{path}:{number + first}: {fault}"
    for number, line in enumerate(body.split("\n"), start=first):
        if re.match(r"#\s", line):
            yield f"{path}:{number}: heading of level 1, which is the title's; start with ##"
        if what := held(line):
            yield f"{path}:{number}: holds {what}; sheets name roles and no person"
