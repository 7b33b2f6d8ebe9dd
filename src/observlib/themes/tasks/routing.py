"""What is counted of each task: visits, calls, messages and texts, by device and quarter."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.base.text import by_words
from observlib.catalogue import Catalogue
from observlib.catalogue.partners import TASK, leads_to_task
from observlib.confidentiality.disclosure import protect
from observlib.estimates.rounding import base
from observlib.indicators import counts
from observlib.indicators.answers import by_device, period_status, times, within
from observlib.records import coding


def visits(
    sections: pd.DataFrame, catalogue: Catalogue, quarters: Sequence[Quarter]
) -> pd.DataFrame:
    """Visits of the sections of each task, by device and quarter."""
    led = _led(sections, "section", leads_to_task("sections", catalogue.tasks))
    own = ["task", "device", "product", "channel", "source", "start", "end", "complete"]
    summed = led.groupby(own, as_index=False)["visits"].sum()
    found = []
    for task, rows in summed.groupby("task", sort=True):
        told = counts.quarterly(rows, quarters)
        found.append(told.assign(indicator="task_visits", group=TASK, group_value=task))
    return estimates.combine(found) if found else estimates.make([])


def contacts(rows: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The calls or tickets whose theme leads to a task, each with its `task`."""
    return _led(rows, "theme", leads_to_task("themes", catalogue.tasks))


def texts(verbatims: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The redacted texts that hold words of a task, each with its `task`: several where of several.

    One that two devices have of one day is one text: an extract may hold what another has whole.
    """
    holding = by_words({task.label: task.words for task in catalogue.tasks.values()})
    whole = coding.whole_texts(verbatims).drop_duplicates(["date", "text"])
    led = whole.assign(task=[holding(text) for text in whole["text"]]).drop(columns="text")
    return led.explode("task").dropna(subset=["task"]).reset_index(drop=True)


def _led(rows: pd.DataFrame, column: str, leads: Callable[[str], str | None]) -> pd.DataFrame:
    known = {one: leads(str(one)) for one in rows[column].dropna().unique()}
    return rows.assign(task=rows[column].map(known)).dropna(subset=["task"])


def counted(
    kind: str, led: pd.DataFrame, every: pd.DataFrame, quarters: Sequence[Quarter]
) -> pd.DataFrame:
    """How many contacts of each device and quarter lead to each task."""
    made: list[dict[str, Any]] = []
    all_of = {tuple(who.values()): rows for who, rows in by_device(within(every, quarters))}
    for passport, own in by_device(within(led, quarters)):
        whole = all_of[tuple(passport.values())]
        for quarter in quarters:
            status = period_status(whole[whole["quarter"] == str(quarter)], [quarter])
            given = own[own["quarter"] == str(quarter)]
            found = times(given).groupby(given["task"]).sum()
            for task in sorted(own["task"].unique()):
                about = {**passport, "indicator": f"task_{kind}s", "period": str(quarter)}
                row = {**about, "group": TASK, "group_value": task, "status": status}
                count = int(found.get(task, 0))
                if status == "missing":
                    made.append(row)
                    continue
                row |= {"estimate": base(count), "n": base(count) or None}
                few = 0 < count < estimates.MINIMUM_PEOPLE
                made.append(row | ({"status": "suppressed"} if few else {}))
    return protect(made, low_base=0, personal=False)


def in_all(visits_: pd.DataFrame) -> pd.DataFrame:
    """The visits of each task and quarter over all devices, of none.

    Where those of one are withheld, or not complete, the whole is too. Contacts have no such sum:
    beside it, a count that is withheld of one device could be had.
    """
    made: list[dict[str, Any]] = []
    rows = visits_[visits_["status"] != "missing"]
    for (period, task), own in rows.groupby(["period", "group_value"]):
        total = float(own["estimate"].sum())
        row = {"indicator": "task_visits", "period": period, "group": TASK, "group_value": task}
        row |= {"source": sources(own), "estimate": total, "n": total or None}
        worst = [one for one in ("suppressed", "partial") if one in set(own["status"])]
        made.append({**row, "status": worst[0] if worst else "published"})
    return protect(made, low_base=0, personal=False)


def sources(rows: pd.DataFrame) -> str:
    """The source of what rests on several devices: the digest of those of all."""
    told = "\n".join(sorted(map(str, rows["source"].unique())))
    return f"tasks@{hashlib.sha256(told.encode()).hexdigest()[:8]}"
