"""A data folder in which every text that somebody else may write is an attack.

Exports are tidy tables as CSV (`loaders.sheets`), one a device; beside them are labels of the
catalogue, actions and partners' replies. The attacks are those of `attacks.txt`, and those that no
text file shows.
"""

import itertools
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from observlib.base.yaml_files import dump

ATTACKS = (Path(__file__).parents[1] / "attacks.txt").read_text(encoding="utf-8").splitlines()
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
MONTHS = ("2025-08", "2026-07", "2026-08", "2026-09")
WHEN: dict[str, list[tuple[str, Any]]] = {
    "days": [("2025", date(2025, 8, 3)), ("2026", date(2026, 8, 3))],
    "months": [(month[:4], month) for month in MONTHS],
    "once": [("", "")],
}
TABLES = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))


def write(data: Path) -> Path:
    """Write the data folder: `raw/`, `catalogue/`, and the folders of what people write."""
    labels = itertools.cycle(f"{word} {number}" for number, word in enumerate(ATTACKS))
    devices = []
    (data / "raw").mkdir(parents=True)
    for table, asked in TABLES.items():
        path = data / "raw" / f"hostile-{table}_1.csv"
        pd.DataFrame(_rows(**asked)).to_csv(path, index=False)
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


def _rows(
    rows: list[dict[str, Any]], when: str = "days", many: int = 1, every: int = 1, first: int = 999
) -> Iterator[dict[str, str]]:
    """The rows of a table, as `hostile.yml` says."""
    for word, (year, day), n in itertools.product(ALL[:first:every], WHEN[when], range(many)):
        at = day + timedelta(days=n % 20) if isinstance(day, date) else day
        place = ALL.index(word)
        told = {"word": word, "year": year, "day": at, "n": n, "place": place, "digit": place % 10}
        for row in rows:
            yield {name: str(text).format_map(told) for name, text in row.items()}


def _device(table: str, label: str, note: str) -> dict[str, Any]:
    return {
        "id": f"hostile-{table.replace('_', '-')}", "label": label, "note": note,
        "family": "feedback", "channel": "web", "owner": "numerique", "product": "legifrance",
        "frequency": "continuous", "personal_data": note, "pattern": f"hostile-{table}_*.csv",
        "loader": "plain_csv", "table": table,
    }  # fmt: skip
