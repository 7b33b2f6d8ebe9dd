"""Polls of an invented network, noted with shares and voters, and of a Mastodon account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
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
Status = dict[str, Any]
_NETWORKS = {
    "sondages-reseau-pro": ("Réseau professionnel fictif", 38_000, 900),
    "sondages-reseau-federe": ("Mastodon", 5_200, 260),
}


def drawn(poll: Poll, source: Random) -> list[int]:
    """The votes of each option."""
    chances = list(poll.options.values())
    votes = [0] * len(chances)
    for _ in range(between(source, *poll.votes)):
        votes[pick(source, chances)] += 1
    return votes


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """The polls of each year, by path, and the votes and true shares of each."""
    network, followers, growth = _NETWORKS[device]
    by_year: dict[int, list[list[object]]] = {}
    statuses: dict[int, list[Status]] = {}
    found: list[dict[str, Any]] = []
    for number, quarter in enumerate(calendar.QUARTERS):
        for rank, poll in enumerate(POLLS[device], 1):
            source = stream(seed, device, str(quarter), str(rank), _SALT)
            votes = drawn(poll, source)
            voters = sum(votes)
            closed = quarter.start + timedelta(days=between(source, 10, 85))
            reach = followers + growth * number + between(source, 0, growth)
            own = statuses.setdefault(quarter.year, [])
            own.append(_status(3 * number + rank, poll, votes, closed))
            for option, count in zip(poll.options, votes, strict=True):
                tenths = (2000 * count + voters) // (2 * voters)
                share = f"{tenths // 10},{tenths % 10}\u00a0%"
                grouped = f"{reach:,}".replace(",", "\u202f")
                cells: list[object] = [f"fictif-{quarter}-{rank}", f"{closed:%d/%m/%Y}"]
                cells += [poll.product, network, poll.question, option, share, voters, grouped]
                by_year.setdefault(quarter.year, []).append(cells)
                truth = {"kind": "poll_share", "device": device, "product": poll.product}
                truth |= {"quarter": str(quarter), "question": poll.question, "option": option}
                counts = {"votes": count, "voters": voters, "followers": reach}
                found.append({**truth, "true_share": poll.options[option], **counts})
    path = f"sondages/{device.replace('sondages-', 'sondages_', 1)}"
    if device == "sondages-reseau-federe":
        files = {
            f"{path}_{year}.json": formats.to_json(own[::-1]) for year, own in statuses.items()
        }
        return files, {"polls": found}
    header = ["Sondage", "Date de clôture", "Produit", "Réseau", "Question", "Option"]
    header += ["Part", "Votants", "Abonnés"]
    files = {
        f"{path}_{year}.csv": formats.french_csv([header, *rows]) for year, rows in by_year.items()
    }
    return files, {"polls": found}


def _status(number: int, poll: Poll, votes: list[int], closed: date) -> Status:
    """A status with a poll that ran for a week, as Mastodon's API gives it."""
    server = "https://social.exemple.invalid"
    return {
        "id": str(110_000_000_000_000_000 + number),
        "created_at": f"{closed - timedelta(days=7)}T10:00:00.000Z",
        "url": f"{server}/@ecoute/{110_000_000_000_000_000 + number}",
        "language": "fr",
        "visibility": "public",
        "content": f"<p>{poll.question}</p>",
        "account": {
            "id": "1",
            "username": "ecoute",
            "acct": "ecoute",
            "display_name": "Compte fictif",
            "note": "<p>Compte fictif, ecoute@exemple.invalid</p>",
            "url": f"{server}/@ecoute",
        },
        "poll": {
            "id": str(number),
            "expires_at": f"{closed}T10:00:00.000Z",
            "expired": True,
            "multiple": False,
            "votes_count": sum(votes),
            "voters_count": None,
            "options": [
                {"title": option, "votes_count": count}
                for option, count in zip(poll.options, votes, strict=True)
            ],
            "emojis": [],
        },
    }
