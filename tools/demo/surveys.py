"""Exports of site surveys: LimeSurvey's CSV with codes, its R data file, Framaforms' results.

Beside the surveys stand monthly lists of how many visitors each was offered to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from random import Random
from typing import Any

from observlib.base.period import Quarter
from tools.demo import calendar, formats, questions
from tools.demo.chance import between, moments, pick, stream
from tools.demo.formats import Files, Truth, Truths
from tools.demo.questions import SURVEYS, Asked, Survey

OFFERED = {  # each list of offers: its survey, visitors a month (from, to)
    "invitations-service-public": ("enquete-service-public", 1500, 1900),
    "invitations-legifrance": ("enquete-legifrance", 900, 1200),
}
DEVICES = (*SURVEYS, *OFFERED)
# Draws in which every truth of the last edition lies in the interval that is published for it.
_SALT = {"enquete-service-public": "4", "enquete-legifrance": "7", "enquete-vie-publique": "4"}
_LINK_SALT = {"enquete-service-public": "2", "enquete-legifrance": "1", "enquete-vie-publique": "1"}
_STAY = 0.88  # chance of going on to each next page
_SKIP = 0.04  # chance of leaving a question without answer
OWN = ("id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp")
_ENGLISH = ("Response ID", "Date submitted", "Last page", "Start language", "Seed",
            "Date started", "Date last action")  # fmt: skip
_FRAMAFORMS = ("Serial", "SID", "Submitted Time", "Completed Time", "Modified Time", "Draft",
               "IP Address", "UID", "Username")  # fmt: skip
_LAST_WORD = "Un dernier mot\u00a0?"
_COMMENTS = (
    "Commentaire fictif de démonstration : rien à signaler.",
    "Commentaire fictif, sur deux lignes.\nLa seconde parle d'un \"bouton\", d'un menu.",
    "Texte inventé ; il contient un point-virgule, une virgule, et rien d'autre.",
)
_LEFT_OPEN = "Motif inventé pour la démonstration"

Answers = dict[str, set[str]]  # by question code, the codes of what was answered
Response = dict[str, Any]
Rows = list[list[object]]


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """The exports of one survey or list of offers, by path, and what is true of them."""
    if device in OFFERED:
        return _offers(device, seed)
    survey = SURVEYS[device]
    number = 0
    files: Files = {}
    found: list[Truth] = []
    years: dict[int, list[Response]] = {}
    for quarter in calendar.QUARTERS:
        if survey.only_quarter not in (None, quarter.number):
            continue
        source = stream(seed, device, _SALT[device], quarter)
        linked = stream(seed, device, "ties", _LINK_SALT[device], quarter)
        responses = drawn(survey, quarter, source, linked, number)
        number += len(responses)
        found += _truths(device, survey, quarter, responses)
        years.setdefault(quarter.year, []).extend(responses)
        if device == "enquete-service-public":
            path = f"enquetes/enquete_service-public_{quarter}.csv"
            files[path] = formats.limesurvey_csv(_codes(survey, responses))
        elif device == "enquete-vie-publique":
            path = f"enquetes/vie-publique_{quarter}/survey_271828_R_data_file.csv"
            files[path] = formats.limesurvey_csv(_texts(survey, responses))
    if device == "enquete-legifrance":
        for year, responses in years.items():
            path = f"enquetes/enquete_legifrance_{year}.csv"
            files[path] = formats.table_csv(_framaforms(survey, responses), ";", quoted=True)
    return files, {"surveys": found}


def drawn(
    survey: Survey, quarter: Quarter, source: Random, linked: Random, first: int = 0
) -> list[Response]:
    """A quarter's responses, oldest first, numbered after `first`."""
    responses = []
    begun = moments(source, between(source, *survey.started), quarter)
    for number, start in enumerate(begun, first + 1):
        given: Answers = {}
        pages = 0
        for page in survey.pages:
            if source.random() >= _STAY:
                break
            pages += 1
            for asked in page:
                answer = _answer(asked, given, survey, source)
                given[asked.code] = questions.linked_answer(survey, asked, answer, given, linked)
        responses.append(
            {
                "id": number,
                "begun": start,
                "ended": start[:-2] + "59",
                "pages": pages,
                "finished": pages == len(survey.pages),
                "given": given,
                "seed": between(source, 100_000_000, 999_999_999),
                "comment": source.random() < 0.1,
            }
        )
    return responses


def _answer(asked: Asked, given: Answers, survey: Survey, source: Random) -> set[str]:
    """The codes answered to a question; none where it is skipped or not asked."""
    if asked.only_if:
        success = given.get(survey.question("task_success").code, set())
        if success.isdisjoint(asked.only_if):
            return set()
    if asked.several:
        return {code for code, *_, chance in asked.answers if between(source, 1, 100) <= chance}
    if source.random() < _SKIP:
        return set()
    return {asked.answers[pick(source, [weight for *_, weight in asked.answers])][0]}


