"""Subscribers to invented letters, alerts and reviews: counts by month, or Mailchimp's persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from observlib.demo import calendar, formats
from observlib.demo.chance import between, moment, stream
from observlib.demo.formats import Files, Truths

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


LETTERS = {
    MAILCHIMP: Letters(
        "vie-publique",
        {"Lettre de Vie-publique (fictive)": Letter(24_000, (260, 380))},
        (60, 40, 25),
    ),
    "lettre-service-public": Letters(
        "service-public",
        {"Lettre de Service-public (fictive)": Letter(61_000, (520, 760))},
        (30, 20, 12),
    ),
    "alertes-legifrance": Letters(
        "legifrance",
        {
            "Alerte fictive sur les codes": Letter(9_400, (180, 260)),
            "Alerte fictive sur les nouveaux textes": Letter(31_000, (540, 700)),
            "Alerte fictive peu suivie": Letter(60, (0, 2)),  # too few joins to be published
        },
        (20, 16, 14),
        cohorts=False,
    ),
    "abonnements-revue": Letters(
        "documentation-francaise",
        {
            "Dossiers fictifs": Letter(3_100, (70, 110)),
            "Revue fictive d'économie": Letter(2_300, (50, 90)),
        },
        (2, 2, 3),
        renewal=210,
    ),
}
DEVICES = tuple(LETTERS)
Row = dict[str, Any]


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
    found: list[dict[str, Any]] = []
    for quarter in calendar.QUARTERS:
        inside = [row for row in rows if row["month"] in quarter.months and row["month"] != late]
        if device != MAILCHIMP:
            files[f"abonnements/{device}_{quarter}.csv"] = _table(device, inside)
        for name in letters.lists:
            own_rows = [row for row in inside if row["list"] == name]
            last = max(row["month"] for row in own_rows)
            truth = {"kind": "subscriptions", "device": device, "product": letters.product}
            truth |= {"list": name, "quarter": str(quarter)}
            counts = {flow: sum(row[flow] for row in own_rows) for flow in ("joins", "leaves")}
            stock = sum(row["stock"] for row in own_rows if row["month"] == last)
            complete = late not in quarter.months
            found.append({**truth, "complete": complete, "stock": stock, **counts})
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
        joined = between(source, *own.joins)
        stocks[month] = joined
        whole: Row = {"month": month, "list": name, "cohort": ""}
        whole |= {"stock": 0, "joins": 0, "leaves": 0}
        for at, (cohort, had) in enumerate(list(stocks.items())):
            # those before records began are many, and leave as the longest subscribed do
            age = number - at + 1 if cohort else len(letters.leaving)
            chance = letters.chance(age) + (0 if cohort else letters.renewal // 12)
            left = _leavers(source, had, chance)
            stocks[cohort] = had - left
            joins = joined if cohort == month else 0
            if letters.cohorts:
                counts = {"stock": had - left, "joins": joins, "leaves": left}
                rows.append({"month": month, "list": name, "cohort": cohort, **counts})
            whole["stock"] += had - left
            whole["joins"] += joins
            whole["leaves"] += left
        if not letters.cohorts:
            rows.append(whole)
    return rows


def _leavers(source: Random, people: int, chance: int) -> int:
    """How many of some people leave, each with a chance out of 1,000."""
    if people > 5_000:  # near enough to what is expected, without a draw for each
        return people * chance * between(source, 92, 108) // 100_000
    left = 0
    for _ in range(people):
        left += source.random() * 1000 < chance
    return left


def true_curve(device: str) -> list[dict[str, Any]]:
    """The true share still subscribed at the end of each month since joining."""
    staying = 1.0
    found = []
    about = {"kind": "survival", "device": device, "product": LETTERS[device].product}
    for months in range(CURVE_MONTHS + 1):
        staying = staying * (1000 - LETTERS[device].chance(months)) / 1000
        found.append({**about, "months": months, "true_share": round(staying, 6)})
    return found


def _table(device: str, rows: list[Row]) -> bytes:
    """The table of a quarter as its tool writes it."""
    if device == "lettre-service-public":
        header = ["Month", "List", "Cohort", "Subscribers", "New"]
        lines = [[row["month"], row["list"], row["cohort"], *_counts(row, "")] for row in rows]
        return formats.table_csv([[*header, "Unsubscribed"], *lines])
    if device == "alertes-legifrance":
        french = ["Mois", "Liste", "Abonnés", "Inscriptions", "Désabonnements"]
        lines = [[_month(row["month"]), row["list"], *_counts(row, "\xa0")] for row in rows]
        return formats.table_csv([french, *lines], delimiter="\t", encoding="utf-16")
    french = ["Mois", "Publication", "Mois d'inscription", "Abonnés", "Nouveaux abonnés", "Départs"]
    lines = [
        [_month(row["month"]), row["list"], _month(row["cohort"]), *_counts(row, " ")]
        for row in rows
    ]
    return formats.french_csv([french, *lines])


_PERSON = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,"
    "LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION"
)
_STATES = {
    "subscribed": "LAST_CHANGED",
    "unsubscribed": "UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,"
    "UNSUB_REASON_OTHER",
    "cleaned": "CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID",
}


def _audience(rows: Sequence[Row], source: Random) -> bytes:
    """Mailchimp's export of an audience on the last day: who is there, and who left or was lost.

    People join in the first half of a month and leave in the second.
    """
    lines: dict[str, list[list[object]]] = {
        state: [[*_PERSON.split(","), *own.split(","), "LEID", "EUID", "NOTES", "TAGS"]]
        for state, own in _STATES.items()
    }
    number = 0
    for row in rows:
        gone = ["cleaned" if place % 8 == 0 else "unsubscribed" for place in range(row["leaves"])]
        there = row["stock"] if row["month"] == calendar.MONTHS[-1] else 0
        for state in [*gone, *["subscribed"] * there]:
            number += 1
            optin = _within(row["cohort"], 1, 14, source) if row["cohort"] else ""
            left = _within(row["month"], 15, 28, source)
            address = f"192.0.2.{number % 250}" if optin else ""
            person: list[object] = [
                f"abonne{number}@exemple.invalid",
                "Personne",
                "Fictive",
                3,
                optin,
                address,
            ]
            person += [optin or "2022-12-12 09:00:00", *[""] * 6, "FR", ""]
            moved = [left, *[""] * _STATES[state].count(",")]
            lines[state].append([*person, *moved, number, f"{number:010x}", "", ""])
    return formats.archive(
        {
            f"{state}_email_audience_export_0a1b2c3d4e.csv": formats.table_csv(own)
            for state, own in lines.items()
        }
    )


def _within(month: str, first: int, last: int, source: Random) -> str:
    begin, end = (date.fromisoformat(f"{month}-{day:02d}") for day in (first, last))
    return moment(source, begin, end, 7, 19)


def _month(month: str) -> str:
    return f"{month[5:]}/{month[:4]}" if month else ""


def _counts(row: Row, space: str) -> list[str]:
    return [f"{row[name]:,}".replace(",", space) for name in ("stock", "joins", "leaves")]
