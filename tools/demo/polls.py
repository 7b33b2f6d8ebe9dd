"""Polls of an invented network, noted with shares and voters, and of a Mastodon account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tools.demo import calendar, formats
from tools.demo.chance import between, pick, stream
from tools.demo.formats import Files, Truth, Truths

# A draw in which the last quarter's truths lie inside their intervals.
_SALT = "1"
_FORMS = formats.declared("polls")
_DECLARED, _NOTED, _STATUS = (_FORMS[name] for name in ("accounts", "noted", "status"))


@dataclass(frozen=True)
class Poll:
    """A question that is asked each quarter: chances in percent of its options."""

    product: str
    question: str
    options: dict[str, int]
    votes: tuple[int, int]


@dataclass(frozen=True)
class Closed:
    """A poll that has closed: its number and name, votes of each option, day, followers."""

    number: int
    name: str
    poll: Poll
    votes: dict[str, int]
    day: date
    followers: int


POLLS = {device: [Poll(**poll) for poll in own["polls"]] for device, own in _DECLARED.items()}
DEVICES = tuple(POLLS)


def drawn(poll: Poll, source: Random) -> list[int]:
    """The votes of each option."""
    chances = list(poll.options.values())
    votes = [0] * len(chances)
    for _ in range(between(source, *poll.votes)):
        votes[pick(source, chances)] += 1
    return votes


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """The polls of each year, by path, and the votes and true shares of each."""
    followers, growth = _DECLARED[device]["followers"]
    by_year: dict[int, list[Closed]] = {}
    found: list[Truth] = []
    for number, quarter in enumerate(calendar.QUARTERS):
        for rank, poll in enumerate(POLLS[device], 1):
            source = stream(seed, device, quarter, str(rank), _SALT)
            votes = dict(zip(poll.options, drawn(poll, source), strict=True))
            day = quarter.start + timedelta(days=between(source, 10, 85))
            reach = followers + growth * number + between(source, 0, growth)
            name = f"fictif-{quarter}-{rank}"
            one = Closed(3 * number + rank, name, poll, votes, day, reach)
            by_year.setdefault(quarter.year, []).append(one)
            truth = {"kind": "poll_share", "device": device, "product": poll.product}
            truth |= {"quarter": quarter, "question": poll.question}
            counts = {"voters": sum(votes.values()), "followers": reach}
            for option, share in poll.options.items():
                own = {"option": option, "true_share": share, "votes": votes[option]}
                found.append({**truth, **own, **counts})
    path = f"sondages/{device.replace('-', '_', 1)}"
    if device == "sondages-reseau-pro":
        files = {
            f"{path}_{year}.csv": formats.french_csv(
                [list(_NOTED), *(row for one in polls for row in _noted(device, one))]
            )
            for year, polls in by_year.items()
        }
    else:
        files = {
            f"{path}_{year}.json": formats.to_json([_status(one) for one in polls[::-1]])
            for year, polls in by_year.items()
        }
    return files, {"polls": found}


def _noted(device: str, one: Closed) -> Iterator[list[object]]:
    """As a team notes polls of a network that gives shares and voters alone."""
    voters = sum(one.votes.values())
    values = vars(one) | {"network": _DECLARED[device]["network"], "voters": voters}
    values["followers"] = formats.grouped(one.followers, "\u202f")
    for option, count in one.votes.items():
        whole, tenths = divmod((2000 * count + voters) // (2 * voters), 10)
        own = {"option": option, "share": f"{whole},{tenths}"}
        yield [*formats.filled(_NOTED, values | own).values()]


def _status(one: Closed) -> Truth:
    """A status with a poll that ran for a week, as Mastodon's API gives it."""
    values = vars(one) | {"opened": one.day - timedelta(days=7), "voters": sum(one.votes.values())}
    values["own"] = 110_000_000_000_000_000 + one.number
    values["options"] = [{"title": name, "votes_count": n} for name, n in one.votes.items()]
    return dict(formats.filled(_STATUS, values))
