"""Which tasks most need work: nothing unknown counts as good or bad, and no data is no failure."""

import numpy as np
import pandas as pd
import pytest
from tests.themes.tasks.people import (
    NOW,
    TASKS,
    YEAR,
    A,
    B,
    contacts,
    known,
    responses,
    sections,
    table,
)

from observlib import estimates
from observlib.catalogue import Task, contract
from observlib.catalogue.partners import TASK
from observlib.themes import tasks

MONTHS = [month for quarter in YEAR for month in quarter.months]


def counted(indicator: str, task: str, each: float, **more: object) -> list[dict]:
    row = {"indicator": indicator, "group": TASK, "group_value": task, "product": "p", **more}
    row |= {"channel": "web"} if indicator == "task_visits" else {}
    return [{**row, "period": str(quarter), "estimate": each, "n": each} for quarter in YEAR]


def rates(visits: list[dict], calls: list[dict], offered: int = 0, logged: int = 0) -> dict:
    half_hours = table([{"offered": offered}], product="p")
    log = table([{"theme": "x"}] * logged, product="p") if logged else table([{}]).head(0)
    found = tasks.per_thousand(estimates.make(visits), estimates.make(calls), half_hours, log, YEAR)
    return {(row["indicator"], row["group_value"]): row for row in found.to_dict("records")}


CALLS, MESSAGES = tasks.RATES.values()


def test_calls_are_told_for_a_thousand_visits_of_the_tasks_sections():
    found = rates(counted("task_visits", A, 10_000), counted("task_calls", A, 50))
    assert found[CALLS, A]["estimate"] == 5 and found[CALLS, A]["n"] == 200


def test_a_log_of_some_calls_stands_for_all_that_were_offered_and_messages_for_themselves():
    calls = counted("task_calls", A, 50) + counted("task_tickets", A, 50)
    found = rates(counted("task_visits", A, 10_000), calls, offered=900, logged=300)
    assert found[CALLS, A]["estimate"] == pytest.approx(3 * 5)
    assert found[MESSAGES, A]["estimate"] == 5


@pytest.mark.parametrize("status", ["partial", "missing", "suppressed"])
def test_a_quarter_that_is_not_whole_leaves_the_year_untold(status):
    visits = counted("task_visits", A, 10_000)
    calls = counted("task_calls", A, 50)
    calls[2] |= {"status": status} | ({} if status == "partial" else {"estimate": None, "n": None})
    row = rates(visits, calls)[CALLS, A]
    assert row["status"] == ("suppressed" if status == "suppressed" else "missing")
    assert np.isnan(row["estimate"])


def test_a_task_without_contacts_has_no_rate_and_not_that_of_nobody():
    assert rates(counted("task_visits", A, 10_000), counted("task_calls", B, 50)) == {}


def test_a_way_of_contact_that_tells_nothing_of_a_task_is_unknown_and_no_zero():
    visits = counted("task_visits", A, 10_000) + counted("task_visits", B, 10_000)
    calls = counted("task_calls", A, 50) + counted("task_tickets", B, 50)
    found = rates(visits, calls)
    assert {*found} == {(CALLS, A), (MESSAGES, B)}
    values, *_ = tasks.criteria([A, B], estimates.make(visits), *nobody(), estimates.make(
        [*found.values()]), no_test())  # fmt: skip
    assert values[CALLS].notna().tolist() == [True, False]
    assert values[MESSAGES].notna().tolist() == [False, True]


def nobody() -> tuple[pd.DataFrame]:
    return (tasks.answered(responses(("Autre", 3, 1)), known()),)


def no_test() -> pd.DataFrame:
    rows = empty("user_tests").assign(task=pd.Series(dtype=object))
    return tasks.attempts(rows, known())


def everything() -> dict:
    """What the family reads, of an edition that listens in every way."""
    visits = sections(*[(s, m, 10_000) for s in ("papiers", "justice") for m in MONTHS])
    tests = [
        {"task": "Trouver", "participant": f"P{i}", "measure": "success", "value": float(i < 9)}
        for i in range(20)
    ]
    survey = responses(("P", 80, 60), ("J", 60, 20))
    return {
        "sections": visits,
        "calls_by_theme_and_wait": contacts(Papiers=43, Justice=30),
        "intervals_by_day": empty("call_intervals"),
        "tickets_by_theme": contacts(Papiers=20),
        "verbatims": empty("verbatims"),
        "responses_of": {"d": lambda: survey},
        "user_tests": table(tests, session="s", label=None),
        "catalogue": known(many()),
        "quarter": NOW,
    }


def empty(name: str) -> pd.DataFrame:
    return contract.empty(name).assign(source="")


def many() -> dict[str, Task]:
    """Two tasks of which something is known, and twelve of which nothing is."""
    others = [Task(id=f"t{i}", label=f"Tâche {i}", themes=[f"Thème {i}"]) for i in range(12)]
    return TASKS | {task.id: task for task in others}


def test_criteria_that_too_few_tasks_have_name_none():
    found = tasks.tasks_(**everything())
    assert "task_priority" not in set(found["indicator"])
    assert {"task_visits", "task_calls", "task_tickets", tasks.SUCCESS} <= set(found["indicator"])


def test_what_is_not_known_of_a_task_is_no_zero():
    people = tasks.answered(responses(("P", 80, 60)), known())
    visits = estimates.make(counted("task_visits", A, 1000) + counted("task_visits", B, 9000))
    none = estimates.make([])
    values, errors, _ = tasks.criteria([A, B], visits, people, none, no_test())
    assert values.loc[B].isna().all() and values.loc[A, [CALLS, "blocked"]].isna().all()
    assert values.at[A, "failing"] == pytest.approx(np.log(4000 * 20.5 / 81))
    assert errors.at[A, "failing"] == pytest.approx(np.sqrt((1 - 20.5 / 81) / 20.5))


def test_a_task_that_everybody_does_is_not_told_to_need_no_work_for_sure():
    people = tasks.answered(responses(("P", 20, 20)), known())
    visits = estimates.make(counted("task_visits", A, 1000))
    none, tried = estimates.make([]), tasks.attempts(everything()["user_tests"].head(0), known())
    values, errors, _ = tasks.criteria([A], visits, people, none, tried)
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
    visits, none = estimates.make(counted("task_visits", A, 1000)), estimates.make([])
    for ease, expected in ((hard, 0.9), (people[tasks.EASE] * np.nan, 0.0)):
        given = people.assign(**{tasks.EASE: ease})
        *_, shared = tasks.criteria([A, B], visits, given, none, no_test())
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
    phone = responses(
        *((code, 50, 50 - 10 * i) for i, code in enumerate(codes.values())), device="e"
    )
    before, after = (
        tasks.tasks_(
            **{**read, "responses_of": {str(i): lambda one=one: one for i, one in enumerate(some)}}
        )
        for some in ([web], [web, phone.assign(channel="phone")])
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


def test_an_edition_without_tasks_or_data_has_no_row_and_does_not_fail():
    read = everything()
    assert tasks.tasks_(**{**read, "catalogue": known({})}).empty
    none = {name: rows.head(0) for name, rows in read.items() if isinstance(rows, pd.DataFrame)}
    assert tasks.tasks_(**{**read, **none, "responses_of": {}}).empty


def test_a_source_is_the_digest_of_all_that_a_row_rests_on():
    one = pd.DataFrame({"source": ["b@1", "a@1", "a@1"]})
    assert tasks.sources(one) == tasks.sources(one[::-1])
    assert tasks.sources(one) != tasks.sources(one.head(1))
