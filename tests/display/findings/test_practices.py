"""What is said of sheets: how many, from where, and a favourite only where there is one."""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.display import findings

ROW = {"indicator": "practices", "period": "2026-T3", "unit": "fiches"}


def frame(**groups: dict[str, float]) -> pd.DataFrame:
    return estimates.make(
        {**ROW, "group": group, "group_value": name, "estimate": count}
        for group, counts in groups.items()
        for name, count in counts.items()
    )


def test_no_sheet_is_said_as_such() -> None:
    assert findings.practices.overview(frame()) == "Aucun retour d'expérience n'est partagé."
    assert findings.practices.subjects(frame()) == ""


def test_the_most_told_tool_is_named_only_where_it_stands_out() -> None:
    said = findings.practices.subjects(
        frame(tool={"A": 1, "B": 3, "C": 2}, method={"M": 2, "N": 2})
    )
    assert said == "L'outil dont on parle le plus est B (3 fiches)."
    assert findings.practices.subjects(frame(tool={"A": 3})) == ""
