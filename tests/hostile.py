"""A data folder in which every text that somebody else may write is an attack.

Exports are tidy tables as CSV (`loaders.sheets`), one a device; beside them are labels of the
catalogue, actions and partners' replies. The attacks are those of `attacks.txt`, and those that no
text file shows.
"""

import csv
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from observlib.base.yaml_files import dump

ATTACKS = (Path(__file__).with_name("attacks.txt")).read_text(encoding="utf-8").splitlines()
UNSEEN = (  # what turns, hides or colours what stands beside it
    *("\u202egnp.exe", "\u2066\u202etxet\u2069", "zéro\u200blargeur", "\ufeff=1+1", "\u200b=1+1"),
    *("\x1b[31mrouge\x1b[0m", "\x1b]8;;https://exemple.invalid\x07lien\x1b]8;;\x07", "cloche\x07"),
    *("\tTab", "ligne\r\nsuivante: x", "séparateur\u2028de ligne"),
)
ALL = [*ATTACKS, *UNSEEN]
# what the sheets that teams write may hold: the others are refused as they are read
PLAIN = [
    text for text in ALL if not re.search(r"[*`<>\[\]$|\\@^~\n\r]", text) and text.isprintable()
]
# and the text of a sheet on a practice, whose title may hold them all
ESCAPED = ("&lt;script&gt;1&lt;/script&gt;", "&#60;script&#62;1", "[c](&#106;avascript:alert(1))")
SHEET = {
    "title": " · ".join(ATTACKS[::5]), "redo": ATTACKS[0], "avoid": ATTACKS[2], "cost": ATTACKS[3],
    "department": "annonces", "tool": "limesurvey", "date": date(2026, 3, 1), "contact": "pôle",
    "verdict": "à refaire",
}  # fmt: skip
DAYS = {"2025": date(2025, 8, 3), "2026": date(2026, 8, 3)}
Rows = Iterable[Mapping[str, Any]]


def write(data: Path) -> Path:
    """Write the data folder: `raw/`, `catalogue/`, and the folders of what people write."""
    labels = itertools.cycle(f"{word} {number}" for number, word in enumerate(ATTACKS))
    devices = []
    (data / "raw").mkdir(parents=True)
    for table, rows in TABLES.items():
        listed = list(rows())
        _write(data / "raw" / f"hostile-{table}_1.csv", listed)
        devices.append(_device(table, next(labels), next(labels)))
    partners = [
        {"id": f"partenaire-{n}", "label": word, "domain": word, "themes": [own], "words": [word]}
        for n, (word, own) in enumerate(zip(ATTACKS[:4], ATTACKS[:4], strict=True))
    ]
    answered = {"quarter": "2026-T2", "date": date(2026, 8, 5), "role": "pôle"}
    replies = [
        {"id": f"reponse-{n}", "partner": one["id"], "themes": one["themes"], "will_do": PLAIN[n]}
        for n, one in enumerate(partners)
    ]
    done = {"product": "legifrance", "date": date(2026, 1, 1), "contact": "pôle"}
    done |= {"expected": [{"indicator": "satisfaction_10", "direction": "up"}]}
    actions = [
        {"id": f"action-{n}", "title": word, "done": word, **done} for n, word in enumerate(PLAIN)
    ]
    tasks = [
        {"id": f"tache-{n}", "label": word, "themes": [word], "words": [word]}
        for n, word in enumerate(ATTACKS[:12])
    ]
    decisions = [
        {"id": f"decision-{n}", "task": one["id"], "decision": "refused", "answer": word}
        for n, (one, word) in enumerate(zip(tasks, PLAIN, strict=False))
    ]
    replies, decisions = ([one | answered for one in some] for some in (replies, decisions))
    entries = {"devices": devices, "partners": partners, "tasks": tasks}
    for name, content in entries.items():
        _yaml(data / "catalogue" / f"{name}.yml", content)
    sheets_of = {"actions": actions, "decisions": decisions, "partners": replies}
    for folder, sheets in sheets_of.items():
        for sheet in sheets:
            _yaml(data / folder / f"{sheet['id']}.yml", sheet)
    (data / "practices").mkdir()
    body = "\n\n".join(["Un récit.", *ESCAPED])
    (data / "practices" / "hostile.md").write_text(f"---\n{dump(SHEET)}---\n\n{body}\n", "utf-8")
    return data


def _yaml(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dump(content), encoding="utf-8")


