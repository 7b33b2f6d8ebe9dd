"""How tasks fare and which most need work; nothing unknown counts, and nothing is told of few."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests import said
from tests.copies import demonstration_catalogue
from tests.themes.surveys.people import responses as table_of

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import TASK, Catalogue, contract
from observlib.catalogue.entries import Task
from observlib.stats.survey.intervals import wilson
from observlib.themes import tasks, templates

say = templates.narrative("tasks")
NOW = Quarter("2026-T3")
YEAR = NOW.back(4)
DAYS = pd.to_datetime(["2025-11-10", "2026-02-10", "2026-05-10", "2026-09-10"])  # of each quarter
A, B = "Refaire ses papiers", "Saisir un tribunal"
TASKS = {
    "a": Task(id="a", label=A, sections=["papiers", "titres"], themes=["Papiers"], answers=["P"],
              tests=["Trouver"], words=["passeport"]),
    "b": Task(id="b", label=B, sections=["justice"], themes=["Justice"], answers=["J"],
              tests=["Saisir"], words=["tribunal"]),
}  # fmt: skip


def known(tasks: dict[str, Task] = TASKS) -> Catalogue:
    return demonstration_catalogue().model_copy(update={"tasks": tasks})


def table(rows: list[dict[str, Any]], **about: Any) -> pd.DataFrame:
    """Rows of one device, at a day of the edition's quarter unless they say another."""
    passport = {"device": "d", "product": "service-public", "channel": "web", "source": "d@1"}
    return pd.DataFrame([{**passport, "date": DAYS[3], **about, **row} for row in rows])


def sections(*rows: tuple[str, str, int], complete: bool = True) -> pd.DataFrame:
    """Visits by section and month."""
    made = []
    for section, month, visits in rows:
        start = pd.Timestamp(f"{month}-01")
        end = start + pd.offsets.MonthEnd(0)
        told = {"section": section, "visits": visits, "complete": complete}
        made.append({**told, "start": start, "end": end})
    return table(made)


def contacts(**counts: int) -> pd.DataFrame:
    """Calls or messages of the quarter, so many of each theme."""
    themes = [theme for theme, n in counts.items() for _ in range(n)]
    rows = [
        {"theme": theme, "outcome": "answered", "wait": i % 60} for i, theme in enumerate(themes)
    ]
    return table(rows, channel="phone")


def responses(
    *groups: tuple[str, int, int], device: str = "d", tried: int | None = None
) -> pd.DataFrame:
    """A survey of a year: of each reason, how many answered and how many of them succeeded."""
    said = pd.DataFrame(
        {"reason": reason, "task_success": float(i < won), "ces": float(i % 5 + 1),
         "tried_online": None if tried is None else "Oui" if i < tried else "Non"}
        for reason, n, won in groups
        for i in range(n)
    )  # fmt: skip
    told = table_of(said)
    ids = device + told["response_id"]
    return told.assign(device=device, source=f"{device}@1", response_id=ids)


QUARTER = ("2026-07", "2026-08", "2026-09")
BEFORE = ("2026-04", "2026-05", "2026-06")


def by_task(rows: pd.DataFrame) -> dict[str, tuple[float, str]]:
    return {row["group_value"]: (row["estimate"], row["status"]) for row in rows.to_dict("records")}


def test_visits_are_those_of_two_sections_and_partial_of_two_months():
    rows = sections(*[("papiers", month, 90) for month in (*BEFORE, *QUARTER[:2])])
    found = tasks.task_visits(rows, known(), [NOW - 1, NOW])
    assert found["status"].tolist() == ["published", "partial"]
    assert tasks.in_all(found)["status"].tolist() == ["published", "partial"]
    names = ("papiers", "titres", "jeux")
    rows = sections(*[(name, month, 10) for name in names for month in QUARTER])
    found = tasks.task_visits(rows, known(), [NOW])
    assert by_task(found) == {A: (60.0, "published")} and set(found["unit"]) == {""}


def test_few_calls_are_withheld_and_others_told_to_the_nearest_five():
    rows = contacts(Papiers=43, Justice=4, Autre=30)
    found = tasks.contacts_by_task("call", tasks.task_contacts(rows, known()), rows, [NOW - 1, NOW])
    now = found[found["period"] == NOW]
    assert by_task(now)[A] == (45.0, "published") and by_task(now)[B][1] == "suppressed"
    assert now["estimate"].isna().tolist() == [False, True] and pd.isna(now["n"].iat[1])
    assert set(found.loc[found["period"] == str(NOW - 1), "status"]) == {"missing"}


