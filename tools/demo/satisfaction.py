"""Ratings of « Je donne mon avis » buttons, what people read in their texts, and calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from observlib.base.period import Quarter
from tools.demo import calendar, codes, formats
from tools.demo.chance import between, moments, pick, stream
from tools.demo.formats import Files, Truth, Truths

CHANGE = {"device": "jdma-service-public", "from_quarter": "2026-T1"}
AFTER_CHANGE = (66, 24, 10)
BY_PHONE = "satisfaction-3939"
HELP_SOUGHT = 0.25  # share of the answers to a JDMA form that tried to reach the administration
HELP_REACHED = (62, 38)  # yes, no: chances in percent
HELP_SATISFACTION = (8, 12, 22, 36, 22)  # from very bad to excellent, of those who reached it
FIVE_STEPS = (0, 2.5, 5, 7.5, 10)  # steps 1 to 5, brought to 0–10
_JDMA = formats.declared("satisfaction")
Answer = dict[str, Any]


@dataclass(frozen=True)
class Rated:
    """A rating device: chances in percent of each answer, and answers a quarter (from, to)."""

    product: str
    satisfaction: Sequence[int]
    clarity: Sequence[int]
    answers: tuple[int, int]


RATED = {device: Rated(**rated) for device, rated in _JDMA["rated"].items()}
DEVICES = tuple(RATED)


def questions(device: str) -> tuple[str, ...]:
    """The questions that a device asks: the help received is JDMA's."""
    asked = ("satisfaction", "clarity")
    return asked if device == BY_PHONE else (*asked, "help_reached", "help_satisfaction")


def chances(device: str, question: str, quarter: Quarter) -> Sequence[int]:
    """Chances in percent of each answer to a question, in the order of its `scale`.

    Examples
    --------
    >>> chances("jdma-service-public", "satisfaction", Quarter("2026-T1"))
    (66, 24, 10)
    """
    rated = RATED[device]
    is_changed = device == CHANGE["device"] and quarter >= CHANGE["from_quarter"]
    return {
        "satisfaction": AFTER_CHANGE if is_changed else rated.satisfaction,
        "clarity": rated.clarity,
        "help_reached": HELP_REACHED,
        "help_satisfaction": HELP_SATISFACTION,
    }[question]


def scale(device: str, question: str) -> tuple[float, ...]:
    """The value on 0–10 of each answer, in the order of `chances`."""
    if question == "help_reached":
        return (10, 0)
    has_smileys = device != BY_PHONE and question == "satisfaction"
    return (10, 5, 0) if has_smileys else FIVE_STEPS


def mean_10(device: str, question: str, quarter: Quarter) -> float:
    """True mean on 0–10.

    Examples
    --------
    >>> [mean_10("jdma-service-public", "satisfaction", Quarter("2026-T1") + i) for i in (-1, 0)]
    [6.9, 7.8]
    """
    pairs = zip(chances(device, question, quarter), scale(device, question), strict=True)
    return sum(round(chance * value * 2) for chance, value in pairs) / 200


def satisfied_share(device: str, question: str, quarter: Quarter) -> float:
    """True share of answers worth 7.5 or more on 0–10.

    Examples
    --------
    >>> satisfied_share("satisfaction-3939", "satisfaction", Quarter("2026-T1"))
    0.7
    """
    pairs = zip(chances(device, question, quarter), scale(device, question), strict=True)
    return sum(chance for chance, value in pairs if value >= 7.5) / 100


