"""Sheets of invented workshops: who came by profile, and what became of the ideas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from observlib.base.period import Quarter
from tools.demo import calendar, formats
from tools.demo.chance import between, stream
from tools.demo.formats import Files, Truth, Truths

DEVICES = ("ateliers",)
# A draw in which the last two years' median delay lies inside its interval.
_SALT = "1"
DELAY = (20, 220)  # days from the decision to the day it is done, each as likely
_DECIDED, _DROPPED = 60, 20  # percent of the ideas
_LAST = calendar.LAST.end
_DECLARED = formats.declared("workshops")


@dataclass(frozen=True)
class Series:
    """A product's workshops: their quarters, and people of each profile (from, to)."""

    quarters: tuple[int, ...]
    profiles: dict[str, tuple[int, int]]


SERIES = {product: Series(**own) for product, own in _DECLARED["series"].items()}
Sheet = dict[str, Any]


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """A file of sheets a quarter, by path, and the counts and true delay in them."""
    files: Files = {}
    found: list[Truth] = [{"kind": "idea_delay", "device": device, "true_median": sum(DELAY) / 2}]
    for quarter in calendar.QUARTERS:
        text = "# Ateliers fictifs de démonstration\n"
        for product, series in SERIES.items():
            if quarter.number in series.quarters:
                source = stream(seed, device, product, quarter, _SALT)
                sheet = drawn(product, series, quarter, source)
                text += "".join(f"{line}\n" for line in _written(sheet))
                found += _true(device, quarter, sheet)
        files[f"ateliers/ateliers_{quarter}.yml"] = text.encode("utf-8")
    return files, {"workshops": found}


def drawn(product: str, series: Series, quarter: Quarter, source: Random) -> Sheet:
    """A workshop: its day, the people of each profile, and its ideas with their days."""
    day = quarter.start + timedelta(days=between(source, 5, 80))
    people = {name: between(source, *ends) for name, ends in series.profiles.items()}
    labels = [f"{what} {where}" for what in _DECLARED["what"] for where in _DECLARED["where"]]
    ideas = []
    for _ in range(between(source, 7, 11)):
        label = labels.pop(between(source, 0, len(labels) - 1))
        ideas.append({"label": label, **_fate(day, source)})
    return {
        "date": day,
        "product": product,
        "title": f"Atelier fictif {quarter} de {product}",
        "method": _DECLARED["methods"][between(source, 0, len(_DECLARED["methods"]) - 1)],
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


def _written(sheet: Sheet) -> Iterator[str]:
    def quoted(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)  # which is YAML too

    yield f"- date: {sheet['date']}"
    yield f"  produit: {sheet['product']}"
    yield f"  titre: {quoted(sheet['title'])}"
    yield f"  méthode: {quoted(sheet['method'])}"
    yield "  participants:"
    for name, count in sheet["people"].items():
        yield f"    {quoted(name)}: {count}"
    yield "  idées:"
    for idea in sheet["ideas"]:
        yield f"    - idée: {quoted(idea['label'])}"
        yield f"      état: {idea['state']}"
        for key, field in (("décidée", "decided"), ("réalisée", "done")):
            if field in idea:
                yield f"      {key} le: {idea[field]}"


def _true(device: str, quarter: Quarter, sheet: Sheet) -> Iterator[Truth]:
    common = {"device": device, "product": sheet["product"], "quarter": quarter}
    for name, count in sheet["people"].items():
        yield {**common, "kind": "participants", "profile": name, "value": count}
    for kind, field in (("proposed", "label"), ("decided", "decided"), ("done", "done")):
        count = sum(field in idea for idea in sheet["ideas"])
        yield {**common, "kind": f"ideas_{kind}", "value": count}