def own(response: Response) -> list[object]:
    """LimeSurvey's own fields of a response."""
    submitted = response["ended"] if response["finished"] else ""
    start = [response["id"], submitted, response["pages"], "fr", response["seed"]]
    return [*start, response["begun"], response["ended"]]


def _comment(response: Response) -> str:
    return _COMMENTS[response["id"] % len(_COMMENTS)] if response["comment"] else ""


def _codes(survey: Survey, responses: Sequence[Response]) -> Rows:
    """Rows of codes, boxes as `Y`, free text beside "Other"."""
    header: list[object] = [*OWN, "ipaddr", "refurl"]
    for asked in survey.questions:
        boxes = [f"{asked.code}[{code}]" for code, *_ in asked.answers]
        header += boxes if asked.several else [asked.code]
    rows = [[*header, "COM"]]
    for response in responses:
        row = [*own(response), f"192.0.2.{response['id'] % 250}", "https://exemple.invalid/"]
        for asked in survey.questions:
            answered = response["given"].get(asked.code, set())
            if asked.several:
                row += [
                    "" if code not in answered else _LEFT_OPEN if code == "other" else "Y"
                    for code, *_ in asked.answers
                ]
            else:
                row.append(next(iter(answered), ""))
        rows.append([*row, _comment(response)])
    return rows


def _texts(survey: Survey, responses: Sequence[Response]) -> Rows:
    """Rows of codes under full question texts, of which none has several answers."""
    rows: Rows = [[*_ENGLISH, *(q.text for q in survey.questions), _LAST_WORD]]
    for response in responses:
        codes = (next(iter(response["given"].get(q.code, ())), "") for q in survey.questions)
        rows.append([*own(response), *codes, _comment(response)])
    return rows


def _framaforms(survey: Survey, responses: Sequence[Response]) -> Rows:
    """Rows of texts under three of headers, `X` where ticked; who has not finished is a draft."""
    above: list[object] = ["Submission Details", *[""] * (len(_FRAMAFORMS) - 1)]
    header: list[object] = [*_FRAMAFORMS]
    for asked in survey.questions:
        labels = [label for _, label, *_ in asked.answers]
        above += [asked.text, *[""] * (len(labels) - 1)] if asked.several else [""]
        header += labels if asked.several else [asked.text]
    title: list[object] = [f"Enquête fictive ({survey.product})", *[""] * len(header)]
    rows = [title, [*above, ""], [*header, _LAST_WORD]]
    for response in responses:
        begun, ended = (
            f"{datetime.fromisoformat(response[name]):%d/%m/%Y - %H:%M}"
            for name in ("begun", "ended")
        )
        done = response["finished"]
        row: list[object] = [response["id"], response["id"], begun, ended if done else "", ended]
        row += ["0" if done else "1", f"192.0.2.{response['id'] % 250}", "0", ""]
        for asked in survey.questions:
            answered = response["given"].get(asked.code, set())
            if asked.several:
                row += ["X" if code in answered else "" for code, *_ in asked.answers]
            else:
                row.append("".join(label for code, label, *_ in asked.answers if code in answered))
        rows.append([*row, _comment(response)])
    return rows


def _truths(
    device: str, survey: Survey, quarter: Quarter, responses: Sequence[Response]
) -> Iterator[Truth]:
    about = {"product": survey.product, "device": device, "quarter": quarter}
    finished = sum(response["finished"] for response in responses)
    for kind, count in (("started", len(responses)), ("finished", finished)):
        yield {**about, "kind": kind, "value": count}
    for asked in survey.questions:
        for name, value in questions.truths_of(asked).items():
            yield {**about, "kind": "measure", "indicator": name, "value": value}
        kind = "reason" if asked.several else "profile"
        for name, share in questions.shares_of(asked).items():
            group = {"group": asked.variable, "group_value": name}
            yield {**about, "kind": kind, **group, "value": share}
    for name, value in questions.means_by_age(survey).items():
        yield {**about, "kind": "satisfaction_by_age", "group_value": name, "value": value}
    for name, value in questions.drivers_of(survey).items():
        yield {**about, "kind": "driver", "variable": name, "value": value}


def _offers(device: str, seed: int) -> tuple[Files, Truths]:
    """A monthly list of offers, thousands set apart by a no-break space."""
    survey, low, high = OFFERED[device]
    rows: Rows = [["month", "invited"]]
    by_quarter: Counter[str] = Counter()
    for month in calendar.MONTHS:
        count = between(stream(seed, device, month), low, high)
        rows.append([month, formats.grouped(count, "\u00a0")])
        by_quarter[calendar.quarter_of(month)] += count
    path = f"enquetes/{device.replace('-', '_', 1)}_{calendar.YEARS}.csv"
    about = {"product": SURVEYS[survey].product, "device": survey}
    found = [
        {**about, "quarter": quarter, "kind": "invited", "value": count}
        for quarter, count in by_quarter.items()
    ]
    return {path: formats.table_csv(rows, delimiter=";")}, {"surveys": found}
