"""What the sentences of tasks compute: tasks in order, what is known of them; their lists."""

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display.output import Output, text
from observlib.stats.survey.association import places_named
from observlib.themes import templates
from observlib.themes.templates import published


def _by_priority(frame: pd.DataFrame) -> pd.DataFrame:
    """The published priorities of tasks, the first ones first."""
    return templates.highest_first(published(frame, "task_priority"))


def _places(ranked: pd.DataFrame) -> int:
    """How many tasks are held to be the first."""
    return places_named(len(ranked))


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """The estimates of tasks, in the order of their priority; those that have none come last."""
    ranked = _by_priority(frame)["group_value"]
    rank = {name: place for place, name in enumerate(ranked)}
    place = frame["group_value"].map(rank).fillna(len(ranked))
    return frame.iloc[place.argsort(kind="stable")]


def whole(frame: pd.DataFrame) -> pd.DataFrame:
    """Of each task and indicator one estimate: of all devices, else of the device that knows most.

    An indicator has one channel in all tasks, that of most answers: channels do not compare.
    """
    told = frame.assign(known=frame["n"].where(frame["device"] != "", float("inf")))
    answers = told.groupby(["indicator", "channel"])["known"].transform("sum")
    most = answers.where(frame["device"] != "").groupby(frame["indicator"]).transform("max")
    told = told[~(answers < most)].sort_values("known", ascending=False, kind="stable")
    told = told.drop_duplicates(["indicator", "period", "group_value"]).drop(columns="known")
    return told.sort_index().reset_index(drop=True)


def unknown(frame: pd.DataFrame, catalogue: Catalogue) -> Output:
    """What is not known, and of which tasks: how they fare, and who answers for them."""
    return text(templates.narrative("tasks")._gaps(frame, catalogue))


def owners_and_routes(catalogue: Catalogue) -> Output:
    """Who answers for each task, and what leads to it."""
    return text(templates.narrative("tasks")._routes(catalogue))
