"""How a task fares is told of those who named it alone, and never of few of them."""

import pandas as pd
import pytest
from tests.themes.tasks.people import DAYS, YEAR, A, B, contacts, known, responses, table

from observlib.catalogue import Task
from observlib.stats.survey.intervals import wilson
from observlib.themes import tasks

SUCCESS, EASE, TRIED = tasks.SUCCESS, tasks.EASE, tasks.TRIED


def told(*surveys: pd.DataFrame, indicator: str = SUCCESS) -> dict[tuple[str, str], dict]:
    people = pd.concat([tasks.answered(rows, known()) for rows in surveys])
    found = tasks.told(people, known(), YEAR)
    found = found[found["indicator"] == indicator]
    return {(row["device"], row["group_value"]): row for row in found.to_dict("records")}


def test_success_is_that_of_those_who_named_the_task_with_wilsons_interval():
    row = told(responses(("P", 80, 60), ("J", 60, 20), ("Autre", 40, 40)))["d", A]
    low, high = wilson(60, 80)
    assert (row["estimate"], row["ci_low"], row["ci_high"]) == (75, 100 * low, 100 * high)
    assert row["period"] == "2025-10/2026-09" and row["n"] == 80


def test_ease_is_on_ten_whatever_the_scale():
    row = told(responses(("P", 80, 60)), indicator=EASE)["d", A]
    assert row["estimate"] == pytest.approx(5) and row["unit"] == "sur 10"


def test_who_had_looked_on_a_site_is_told_of_a_survey_that_asks_it_alone():
    found = told(responses(("P", 80, 60), tried=48), indicator=TRIED)
    assert found["d", A]["estimate"] == 60
    assert told(responses(("P", 80, 60)), indicator=TRIED) == {}


def test_a_task_of_few_is_withheld_and_a_second_one_by_which_it_could_be_had():
    found = told(responses(("P", 200, 150), ("J", 8, 4)))
    assert found["d", B]["status"] == found["d", A]["status"] == "suppressed"
    catalogue = known(known().tasks | {"c": Task(id="c", label="C", answers=["K"])})
    people = tasks.answered(responses(("P", 200, 150), ("J", 8, 4), ("K", 60, 30)), catalogue)
    rows = tasks.told(people, catalogue, YEAR)
    status = rows[rows["indicator"] == SUCCESS].set_index("group_value")["status"].to_dict()
    assert status == {A: "published", B: "suppressed", "C": "suppressed"}


def test_a_task_in_which_few_failed_hides_no_other_than_it_must():
    found = told(responses(("P", 200, 196), ("J", 100, 50), ("Autre", 90, 50)))
    assert found["d", A]["status"] == "suppressed"  # four failed
    assert found["d", B]["status"] == "published"  # nothing is told of those of no task


def test_who_comes_to_a_site_and_who_calls_have_no_figure_together():
    web = responses(("P", 80, 60), ("J", 60, 20))
    phone = responses(("P", 40, 20), device="e")
    found = told(web, phone)
    assert {device for device, _ in found} == {"d", "e"}
    assert (found["d", A]["estimate"], found["e", A]["estimate"]) == (75, 50)


def test_who_named_two_tasks_is_of_neither():
    rows = responses(("P", 80, 60), ("J", 60, 20))
    both = rows[(rows["variable"] == "reason") & (rows["response_id"] == "d1")]
    people = tasks.answered(pd.concat([rows, both.assign(category="J")]), known())
    assert "d1" not in set(people["response_id"]) and len(people) == 139


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


def test_who_is_stopped_in_a_test_is_the_share_of_attempts_that_fail():
    tried = tasks.attempts(
        table([*attempts("Trouver", 20, 15), *attempts("Autre", 20, 1)]), known()
    )
    (row,) = tasks.blocked(tried, YEAR).to_dict("records")
    assert (row["group_value"], row["estimate"], row["n"]) == (A, 25, 20)
    assert row["ci_low"] < 25 < row["ci_high"] and row["status"] == "low_base"


def test_a_small_quarter_of_tests_cannot_be_had_from_the_year():
    rows = [*attempts("Trouver", 20, 15), *attempts("Trouver", 5, 1, day=2)]
    (row,) = tasks.blocked(tasks.attempts(table(rows), known()), YEAR).to_dict("records")
    assert row["status"] == "suppressed"


def test_a_survey_in_which_nobody_named_a_task_is_passed_over():
    rows = responses(("Autre", 30, 3))
    found = tasks.every_survey({"d": lambda: rows}, known())
    assert found.empty and tasks.told(found, known(), YEAR).empty
