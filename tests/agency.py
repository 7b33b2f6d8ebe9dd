"""A small agency that lives from quarter to quarter: exports come one after the other."""

import csv
import re
import shutil
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from tests.copies import PYTHON

from observlib.base.period import Quarter
from observlib.base.yaml_files import dump
from observlib.publish import standing

ROOT = Path(__file__).parents[1]
BUTTONS = ("avis-boamp", "avis-legifrance", "avis-vie-publique")
DEVICES = {
    **{name: ("ratings", "web", name.removeprefix("avis-")) for name in BUTTONS},
    "appels": ("calls", "phone", "service-public"),
    "messages": ("tickets", "mail", "service-public"),
    "textes": ("verbatims", "web", "boamp"), "visites": ("audience", "web", "boamp"),
}  # fmt: skip
THEMES = ("identité", "logement", "retraite", "fiscalité")
FRONT = """---
title: Une année
order: 10
question: Que disent les usagers ?
parameters:
  quarter: {type: quarter}
  data: {type: data}
---"""
CODE = (
    """from observlib import Study

study = Study(quarter, data)
marks = study.estimates("satisfaction", indicator="satisfaction_10", period=quarter)
contacts = study.estimates("contacts", period=quarter)
visits = study.estimates("visits", indicator="visits", period=quarter)""",
    """study.text(study.say.span(marks), absent="Rien.")""",
    """#| label: tbl-marks
study.table(marks, "Les notes du trimestre")""",
    """#| label: tbl-visits
study.table(visits, "Les visites du trimestre")""",
    """#| label: tbl-contacts
told = ["calls_offered", "wait_median", "first_answer_median", "tickets_received"]
study.board(contacts, "Les contacts du trimestre", rows="device", indicator=told)""",
)
ROUTINE = [
    {"id": "en-retard", "kind": "routine", "why": "Des contacts sont arrivés après l'édition.",
     "indicator": ["calls_offered", "tickets_received"], "months": 6, "at_most": 1},
]  # fmt: skip
Rows = Iterable[Mapping[str, Any]]


def found(root: Path) -> Path:
    """Found the agency: its project with one study; the data folder."""
    for name in ("catalogue", "formats", "reference"):
        shutil.copytree(ROOT / "data" / name, root / "data" / name)
    standing.copy_sources(ROOT, root / "reports")
    cells = [new_raw_cell(FRONT)]
    cells += [
        new_code_cell('quarter = "2026-T3"\ndata = "data"', metadata={"tags": ["parameters"]})
    ]
    cells += [new_code_cell(CODE[0]), new_code_cell(CODE[1], metadata={"tags": ["finding"]})]
    cells += [new_markdown_cell("## Les notes"), *map(new_code_cell, CODE[2:4])]
    cells += [new_markdown_cell("## Les contacts"), new_code_cell(CODE[4])]
    (root / "notebooks").mkdir()
    study = new_notebook(cells=cells, metadata=PYTHON)
    nbformat.write(study, root / "notebooks" / "annee.ipynb")
    data = root / "data" / "agence"
    (data / "raw").mkdir(parents=True)
    (data / "catalogue").mkdir()
    write(data / "catalogue" / "revisions.yml", ROUTINE)
    devices(data)
    return data


def devices(data: Path, without: str = "", **labels: str) -> None:
    """Write the devices of the catalogue but for one, with these labels in place of their own."""
    entries = [
        {
            "id": id, "label": labels.get(id.replace("-", "_"), f"Dispositif {id}"),
            "label_en": f"Device {id}", "family": "feedback", "channel": channel,
            "owner": "numerique", "product": product, "frequency": "continuous",
            "personal_data": "Aucune.",
            "pattern": f"{id}_*.csv", "loader": "plain_csv", "table": table,
        }
        for id, (table, channel, product) in DEVICES.items()
        if id not in without
    ]  # fmt: skip
    write(data / "catalogue" / "devices.yml", entries)


def export(data: Path, name: str, rows: Rows) -> Path:
    """Write an export into the folder of exports."""
    path, listed = data / "raw" / f"{name}.csv", [*rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]))
        writer.writeheader()
        writer.writerows(listed)
    return path


