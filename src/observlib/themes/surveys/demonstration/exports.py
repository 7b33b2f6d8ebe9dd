"""Exports of site surveys: LimeSurvey's CSV with codes, its R data file, Framaforms' results.

Beside the surveys stand monthly lists of how many visitors each was offered to.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from fractions import Fraction
from random import Random
from typing import Any

from observlib.base.period import Quarter
from observlib.demo import calendar, formats
from observlib.demo.chance import between, moment, pick, stream
from observlib.demo.formats import Files, Truths
from observlib.themes.surveys.demonstration.associations import (
    drivers_of,
    linked_answer,
    means_by_age,
)
from observlib.themes.surveys.demonstration.questions import REVERSED, SURVEYS, Asked, Survey

OFFERED = {  # each list of offers: its survey, visitors a month (from, to)
    "invitations-service-public": ("enquete-service-public", 1500, 1900),
    "invitations-legifrance": ("enquete-legifrance", 900, 1200),
}
DEVICES = (*SURVEYS, *OFFERED)

# Draws in which every truth of the last edition lies in the interval that is published for it.
_SALT = {
    "enquete-service-public": "4",
    "enquete-legifrance": "7",
    "enquete-vie-publique": "4",
}
_LINK_SALT = {
    "enquete-service-public": "2",
    "enquete-legifrance": "1",
    "enquete-vie-publique": "1",
}
_STAY = 0.88  # chance of going on to each next page
_SKIP = 0.04  # chance of leaving a question without answer
_CODES = ("id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp",
          "ipaddr", "refurl")  # fmt: skip
_ENGLISH = (
    "Response ID",
    "Date submitted",
    "Last page",
    "Start language",
    "Seed",
    "Date started",
    "Date last action",
)
_COMMENT = ("COM", "Un dernier mot\u00a0?")
_COMMENTS = (
    "Commentaire fictif de démonstration : rien à signaler.",
    "Commentaire fictif, sur deux lignes.\nLa seconde parle d'un \"bouton\", d'un menu.",
    "Texte inventé ; il contient un point-virgule, une virgule, et rien d'autre.",
)
_LEFT_OPEN = "Motif inventé pour la démonstration"

Answers = dict[str, set[str]]  # by question code, the codes of what was answered
Response = dict[str, Any]


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """The exports of one survey or list of offers, by path, and what is true of them."""
    if device in OFFERED:
        return _offers(device, seed)
    survey = SURVEYS[device]
    number = 0
    files: Files = {}
    found: list[dict[str, Any]] = []
    years: dict[int, list[Response]] = {}
    for quarter in calendar.QUARTERS:
        if survey.only_quarter not in (None, quarter.number):
            continue
        source = stream(seed, device, _SALT[device], str(quarter))
        linked = stream(seed, device, "ties", _LINK_SALT[device], str(quarter))
        responses = drawn(survey, quarter, source, linked, number)
        number += len(responses)
        found += _truths(device, survey, quarter, responses)
        years.setdefault(quarter.year, []).extend(responses)
        if device == "enquete-service-public":
            path = f"enquetes/enquete_service-public_{quarter}.csv"
            files[path] = _export(_codes(survey, responses))
        elif device == "enquete-vie-publique":
            path = f"enquetes/vie-publique_{quarter}/survey_271828_R_data_file.csv"
            files[path] = _export(_texts(survey, responses))
    if device == "enquete-legifrance":
        for year, responses in years.items():
            path = f"enquetes/enquete_legifrance_{year}.csv"
            files[path] = formats.table_csv(_framaforms(survey, responses), ";", quoted=True)
    return files, {"surveys": found}


def drawn(
    survey: Survey, quarter: Quarter, source: Random, linked: Random, first: int = 0
) -> list[Response]:
    """A quarter's responses, oldest first, numbered after `first`."""
    count = between(source, *survey.started)
    moments = sorted(moment(source, quarter.start, quarter.end, 7, 21) for _ in range(count))
    responses = []
    for place, begun in enumerate(moments, 1):
        given: Answers = {}
        pages = 0
        for page in survey.pages:
            if source.random() >= _STAY:
                break
            pages += 1
            for asked in page:
                answer = _answer(asked, given, survey, source)
                given[asked.code] = linked_answer(survey, asked, answer, given, linked)
        responses.append(
            {
                "id": first + place,
                "begun": begun,
                "ended": begun[:-2] + "59",
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
    if asked.only_if and given.get(_success(survey), set()).isdisjoint(asked.only_if):
        return set()
    if asked.several:
        return {code for code, *_, chance in asked.answers if between(source, 1, 100) <= chance}
    if source.random() < _SKIP:
        return set()
    return {asked.answers[pick(source, [weight for *_, weight in asked.answers])][0]}


def _success(survey: Survey) -> str:
    return survey.question("task_success").code


def _codes(survey: Survey, responses: Sequence[Response]) -> list[list[object]]:
    """Rows of codes, boxes as `Y`, free text beside "Other"."""
    header: list[object] = [*_CODES]
    for asked in survey.questions:
        boxes = [f"{asked.code}[{code}]" for code, *_ in asked.answers]
        header += boxes if asked.several else [asked.code]
    rows = [[*header, _COMMENT[0]]]
    for response in responses:
        row = [*_own(response), f"192.0.2.{response['id'] % 250}", "https://exemple.invalid/"]
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


def _texts(survey: Survey, responses: Sequence[Response]) -> list[list[object]]:
    """Rows of codes under full question texts, of which none has several answers."""
    rows: list[list[object]] = [[*_ENGLISH, *(q.text for q in survey.questions), _COMMENT[1]]]
    for response in responses:
        codes = (next(iter(response["given"].get(q.code, ())), "") for q in survey.questions)
        rows.append([*_own(response), *codes, _comment(response)])
    return rows


def _framaforms(survey: Survey, responses: Sequence[Response]) -> list[list[object]]:
    """Rows of texts under three of headers, `X` where ticked; who has not finished is a draft."""
    own = ["Serial", "SID", "Submitted Time", "Completed Time", "Modified Time", "Draft"]
    own += ["IP Address", "UID", "Username"]
    above: list[object] = ["Submission Details", *[""] * (len(own) - 1)]
    header: list[object] = [*own]
    for asked in survey.questions:
        labels = [label for _, label, *_ in asked.answers]
        above += [asked.text, *[""] * (len(labels) - 1)] if asked.several else [""]
        header += labels if asked.several else [asked.text]
    title: list[object] = [f"Enquête fictive ({survey.product})", *[""] * len(header)]
    rows = [title, [*above, ""], [*header, _COMMENT[1]]]
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
            shown = [(label, code in answered) for code, label, *_ in asked.answers]
            if asked.several:
                row += ["X" if ticked else "" for _, ticked in shown]
            else:
                row.append("".join(label for label, ticked in shown if ticked))
        rows.append([*row, _comment(response)])
    return rows


def _own(response: Response) -> list[object]:
    """LimeSurvey's own fields of a response."""
    submitted = response["ended"] if response["finished"] else ""
    return [response["id"], submitted, response["pages"], "fr", response["seed"],
            response["begun"], response["ended"]]  # fmt: skip


def _comment(response: Response) -> str:
    return _COMMENTS[response["id"] % len(_COMMENTS)] if response["comment"] else ""


def _export(rows: Sequence[Sequence[object]]) -> bytes:
    """Rows as LimeSurvey writes them: every cell quoted."""
    return formats.table_csv(rows, encoding="utf-8-sig", newline="\r\n", quoted=True)


def _truths(
    device: str, survey: Survey, quarter: Quarter, responses: Sequence[Response]
) -> list[dict[str, Any]]:
    about = {"product": survey.product, "device": device, "quarter": str(quarter)}
    found: list[dict[str, Any]] = [
        {**about, "kind": "started", "value": len(responses)},
        {**about, "kind": "finished", "value": len([r for r in responses if r["finished"]])},
    ]
    for asked in survey.questions:
        found += [
            {**about, "kind": "measure", "indicator": name, "value": value}
            for name, value in truths_of(asked).items()
        ]
        kind = "reason" if asked.several else "profile"
        found += [
            {**about, "kind": kind, "group": asked.variable, "group_value": name, "value": share}
            for name, share in shares_of(asked).items()
        ]
    found += [
        {**about, "kind": "satisfaction_by_age", "group_value": name, "value": value}
        for name, value in means_by_age(survey).items()
    ]
    return found + [
        {**about, "kind": "driver", "variable": name, "value": value}
        for name, value in drivers_of(survey).items()
    ]


def truths_of(asked: Asked) -> dict[str, float]:
    """The true value of each indicator that a question of a scale feeds.

    Examples
    --------
    >>> truths_of(SURVEYS["enquete-service-public"].questions[0])
    {'satisfaction_10': 6.925, 'satisfied_share': 70.0}
    """
    marks = [(Fraction(v), weight) for _, _, v, weight in asked.answers if isinstance(v, float)]
    if not marks:
        return {}
    worst, best = min(marks)[0], max(marks)[0]
    if asked.code in REVERSED:
        worst, best = best, worst
    on_10 = [(10 * (value - worst) / (best - worst), weight) for value, weight in marks]
    total = sum(weight for _, weight in on_10)

    def percent(low: float, high: float = 10) -> float:
        return 100 * sum(weight for mark, weight in on_10 if low <= mark <= high) / total

    if asked.variable == "nps":
        return {"nps": percent(9) - percent(0, 6)}
    if asked.variable == "task_success":
        return {"task_success_share": percent(10)}
    found = {f"{asked.variable}_10": float(sum(mark * weight for mark, weight in on_10) / total)}
    return found | ({"satisfied_share": percent(7.5)} if asked.variable == "satisfaction" else {})


def shares_of(asked: Asked) -> dict[str, float]:
    """The true share in %, among those who answer, of each category of a question.

    Examples
    --------
    >>> shares_of(SURVEYS["enquete-vie-publique"].questions[4])
    {'Femme': 52.0, 'Homme': 48.0}
    """
    known = {value: weight for _, _, value, weight in asked.answers if isinstance(value, str)}
    if asked.several:  # of those who tick one box at least
        none = Fraction(1)
        for weight in known.values():
            none *= Fraction(100 - weight, 100)
        return {name: float(weight / (1 - none)) for name, weight in known.items()}
    total = sum(known.values())
    return {name: 100 * weight / total for name, weight in known.items()}


def _offers(device: str, seed: int) -> tuple[Files, Truths]:
    """A monthly list of offers, thousands set apart by a no-break space."""
    survey, low, high = OFFERED[device]
    product = SURVEYS[survey].product
    rows: list[list[object]] = [["month", "invited"]]
    by_quarter: dict[str, int] = {}
    for month in calendar.MONTHS:
        count = between(stream(seed, device, month), low, high)
        thousands, rest = divmod(count, 1000)
        rows.append([month, f"{thousands}\u00a0{rest:03d}" if thousands else str(rest)])
        quarter = str(Quarter.of(date.fromisoformat(f"{month}-01")))
        by_quarter[quarter] = by_quarter.get(quarter, 0) + count
    path = f"enquetes/{device.replace('invitations-', 'invitations_')}"
    content = formats.table_csv(rows, delimiter=";")
    found = [
        {"product": product, "device": survey, "quarter": quarter, "kind": "invited", "value": n}
        for quarter, n in by_quarter.items()
    ]
    return {f"{path}_{calendar.FIRST.year}-{calendar.LAST.year}.csv": content}, {"surveys": found}