def test_a_task_of_no_call_has_none_and_rows_alike_count_as_often_as_they_stand():
    rows = pd.concat([contacts(Papiers=40), contacts(Justice=40).assign(date="2026-05-10")])
    rows = rows.assign(date=pd.to_datetime(rows["date"]))
    found = tasks.contacts_by_task("call", tasks.task_contacts(rows, known()), rows, [NOW - 1, NOW])
    assert by_task(found[found["period"] == NOW])[B] == (0.0, "published")
    rows = table([{"theme": "papiers", "rows": 50}, {"theme": None, "rows": 9}])
    found = tasks.contacts_by_task("ticket", tasks.task_contacts(rows, known()), rows, [NOW])
    assert by_task(found) == {A: (50.0, "published")}


def written(texts: list[str]) -> pd.DataFrame:
    """Answers, each of a text of its own."""
    own = [f"{text} {'très ' * i}bien" for i, text in enumerate(texts)]
    return table([{"answer_id": f"{i}", "question": "q", "text": x} for i, x in enumerate(own)])


def test_a_text_of_two_tasks_counts_for_each_and_one_of_an_extract_once():
    texts = ["Mes PASSEPORTS !"] * 11 + ["Le tribunal et mon passeport"] * 12 + ["[passeport]"] * 20
    rows = written(texts)
    led = tasks.task_texts(rows, known())
    assert led.groupby("task").size().to_dict() == {A: 23, B: 12} and "text" not in led
    found = by_task(tasks.contacts_by_task("text", led, rows, [NOW]))
    assert found == {A: (25.0, "published"), B: (15.0, "published")}
    rows = written(["Mon passeport"] * 30)
    extract = rows.head(20).assign(device="e", answer_id="x" + rows["answer_id"])
    assert len(tasks.task_texts(pd.concat([rows, extract]), known())) == 30


SUCCESS, EASE, TRIED = tasks.SUCCESS, tasks.EASE, tasks.TRIED


def told(*surveys: pd.DataFrame, indicator: str = SUCCESS) -> dict[tuple[str, str], dict]:
    people = pd.concat([tasks.answered(rows, known()) for rows in surveys])
    found = tasks.task_marks(people, known(), YEAR)
    found = found[found["indicator"] == indicator]
    return {(row["device"], row["group_value"]): row for row in found.to_dict("records")}


def test_success_has_wilson_s_interval_and_who_looked_is_told_if_asked():
    row = told(responses(("P", 80, 60), ("J", 60, 20), ("Autre", 40, 40)))["d", A]
    low, high = wilson(60, 80)
    assert (row["estimate"], row["ci_low"], row["ci_high"]) == (75, 100 * low, 100 * high)
    assert row["period"] == "2025-10/2026-09" and row["n"] == 80
    found = told(responses(("P", 80, 60), tried=48), indicator=TRIED)
    assert found["d", A]["estimate"] == 60
    assert told(responses(("P", 80, 60)), indicator=TRIED) == {}


def test_a_task_of_few_is_withheld_and_a_second_one_by_which_it_could_be_had():
    found = told(responses(("P", 200, 150), ("J", 8, 4)))
    assert found["d", B]["status"] == found["d", A]["status"] == "suppressed"
    catalogue = known(known().tasks | {"c": Task(id="c", label="C", answers=["K"])})
    people = tasks.answered(responses(("P", 200, 150), ("J", 8, 4), ("K", 60, 30)), catalogue)
    rows = tasks.task_marks(people, catalogue, YEAR)
    status = rows[rows["indicator"] == SUCCESS].set_index("group_value")["status"].to_dict()
    assert status == {A: "published", B: "suppressed", "C": "suppressed"}


def test_who_comes_to_a_site_and_who_calls_have_no_figure_together():
    web = responses(("P", 80, 60), ("J", 60, 20))
    phone = responses(("P", 40, 20), device="e")
    found = told(web, phone)
    assert {device for device, _ in found} == {"d", "e"}
    assert (found["d", A]["estimate"], found["e", A]["estimate"]) == (75, 50)


def test_who_named_two_tasks_is_of_neither_and_few_who_fail_hide_no_other():
    rows = responses(("P", 80, 60), ("J", 60, 20))
    both = rows[(rows["variable"] == "reason") & (rows["response_id"] == "d1")]
    people = tasks.answered(pd.concat([rows, both.assign(category="J")]), known())
    assert "d1" not in set(people["response_id"]) and len(people) == 139
    found = told(responses(("P", 200, 196), ("J", 100, 50), ("Autre", 90, 50)))
    assert found["d", A]["status"] == "suppressed"  # four failed
    assert found["d", B]["status"] == "published"  # nothing is told of those of no task


