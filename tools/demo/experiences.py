"""The official export of experiences told on Services Publics +, with all its traps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from tools.demo import calendar, formats
from tools.demo.chance import between, moments, pick, stream
from tools.demo.formats import Files, Truths

DEVICES = ("sp-plus",)
FEELINGS = {"positive": 40, "neutral": 15, "negative": 45}  # chances in percent
EXPERIENCES = (70, 100)  # a quarter, from and to
_TOLD = formats.declared("experiences")
_WORDS = {"positive": "Positif", "neutral": "Neutre", "negative": "Négatif"}


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """The export, by path, and the feelings that it holds by quarter."""
    lines = [";".join(_TOLD["columns"])]
    found = []
    identifier = 9_000_000
    for quarter in calendar.QUARTERS:
        source = stream(seed, device, quarter)
        counts = dict.fromkeys(FEELINGS, 0)
        for when in moments(source, between(source, *EXPERIENCES), quarter, 7, 20):
            identifier += between(source, 1, 40)
            feeling = drawn(source)
            counts[feeling] += 1
            row = _row(identifier, when, feeling, source)
            lines.append(";".join(row.values()))
        about = {"kind": "experiences", "device": device, "quarter": quarter}
        found += [
            {**about, "feeling": name, "true_share": chance / 100, "value": counts[name]}
            for name, chance in FEELINGS.items()
        ]
    # Nothing is quoted: the official export lets the line breaks of Description run loose.
    content = "\ufeff" + "".join(f"{line}\r\n" for line in lines)
    path = f"services_publics_plus/export-experiences_{calendar.YEARS}.csv"
    return {path: content.encode("utf-8")}, {"experiences": found}


def drawn(source: Random) -> str:
    """The feeling of one experience."""
    return _picked(source, FEELINGS)


def _picked(source: Random, chances: Mapping[str, int]) -> str:
    return list(chances)[pick(source, list(chances.values()))]


def _one_of(source: Random, words: Sequence[str]) -> str:
    return words[between(source, 0, len(words) - 1)]


def _row(identifier: int, when: str, feeling: str, source: Random) -> dict[str, str]:
    organisation = _picked(source, _TOLD["organisations"])
    answered = source.random() < 0.8
    values = {
        "identifier": identifier,
        "state": "Traitées" if answered else "A traiter",
        "status": "avec réponse" if answered else "en attente de réponse",
        "published": when.replace(" ", "T"),
        "title": _one_of(source, _TOLD["titles"]),
        "description": _one_of(source, _TOLD["descriptions"]),
        "teller": _picked(source, _TOLD["tellers"]),
        "feeling": _WORDS[feeling],
        "organisation": organisation,
        "number": [*_TOLD["organisations"]].index(organisation),
        "channel": _one_of(source, _TOLD["channels"]),
        "useful": between(source, 0, 3),
        "useless": between(source, 0, 2),
        "alike": between(source, 0, 4),
        "improvement": "Oui" if source.random() < 0.05 else "Non",
    }
    row = {name: str(formats.filled(cell, values)) for name, cell in _TOLD["columns"].items()}
    if source.random() < 0.4:
        place = _TOLD["regions"][pick(source, _TOLD["region_weights"])]
        row |= dict(zip(_TOLD["place"], place, strict=True))
    for aspect in _TOLD["aspects"]:
        if source.random() < 0.45:
            same = source.random() < 0.8
            row[aspect] = _WORDS[feeling if same else list(_WORDS)[between(source, 0, 2)]]
    return row