def changes() -> list[Truth]:
    """What changes, and when: the truths before and after."""
    device, start = CHANGE["device"], Quarter(CHANGE["from_quarter"])
    before, after = start - 1, start
    change: Truth = {"kind": "satisfaction", "product": RATED[device].product, **CHANGE}
    change |= {
        f"{when}_{name}": value(device, "satisfaction", quarter)
        for name, value in (("mean_10", mean_10), ("satisfied_share", satisfied_share))
        for when, quarter in (("before", before), ("after", after))
    }
    return [change]


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """The exports of one rating device, by path, and what is true of them."""
    files: Files = {}
    ratings: list[Truth] = []
    texts: list[Truth] = []
    calls = [["answer_id", "date", "question", "value", "scale_min", "scale_max"]]
    next_id = between(stream(seed, device, "identifiers"), 0x1000000, 0x7000000)
    for quarter in calendar.QUARTERS:
        source = stream(seed, device, quarter)
        answers = drawn(device, quarter, source)
        ratings += _realised(device, quarter, answers)
        if device == BY_PHONE:
            calls += _call_rows(answers)
            continue
        product = RATED[device].product
        rows = [
            _jdma_row(product, hex(number), answer, source)
            for number, answer in enumerate(answers, next_id)
        ]
        next_id += len(answers)
        path = f"jdma/jdma_{product}_{quarter}.csv"
        files[path] = formats.table_csv([_JDMA["header"], *rows], newline="\r\n")
        if device == codes.DEVICE and quarter in codes.QUARTERS:
            written = {
                row[3]: (date.fromisoformat(row[0][:10]), row[-1]) for row in rows if row[-1]
            }
            files |= codes.sheets(written, quarter, seed)
            texts += codes.truths(written, quarter, product)
    if device == BY_PHONE:
        path = f"allo-service-public/allo-service-public_satisfaction_{calendar.YEARS}.csv"
        files[path] = formats.table_csv(calls)
    return files, {"ratings": ratings, "texts": texts}


def drawn(device: str, quarter: Quarter, source: Random) -> list[Answer]:
    """A quarter's answers, oldest first: a moment, and the position of each answer given.

    Moments keep to office hours in UTC, so that the quarter is the same in French time.
    """
    count = between(source, *RATED[device].answers)
    answers = []
    for number, when in enumerate(moments(source, count, quarter, 6, 19), 1):
        answer: Answer = {"moment": when, "number": f"{quarter}-{number:04d}"}
        answer["satisfaction"] = pick(source, chances(device, "satisfaction", quarter))
        if source.random() < 0.85:  # the other questions are not compulsory
            answer["clarity"] = pick(source, chances(device, "clarity", quarter))
        if device != BY_PHONE and source.random() < HELP_SOUGHT:
            answer["help_reached"] = pick(source, HELP_REACHED)
            if answer["help_reached"] == 0:  # yes
                answer["help_satisfaction"] = pick(source, HELP_SATISFACTION)
        answers.append(answer)
    return answers


def _realised(device: str, quarter: Quarter, answers: Sequence[Answer]) -> Iterator[Truth]:
    about = {"kind": "rating", "product": RATED[device].product, "device": device}
    for question in questions(device):
        marks = scale(device, question)
        values = [marks[answer[question]] for answer in answers if question in answer]
        yield {
            **about,
            "question": question,
            "quarter": quarter,
            "true_mean_10": mean_10(device, question, quarter),
            "true_satisfied_share": satisfied_share(device, question, quarter),
            "answers": len(values),
            "satisfied": sum(value >= 7.5 for value in values),
            "sum_10": sum(round(value * 2) for value in values) / 2,
        }


def _jdma_row(product: str, identifier: str, answer: Answer, source: Random) -> list[str]:
    def one_of(words: Sequence[str]) -> str:
        return words[between(source, 0, len(words) - 1)]

    tried, reached, helped = "", "", ""
    if "help_reached" in answer:
        # One office at most: how answers about several are put together is not settled here.
        office = tried = one_of(_JDMA["offices"])
        if source.random() < 0.3:
            tried += " / " + one_of(_JDMA["others"])
        reached = f"{office} : {('Oui', 'Non')[answer['help_reached']]}"
        if "help_satisfaction" in answer:
            helped = f"{office} : {_JDMA['help'][answer['help_satisfaction']]}"
    elif source.random() < 0.6:
        tried = _JDMA["no_help"]
    verbatim = one_of(codes.TEXTS) if source.random() < 0.6 else ""
    form = (f"Formulaire fictif de démonstration ({product})", f"Bouton fictif {product}")
    satisfaction = _JDMA["satisfaction"][answer["satisfaction"]]
    clarity = str(answer["clarity"] + 1) if "clarity" in answer else ""
    given = (satisfaction, clarity, tried, reached, helped, verbatim)
    return [answer["moment"], *form, identifier, *given]


def _call_rows(answers: Sequence[Answer]) -> Iterator[list[Any]]:
    for one in answers:
        for question in questions(BY_PHONE):
            if question in one:
                about = [f"appel-fictif-{one['number']}", one["moment"][:10], question]
                yield [*about, one[question] + 1, 1, 5]
