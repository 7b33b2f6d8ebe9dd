"""What the sentences of surveys compute: marks in order, established effects, bounds of weights."""

import pandas as pd

from observlib.base.period import Quarter
from observlib.display.changes import WEIGHTED
from observlib.language import words
from observlib.stats.survey.weighting import OPINION
from observlib.themes.surveys.weighted import DEPENDS

_MARKS = ("satisfaction_10", "task_success_share", "nps", "ces_10", "clarity_10")


def _first_marks(frame: pd.DataFrame) -> pd.DataFrame:
    """The marks that a page begins with, in their order."""
    rows = frame[frame["indicator"].isin(_MARKS)].drop_duplicates("indicator")
    return rows.sort_values("indicator", key=lambda names: names.map(_MARKS.index))


def _began_within_a_year(frame: pd.DataFrame, quarter: str) -> bool:
    """Whether nothing is told of a year of a survey, as it began within it."""
    over_year = frame.loc[frame["period"].str.contains("/") & (frame["group"] != ""), "status"]
    if not (over_year == "suppressed").any() or not over_year.isin(words.WITHHELD).all():
        return False
    answered = frame["period"].str.contains("-T") & (frame["status"] != "missing")
    return min(frame.loc[answered, "period"], default="") > Quarter(quarter) - 3


def _established(compared: pd.DataFrame) -> pd.DataFrame:
    """The effects that are established, from the largest."""
    sure = compared[compared["verdict"].isin(["rise", "fall"])]
    return sure.sort_values("estimate", key=abs, ascending=False, kind="stable")


def _of_opinion(weighed: pd.DataFrame) -> pd.DataFrame:
    """What marks would be if answering depended on what people think."""
    return weighed[weighed["group_value"].isin(list(DEPENDS.values()))]


def _bounds(marks: pd.DataFrame) -> pd.DataFrame:
    """A mark with the population's profile, and where answering depends on opinions alone."""
    return marks.set_index("group_value").reindex([WEIGHTED, DEPENDS[OPINION]])


def _moved_most(report: pd.DataFrame) -> str:
    """The category that weights move most; nothing where no share is known before and after."""
    wide = report[report["status"].isin(["published", "low_base", "partial"])].pivot(
        index="group_value", columns="indicator", values="estimate"
    )
    if not {"weighting_before", "weighting_after"} <= set(wide):
        return ""
    return str((wide["weighting_after"] - wide["weighting_before"]).abs().idxmax())
