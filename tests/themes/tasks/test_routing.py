"""What is counted of a task is all that leads to it, and no count of few people."""

import pandas as pd
from tests.themes.tasks.people import NOW, A, B, contacts, known, sections, table

from observlib.themes import tasks

MONTHS = ("2026-07", "2026-08", "2026-09")
BEFORE = ("2026-04", "2026-05", "2026-06")


def told(rows: pd.DataFrame) -> dict[str, tuple[float, str]]:
    return {row["group_value"]: (row["estimate"], row["status"]) for row in rows.to_dict("records")}


def test_the_visits_of_two_sections_are_those_of_their_task():
    rows = sections(
        *[(name, month, 10) for name in ("papiers", "titres", "jeux") for month in MONTHS]
    )
    found = tasks.task_visits(rows, known(), [NOW])
    assert told(found) == {A: (60.0, "published")} and set(found["unit"]) == {""}


def test_a_quarter_of_two_months_is_told_as_a_part():
    rows = sections(*[("papiers", month, 90) for month in (*BEFORE, *MONTHS[:2])])
    found = tasks.task_visits(rows, known(), [NOW - 1, NOW])
    assert found["status"].tolist() == ["published", "partial"]
    assert tasks.in_all(found)["status"].tolist() == ["published", "partial"]


def test_few_calls_are_withheld_and_others_told_to_the_nearest_five():
    rows = contacts(Papiers=43, Justice=4, Autre=30)
    found = tasks.counted("call", tasks.task_contacts(rows, known()), rows, [NOW - 1, NOW])
    now = found[found["period"] == str(NOW)]
    assert told(now)[A] == (45.0, "published") and told(now)[B][1] == "suppressed"
    assert now["estimate"].isna().tolist() == [False, True] and pd.isna(now["n"].iat[1])
    assert set(found.loc[found["period"] == str(NOW - 1), "status"]) == {"missing"}


def test_a_task_of_which_nobody_called_in_the_quarter_has_none_and_no_gap():
    rows = pd.concat([contacts(Papiers=40), contacts(Justice=40).assign(date="2026-05-10")])
    rows = rows.assign(date=pd.to_datetime(rows["date"]))
    found = tasks.counted("call", tasks.task_contacts(rows, known()), rows, [NOW - 1, NOW])
    assert told(found[found["period"] == str(NOW)])[B] == (0.0, "published")


def test_rows_that_are_alike_are_counted_as_often_as_they_stand_for():
    rows = table([{"theme": "papiers", "rows": 50}, {"theme": None, "rows": 9}])
    found = tasks.counted("ticket", tasks.task_contacts(rows, known()), rows, [NOW])
    assert told(found) == {A: (50.0, "published")}


def test_a_text_of_two_tasks_counts_for_each_and_a_mark_for_none():
    texts = ["Mes PASSEPORTS !"] * 11 + ["Le tribunal et mon passeport"] * 12 + ["[passeport]"] * 20
    rows = written(texts)
    led = tasks.task_texts(rows, known())
    assert led.groupby("task").size().to_dict() == {A: 23, B: 12} and "text" not in led
    assert told(tasks.counted("text", led, rows, [NOW])) == {
        A: (25.0, "published"),
        B: (15.0, "published"),
    }


def test_a_text_that_an_extract_holds_again_counts_once():
    rows = written(["Mon passeport"] * 30)
    extract = rows.head(20).assign(device="e", answer_id="x" + rows["answer_id"])
    assert len(tasks.task_texts(pd.concat([rows, extract]), known())) == 30


def written(texts: list[str]) -> pd.DataFrame:
    """Answers, each of a text of its own."""
    rows = [
        {"answer_id": str(i), "question": "q", "text": f"{text} {'très ' * i}bien"}
        for i, text in enumerate(texts)
    ]
    return table(rows)


def test_an_edition_without_any_data_has_no_row():
    none = sections(("jeux", "2026-07", 3))
    assert tasks.task_visits(none, known(), [NOW]).empty
    assert tasks.task_contacts(contacts(Autre=30), known()).empty
