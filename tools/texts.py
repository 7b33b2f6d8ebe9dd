"""What a machine guesses of real texts: `python -m tools.texts FOLDER`, the folder of open data.

Services Publics + publishes experiences with the feeling and aspects that their authors tick; those
of 2019 to 2022 were read by students, who noted anger and injustice (CC0). Each is guessed by a
machine that learnt from four fifths of the others.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from observlib.themes.verbatims.machine import Measured, measure

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
    yield "Ressenti", texts, told["Ressenti usager"]
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


def told(name: str, found: Measured) -> str:
    """What was measured of a question, as lines."""
    head = f"{name}: macro-F1 {found.f1:.3f}, always the commonest {found.baseline:.3f}"
    table = (100 * found.confusion).round().astype(int).assign(textes=found.n)
    return f"{head} ({found.n.sum()} texts)\n{table.to_string()}\n"


if __name__ == "__main__":
    for question, words, labels in labelled(Path(sys.argv[1]) / FOLDER):
        print(told(question, measure([*words], labels)), flush=True)