def test_a_survey_of_one_quarter_is_not_told_over_a_year_that_would_give_the_next():
    rows = responses(("P", 80, 60))
    found = told(rows[rows["date"] == DAYS[3]])
    assert {row["status"] for row in found.values()} == {"suppressed"}


def test_a_median_wait_is_of_the_calls_of_the_task_that_were_answered():
    rows = contacts(Papiers=120, Justice=5)
    lost = contacts(Papiers=50).assign(outcome="abandoned", wait=900)
    led = tasks.task_contacts(pd.concat([rows, lost]), known())
    found = tasks.waits(led, YEAR).set_index("group_value")
    assert found.at[A, "estimate"] == 29 and found.at[A, "n"] == 120
    assert found.at[A, "ci_low"] < 29 < found.at[A, "ci_high"]
    assert found.at[B, "status"] == "suppressed"


def attempts(task: str, people: int, won: int, day: int = 3) -> list[dict]:
    return [
        {"task": task, "participant": f"P{day}-{i}", "measure": "success", "value": float(i < won),
         "date": DAYS[day], "session": "s", "label": None}
        for i in range(people)
    ]  # fmt: skip


def test_who_is_stopped_in_a_test_is_a_share_of_attempts_and_no_small_quarter_s():
    rows = table([*attempts("Trouver", 20, 15), *attempts("Autre", 20, 1)])
    (row,) = tasks.blocked(tasks.attempts(rows, known()), YEAR).to_dict("records")
    assert (row["group_value"], row["estimate"], row["n"]) == (A, 25, 20)
    assert row["ci_low"] < 25 < row["ci_high"] and row["status"] == "low_base"
    rows = [*attempts("Trouver", 20, 15), *attempts("Trouver", 5, 1, day=2)]
    (row,) = tasks.blocked(tasks.attempts(table(rows), known()), YEAR).to_dict("records")
    assert row["status"] == "suppressed"


MONTHS = [month for quarter in YEAR for month in quarter.months]


def counted(indicator: str, task: str, each: float, **more: object) -> list[dict]:
    row = {"indicator": indicator, "group": TASK, "group_value": task, "product": "p", **more}
    row |= {"channel": "web"} if indicator == "task_visits" else {}
    return [{**row, "period": quarter, "estimate": each, "n": each} for quarter in YEAR]


def rates(visits: list[dict], calls: list[dict], offered: int = 0, logged: int = 0) -> dict:
    """Contacts for a thousand visits, by indicator and task."""
    half_hours = table([{"offered": offered}], product="p")
    log = table([{"theme": "x"}] * logged, product="p") if logged else table([{}]).head(0)
    found = tasks.per_thousand(estimates.make(visits), estimates.make(calls), half_hours, log, YEAR)
    return {(row["indicator"], row["group_value"]): row for row in found.to_dict("records")}


CALLS, MESSAGES = tasks.RATES.values()


def empty(name: str) -> pd.DataFrame:
    return contract.empty(name).assign(source="")


NO_TEST = tasks.attempts(empty("user_tests").assign(task=pd.Series(dtype=object)), known())
NONE = estimates.make([])


def test_a_log_of_some_calls_stands_for_all_that_were_offered_and_messages_for_themselves():
    calls = counted("task_calls", A, 50) + counted("task_tickets", A, 50)
    found = rates(counted("task_visits", A, 10_000), calls)
    assert (found[CALLS, A]["estimate"], found[CALLS, A]["n"]) == (5, 200)
    found = rates(counted("task_visits", A, 10_000), calls, offered=900, logged=300)
    assert found[CALLS, A]["estimate"] == pytest.approx(3 * 5)
    assert found[MESSAGES, A]["estimate"] == 5
    assert rates(counted("task_visits", A, 10_000), counted("task_calls", B, 50)) == {}


@pytest.mark.parametrize("status", ["partial", "missing", "suppressed"])
def test_a_quarter_that_is_not_whole_leaves_the_year_untold(status):
    visits = counted("task_visits", A, 10_000)
    calls = counted("task_calls", A, 50)
    calls[2] |= {"status": status} | ({} if status == "partial" else {"estimate": None, "n": None})
    row = rates(visits, calls)[CALLS, A]
    assert row["status"] == ("suppressed" if status == "suppressed" else "missing")
    assert np.isnan(row["estimate"])


