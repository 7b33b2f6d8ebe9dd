"""Polls of two invented networks: one gives shares and voters, the other the votes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

from observlib.demo import calendar, formats
from observlib.demo.chance import between, pick, stream
from observlib.demo.formats import Files, Truths

# A draw in which the last quarter's truths lie inside their intervals.
_SALT = "1"


@dataclass(frozen=True)
class Poll:
    """A question that is asked each quarter: chances in percent of its options."""

    product: str
    question: str
    options: dict[str, int]
    votes: tuple[int, int]


_CHANNEL = {"Le site": 46, "Le téléphone": 21, "L'accueil d'un guichet": 24, "Un proche": 9}
POLLS = {
    "sondages-reseau-pro": (
        Poll(
            "entreprendre",
            "Où cherchez-vous une information pour créer une entreprise ?",
            {"Un site public": 52, "Un réseau d'entrepreneurs": 19, "Un conseil payant": 29},
            (180, 420),
        ),
        Poll("service-public", "Par où commencez-vous une démarche ?", _CHANNEL, (250, 600)),
    ),
    "sondages-reseau-federe": (
        Poll(
            "vie-publique",
            "Comment suivez-vous un projet de loi ?",
            {
                "Un article de fond": 38,
                "Une infographie": 33,
                "Une vidéo": 17,
                "Je ne le suis pas": 12,
            },
            (60, 140),
        ),
        Poll("service-public", "Par où commencez-vous une démarche ?", _CHANNEL, (40, 110)),
        Poll(
            "journal-officiel",
            "Consultez-vous le Journal officiel en ligne ?",
            {"Oui": 35, "Non": 65},
            (4, 10),  # too few to be published
        ),
    ),
}
DEVICES = tuple(POLLS)
_NETWORKS = {
    "sondages-reseau-pro": ("Réseau professionnel fictif", 38_000, 900),
    "sondages-reseau-federe": ("Réseau fédéré fictif", 5_200, 260),
}


def drawn(poll: Poll, source: Random) -> list[int]:
    """The votes of each option."""
    chances = list(poll.options.values())
    votes = [0] * len(chances)
    for _ in range(between(source, *poll.votes)):
        votes[pick(source, chances)] += 1
    return votes


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """A table of each year's polls, by path, and the votes and true shares of each."""
    network, followers, growth = _NETWORKS[device]
    by_year: dict[int, list[list[object]]] = {}
    found: list[dict[str, Any]] = []
    for number, quarter in enumerate(calendar.QUARTERS):
        for rank, poll in enumerate(POLLS[device], 1):
            source = stream(seed, device, str(quarter), str(rank), _SALT)
            votes = drawn(poll, source)
            voters = sum(votes)
            closed = quarter.start + timedelta(days=between(source, 10, 85))
            reach = followers + growth * number + between(source, 0, growth)
            for option, count in zip(poll.options, votes, strict=True):
                name = f"fictif-{quarter}-{rank}"
                common = [poll.product, network, poll.question, option]
                if device == "sondages-reseau-pro":
                    tenths = (2000 * count + voters) // (2 * voters)
                    share = f"{tenths // 10},{tenths % 10}\u00a0%"
                    grouped = f"{reach:,}".replace(",", "\u202f")
                    cells: list[object] = [name, f"{closed:%d/%m/%Y}", *common]
                    cells += [share, voters, grouped]
                else:
                    cells = [name, closed.isoformat(), *common, count, reach]
                by_year.setdefault(quarter.year, []).append(cells)
                truth = {"kind": "poll_share", "device": device, "product": poll.product}
                truth |= {"quarter": str(quarter), "question": poll.question, "option": option}
                counts = {"votes": count, "voters": voters, "followers": reach}
                found.append({**truth, "true_share": poll.options[option], **counts})
    path = f"sondages/{device.replace('sondages-', 'sondages_', 1)}"
    files = {f"{path}_{year}.csv": _table(device, rows) for year, rows in by_year.items()}
    return files, {"polls": found}


def _table(device: str, rows: list[list[object]]) -> bytes:
    if device == "sondages-reseau-pro":
        header = ["Sondage", "Date de clôture", "Produit", "Réseau", "Question", "Option"]
        header += ["Part", "Votants", "Abonnés"]
        return formats.french_csv([header, *rows])
    header = ["poll", "date", "product", "network", "question", "option", "votes", "followers"]
    return formats.table_csv([header, *rows])
