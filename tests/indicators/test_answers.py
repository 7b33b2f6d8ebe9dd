"""What answers of a period may be said to be, at the limits of their number and days."""

import pandas as pd
import pytest

from observlib.base.period import Quarter
from observlib.indicators import answers

T3 = Quarter("2026-T3")


def rows(day: str, times: int, value: float = 7.0) -> pd.DataFrame:
    """Answers of one day: one row that stands for several."""
    return pd.DataFrame({"date": pd.to_datetime([day]), "rows": [times], "value": [value]})


@pytest.mark.parametrize(("day", "times", "once", "status"), [
    ("2026-08-31", 30, False, "partial"), ("2026-08-31", 29, False, "published"),
    ("2026-09-01", 30, False, "published"), ("2026-08-31", 30, True, "published"),
])  # fmt: skip
def test_thirty_answers_and_none_in_the_last_month_are_partial(day, times, once, status):
    assert answers.period_status(rows(day, times), [Quarter("2026-T2"), T3], once=once) == status
    assert answers.period_status(rows(day, times).head(0), [T3]) == "missing"


@pytest.mark.parametrize(("parts", "told"), [
    ([(0, 7.0)], None), ([(5, 7.0), (5, 6.0)], False), ([(6, 7.0), (5, 6.0)], True),
    ([(29, 7.0)], False), ([(30, 7.0)], True),
])  # fmt: skip
def test_few_answers_or_some_all_alike_are_not_told(parts, told):
    given = pd.concat([rows("2026-08-31", *part) for part in parts])
    assert answers._publishable(given, []) is told


def test_periods_and_sources_are_written_in_one_way():
    assert answers.pooled_period([Quarter("2025-T4"), T3]) == "2025-10/2026-09"
    assert answers.source_of("x", ["a", "b"]) == "x@7e18f737"
    marks = answers.mean_of_marks("m", pd.Series([8.0]), (0, 10), pd.Series([1]))
    assert marks == {"indicator": "m", "unit": "sur 10", "n": 1, "n_eff": 1, "estimate": 8.0}
