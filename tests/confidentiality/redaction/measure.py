"""What redaction finds and misses of an annotated set, by kind.

`.venv/bin/python -m tests.confidentiality.redaction.measure` renews the table of the method's page.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from jinja2 import Environment, StrictUndefined

from observlib.confidentiality.redaction import Names, personal_spans
from observlib.confidentiality.redaction.text import REDACTION_MARKS, Span, replaced
from observlib.themes.quotes import may_be_quoted, names_in

TABLE = Path(__file__).parents[3] / "reports" / "_redaction.md"
KINDS = {
    "name": "Noms", "email": "Adresses électroniques", "phone": "Téléphones",
    "address": "Adresses postales", "birth": "Dates de naissance",
    "nir": "Numéros de sécurité sociale", "iban": "Comptes bancaires", "card": "Cartes bancaires",
    "plate": "Plaques d’immatriculation", "tax": "Numéros fiscaux", "caf": "Numéros d’allocataire",
    "file": "Numéros de dossier ou de titre", "token_url": "Liens personnels", "ip": "Adresses IP"
}  # fmt: skip
# The rules were mended by what the first three sets told; nobody mends them by the fourth. The
# fifth is of hard texts, written before the rules were mended for such.
LEARNT = tuple(Path(__file__).with_name(f"set_{name}.txt") for name in "abc")
UNSEEN = (Path(__file__).with_name("set_d.txt"),)
HARD = (Path(__file__).with_name("set_e.txt"),)
_ANNOTATED = re.compile(r"⟦(!?)([\w -]+)\|([^⟦⟧]*)⟧")


class Entity(NamedTuple):
    """What is annotated in a text: personal data of a kind, or what must stay."""

    start: int
    end: int
    kind: str
    stays: bool


def texts(path: Path) -> Iterator[tuple[str, list[Entity]]]:
    """The texts of a set, as they are without annotations, and what is annotated in them."""
    lines = path.read_text(encoding="utf-8").splitlines()
    whole = "\n".join(line for line in lines if not line.startswith("#"))
    for paragraph in filter(str.strip, re.split(r"\n{2,}", whole)):
        written = paragraph.strip().replace("\\n", "\n")
        entities, plain, at = [], "", 0
        for match in _ANNOTATED.finditer(written):
            plain += written[at : match.start()]
            entity = Entity(len(plain), len(plain) + len(match[3]), match[2], bool(match[1]))
            entities.append(entity)
            plain += match[3]
            at = match.end()
        plain += written[at:]
        assert "⟦" not in plain and "⟧" not in plain, plain
        yield plain, entities


@cache
def spans_of(text: str, more_names: Names | None = None) -> list[Span]:
    """What is found of a text, which takes a while: once for all that is measured of it."""
    return personal_spans(text, more_names)


def redacted(text: str) -> str:
    spans = spans_of(text, None)  # as `measured` asks, else it is found again
    return replaced(text, ((start, end, REDACTION_MARKS[kind]) for start, end, kind in spans))


def measured(paths: tuple[Path, ...], more_names: Names | None = None) -> pd.DataFrame:
    """One row a thing annotated (`set`, `text`, `kind`, `written`, `stays`, `gone`) or replaced.

    What is annotated is `gone` when all its letters and digits lie in what is replaced, or, of
    what must stay, when one does. Rows of kind `replaced` are what was replaced: `signs` letters
    and digits, of which `right` were annotated as personal.
    """
    rows = []
    for path in paths:
        for number, (text, entities) in enumerate(texts(path)):
            spans = spans_of(text, more_names)
            replaced = {place for span in spans for place in range(span.start, span.end)}
            personal = {p for e in entities if not e.stays for p in range(e.start, e.end)}
            about = {"set": path.stem, "text": number}
            for entity in entities:
                signs = {p for p in range(entity.start, entity.end) if text[p].isalnum()}
                gone = bool(signs & replaced) if entity.stays else signs <= replaced
                told = {"kind": entity.kind, "written": text[entity.start : entity.end]}
                rows.append(about | told | {"stays": entity.stays, "gone": gone})
            for span in spans:
                signs = {p for p in range(span.start, span.end) if text[p].isalnum()}
                told = {"kind": "replaced", "written": text[span.start : span.end]}
                counts = {"signs": len(signs), "right": len(signs & personal)}
                rows.append(about | told | {"as": span.kind} | counts)
    return pd.DataFrame(rows)


class Figures(NamedTuple):
    """What the gate asks: shares from 0 to 1."""

    structured: float  # of what is no name, how much is gone
    names: float
    precision: float  # of the letters and digits that were replaced, how many were annotated
    untouched: float  # of what looks personal and is not, how much stayed
    texts_with_a_miss: float
    texts_with_a_structured_miss: float


HARD_WHEN_NEW = Figures(0.7885, 0.85, 0.9876, 0.9892, 0.1667, 0.1019)  # five could be quoted


def figures(rows: pd.DataFrame) -> Figures:
    """The figures of `measured`, over all texts of its sets."""
    entities, replaced = rows[rows["kind"] != "replaced"], rows[rows["kind"] == "replaced"]
    personal = entities[entities["stays"] == False]  # noqa: E712 (a column with gaps)
    names = personal["kind"] == "name"
    missed = personal[personal["gone"] == False]  # noqa: E712
    count = how_many(rows)

    def texts_of(some: pd.DataFrame) -> float:
        return len(some.drop_duplicates(["set", "text"])) / count

    return Figures(
        structured=float(personal["gone"][~names].mean()),
        names=float(personal["gone"][names].mean()),
        precision=float(replaced["right"].sum() / replaced["signs"].sum()),
        untouched=1 - float(entities["gone"][entities["stays"] == True].mean()),  # noqa: E712
        texts_with_a_miss=texts_of(missed),
        texts_with_a_structured_miss=texts_of(missed[missed["kind"] != "name"]),
    )


def how_many(rows: pd.DataFrame) -> int:
    paths = (Path(__file__).with_name(f"{name}.txt") for name in rows["set"].unique())
    return sum(1 for path in paths for _ in texts(path))


def quoted_with_a_miss(paths: tuple[Path, ...], rows: pd.DataFrame) -> int:
    """How many texts of `measured` could be quoted with something personal left."""
    missed = rows[(rows["stays"] == False) & (rows["gone"] == False)]  # noqa: E712
    count = 0
    for path in paths:
        told = [redacted(text) for text, _ in texts(path)]
        names, left = names_in(told), missed["text"][missed["set"] == path.stem]
        count += sum(may_be_quoted(told[number], names) for number in left.unique())
    return count


def table(learnt: pd.DataFrame, unseen: pd.DataFrame, hard: pd.DataFrame) -> str:
    """The table of the method's page, in French: what is found of each kind, and in all."""
    made = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    made.filters["percent"] = _percent
    template = made.from_string(Path(__file__).with_suffix(".j2").read_text(encoding="utf-8"))
    sets = {"new": unseen, "known": learnt, "hard": hard}
    gone = [rows[rows["stays"] == False].groupby("kind")["gone"] for rows in (unseen, learnt)]  # noqa: E712
    kinds = [(label, *(of.get_group(kind) for of in gone)) for kind, label in KINDS.items()]
    told = {name: figures(rows) for name, rows in sets.items()}
    texts = {name: how_many(rows) for name, rows in sets.items()}
    return template.render(kinds=kinds, texts=texts, was=HARD_WHEN_NEW, **told)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".", ",").replace(" ", "\u202f")


if __name__ == "__main__":
    every = table(measured(LEARNT), measured(UNSEEN), measured(HARD))
    TABLE.write_text(every, encoding="utf-8")
