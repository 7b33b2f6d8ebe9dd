"""What is said of calls and desks: what the estimates say, and of many lines only the ends."""

from typing import Any

import pandas as pd
from tests import said
from tests.plain_french import faults
from tests.words import plain

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.indicators import pairs
from observlib.themes.contacts import sentences as contacts

NOW, BEFORE = "2026-T3", "2025-T3"
PHONE = {"product": "allo-service-public", "channel": "phone", "device": "appels-3939-tranches"}
DESK = {"product": "legifrance", "channel": "mail", "device": "courriels-legifrance"}
FORMS = {"product": "entreprendre", "device": "formulaires-entreprendre"}
NONE = {"estimate": None, "n": None}


def made(*rows: dict[str, Any]) -> pd.DataFrame:
    return estimates.make({"period": NOW, **row} for row in rows)


def phone(indicator: str, value: float | None, **more: Any) -> dict[str, Any]:
    unit = {"calls_offered": "appels", "calls_an_hour": "appels"}.get(indicator, "%")
    unit = "s" if indicator.startswith("wait") else unit
    return {**PHONE, "indicator": indicator, "unit": unit, "n": 900, "estimate": value, **more}


def rate(value: float, period: str = NOW, **more: Any) -> dict[str, Any]:
    return phone("answer_rate", value, period=period, **more)


def promise(value: float, **more: Any) -> dict[str, Any]:
    row = {**DESK, "indicator": "answered_in_promise", "unit": "%", "n": 90, "estimate": value}
    return row | more


def waiting(value: float, **more: Any) -> dict[str, Any]:
    row = {**DESK, "indicator": "tickets_open", "unit": "messages", "estimate": value, "n": value}
    return row | more


def lines(known: Catalogue, values: list[float], **more: Any) -> pd.DataFrame:
    """An answer rate of each of the first products, each of a line of its own."""
    pairs_ = zip(known.products, values, strict=False)
    return made(*(rate(x, product=one, device=f"appels-{one}", **more) for one, x in pairs_))


def theme(name: str, value: float) -> dict[str, Any]:
    row = phone("call_theme_share", value, group="theme", group_value=name)
    return {**row, "ci_low": value - 2, "ci_high": value + 2}


def hour(name: str, value: float, group: str = "hour") -> dict[str, Any]:
    return phone("calls_an_hour", value, group=group, group_value=f"{name}\xa0h")


def rates(*frames: Any, by: str = "product") -> Any:
    """What is said of answer rates: of rows, or of frames of lines."""
    if isinstance(frames[0] if frames else {}, dict):
        return lambda c: contacts.answer_rates(made(*frames), c, NOW, BEFORE, by=by)
    return lambda c: contacts.answer_rates(
        pd.concat([lines(c, x, period=p) for x, p in frames]), c, NOW, BEFORE
    )


def desks(known: Catalogue, days: list[int]) -> Catalogue:
    """A catalogue of desks that promise so many days each."""
    desk = known.devices["courriels-legifrance"]
    promising = (desk.model_copy(update={"promise_days": x}) for x in days)
    return known.model_copy(update={"devices": {f"d{n}": x for n, x in enumerate(promising)}})


def promised(days: list[int]) -> Any:
    frame = made(*(promise(93, device=f"d{n}") for n in range(len(days))))
    return lambda c: contacts.promised_delays(frame, desks(c, days))


def topics(*rows: dict[str, Any], verdict: str = "") -> Any:
    frame = made(*rows, theme("Autres", 60)) if rows else made()

    def of(c: Catalogue) -> str:
        compared = pairs.tested(c, pairs.leading_answer(frame))
        if verdict:
            compared = pd.DataFrame({"verdict": [verdict], "reason": [""]})
        return contacts.main_topics(frame, compared, c, NOW)

    return of


SIX, THEN = [86.0, 71.2, 90, 71.4, 88, 87], [80.0, 75, 70, 81, 82, 83]
ALIKE = [86.0] * 6
LOW = promise(50, product="documentation-francaise", device="boutique", n=19, status="low_base")
OFFERED = phone("calls_offered", 38_056)
JOURNAL = phone("wait_median", 40, n=958, device="appels-3939-journal")
HALF, MOST = phone("wait_median", 40), phone("wait_p90", 290)
HOURS = (hour("9", 50), hour("10", 80), hour("lundi · 10", 100, "weekday_hour"))


def waits(known: Catalogue) -> list[str]:
    half = lines(known, [38.0, 47, 40, 41, 42, 43]).assign(indicator="wait_median", unit="s")
    most = half.assign(indicator="wait_p90", estimate=271.0)
    every = (pd.concat([half, most]), half)
    return [contacts.waiting_times(frame, known, NOW) for frame in every]


