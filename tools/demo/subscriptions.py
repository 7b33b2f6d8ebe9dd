"""Subscribers to invented letters, alerts and reviews: counts by month, or Mailchimp's persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from tools.demo import calendar, formats
from tools.demo.chance import between, moment, stream
from tools.demo.formats import Files, Truth, Truths

# A draw in which the last quarter's truths lie inside their intervals.
_SALT = "1"
LATE = {"device": "alertes-legifrance", "month": "2025-06"}  # this month was never exported
MAILCHIMP = "lettre-vie-publique"  # whose subscribers before records began came by an import
CURVE_MONTHS = 24  # how far the true curve of those who stay is told


@dataclass(frozen=True)
class Letter:
    """A letter: subscribers before records began, and joins a month (from, to)."""

    before: int
    joins: tuple[int, int]


@dataclass(frozen=True)
class Letters:
    """Lists whose subscribers leave with chances, out of 1,000, by months since they joined.

    The last chance is that of all later months; `renewal` is added every twelfth month.
    """

    product: str
    lists: dict[str, Letter]
    leaving: tuple[int, ...]
    renewal: int = 0
    cohorts: bool = True

    def chance(self, months: int) -> int:
        """Out of 1,000, who leaves in a month."""
        due = self.renewal if months and months % 12 == 0 else 0
        return self.leaving[min(months, len(self.leaving) - 1)] + due


_DECLARED = formats.declared("subscriptions")
LETTERS = {
    device: Letters(**own | {"lists": {name: Letter(*one) for name, one in own["lists"].items()}})
    for device, own in _DECLARED["letters"].items()
}
DEVICES = tuple(LETTERS)
Row = dict[str, Any]
_FLOWS = ("stock", "joins", "leaves")


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """The exports of a device, by path, its exact counts and the true curve of those who stay."""
    letters = LETTERS[device]
    rows: list[Row] = []
    for name, own in letters.lists.items():
        rows += drawn(letters, name, own, stream(seed, device, name, _SALT))
    late = LATE["month"] if device == LATE["device"] else ""
    files: Files = {}
    if device == MAILCHIMP:
        persons = _audience(rows, stream(seed, device, "persons"))
        files[f"abonnements/{device}_{calendar.LAST}.zip"] = persons
    found: list[Truth] = []
    for quarter in calendar.QUARTERS:
        inside = [row for row in rows if row["month"] in quarter.months and row["month"] != late]
        if device != MAILCHIMP:
            files[f"abonnements/{device}_{quarter}.csv"] = _table(device, inside)
        for name in letters.lists:
            own_rows = [row for row in inside if row["list"] == name]
            last = max(row["month"] for row in own_rows)
            found.append(
                {
                    "kind": "subscriptions",
                    "device": device,
                    "product": letters.product,
                    "list": name,
                    "quarter": quarter,
                    "complete": late not in quarter.months,
                    "stock": sum(row["stock"] for row in own_rows if row["month"] == last),
                    "joins": sum(row["joins"] for row in own_rows),
                    "leaves": sum(row["leaves"] for row in own_rows),
                }
            )
    return files, {"subscriptions": found + (true_curve(device) if letters.cohorts else [])}


def drawn(
    letters: Letters,
    name: str,
    own: Letter,
    source: Random,
    months: Sequence[str] = calendar.MONTHS,
) -> list[Row]:
    """The rows of a list, month by month from the first: of each cohort, or of all together."""
    stocks: dict[str, int] = {"": own.before}
    rows: list[Row] = []
    for number, month in enumerate(months):
        stocks[month] = joined = between(source, *own.joins)
        of_month: list[Row] = []
        for at, (cohort, had) in enumerate(list(stocks.items())):
            # those before records began are many, and leave as the longest subscribed do
            age = number - at + 1 if cohort else len(letters.leaving)
            chance = letters.chance(age) + (0 if cohort else letters.renewal // 12)
            left = _leavers(source, had, chance)
            stocks[cohort] = had - left
            joins = joined if cohort == month else 0
            counts = {"stock": had - left, "joins": joins, "leaves": left}
            of_month.append({"month": month, "list": name, "cohort": cohort, **counts})
        if not letters.cohorts:
            whole = {flow: sum(row[flow] for row in of_month) for flow in _FLOWS}
            of_month = [{"month": month, "list": name, "cohort": "", **whole}]
        rows += of_month
    return rows


def _leavers(source: Random, people: int, chance: int) -> int:
    """How many of some people leave, each with a chance out of 1,000."""
    if people > 5_000:  # near enough to what is expected, without a draw for each
        return people * chance * between(source, 92, 108) // 100_000
    return sum(source.random() * 1000 < chance for _ in range(people))


def true_curve(device: str) -> list[Truth]:
    """The true share still subscribed at the end of each month since joining."""
    staying = 1.0
    found = []
    about = {"kind": "survival", "device": device, "product": LETTERS[device].product}
    for months in range(CURVE_MONTHS + 1):
        staying = staying * (1000 - LETTERS[device].chance(months)) / 1000
        found.append({**about, "months": months, "true_share": round(staying, 6)})
    return found


def _table(device: str, rows: Sequence[Row]) -> bytes:
    """The table of a quarter as its tool writes it."""
    tool = _DECLARED["tools"][device]
    lines = [tool["header"]]
    for row in rows:
        cohort = [row["cohort"]] if LETTERS[device].cohorts else []
        months = [row["month"], *cohort]
        if tool["month"] == "MM/YYYY":
            months = [f"{month[5:]}/{month[:4]}" if month else "" for month in months]
        counts = [formats.grouped(row[flow], tool["space"]) for flow in _FLOWS]
        lines.append([months[0], row["list"], *months[1:], *counts])
    if tool["form"] == "french":
        return formats.french_csv(lines)
    return formats.table_csv(lines, tool["delimiter"], tool["form"])


def _audience(rows: Sequence[Row], source: Random) -> bytes:
    """Mailchimp's export of an audience on the last day: who is there, and who left or was lost.

    People join in the first half of a month and leave in the second.
    """
    states = {state: own.split(",") for state, own in _DECLARED["states"].items()}
    person = _DECLARED["person"].split(",")
    lines: dict[str, list[list[object]]] = {
        state: [[*person, *own, "LEID", "EUID", "NOTES", "TAGS"]] for state, own in states.items()
    }
    number = 0
    for row in rows:
        gone = ["cleaned" if place % 8 == 0 else "unsubscribed" for place in range(row["leaves"])]
        there = row["stock"] if row["month"] == calendar.MONTHS[-1] else 0
        for state in [*gone, *["subscribed"] * there]:
            number += 1
            joined = _within(row["cohort"], 1, 14, source) if row["cohort"] else ""
            left = _within(row["month"], 15, 28, source)
            address = f"192.0.2.{number % 250}" if joined else ""
            named = [f"abonne{number}@exemple.invalid", "Personne", "Fictive", 3]
            confirmed = joined or "2022-12-12 09:00:00"
            moved = [left, *[""] * (len(states[state]) - 1)]
            ids = (number, f"{number:010x}")
            lines[state].append(
                [*named, joined, address, confirmed, *[""] * 6, "FR", "", *moved, *ids, "", ""]
            )
    name = "{}_email_audience_export_0a1b2c3d4e.csv"
    return formats.archive({name.format(s): formats.table_csv(own) for s, own in lines.items()})


def _within(month: str, first: int, last: int, source: Random) -> str:
    begin, end = (date.fromisoformat(f"{month}-{day:02d}") for day in (first, last))
    return moment(source, begin, end, 7, 19)
