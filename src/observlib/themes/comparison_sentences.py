"""What the sentences on comparisons compute: subjects, sizes, and whose answers are told."""

import math

import pandas as pd

from observlib import estimates
from observlib.base.period import Period, Quarter
from observlib.catalogue import Catalogue, Indicator
from observlib.display import changes
from observlib.display.changes import PLACED, REASON_WORDS
from observlib.estimates import IN_TIME, REFERENCE
from observlib.language import french, words
from observlib.stats import comparability

_COUNTED = ("poll_share", "partner_")  # of nobody's reviews, nor of a survey's answers
_WHOSE = {"feedback": "avis déposés", "consultation": "enquête"}
_NAMED = (PLACED, IN_TIME)  # by the templates alone


def inconclusive(compared: pd.DataFrame) -> pd.DataFrame:
    """The pairs that have no verdict for want of precision."""
    return compared[compared["reason"] == "precision"]


def why_untested(compared: pd.DataFrame) -> str:
    """Why pairs could not be tested, each reason once."""
    return french.join(dict.fromkeys(REASON_WORDS[reason] for reason in compared["reason"]))


def _families(frame: pd.DataFrame, catalogue: Catalogue) -> list[str]:
    """The family of the device of each row; nothing where it has none."""
    devices = [catalogue.devices.get(device) for device in frame["device"]]
    return [device.family if device else "" for device in devices]


def _reviews_and_surveys(frame: pd.DataFrame, catalogue: Catalogue) -> list[str]:
    """The families of the devices of a frame; none where one is of neither."""
    families = _families(frame.drop_duplicates("device"), catalogue)
    return families if {*families} <= {*_WHOSE} else []


def _with_names(compared: pd.DataFrame, by: str, catalogue: Catalogue) -> pd.DataFrame:
    """Pairs with the `name` of their subject, and `whose` answers they tell where these differ."""
    whose = [_WHOSE.get(family, "") for family in _families(compared, catalogue)]
    mixed = len(set(whose)) > 1
    return words.named(compared, catalogue, by).assign(whose=whose if mixed else "")


def _is_a_year(first: str, last: str) -> bool:
    kinds = {Period(first).kind, Period(last).kind}
    return kinds == {"quarter"} and first == Quarter(last) - 4


def _subjects(rows: pd.DataFrame, indicator: Indicator, alone: bool) -> list[str]:
    """Of which subjects a verdict is, by sentence: the one that moved most has its numbers."""
    if rows["verdict"].iat[0] == "stable":
        return [] if alone else words.shared_out(map(_subject_of, estimates.records(rows)))
    size = (rows["estimate"] - rows[REFERENCE + "estimate"]).abs()
    first, *others = estimates.records(rows.iloc[(-size).argsort(kind="stable")])
    move = words.from_to({"estimate": first[REFERENCE + "estimate"]}, first, indicator)
    name = move if alone else f"{_subject_of(first)}, {move}"
    return [name, *words.shared_out(map(_subject_of, others))]


def _subject_of(row: estimates.Row) -> str:
    return ", ".join(filter(None, (row["name"], row["whose"])))


def _tips(every: list[pd.DataFrame], catalogue: Catalogue) -> list[tuple[float, str, bool]]:
    """How much non-respondents would have to differ, in numbers and words; whether over time."""
    found = []
    for row in (row for pairs in every for row in pairs.to_dict("records")):
        indicator = words.indicator_of(row["indicator"], catalogue)
        if not math.isnan(tip := changes.tips(row, indicator)):
            found.append((tip, _points(tip, indicator), row["against"] in IN_TIME))
    return found


def _points(size: float, indicator: Indicator) -> str:
    """A size in points, with as many decimals as tell it from none."""
    decimals = french.decimals_of(size, indicator.decimals)
    points = french.plural(round(size, decimals), "point", "points")
    return f"{french.number(size, decimals)}{french.NBSP}{points}"


def _grade_beside(
    apart: pd.DataFrame, main: pd.DataFrame, catalogue: Catalogue
) -> comparability.Grade | None:
    """How far what has a chart of its own compares with the others, at worst."""
    left, others = (estimates.records(rows.drop_duplicates("device")) for rows in (apart, main))
    found = [
        comparability.grade(one, other, catalogue, ("period",)) for one in left for other in others
    ]
    return comparability.lowest_grade(found) if found else None
