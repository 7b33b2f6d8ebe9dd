"""Exports of ratings: « Je donne mon avis » buttons, what people read in their texts, and calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from observlib.base.period import Quarter
from observlib.demo import calendar, formats
from observlib.demo.chance import between, moment, pick, stream
from observlib.demo.formats import Files, Truths
from observlib.themes.satisfaction import demonstration_codes as codes
from observlib.themes.satisfaction.invented_texts import TEXTS

CHANGE = {"device": "jdma-service-public", "from_quarter": "2026-T1"}
THREE_SMILEYS = (10, 5, 0)  # Très bien, Moyen, Pas bien
FIVE_STEPS = (0, 2.5, 5, 7.5, 10)  # steps 1 to 5, brought to 0–10
YES_NO = (10, 0)
HELP_SOUGHT = 0.25  # share of the answers to a JDMA form that tried to reach the administration
HELP_REACHED = (62, 38)  # yes, no: chances in percent
HELP_SATISFACTION = (8, 12, 22, 36, 22)  # from very bad to excellent, of those who reached it


@dataclass(frozen=True)
class Rated:
    """A rating device: chances in percent of each answer, and answers a quarter (from, to)."""

    product: str
    satisfaction: tuple[int, ...]
    clarity: tuple[int, ...]
    answers: tuple[int, int]


RATED = {
    "jdma-service-public": Rated("service-public", (55, 28, 17), (6, 10, 22, 34, 28), (235, 275)),
    "jdma-entreprendre": Rated("entreprendre", (58, 28, 14), (5, 9, 22, 36, 28), (105, 140)),
    "jdma-legifrance": Rated("legifrance", (50, 30, 20), (9, 14, 25, 32, 20), (70, 100)),
    "jdma-vie-publique": Rated("vie-publique", (70, 20, 10), (3, 6, 16, 38, 37), (17, 24)),
    "jdma-journal-officiel": Rated("journal-officiel", (60, 25, 15), (8, 12, 24, 32, 24), (5, 9)),
    "satisfaction-3939": Rated(
        "allo-service-public", (5, 8, 17, 42, 28), (3, 7, 20, 42, 28), (170, 210)
    ),
}
AFTER_CHANGE = (66, 24, 10)


def questions(device: str) -> tuple[str, ...]:
    """The questions that a device asks: the help received is JDMA's."""
    asked = ("satisfaction", "clarity")
    return (*asked, "help_reached", "help_satisfaction") if device.startswith("jdma-") else asked


def chances(device: str, question: str, quarter: Quarter) -> tuple[int, ...]:
    """Chances in percent of each answer to a question, in the order of its `scale`.

    Examples
    --------
    >>> chances("jdma-service-public", "satisfaction", Quarter(2026, 1))
    (66, 24, 10)
    """
    if question == "help_reached":
        return HELP_REACHED
    if question == "help_satisfaction":
        return HELP_SATISFACTION
    if question == "clarity":
        return RATED[device].clarity
    if device == CHANGE["device"] and str(quarter) >= CHANGE["from_quarter"]:
        return AFTER_CHANGE
    return RATED[device].satisfaction


def scale(device: str, question: str) -> tuple[float, ...]:
    """The value on 0–10 of each answer, in the order of `chances`."""
    if question == "help_reached":
        return YES_NO
    three = device.startswith("jdma-") and question == "satisfaction"
    return THREE_SMILEYS if three else FIVE_STEPS


def mean_10(device: str, question: str, quarter: Quarter) -> float:
    """True mean on 0–10.

    Examples
    --------
    >>> [mean_10("jdma-service-public", "satisfaction", Quarter(2026, 1) + i) for i in (-1, 0)]
    [6.9, 7.8]
    """
    pairs = zip(chances(device, question, quarter), scale(device, question), strict=True)
    return sum(round(chance * value * 2) for chance, value in pairs) / 200


def satisfied_share(device: str, question: str, quarter: Quarter) -> float:
    """True share of answers worth 7.5 or more on 0–10.

    Examples
    --------
    >>> satisfied_share("satisfaction-3939", "satisfaction", Quarter(2026, 1))
    0.7
    """
    pairs = zip(chances(device, question, quarter), scale(device, question), strict=True)
    return sum(chance for chance, value in pairs if value >= 7.5) / 100


def changes() -> list[dict[str, Any]]:
    """What changes, and when: the truths before and after."""
    device, start = CHANGE["device"], Quarter.parse(CHANGE["from_quarter"])
    return [
        {
            "kind": "satisfaction",
            "product": RATED[device].product,
            "device": device,
            "from_quarter": str(start),
            "before_mean_10": mean_10(device, "satisfaction", start - 1),
            "after_mean_10": mean_10(device, "satisfaction", start),
            "before_satisfied_share": satisfied_share(device, "satisfaction", start - 1),
            "after_satisfied_share": satisfied_share(device, "satisfaction", start),
        }
    ]


DEVICES = tuple(RATED)