def open_at(values: list[float]) -> Any:
    def of(c: Catalogue) -> str:
        frame = lines(c, values, unit="messages", n=None).assign(indicator="tickets_open")
        return contacts.backlog(frame, c, NOW, BEFORE)

    return of


def backlog(*rows: dict[str, Any]) -> Any:
    return lambda c: contacts.backlog(made(*rows), c, NOW, BEFORE)


CASES: said.Cases = {
    "calls and a year before": rates(rate(86), rate(71, BEFORE), phone("calls_offered", 9000)),
    "the worst is of another quarter": rates(
        rate(86), rate(86, BEFORE), rate(71, "2025-T4"), by="channel"
    ),
    "no whole quarter": rates(rate(86, status="partial")),
    "no call": rates(),
    "no count of calls": rates(rate(86, status="missing") | NONE),
    "a year before is not whole": rates(rate(86), rate(71, BEFORE, status="partial")),
    "six lines by their ends": rates((SIX, NOW), (THEN, BEFORE)),
    "five lines one by one": rates((SIX[:5], NOW)),
    "six lines alike, and a year before": rates((ALIKE, NOW), (ALIKE, BEFORE)),
    "six lines alike, five a year before": rates((ALIKE, NOW), (ALIKE[:5], BEFORE)),
    "six lines alike, otherwise a year before": rates((ALIKE, NOW), ([80.0] * 6, BEFORE)),
    "the lowest of a line": lambda c: contacts.lowest_answer_rate(
        made(rate(86), rate(71, "2025-T4"), rate(84, BEFORE)), c
    ),
    "no lowest of one quarter": lambda c: contacts.lowest_answer_rate(made(rate(86)), c),
    "the lowest of six lines": lambda c: contacts.lowest_answer_rate(
        pd.concat([lines(c, ALIKE), lines(c, [80.0, 72, 70, 81, 82, 83], period=BEFORE)]), c
    ),
    "waits of six lines": waits,
    "waits": lambda c: [
        contacts.waiting_times(made(*rows), c, NOW) for rows in ((HALF, MOST), (HALF,), ())
    ],
    "promises of several delays": lambda c: contacts.answered_in_promise(
        made(promise(93), LOW, promise(74, **FORMS, n=200)), c, NOW
    ),
    "one promise": lambda c: [
        contacts.answered_in_promise(made(promise(93, device=one)), c, NOW, by="channel")
        for one in ("courriels-legifrance", "invented")
    ],
    "no promise that may be told": lambda c: contacts.answered_in_promise(made(LOW), c, NOW),
    "the promise of each desk": lambda c: contacts.promised_delays(
        made(promise(93), promise(74, **FORMS), rate(86)), c
    ),
    "phones promise nothing": lambda c: contacts.promised_delays(made(rate(86)), c),
    "six promises": promised([3, 3, 3, 3, 5, 5]),
    "six promises alike": promised([5] * 6),
    "messages that wait at six desks": open_at([45.0, 15, 20, 15, 22, 23]),
    "as many messages wait at six desks": open_at([15.0] * 6),
    "messages that wait, and a year before": backlog(waiting(12), waiting(20, period=BEFORE)),
    "a year before is known of one desk": backlog(
        waiting(12), waiting(20, period=BEFORE), waiting(12, **FORMS)
    ),
    "messages that wait": backlog(waiting(12)),
    "no count of messages": backlog(),
    "a log of some calls": lambda c: contacts.calls_in_log(made(OFFERED, JOURNAL), c),
    "a log of all calls": lambda c: contacts.calls_in_log(
        made(OFFERED | {"estimate": 958}, JOURNAL), c
    ),
    "hours": lambda c: [contacts.peak_hours(made(*x), c, NOW) for x in (HOURS, HOURS[:2], ())],
    "a first theme": topics(theme("Logement", 10), theme("Papiers", 30), verdict="rise"),
    "themes that are near": topics(theme("Logement", 28), theme("Papiers", 30)),
    "one theme": topics(theme("A", 40)),
    "no theme": topics(),
}


@said.each(CASES)
def test_what_is_said_of_contacts(case, catalogue):
    said.hold("contacts", case, CASES, catalogue)


def test_what_is_said_of_six_lines_is_plain(catalogue):
    told = [CASES["six lines by their ends"](catalogue), *waits(catalogue)]
    assert not [fault for text in told for one in plain(text).split(". ") for fault in faults(one)]
