"""E-mails and forms of several ticket tools, some of which still wait for an answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from observlib.base.period import Quarter
from observlib.demo import calendar, formats
from observlib.demo.chance import between, moment, pick, stream
from observlib.demo.formats import Files, Truths

EXTRACTED = datetime(2026, 10, 2, 8, 0)
REOPENED = 8  # chances in percent that a closed ticket is opened again
_PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class _Desk:
    """A desk: tickets a quarter, days promised, and its delays in hours: from, to, percent."""

    product: str
    tickets: tuple[int, int]
    promise: int
    delays: tuple[tuple[int, int, int], ...]
    themes: tuple[tuple[str, int], ...]


_ADVICE = (
    ("Comprendre une démarche", 44), ("Signaler une erreur", 23), ("Compte en ligne", 19),
    ("Coordonnées d'un service", 14),
)  # fmt: skip
_LAW = (("Trouver un texte", 52), ("Signaler une erreur", 31), ("Alertes", 17))
_SHOP = (("Suivi d'une commande", 58), ("Facture", 27), ("Retour d'un livre", 15))
_QUICK = ((1, 24, 42), (24, 72, 36), (72, 120, 12), (120, 240, 10))
_SLOW = ((1, 24, 20), (24, 72, 30), (72, 120, 24), (120, 240, 18), (240, 600, 8))
DESKS = {
    "courriels-service-public": _Desk("service-public", (620, 760), 5, _SLOW, _ADVICE),
    "formulaires-entreprendre": _Desk("entreprendre", (300, 380), 3, _QUICK, _ADVICE),
    "courriels-legifrance": _Desk("legifrance", (240, 300), 5, _QUICK, _LAW),
    "courriels-boutique": _Desk("documentation-francaise", (14, 24), 3, _QUICK, _SHOP),
}
# A draw in which the last quarter's truths lie inside their intervals.
_SALT = "1"
DEVICES = tuple(DESKS)


def answered_within(device: str, hours: int) -> float:
    """True share of a desk's tickets that have a first answer within some hours.

    Examples
    --------
    >>> answered_within("courriels-service-public", 120)
    0.74
    """
    hundredths = 0.0
    for first, last, chance in DESKS[device].delays:
        part = min(max(hours - first, 0), last - first)
        hundredths += chance * part / (last - first)
    return round(hundredths / 100, 6)


def delay_quantile(device: str, percent: int) -> float:
    """The true number of days within which a share of a desk's tickets has a first answer.

    Examples
    --------
    >>> delay_quantile("courriels-service-public", 50)
    3.0
    """
    below = 0
    for first, last, chance in DESKS[device].delays:
        if below + chance >= percent:
            return (first + (percent - below) * (last - first) / chance) / 24
        below += chance
    raise ValueError(f"{percent} percent is beyond the delays")


@dataclass(frozen=True)
class Ticket:
    """A ticket: its moments in UTC, whatever the day of the export, and whether it came back."""

    received: datetime
    answered: datetime
    closed: datetime
    reopened: bool
    theme: str


def drawn(device: str, quarter: Quarter, source: Random) -> Iterator[Ticket]:
    """A quarter's tickets of a desk, in no order."""
    desk = DESKS[device]
    for _ in range(between(source, *desk.tickets)):
        received = datetime.fromisoformat(moment(source, quarter.start, quarter.end, 5, 20))
        first, last, _ = desk.delays[pick(source, [chance for *_, chance in desk.delays])]
        answered = received + timedelta(minutes=between(source, 60 * first, 60 * last - 1))
        closed = answered + timedelta(minutes=between(source, 0, 4 * 24 * 60))
        again = source.random() * 100 < REOPENED
        theme = desk.themes[pick(source, [chance for _, chance in desk.themes])][0]
        yield Ticket(received, answered, closed, again, theme)


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """A table of each year's tickets, by path, and what is true of them."""
    desk = DESKS[device]
    write, untold = _TOOLS.get(device, (_simple, ()))
    by_year: dict[int, list[tuple[str, Ticket]]] = defaultdict(list)
    found: list[dict[str, Any]] = []
    for quarter in calendar.QUARTERS:
        source = stream(seed, device, str(quarter), _SALT)
        counts = dict.fromkeys([theme for theme, _ in desk.themes], 0)
        tickets = 0
        for tickets, ticket in enumerate(drawn(device, quarter, source), 1):
            counts[ticket.theme] += 1
            by_year[quarter.year].append((f"{quarter}-{tickets:04d}", ticket))
        about = {"product": desk.product, "device": device, "quarter": str(quarter)}
        values = {
            "first_answer_median": delay_quantile(device, 50),
            "first_answer_p90": delay_quantile(device, 90),
            "answered_in_promise": answered_within(device, 24 * desk.promise),
            "reopened_share": REOPENED / 100,
        }
        found.append({"kind": "count", **about, "value": tickets})
        found += [
            {"kind": kind, **about, "value": value, "tickets": tickets}
            for kind, value in values.items()
            if kind not in untold
        ]
        about["kind"] = "theme"
        found += [
            {**about, "theme": theme, "value": chance / 100, "count": counts[theme]}
            for theme, chance in desk.themes
        ]
    files = {f"courriels/{device}_{year}.csv": write(rows) for year, rows in by_year.items()}
    return files, {"tickets": found}


