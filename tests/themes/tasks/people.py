"""Small tidy tables of what people came to do, and a catalogue of two tasks."""

from typing import Any

import pandas as pd
from tests.copies import demonstration_catalogue

from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.catalogue.entries import Task

NOW = Quarter("2026-T3")
YEAR = NOW.back(4)
DAYS = pd.to_datetime(["2025-11-10", "2026-02-10", "2026-05-10", "2026-09-10"])  # of each quarter
A, B = "Refaire ses papiers", "Saisir un tribunal"
TASKS = {
    "a": Task(id="a", label=A, sections=["papiers", "titres"], themes=["Papiers"], answers=["P"],
              tests=["Trouver"], words=["passeport"]),
    "b": Task(id="b", label=B, sections=["justice"], themes=["Justice"], answers=["J"],
              tests=["Saisir"], words=["tribunal"]),
}  # fmt: skip


def known(tasks: dict[str, Task] = TASKS) -> Catalogue:
    return demonstration_catalogue().model_copy(update={"tasks": tasks})


def table(rows: list[dict[str, Any]], **about: Any) -> pd.DataFrame:
    """Rows of one device, at a day of the edition's quarter unless they say another."""
    passport = {"device": "d", "product": "service-public", "channel": "web", "source": "d@1"}
    return pd.DataFrame([{**passport, "date": DAYS[3], **about, **row} for row in rows])


def sections(*rows: tuple[str, str, int], complete: bool = True) -> pd.DataFrame:
    """Visits by section and month."""
    made = []
    for section, month, visits in rows:
        start = pd.Timestamp(f"{month}-01")
        end = start + pd.offsets.MonthEnd(0)
        told = {"section": section, "visits": visits, "complete": complete}
        made.append({**told, "start": start, "end": end})
    return table(made)


def contacts(**counts: int) -> pd.DataFrame:
    """Calls or messages of the quarter, so many of each theme."""
    themes = [theme for theme, n in counts.items() for _ in range(n)]
    rows = [
        {"theme": theme, "outcome": "answered", "wait": i % 60} for i, theme in enumerate(themes)
    ]
    return table(rows, channel="phone")


def responses(
    *groups: tuple[str, int, int], device: str = "d", tried: int | None = None
) -> pd.DataFrame:
    """A survey of a year: of each reason, how many answered and how many of them succeeded."""
    rows: list[dict[str, Any]] = []
    number = 0
    for reason, n, succeeded in groups:
        for i in range(n):
            number += 1
            own = {"response_id": f"{device}{number}", "date": DAYS[i % 4]}
            mark = {"value": float(i < succeeded), "scale_min": 0.0, "scale_max": 1.0}
            rows.append({**own, "variable": "reason", "category": reason})
            rows.append({**own, "variable": "task_success", **mark})
            ease = {"value": float(i % 5 + 1), "scale_min": 1.0, "scale_max": 5.0}
            rows.append({**own, "variable": "ces", **ease})
            if tried is not None:
                word = "Oui" if i < tried else "Non"
                rows.append({**own, "variable": "tried_online", "category": word})
    empty = dict.fromkeys(("category", "value", "scale_min", "scale_max"))
    return table([{**empty, **row} for row in rows], device=device, source=f"{device}@1")
