"""What redaction finds and misses of an annotated set, by kind.

`.venv/bin/python -m tests.confidentiality.redaction.measure` renews the table of the method's page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from observlib.confidentiality.redaction import Names, found

TABLE = Path(__file__).parents[3] / "reports" / "_redaction.md"
KINDS = {
    "name": "Noms",
    "email": "Adresses électroniques",
    "phone": "Téléphones",
    "address": "Adresses postales",
    "birth": "Dates de naissance",
    "nir": "Numéros de sécurité sociale",
    "iban": "Comptes bancaires",
    "card": "Cartes bancaires",
    "plate": "Plaques d’immatriculation",
    "tax": "Numéros fiscaux",
    "caf": "Numéros d’allocataire",
    "file": "Numéros de dossier ou de titre",
    "token_url": "Liens personnels",
    "ip": "Adresses IP",
}
SETS = tuple(sorted(Path(__file__).parent.glob("set_*.txt")))
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


def measured(paths: tuple[Path, ...] = SETS, more_names: Names | None = None) -> pd.DataFrame:
    """One row a thing annotated (`set`, `text`, `kind`, `written`, `stays`, `gone`) or replaced.

    What is annotated is `gone` when all its letters and digits lie in what is replaced, or, of
    what must stay, when one does. Rows of kind `replaced` are what was replaced: `signs` letters
    and digits, of which `right` were annotated as personal.
    """
    rows = []
    for path in paths:
        for number, (text, entities) in enumerate(texts(path)):
            spans = found(text, more_names)
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


def figures(rows: pd.DataFrame) -> Figures:
    """The figures of `measured`, over all its texts."""
    entities, replaced = rows[rows["kind"] != "replaced"], rows[rows["kind"] == "replaced"]
    personal = entities[entities["stays"] == False]  # noqa: E712 (a column with gaps)
    names = personal["kind"] == "name"
    missed = personal[personal["gone"] == False]  # noqa: E712
    count = sum(1 for path in SETS for _ in texts(path))

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


def table(rows: pd.DataFrame) -> str:
    """The table of the method's page, in French: what is found of each kind, and in all."""
    told = figures(rows)
    personal = rows[rows["stays"] == False]  # noqa: E712
    lines = [
        "<!-- written by `.venv/bin/python -m tests.confidentiality.redaction.measure` -->",
        "",
        "| Donnée personnelle | annotées | effacées en entier |",
        "|:---|---:|---:|",
    ]
    for kind, label in KINDS.items():
        gone = personal["gone"][personal["kind"] == kind]
        lines.append(f"| {label} | {len(gone)} | {_percent(gone.mean())} |")
    count = sum(1 for path in SETS for _ in texts(path))
    lines += [
        "",
        f": Ce que l’effacement trouve dans {count} textes annotés, par les règles seules. "
        f"Précision : {_percent(told.precision)} des lettres et chiffres effacés étaient "
        f"personnels ; {_percent(told.untouched)} de ce qui n’en a que l’apparence est resté. "
        f"Il reste au moins une donnée personnelle dans {_percent(told.texts_with_a_miss)} des "
        f"textes, et une autre qu’un nom dans {_percent(told.texts_with_a_structured_miss)}.",
        "",
    ]
    return "\n".join(lines)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".", ",").replace(" ", "\u202f")


if __name__ == "__main__":
    TABLE.write_text(table(measured()), encoding="utf-8")
