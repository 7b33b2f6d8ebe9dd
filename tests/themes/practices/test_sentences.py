"""What is said of sheets: how many, from where, and what the latest teach."""

import pandas as pd
from tests.copies import demonstration_practices

from observlib import estimates
from observlib.records.practices import Practices
from observlib.study import narratives

ROW = {"indicator": "practices", "period": "2026-T3", "unit": "fiches"}


def frame(**groups: dict[str, float]) -> pd.DataFrame:
    return estimates.make(
        {**ROW, "group": group, "group_value": name, "estimate": count}
        for group, counts in groups.items()
        for name, count in counts.items()
    )


def test_no_sheet_is_said_as_such():
    assert narratives.practices.overview(frame()) == "Aucun retour d'expérience n'est partagé."


def test_the_latest_sheet_to_redo_and_to_avoid_are_named(catalogue):
    shipped = demonstration_practices()
    said = narratives.practices.lessons(shipped)
    assert said.startswith("À refaire : « ") and "». À éviter : « " in said
    for verdict in ("à refaire", "à éviter"):
        latest = max(sheet.date for sheet in shipped.sheets if sheet.verdict == verdict)
        titles = [s.title for s in shipped.sheets if (s.verdict, s.date) == (verdict, latest)]
        assert any(title.split("«")[0] in said for title in titles)
    assert narratives.practices.lessons(Practices()) == ""
