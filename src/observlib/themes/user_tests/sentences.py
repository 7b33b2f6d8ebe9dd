"""What the sentences on user tests tell, where it takes more than picking rows."""

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.language import words
from observlib.stats.survey.intervals import SUS_AVERAGE, sus_grade

_AVERAGE = SUS_AVERAGE


def _of_all_tasks(results: pd.DataFrame, indicator: str, period: str) -> pd.DataFrame:
    """The values of an indicator that are of all tasks of a device."""
    rows = results[(results["indicator"] == indicator) & (results["period"] == period)]
    return rows[(rows["group"] == "") & rows["estimate"].notna()]


def _from_to(rows: pd.DataFrame, catalogue: Catalogue) -> str:
    """From what to what results go."""
    ends = words.ends(rows, words.indicator_of(rows["indicator"].iat[0], catalogue))
    return f"de {ends}" if len(rows) > 1 and " à " in ends else ends


def _severest(results: pd.DataFrame, period: str) -> tuple[str, list[estimates.Row]]:
    """The problems of the highest severity that there is, those first that most met."""
    rows = results[(results["indicator"] == "problem_share") & (results["period"] == period)]
    rows = rows[rows["estimate"].notna()].sort_values("estimate", ascending=False, kind="stable")
    for severity in ("bloquant", "majeur"):
        found = rows[rows["group_value"].str.endswith(f"({severity})")]
        if len(found):
            return severity, estimates.records(found)
    return "", []


def _grades(row: estimates.Row) -> tuple[str, str, str]:
    """The grade of a mean score, and those of its interval."""
    low, high = max(0.0, row["ci_low"]), min(100.0, row["ci_high"])
    return sus_grade(row["estimate"]), sus_grade(low), sus_grade(high)
