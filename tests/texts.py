"""Texts that tests load: invented, and none of anybody's."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from observlib.catalogue import Catalogue, Device

TEXTS = "textes-fictifs"


def with_texts(catalogue: Catalogue) -> Catalogue:
    """A catalogue with one device more."""
    entry = {
        "id": TEXTS, "label": "Textes fictifs", "family": "feedback", "channel": "web",
        "owner": "numerique", "product": "boamp", "frequency": "continuous",
        "personal_data": "Aucune, textes inventés.", "pattern": "textes-fictifs_*.csv",
        "loader": "plain_csv", "table": "ratings",
    }  # fmt: skip
    device = Device.model_validate(entry)
    return catalogue.model_copy(update={"devices": {**catalogue.devices, TEXTS: device}})


def verbatims(words: Iterable[str], device: str = TEXTS, day: str = "2026-08-01") -> pd.DataFrame:
    """The tidy table of some texts."""
    found = list(words)
    numbers = [f"r{number}" for number in range(len(found))]
    same = {"device": device, "product": "boamp", "channel": "web", "source": f"{device}@1"}
    own = {"answer_id": numbers, "question": "comment", "text": found}
    return pd.DataFrame(own).assign(**same, date=pd.Timestamp(day))


# Invented openings, subjects and ends, of which texts are made; each subject is a theme.
SUBJECTS = {
    "passeport": ("passeport", "renouvellement", "photo", "mairie"),
    "retraite": ("retraite", "trimestres", "carrière", "pension"),
    "impôt": ("impôt", "déclaration", "prélèvement", "revenu"),
}
FEELINGS = {
    "positive": ("merci", "rapide", "accueil parfait", "clair"),
    "negative": ("scandaleux", "inadmissible", "personne ne répond", "perdu"),
}


def invented(number: int, seed: int = 0) -> pd.DataFrame:
    """So many invented texts, each with its `subject`, `feeling` and how angry it is (`anger`)."""
    source = np.random.default_rng(seed)
    rows = []
    for _ in range(number):
        subject = str(source.choice([*SUBJECTS]))
        feeling = str(source.choice([*FEELINGS]))
        about = source.permutation(SUBJECTS[subject])[:3]
        felt = source.permutation(FEELINGS[feeling])[:2]
        filling = source.choice(["hier", "enfin", "encore", "toujours", "depuis", "chez vous"], 2)
        text = " ".join([*about[:2], filling[0], *felt, filling[1], *about[2:]])
        angry = (feeling == "negative") != (source.random() < 0.1)
        rows.append([text, subject, feeling, "yes" if angry else "no"])
    return pd.DataFrame(rows, columns=["text", "subject", "feeling", "anger"])


def written(numbers: dict[str, int], device: str = TEXTS) -> pd.DataFrame:
    """Invented texts of some days, as the tidy table, with their `feeling` and `anger` beside."""
    parts = []
    for day, number in numbers.items():
        texts = invented(number, seed=len(parts))
        own = verbatims(texts["text"], device, day)
        own["answer_id"] = [f"{day}-{place}" for place in range(number)]
        parts.append(own.assign(feeling=texts["feeling"], anger=texts["anger"]))
    return pd.concat(parts, ignore_index=True)


def read_by(texts: pd.DataFrame, coder: str, variable: str, wrong: float = 0.0) -> pd.DataFrame:
    """What a person answered of texts whose labels are beside them; a share of them `wrong`."""
    source = np.random.default_rng(int(coder) if coder.isdigit() else 9)
    true = texts[variable].to_numpy(object)
    other = {"yes": "no", "no": "yes", "positive": "negative", "negative": "positive"}
    flips = source.random(len(texts)) < wrong
    code = [other[label] if flip else label for label, flip in zip(true, flips, strict=True)]
    same = texts[["device", "product", "channel", "answer_id", "date", "source"]]
    return same.assign(variable=variable, coder=coder, code=code)
