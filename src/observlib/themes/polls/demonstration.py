"""Polls of an invented network, noted with shares and voters, and of a Mastodon account."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
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


@dataclass(frozen=True)
class Closed:
    """A poll that has closed: its number and name, votes of each option, day, followers."""

    number: int
    name: str
    poll: Poll
    votes: list[int]
    day: date
    followers: int


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """The polls of each year, by path, and the votes and true shares of each."""
    _, followers, growth = _NETWORKS[device]
    by_year: dict[int, list[Closed]] = defaultdict(list)
    found: list[dict[str, Any]] = []
    for number, quarter in enumerate(calendar.QUARTERS):
        for rank, poll in enumerate(POLLS[device], 1):
            source = stream(seed, device, str(quarter), str(rank), _SALT)
            votes = drawn(poll, source)
            day = quarter.start + timedelta(days=between(source, 10, 85))
            reach = followers + growth * number + between(source, 0, growth)
            name = f"fictif-{quarter}-{rank}"
            one = Closed(3 * number + rank, name, poll, votes, day, reach)
            by_year[quarter.year].append(one)
            for option, count in zip(poll.options, votes, strict=True):
                truth = {"kind": "poll_share", "device": device, "product": poll.product}
                truth |= {"quarter": str(quarter), "question": poll.question, "option": option}
                counts = {"votes": count, "voters": sum(votes), "followers": reach}
                found.append({**truth, "true_share": poll.options[option], **counts})
    path = f"sondages/{device.replace('sondages-', 'sondages_', 1)}"
    if device == "sondages-reseau-pro":
        files = {f"{path}_{year}.csv": _table(device, polls) for year, polls in by_year.items()}
    else:
        files = {
            f"{path}_{year}.json": formats.to_json([_status(one) for one in polls[::-1]])
            for year, polls in by_year.items()
        }
    return files, {"polls": found}


def _table(device: str, polls: Sequence[Closed]) -> bytes:
    """As a team notes polls of a network that gives shares and voters alone."""
    header = ["Sondage", "Date de clôture", "Produit", "Réseau", "Question", "Option"]
    rows: list[list[object]] = [[*header, "Part", "Votants", "Abonnés"]]
    for one in polls:
        voters = sum(one.votes)
        for option, count in zip(one.poll.options, one.votes, strict=True):
            tenths = (2000 * count + voters) // (2 * voters)
            row: list[object] = [one.name, f"{one.day:%d/%m/%Y}", one.poll.product]
            row += [_NETWORKS[device][0], one.poll.question, option]
            row += [f"{tenths // 10},{tenths % 10}\u00a0%", voters]
            rows.append([*row, f"{one.followers:,}".replace(",", "\u202f")])
    return formats.french_csv(rows)


def _status(one: Closed) -> dict[str, Any]:
    """A status with a poll that ran for a week, as Mastodon's API gives it."""
    server, own = "https://social.exemple.invalid", 110_000_000_000_000_000 + one.number
    return {
        "id": str(own),
        "created_at": f"{one.day - timedelta(days=7)}T10:00:00.000Z",
        "url": f"{server}/@ecoute/{own}",
        "language": "fr",
        "visibility": "public",
        "content": f"<p>{one.poll.question}</p>",
        "account": {
            "id": "1",
            "username": "ecoute",
            "acct": "ecoute",
            "display_name": "Compte fictif",
            "note": "<p>Compte fictif, ecoute@exemple.invalid</p>",
            "url": f"{server}/@ecoute",
        },
        "poll": {
            "id": str(one.number),
            "expires_at": f"{one.day}T10:00:00.000Z",
            "expired": True,
            "multiple": False,
            "votes_count": sum(one.votes),
            "voters_count": None,
            "options": [
                {"title": option, "votes_count": count}
                for option, count in zip(one.poll.options, one.votes, strict=True)
            ],
            "emojis": [],
        },
    }
