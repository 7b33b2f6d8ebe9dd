"""Whoever is counted answered once, whatever they ticked."""

import pandas as pd

from observlib.base.period import Quarter
from observlib.desk.planning import QUARTER, people

DAY = pd.Timestamp("2026-07-14")


def test_people_who_tick_several_boxes_are_one_row_and_those_of_other_times_none():
    rows = pd.DataFrame(
        [
            ("a", "response", None, None, DAY),
            ("a", "reason", "Une démarche", None, DAY),
            ("a", "reason", "Un contact", None, DAY),
            ("a", "clarity", None, 4.0, DAY),
            ("b", "response", None, None, DAY),
            ("c", "clarity", None, 2.0, DAY - pd.DateOffset(months=3)),
            ("d", "clarity", None, 1.0, DAY - pd.DateOffset(years=5)),
        ],
        columns=["response_id", "variable", "category", "value", "date"],
    )
    found = people(rows, [Quarter(2026, 2), Quarter(2026, 3)]).set_index("person")
    assert sorted(found.index) == ["a", "b", "c"] and list(found["clarity"].dropna()) == [4.0, 2.0]
    assert found.at["a", "reason"] == "Un contact, Une démarche"
    assert found.loc["b"].drop(QUARTER).isna().all()  # who began, and answered nothing
    assert found[QUARTER].value_counts().to_dict() == {"2026-T3": 2, "2026-T2": 1}


def test_a_quarter_without_answers_is_known_to_have_none():
    rows = pd.DataFrame(
        {"answer_id": ["a"], "question": ["clarity"], "value": [1.0], "date": [DAY]}
    )
    found = people(rows, [Quarter(2026, 2), Quarter(2026, 3)])
    assert found.groupby(QUARTER, observed=False).size().tolist() == [0, 1]
