"""What a machine guesses of real texts: `python -m tools.texts FOLDER`, the folder of open data.

It renews the tables of the method's page, `reports/_machine.md`.

Services Publics + publishes experiences with the feeling and aspects that their authors tick; those
of 2019 to 2022 were read by students, who noted anger and injustice (CC0). Each is guessed by a
machine that learnt from four fifths of the others.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from observlib.base import files
from observlib.language import french
from observlib.language.prose import typography
from observlib.pipeline import project
from observlib.themes.verbatims.machine import Measured, measure

WRITTEN = "<!-- written by `.venv/bin/python -m tools.texts FOLDER` -->"
FOLDER = "services_publics_plus"
EXPERIENCES = "sp_plus_experiences_subset.csv"
CODED = "sp_plus_annotated_2019_2022_pseudonymised.csv"
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
ASPECTS = (
    "Accessibilité",
    "Information/Explication",
    "Relation",
    "Réactivité",
    "Simplicité/Complexité",
)
CODES = {"q1_injustice": "Injustice", "q3_colere": "Colère"}


def labelled(folder: Path) -> Iterator[tuple[str, pd.Series, pd.Series]]:
    """Each question with its texts and their labels."""
    told = _read(folder / EXPERIENCES, ",")
    texts = told["Titre"] + ". " + told["Description"]
    yield "Ressenti", texts, told["Ressenti usager"].str.lower()
    for aspect in ASPECTS:
        yield aspect, texts, (told[aspect] != "").map({True: "oui", False: "non"})
    coded = _read(folder / CODED, ";")
    for column, name in CODES.items():
        known = coded[coded[column].isin(["0.0", "1.0"])]
        codes = known[column].map({"1.0": "oui", "0.0": "non"})
        yield name, known["Titre"] + ". " + known["Description"], codes


def _read(path: Path, delimiter: str) -> pd.DataFrame:
    rows = pd.read_csv(path, sep=delimiter, dtype=object, keep_default_na=False)
    return rows.map(lambda cell: cell.translate(_WINDOWS))


def page(found: Mapping[str, Measured]) -> str:
    """The tables of the method's page: how good the machine is, and what it takes for what."""
    good = [
        f"| {name} | {french.number(int(one.n.sum()))} | {french.number(one.f1, 2)} | "
        f"{french.number(one.baseline, 2)} |"
        for name, one in found.items()
    ]
    guesses = [
        f"| {name} | {label} | {french.number(int(one.n[label]))} | {_percent(row[label])} | "
        f"{french.join(f'{guess} : {_percent(row[guess])}' for guess in row.index.drop(label))} |"
        for name, one in found.items()
        for label, row in one.confusion.iterrows()
    ]
    lines = [
        *(
            "| Ce qu’on cherche | Textes | Machine | Toujours la plus fréquente |",
            "|:--|--:|--:|--:|",
        ),
        *(*good, "", ": Justesse de la machine (de 0 à 1, macro-F1), et celle de qui donnerait"),
        *("toujours la réponse la plus fréquente {#tbl-machine}", ""),
        *("| Ce qu’on cherche | On lit | Textes | Deviné juste | Deviné autre chose |",),
        *("|:--|:--|--:|--:|:--|", *guesses, ""),
        *(": Ce que la machine devine des textes où on lit chaque réponse {#tbl-confusion}",),
    ]
    return "\n".join([WRITTEN, "", typography("\n".join(lines)), ""])


def _percent(share: float) -> str:
    return french.percent(100 * share, 0)


if __name__ == "__main__":
    measured = {}
    for question, words, labels in labelled(Path(sys.argv[1]) / FOLDER):
        measured[question] = measure([*words], labels)
    files.write_text(project.root() / "reports" / "_machine.md", page(measured))