_JDMA_HEADER = (
    "Date de l'avis",
    "Nom du formulaire",
    "Lien d'intégration",
    "Identifiant Avis",
    "De façon générale, comment ça s’est passé ?",
    "Qu'avez-vous pensé des informations et des instructions fournies ?",
    "Durant votre parcours, avez-vous tenté d’obtenir de l’aide par l’un des moyens suivants ?",
    "Quand vous avez cherché de l'aide, avez-vous réussi à joindre l'administration ?",
    "Comment évaluez-vous la qualité de l'aide que vous avez obtenue de la part de "
    "l'administration ?",
    "Souhaitez-vous nous en dire plus ?",
)
_SATISFACTION = ("Très bien", "Moyen", "Pas bien")
_HELP = ("Très mauvaise", "Mauvaise", "Ni bonne, ni mauvaise", "Bonne", "Excellente")
_NO_HELP = "Je n'ai pas eu besoin d'aide"
_OFFICES = (
    "Au guichet avec l’administration",
    "Par téléphone avec l’administration",
    "Par e-mail avec l’administration",
    "Par chat avec l’administration",
)
_OTHERS = ("Une personne proche", "Une association", "Des sites internet")


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """The exports of one rating device, by path, and what is true of them."""
    files: Files = {}
    ratings: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    calls: list[list[object]] = [
        ["answer_id", "date", "question", "value", "scale_min", "scale_max"]
    ]
    next_id = between(stream(seed, device, "identifiers"), 0x1000000, 0x7000000)
    for quarter in calendar.QUARTERS:
        source = stream(seed, device, str(quarter))
        answers = drawn(device, quarter, source)
        ratings += _realised(device, quarter, answers)
        if device == "satisfaction-3939":
            calls += _call_rows(answers)
            continue
        name = f"jdma_{RATED[device].product}_{quarter}.csv"
        rows = _jdma_rows(device, next_id, answers, source)
        next_id += len(answers)
        files[f"jdma/{name}"] = formats.table_csv([_JDMA_HEADER, *rows], newline="\r\n")
        if device == codes.DEVICE and quarter in codes.QUARTERS:
            written = {
                row[3]: (date.fromisoformat(row[0][:10]), row[-1]) for row in rows if row[-1]
            }
            files |= codes.sheets(written, quarter, seed)
            texts += codes.truths(written, quarter, RATED[device].product)
    if device == "satisfaction-3939":
        years = f"{calendar.FIRST.year}-{calendar.LAST.year}"
        path = f"allo-service-public/allo-service-public_satisfaction_{years}.csv"
        files[path] = formats.table_csv(calls)
    return files, {"ratings": ratings, "texts": texts}


def drawn(device: str, quarter: Quarter, source: Random) -> list[dict[str, Any]]:
    """A quarter's answers, oldest first: a moment, and the position of each answer given.

    Moments keep to office hours in UTC, so that the quarter is the same in French time.
    """
    count = between(source, *RATED[device].answers)
    moments = sorted(moment(source, quarter.start, quarter.end, 6, 19) for _ in range(count))
    answers = []
    for number, when in enumerate(moments, 1):
        answer: dict[str, Any] = {"moment": when, "number": f"{quarter}-{number:04d}"}
        answer["satisfaction"] = pick(source, chances(device, "satisfaction", quarter))
        if source.random() < 0.85:  # the other questions are not compulsory
            answer["clarity"] = pick(source, chances(device, "clarity", quarter))
        if device.startswith("jdma-") and source.random() < HELP_SOUGHT:
            answer["help_reached"] = pick(source, HELP_REACHED)
            if answer["help_reached"] == 0:  # yes
                answer["help_satisfaction"] = pick(source, HELP_SATISFACTION)
        answers.append(answer)
    return answers


def _realised(
    device: str, quarter: Quarter, answers: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    found = []
    for question in questions(device):
        marks = scale(device, question)
        values = [marks[answer[question]] for answer in answers if question in answer]
        about = {"kind": "rating", "product": RATED[device].product, "device": device}
        about |= {"question": question, "quarter": str(quarter)}
        true = {
            "true_mean_10": mean_10(device, question, quarter),
            "true_satisfied_share": satisfied_share(device, question, quarter),
        }
        satisfied = len([value for value in values if value >= 7.5])
        total = sum(round(value * 2) for value in values) / 2
        drawn_ = {"answers": len(values), "satisfied": satisfied, "sum_10": total}
        found.append({**about, **true, **drawn_})
    return found


def _jdma_rows(
    device: str, first_id: int, answers: Sequence[dict[str, Any]], source: Random
) -> list[list[str]]:
    product = RATED[device].product
    rows = []
    for position, answer in enumerate(answers):
        tried, reached, helped, verbatim = "", "", "", ""
        if "help_reached" in answer:
            # One office at most: how answers about several are put together is not settled here.
            office = _OFFICES[between(source, 0, len(_OFFICES) - 1)]
            tried = office
            if source.random() < 0.3:
                tried += " / " + _OTHERS[between(source, 0, len(_OTHERS) - 1)]
            reached = f"{office} : {('Oui', 'Non')[answer['help_reached']]}"
            if "help_satisfaction" in answer:
                helped = f"{office} : {_HELP[answer['help_satisfaction']]}"
        elif source.random() < 0.6:
            tried = _NO_HELP
        if source.random() < 0.6:
            verbatim = TEXTS[between(source, 0, len(TEXTS) - 1)]
        rows.append(
            [
                answer["moment"],
                f"Formulaire fictif de démonstration ({product})",
                f"Bouton fictif {product}",
                hex(first_id + position),
                _SATISFACTION[answer["satisfaction"]],
                str(answer["clarity"] + 1) if "clarity" in answer else "",
                tried,
                reached,
                helped,
                verbatim,
            ]
        )
    return rows


def _call_rows(answers: Sequence[dict[str, Any]]) -> list[list[object]]:
    return [
        [f"appel-fictif-{a['number']}", a["moment"][:10], question, a[question] + 1, 1, 5]
        for a in answers
        for question in questions("satisfaction-3939")
        if question in a
    ]
