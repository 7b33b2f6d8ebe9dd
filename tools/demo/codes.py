"""What invented users write, and what two invented people read in it: the files they filled in.

They are those of `observ code`, without the texts, which nothing needs when they come back. What is
to be seen in each text is known (`SEEN`); each reader misses or adds one answer in twenty-five, of
their own, so that they agree on most.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import permutations

import pandas as pd

from observlib.base.period import Quarter
from observlib.records import coding
from observlib.store.identifiers import PUBLIC_KEY, hashed
from tools.demo import calendar, formats
from tools.demo.chance import stream
from tools.demo.formats import Files, Truth

DEVICE = "jdma-service-public"
QUARTERS = calendar.QUARTERS[-4:]
READ = 60  # texts of a quarter, of about 150
SLIP = 0.04
FEELING = {"positive": "positif", "neutral": "neutre", "negative": "négatif"}
ASKED = {  # of the code book; nobody is asked of anger or injustice
    "feeling": "Ressenti",
    "accessibility": "Accessibilité",
    "information": "Information",
    "relation": "Relation",
    "responsiveness": "Réactivité",
    "simplicity": "Simplicité",
}
Seen = dict[str, frozenset[str]]


def _texts() -> Seen:
    """What a reader sees in each text: `positive` and `negative` both, where it says one of each.

    A text says one thing or two of one matter, so that texts have themes and few are alike.
    """

    def read(texts: Mapping[str, str]) -> Seen:
        return {text: frozenset(seen.split()) for text, seen in texts.items()}

    known = formats.declared("texts")
    people, matters = read(known["of_people"]), known["matters"]
    alone = read({text: seen for texts in matters.values() for text, seen in texts.items()})
    pairs = [pair for texts in matters.values() for pair in permutations(texts, 2)]
    both = {f"{one} {other}": alone[one] | alone[other] for one, other in pairs}
    told = {
        f"{text} {more}": alone[text] | seen
        for text in matters["delays"]
        for more, seen in people.items()
    }
    return alone | both | told | people | read(known["rest"])


SEEN = _texts()
TEXTS = tuple(SEEN)


def true_code(text: str, question: str) -> str:
    """What there is to read in an invented text, in the code book's words.

    Examples
    --------
    >>> true_code("Rien à signaler.", "feeling"), true_code("Rien à signaler.", "simplicity")
    ('neutral', 'no')
    """
    seen = SEEN[text]
    if question != "feeling":
        return "yes" if question in seen else "no"
    felt = seen & {"positive", "negative"}
    return next(iter(felt)) if len(felt) == 1 else "neutral"


def sheets(written: Mapping[str, tuple[date, str]], quarter: Quarter, seed: int) -> Files:
    """The files of a quarter that two people filled in.

    Parameters
    ----------
    written
        Of each answer with a text, by its identifier in the tool, its day and the text.
    """
    rows = [[hashed(own, DEVICE, PUBLIC_KEY), *told] for own, told in written.items()]
    texts = pd.DataFrame(rows, columns=["answer_id", "date", "text"]).assign(device=DEVICE)
    sample = coding.drawn(texts, quarter).head(READ)
    files: Files = {}
    for coder in coding.CODERS:
        source = stream(seed, DEVICE, quarter, f"coder {coder}")
        lines: list[list[object]] = [[coding.IDENTIFIER, coding.DATE, *ASKED.values()]]
        for text in coding.in_order_of(coder, sample).itertuples():
            read = [_read(str(text.text), question, source.random()) for question in ASKED]
            lines.append([text.answer_id, text.date, *read])
        name = coding.CodeSheet(DEVICE, quarter, coder).name
        files[f"codage/{name}"] = formats.french_csv(lines)
    return files


def _read(text: str, question: str, luck: float) -> str:
    """The word that a reader writes, who is wrong where luck fails."""
    code = true_code(text, question)
    if question == "feeling":
        others = [word for other, word in FEELING.items() if other != code]
        return others[luck < SLIP / 2] if luck < SLIP else FEELING[code]
    return "oui" if (code == "yes") != (luck < SLIP) else "non"


def truths(written: Mapping[str, tuple[date, str]], quarter: Quarter, product: str) -> list[Truth]:
    """How many of a quarter's texts hold each thing, of those that were read and of the others."""
    about = {"kind": "text", "product": product, "device": DEVICE, "quarter": quarter}
    found = []
    for question in ASKED:
        for code in FEELING if question == "feeling" else ["yes"]:
            holding = sum(true_code(text, question) == code for _, text in written.values())
            told = {"question": question, "code": code, "texts": len(written), "holding": holding}
            found.append({**about, **told})
    return found