def _write(path: Path, rows: list[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _device(table: str, label: str, note: str) -> dict[str, Any]:
    return {
        "id": f"hostile-{table.replace('_', '-')}", "label": label, "note": note,
        "family": "feedback", "channel": "web", "owner": "numerique", "product": "legifrance",
        "frequency": "continuous", "personal_data": note, "pattern": f"hostile-{table}_*.csv",
        "loader": "plain_csv", "table": table,
    }  # fmt: skip


def _each(many: int, words: Iterable[str] = ALL) -> Iterator[tuple[str, date, str, int]]:
    """Each attack, many times in a quarter and a year before: year, day, text, number."""
    for (year, first), word, number in itertools.product(DAYS.items(), words, range(many)):
        yield year, first + timedelta(days=number % 20), word, number


def polls() -> Rows:
    for year, day, word, _ in _each(1):
        for place, option in enumerate((word, f"{word} ?", "Autre")):
            yield {
                "poll_id": f"{year}-{ALL.index(word)}", "date": day, "network": "réseau",
                "question": word, "position": place, "option": option, "votes": 40 + place,
                "followers": 900,
            }  # fmt: skip


def tickets() -> Rows:
    for year, day, word, number in _each(14):
        yield {
            "ticket_id": f"t{year}{ALL.index(word)}x{number}", "date": day,
            "received": f"{day} 08:00:00", "answered": f"{day} 10:00:00",
            "closed": f"{day} 11:00:00", "extracted": "2026-10-03 08:00:00", "reopened": 0,
            "theme": word,
        }  # fmt: skip


def calls() -> Rows:
    for year, day, word, number in _each(14):
        yield {
            "call_id": f"c{year}{ALL.index(word)}x{number}", "date": day,
            "moment": f"{day} 08:00:00", "outcome": "answered", "wait": 20, "talk": 200,
            "theme": word,
        }  # fmt: skip


def ratings() -> Rows:
    for year, day, word, number in _each(2):
        place = ALL.index(word)
        about = {"answer_id": f"r{year}{place}x{number}", "date": day, "question": "satisfaction"}
        yield {**about, "value": place % 11, "scale_min": 0, "scale_max": 10}


def verbatims() -> Rows:
    for year, day, word, number in _each(1):
        about = {
            "answer_id": f"r{year}{ALL.index(word)}x{number}", "date": day, "question": "title",
        }  # fmt: skip
        text = f"Le formulaire est long, et le message d'erreur ne dit rien. {word}"
        yield {**about, "text": text}


def workshops() -> Rows:
    for _, day, word, _ in _each(1):
        about = {"date": day, "workshop_id": f"{word} {day}", "title": word, "method": word}
        for kind, count in (("participants", 14), ("idea", 1)):
            state = "proposed" if kind == "idea" else ""
            yield {**about, "kind": kind, "label": word, "count": count, "state": state}


def sales() -> Rows:
    for number, word in enumerate(ALL):
        for month in ("2025-08", "2026-07", "2026-08", "2026-09"):
            yield {
                "month": month, "title_id": f"{word} {number}", "title": word, "format": "print",
                "units": 500 + number, "revenue": 10.5, "returns": 0,
            }  # fmt: skip


def subscriptions() -> Rows:
    for word in ALL[:30]:
        for month in ("2025-08", "2026-07", "2026-08", "2026-09"):
            yield {"month": month, "list": word, "stock": 900, "joins": 40, "leaves": 20}


def user_tests() -> Rows:
    for _, day, word, number in _each(14, ALL[::4]):
        about = {"date": day, "session": f"{day:%Y} {word}", "task": word}
        about |= {"participant": f"p{number}"}
        yield {**about, "measure": "success", "label": "", "value": 1}
        yield {**about, "measure": "problem", "label": word, "value": 4}


def procedures() -> Rows:
    for number, word in enumerate(ALL):
        yield {
            "edition": "2026-T3", "start": "2026-07-01", "end": "2026-09-30",
            "procedure_id": number, "procedure": word, "administration": word,
            "indicator": "satisfaction", "state": "value", "value": 7.5, "label": "",
        }  # fmt: skip


def experiences() -> Rows:
    for year, day, word, number in _each(14):
        yield {
            "experience_id": f"e{year}{ALL.index(word)}x{number}", "date": day,
            "organisation": word, "feeling": ("positive", "negative")[number % 2],
        }  # fmt: skip


def figures() -> Rows:
    for number, word in enumerate(ALL):
        yield {
            "organisation": word, "subject": word, "measure": word, "start": "2025-01-01",
            "end": "2025-12-31", "value": 70 + number % 9, "unit": "%", "n": 900, "mode": word,
            "reservation": word, "definition": word, "source_title": word, "published": "2026",
            "url": "https://exemple.invalid/", "licence": word,
        }  # fmt: skip


MADE = (polls, tickets, calls, ratings, verbatims, workshops, sales, subscriptions, user_tests)
TABLES = {made.__name__: made for made in (*MADE, procedures, experiences, figures)}