def test_a_way_of_contact_that_tells_nothing_of_a_task_is_unknown_and_no_zero():
    visits = counted("task_visits", A, 10_000) + counted("task_visits", B, 10_000)
    calls = counted("task_calls", A, 50) + counted("task_tickets", B, 50)
    found = rates(visits, calls)
    assert {*found} == {(CALLS, A), (MESSAGES, B)}
    nobody = tasks.answered(responses(("Autre", 3, 1)), known())
    told = estimates.make([*found.values()])
    values, *_ = tasks.measure_criteria([A, B], estimates.make(visits), nobody, told, NO_TEST)
    assert values[CALLS].notna().tolist() == [True, False]
    assert values[MESSAGES].notna().tolist() == [False, True]


def everything() -> dict:
    """What the family reads, of an edition that listens in every way."""
    visits = sections(*[(s, m, 10_000) for s in ("papiers", "justice") for m in MONTHS])
    tests = [
        {"task": "Trouver", "participant": f"P{i}", "measure": "success", "value": float(i < 9)}
        for i in range(20)
    ]
    survey = responses(("P", 80, 60), ("J", 60, 20))
    return {
        "sections": visits, "calls_by_theme_and_wait": contacts(Papiers=43, Justice=30),
        "intervals_by_day": empty("call_intervals"), "tickets_by_theme": contacts(Papiers=20),
        "verbatims": empty("verbatims"), "responses_of": {"d": lambda: survey},
        "user_tests": table(tests, session="s", label=None), "catalogue": known(many()),
        "quarter": NOW,
    }  # fmt: skip


def many() -> dict[str, Task]:
    """Two tasks of which something is known, and twelve of which nothing is."""
    others = [Task(id=f"t{i}", label=f"Tâche {i}", themes=[f"Thème {i}"]) for i in range(12)]
    return TASKS | {task.id: task for task in others}


def test_criteria_of_few_tasks_name_none_and_without_data_there_is_no_row():
    found = tasks.tasks_(**everything())
    assert "task_priority" not in set(found["indicator"])
    assert {"task_visits", "task_calls", "task_tickets", tasks.SUCCESS} <= set(found["indicator"])
    read = everything()
    assert tasks.tasks_(**{**read, "catalogue": known({})}).empty
    none = {name: rows.head(0) for name, rows in read.items() if isinstance(rows, pd.DataFrame)}
    nobody = responses(("Autre", 30, 3))  # a survey in which nobody named a task
    for surveys in ({}, {"d": lambda: nobody}):
        assert tasks.tasks_(**{**read, **none, "responses_of": surveys}).empty


def test_what_is_not_known_of_a_task_is_no_zero_and_a_task_that_all_do_not_sure_to_need_no_work():
    visits = estimates.make(counted("task_visits", A, 1000) + counted("task_visits", B, 9000))
    people, all_do = (
        tasks.answered(responses(("P", n, done)), known()) for n, done in ((80, 60), (20, 20))
    )
    values, errors, _ = tasks.measure_criteria([A, B], visits, people, NONE, NO_TEST)
    assert values.loc[B].isna().all() and values.loc[A, [CALLS, "blocked"]].isna().all()
    assert values.at[A, "failing"] == pytest.approx(np.log(4000 * 20.5 / 81))
    assert errors.at[A, "failing"] == pytest.approx(np.sqrt((1 - 20.5 / 81) / 20.5))
    values, errors, _ = tasks.measure_criteria([A], visits, all_do, NONE, NO_TEST)
    assert np.isfinite(values.at[A, "failing"]) and errors.at[A, "failing"] > 1


def test_the_worst_are_told_with_their_probability_and_the_unknown_with_none():
    labels = [f"T{i}" for i in range(14)]
    values = pd.DataFrame(np.nan, index=labels, columns=list(tasks.CRITERIA))
    values["failing"] = [*np.arange(13.0), np.nan]
    alone = pd.DataFrame(np.eye(len(values.columns)), values.columns, values.columns)
    found = tasks.priority(values, values * 0 + 0.01, alone, {"period": "2025-10/2026-09"})
    told = found.set_index("group_value")["estimate"]
    assert "T13" not in told and told["T12"] > 99 and told["T0"] < 1
    assert set(found["unit"]) == {"%"} and told.sum() == pytest.approx(400)  # a third of 13


