"""Sheets of invented workshops: who came by profile, and what became of the ideas."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from observlib.base.period import Quarter
from observlib.demo import calendar
from observlib.demo.chance import between, stream
from observlib.demo.formats import Files, Truths

DEVICES = ("ateliers",)
# A draw in which the last two years' median delay lies inside its interval.
_SALT = "1"
DELAY = (20, 220)  # days from the decision to the day it is done, each as likely
_DECIDED, _DROPPED = 60, 20  # percent of the ideas
_LAST = calendar.LAST.end


@dataclass(frozen=True)
class Series:
    """A product's workshops: their quarters, and people of each profile (from, to)."""

    quarters: tuple[int, ...]
    profiles: dict[str, tuple[int, int]]


SERIES = {
    "vie-publique": Series(
        (1, 2, 3, 4), {"Étudiants": (5, 9), "Enseignants": (2, 5), "Élus locaux": (0, 2)}
    ),
    "service-public": Series(
        (1, 2, 3, 4), {"Particuliers": (6, 10), "Aidants numériques": (2, 4), "Élus locaux": (0, 1)}
    ),
    "annuaire": Series((1, 3), {"Agents publics": (7, 11), "Particuliers": (1, 3)}),
    "journal-officiel": Series((2, 4), {"Documentalistes": (3, 5)}),  # fewer than 11 a year
}
_METHODS = ("Tri de cartes", "Parcours idéal", "Maquettes sur papier", "Remue-méninges")
_WHAT = (
    "Un glossaire",
    "Un rappel par courriel",
    "Un bouton d'aide",
    "Un plan de page",
    "Un filtre",
)
_WHERE = ("sur l'accueil", "dans la recherche", "dans le suivi", "en bas des fiches")


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """A file of sheets a quarter, by path, and the counts and true delay in them."""
    files: Files = {}
    found: list[dict[str, Any]] = [
        {"kind": "idea_delay", "device": device, "true_median": sum(DELAY) / 2}
    ]
    for quarter in calendar.QUARTERS:
        sheets = []
        for product, series in SERIES.items():
            if quarter.number not in series.quarters:
                continue
            source = stream(seed, device, product, str(quarter), _SALT)
            sheet = drawn(product, series, quarter, source)
            sheets.append(_written(sheet))
            found += _true(device, quarter, sheet)
        files[f"ateliers/ateliers_{quarter}.yml"] = (
            "# Ateliers fictifs de démonstration\n" + "".join(sheets)
        ).encode("utf-8")
    return files, {"workshops": found}


def drawn(product: str, series: Series, quarter: Quarter, source: Random) -> dict[str, Any]:
    """A workshop: its day, the people of each profile, and its ideas with their days."""
    day = quarter.start + timedelta(days=between(source, 5, 80))
    people = {name: between(source, *ends) for name, ends in series.profiles.items()}
    labels = [f"{what} {where}" for what in _WHAT for where in _WHERE]
    ideas = []
    for _ in range(between(source, 7, 11)):
        label = labels.pop(between(source, 0, len(labels) - 1))
        ideas.append({"label": label, **_fate(day, source)})
    return {
        "date": day,
        "product": product,
        "title": f"Atelier fictif {quarter} de {product}",
        "method": _METHODS[between(source, 0, len(_METHODS) - 1)],
        "people": people,
        "ideas": ideas,
    }


def _fate(day: date, source: Random) -> dict[str, Any]:
    """An idea's state at the end of the demonstration, with its days."""
    draw = source.random() * 100
    decided = day + timedelta(days=between(source, 3, 60))
    done = decided + timedelta(days=between(source, *DELAY))
    if draw < _DROPPED:
        return {"state": "abandonnée"}
    if draw >= _DROPPED + _DECIDED or decided > _LAST:
        return {"state": "proposée"}
    if done > _LAST:
        return {"state": "décidée", "decided": decided}
    return {"state": "réalisée", "decided": decided, "done": done}


def _written(sheet: dict[str, Any]) -> str:
    def quoted(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)  # which is YAML too

    lines = [
        f"- date: {sheet['date'].isoformat()}",
        f"  produit: {sheet['product']}",
        f"  titre: {quoted(sheet['title'])}",
        f"  méthode: {quoted(sheet['method'])}",
        "  participants:",
        *(f"    {quoted(name)}: {count}" for name, count in sheet["people"].items()),
        "  idées:",
    ]
    for idea in sheet["ideas"]:
        lines += [f"    - idée: {quoted(idea['label'])}", f"      état: {idea['state']}"]
        lines += [
            f"      {key} le: {idea[field].isoformat()}"
            for key, field in (("décidée", "decided"), ("réalisée", "done"))
            if field in idea
        ]
    return "\n".join(lines) + "\n"


def _true(device: str, quarter: Quarter, sheet: dict[str, Any]) -> list[dict[str, Any]]:
    common = {"device": device, "product": sheet["product"], "quarter": str(quarter)}
    found: list[dict[str, Any]] = [
        {**common, "kind": "participants", "profile": name, "value": count}
        for name, count in sheet["people"].items()
    ]
    ideas = sheet["ideas"]
    for kind, count in (
        ("proposed", len(ideas)),
        ("decided", len([idea for idea in ideas if "decided" in idea])),
        ("done", len([idea for idea in ideas if "done" in idea])),
    ):
        found.append({**common, "kind": f"ideas_{kind}", "value": count})
    return found