def _simple(rows: Sequence[tuple[str, Ticket]]) -> bytes:
    """A table that a team keeps by itself."""
    header = ["Numéro", "Reçu le", "Première réponse le", "Clos le", "Rouvert", "Motif"]
    lines = [[*header, "Extrait le"]]
    for number, ticket in rows:
        received, answered, closed, seen = _local(ticket, "%d/%m/%Y %H:%M")
        back = ("oui" if ticket.reopened else "non") if closed else ""
        lines.append([f"DEMO-{number}", received, answered, closed, back, ticket.theme, seen])
    return formats.table_csv(lines, delimiter=";")


def _glpi(rows: Sequence[tuple[str, Ticket]]) -> bytes:
    """As GLPI 10 saves its list: numbers in groups, a delimiter more at the end of each line."""
    header = ["ID", "Titre", "Statut", "Attribué à - Technicien", "Demandeur - Demandeur"]
    lines = [[*header, "Date d'ouverture", "Type", "Priorité", "Date de résolution", "Catégorie"]]
    for number, ticket in rows:
        received, _, closed, _ = _local(ticket, "%d-%m-%Y %H:%M")
        grouped = f"{int(number[2:4] + number[6:7] + number[8:]):,}".replace(",", "\xa0")
        row = [grouped, f'Demande fictive ; objet "{number}"']
        row += ["Clos" if closed else "En cours (Attribué)", "Technicien Fictif\nAgent Fictif"]
        row += [_PERSON.format(number), received, "Demande", "Moyenne", closed, ticket.theme]
        lines.append(row)
    return formats.table_csv(lines, ";", "utf-8-sig", newline=";\n", quoted=True)


def _znuny(rows: Sequence[tuple[str, Ticket]]) -> bytes:
    """As a search of Znuny saves its results."""
    header = ["Ticket Number", "Age", "Created", "Closed", "FirstResponse", "State", "Queue"]
    lines = [[*header, "Owner", "Customer Realname", "From", "Subject"]]
    for number, ticket in rows:
        received, answered, closed, _ = _local(ticket, "%Y-%m-%d %H:%M:%S")
        code = f"{received[:10].replace('-', '')}10{number[6:7]}0{number[8:]}"
        row = [code, f"{(EXTRACTED - ticket.received).days} d 2 h ", received, closed, answered]
        row += ["closed successful" if closed else "open", ticket.theme, "agent.fictif"]
        row += ["Personne Fictive", _PERSON.format(number), "Demande fictive\nsur deux lignes"]
        lines.append(row)
    return formats.table_csv(lines, ";", quoted=True)


_PERSON = "Personne Fictive <personne-{}@exemple.invalid>"  # never read
_ANSWERS = ("first_answer_median", "first_answer_p90", "answered_in_promise")
_TOOLS: dict[str, tuple[Callable[[Sequence[tuple[str, Ticket]]], bytes], tuple[str, ...]]] = {
    "courriels-boutique": (_glpi, (*_ANSWERS, "reopened_share")),  # which it does not tell
    "courriels-legifrance": (_znuny, ("reopened_share",)),
}


def _local(ticket: Ticket, form: str) -> tuple[str, str, str, str]:
    """When a ticket was received, answered, closed and seen, in Paris; empty where not yet."""
    moments = (ticket.received, ticket.answered, ticket.closed, EXTRACTED)
    received, answered, closed, seen = (
        f"{when.replace(tzinfo=UTC).astimezone(_PARIS):{form}}" if when <= EXTRACTED else ""
        for when in moments
    )
    return received, answered, closed, seen