def test_those_who_fail_and_find_it_hard_are_not_counted_as_two_witnesses():
    people = tasks.answered(responses(("P", 80, 40), ("J", 60, 30)), known())
    hard = people[tasks.SUCCESS].eq(1).astype(float) * 5 + people[tasks.EASE] / 10
    visits = estimates.make(counted("task_visits", A, 1000))
    for ease, expected in ((hard, 0.9), (people[tasks.EASE] * np.nan, 0.0)):
        given = people.assign(**{tasks.EASE: ease})
        *_, shared = tasks.measure_criteria([A, B], visits, given, NONE, NO_TEST)
        assert shared.at["failing", "effort"] == pytest.approx(expected, abs=0.02)
        assert (shared.to_numpy() == shared.to_numpy().T).all()


def test_who_calls_does_not_judge_the_visits_of_a_site():
    read = everything()
    codes = {f"t{i}": f"R{i}" for i in range(4)}
    answered = {
        name: one.model_copy(update={"answers": [codes[name]]}) if name in codes else one
        for name, one in many().items()
    }
    read["catalogue"] = known(answered)
    web = responses(("P", 80, 60), *((code, 60, 10 * i) for i, code in enumerate(codes.values())))
    called = ((code, 50, 50 - 10 * i) for i, code in enumerate(codes.values()))
    phone = responses(*called, device="e").assign(channel="phone")
    before, after = (
        tasks.tasks_(**read | {"responses_of": {str(i): lambda x=x: x for i, x in enumerate(some)}})
        for some in ([web], [web, phone])
    )
    first, second = (rows[rows["indicator"] == "task_priority"] for rows in (before, after))
    assert len(first) > 3
    assert first["estimate"].tolist() == second["estimate"].tolist()


@pytest.mark.parametrize(
    "without", ["sections", "calls_by_theme_and_wait", "tickets_by_theme", "user_tests"]
)
def test_an_edition_that_lacks_one_way_of_listening_tells_the_others(without):
    read = everything()
    read[without] = read[without].head(0)
    found = tasks.tasks_(**read)
    assert len(found) > 5 and set(found["group"]) == {TASK}


PERIOD = "2025-10/2026-09"


def made(indicator: str, task: str, estimate: float | None, **more: Any) -> dict[str, Any]:
    row = {"indicator": indicator, "group": TASK, "group_value": task, "estimate": estimate}
    return {**row, "period": PERIOD, **more}


def overview(*shares: float) -> Any:
    ranked = estimates.make(
        made("task_priority", f"Tâche {i}", share, unit="%") for i, share in enumerate(shares)
    )
    return lambda _: say.probable_priorities(ranked, known())


TEXTS = estimates.make(
    made("task_texts", task, n, n=n or None, period="2026-T3")
    for task, n in ((A, 40.0), (B, 90.0), ("C", 15.0), ("D", 0.0))
)
KNOWN = [made("task_visits", A, 900.0), made("task_success_share", B, None, status="missing")]
CASES: said.Cases = {
    "the first tasks": overview(30, 96, 84, 5, 90, 0, 0, 0, 0),
    "an order that is settled": overview(96, 5, 0),
    "nothing is sure": overview(60, 50, 40),
    "texts alone are known": lambda _: [
        say.most_written(TEXTS, period) for period in ("2026-T3", "2026-T2")],
    "what is unknown": lambda _: say.unknown(estimates.make(KNOWN), known()),
    "no task in the catalogue": lambda _: [
        say.unknown(estimates.make([]), known({})), say.owners_and_routes(known({}))],
}  # fmt: skip
test_what_is_said_of_tasks = said.test("tasks", CASES)


def test_a_cell_has_the_figure_of_all_or_of_most_and_a_column_that_of_one_channel():
    rows = [made("task_ease", A, 5.0, n=50, device="d"),
            made("task_ease", A, 6.0, n=90, device="e"),
            made("task_success_share", A, 50.0, n=90, device="e"),
            made("task_success_share", A, 40.0, n=20)]  # fmt: skip
    assert say.whole(estimates.make(rows))["estimate"].tolist() == [6.0, 40.0]
    web, phone = {"channel": "web", "device": "d"}, {"channel": "phone", "device": "e"}
    rows = [made("task_success_share", A, 50.0, n=300, **web),
            made("task_success_share", A, 60.0, n=90, **phone),
            made("task_success_share", B, 40.0, n=100, **web),
            made("task_success_share", B, 70.0, n=200, **phone),
            made("task_ease", B, 3.0, n=20, **phone)]  # fmt: skip
    assert say.whole(estimates.make(rows))["estimate"].tolist() == [50.0, 40.0, 3.0]