def late(data: Path, quarter: str) -> None:
    """One to three marks, a call and a text of a quarter that come after its edition."""
    day = Quarter(quarter).start + timedelta(days=40)
    for many, device in enumerate(BUTTONS, start=1):
        rows = [mark(f"late{number}", day, 5 * number) for number in range(many)]
        export(data, f"{device}_late", rows)
    call = next(iter(calls(quarter, 1))) | {"call_id": "late0", "date": day, "theme": THEMES[-1]}
    export(data, "appels_late", [call | {"moment": f"{day} 09:00:00"}])
    export(data, "textes_late", [{**next(iter(texts(quarter, 1))), "answer_id": "late0"}])


def double(text: str, month: str) -> str:
    """An export of visits in which a month is counted twice."""
    return re.sub(rf"({month}),(\d+)", lambda found: f"{found[1]},{2 * int(found[2])}", text)


def upside_down(text: str) -> str:
    """An export of marks whose best is told as the worst."""
    swap = {"0": "10", "5": "5", "10": "0"}
    return re.sub(r"satisfaction,(\d+),", lambda found: f"satisfaction,{swap[found[1]]},", text)


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(dump(content), encoding="utf-8")


def read(path: Path) -> list[dict[str, str]]:
    """The rows of an export."""
    with path.open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def days(quarter: str, many: int, seed: str) -> list[date]:
    own = Quarter(quarter)
    length = (own.end - own.start).days + 1
    drawn = np.random.default_rng([*seed.encode()]).integers(0, length, many)
    return sorted(own.start + timedelta(days=int(day)) for day in drawn)


def ratings(device: str, quarter: str, many: int) -> Rows:
    """Marks of three faces, two of them rare."""
    seed = f"{device} {quarter}"
    marks = np.random.default_rng([*seed.encode()]).choice([0, 5, 10], many, p=[0.1, 0.2, 0.7])
    for number, (day, value) in enumerate(zip(days(quarter, many, seed), marks, strict=True)):
        yield mark(f"{quarter}x{number}", day, value)


def mark(name: str, day: date, value: int) -> dict[str, Any]:
    row = {"answer_id": name, "date": day, "question": "satisfaction", "value": value}
    return row | {"scale_min": 0, "scale_max": 10}


def calls(quarter: str, many: int) -> Rows:
    seed = np.random.default_rng([*f"calls {quarter}".encode()])
    for number, day in enumerate(days(quarter, many, "calls")):
        wait = int(seed.exponential(90))
        yield {
            "call_id": f"{quarter}x{number}", "date": day, "moment": f"{day} 09:00:00",
            "outcome": "answered" if seed.random() < 0.85 else "abandoned", "wait": wait,
            "talk": 240, "theme": seed.choice(THEMES, p=[0.5, 0.3, 0.15, 0.05]),
        }  # fmt: skip


def tickets(quarter: str, many: int) -> Rows:
    seed = np.random.default_rng([*f"tickets {quarter}".encode()])
    end = Quarter(quarter).end + timedelta(days=4)
    for number, day in enumerate(days(quarter, many, "tickets")):
        answer = min(day + timedelta(days=int(seed.exponential(2))), end)
        yield {
            "ticket_id": f"{quarter}x{number}", "date": day, "received": f"{day} 08:00:00",
            "answered": f"{answer} 10:00:00", "closed": f"{answer} 11:00:00",
            "extracted": f"{end} 12:00:00", "reopened": 0, "theme": seed.choice(THEMES),
        }  # fmt: skip


def texts(quarter: str, many: int) -> Rows:
    for number, day in enumerate(days(quarter, many, "texts")):
        text = f"Le formulaire numéro {number} est trop long et se perd en chemin."
        own = {"answer_id": f"{quarter}x{number}", "date": day}
        yield {**own, "question": "title", "text": text}


def visits(quarter: str) -> Rows:
    for number, month in enumerate(Quarter(quarter).months):
        yield {"month": month, "visits": 9_000 + 300 * number}


def bring(data: Path, quarter: str) -> None:
    """The exports that a quarter brings."""
    rows: dict[str, Rows] = {
        device: ratings(device, quarter, 70 + 12 * place) for place, device in enumerate(BUTTONS)
    }
    rows |= {"appels": calls(quarter, 540), "messages": tickets(quarter, 160)}
    rows |= {"textes": texts(quarter, 45), "visites": visits(quarter)}
    for device, own in rows.items():
        export(data, f"{device}_{quarter}", own)
