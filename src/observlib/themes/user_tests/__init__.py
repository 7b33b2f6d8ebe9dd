"""User tests: who succeeds, in how long, what stands in the way, and the usability scale.

Tests are small: below eleven participants nothing is published, and functions take any periods, a
quarter's sessions or a year's. A participant is a code of a device, in whichever sessions. Shares
of a dozen count few people each, which names nobody: their base is that of all participants.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from observlib.base.period import Quarter
from observlib.base.text import fold
from observlib.confidentiality.disclosure import people_told, withheld_parts
from observlib.estimates import MINIMUM_PEOPLE, Row, combine, records
from observlib.indicators import answers
from observlib.indicators.families import family, protected
from observlib.stats.survey import intervals

SEVERITIES = {4: "bloquant", 3: "majeur", 2: "mineur", 1: "cosmétique"}
_WHO = "participant"
_TASK = ("task_success", "task")
_OF_ALL = ("test_participants", "problem_share", "problem_count")  # rest on all the participants


def quarterly_tests(user_tests: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """What `measured` gives of each quarter by itself."""
    return measured(user_tests, answers.by_quarter(quarters))


def pooled_tests(user_tests: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """What `measured` gives of all the quarters together: a year gathers small campaigns."""
    return measured(user_tests, {answers.pooled_period(quarters): quarters})


@protected(personal=False)
def measured(user_tests: pd.DataFrame, periods: answers.Periods) -> Iterator[Row]:
    """Results of the tests of each device and period."""
    for about, tested, _ in answers.over(user_tests, periods):
        if tested.empty:
            yield {**about, "indicator": "test_participants", "status": "missing"}
            continue
        parts = [tested[tested["quarter"] == quarter] for quarter in periods[about["period"]]]
        for row in _publishable(tested, parts):
            yield {**about, **row}


def _results(tested: pd.DataFrame) -> Iterator[Row]:
    if tested.empty:
        return
    people = _people(tested)
    yield {"indicator": "test_participants", "estimate": people, "n": people}
    yield from _successes(tested[tested["measure"] == "success"])
    yield from _times(tested)
    if len(scores := sus_scores(tested)):
        yield answers.mean_of_marks("sus_mean", scores, (0.0, 100.0))
    yield from _problems(tested[tested["measure"] == "problem"], people)


def _publishable(whole: pd.DataFrame, parts: Sequence[pd.DataFrame]) -> list[Row]:
    """The results of a period whose quarters are `parts`, less what may not be told."""
    found, people = [*_results(whole)], _people(whole)
    if people < MINIMUM_PEOPLE or not people_told([_people(part) for part in parts]):
        return [{**row, "status": "suppressed"} for row in found if "group" not in row]
    several = parts if len(parts) > 1 else []
    apart = [{_what(row): row["n"] for row in _results(part)} for part in several]
    hidden = {
        _what(row)
        for row in found
        # what rests on all the participants does so in each quarter, be a problem met there or not
        if row["indicator"] not in _OF_ALL
        and not people_told([of.get(_what(row), 0) for of in apart])
    }
    tasks = {row["group_value"]: row["n"] for row in found if _what(row)[:2] == _TASK}
    few = withheld_parts(tasks, [name for name in tasks if (*_TASK, name) in hidden])
    hidden |= {(*_TASK, name) for name in few}
    return [{**row, "status": "suppressed"} if _what(row) in hidden else row for row in found]


def _what(row: Row) -> tuple[str, str, str]:
    return row["indicator"], row.get("group", ""), row.get("group_value", "")


def _people(tested: pd.DataFrame) -> int:
    return int(tested[_WHO].nunique())


def _successes(attempts: pd.DataFrame) -> Iterator[Row]:
    """Of all attempts, then of each task in the order of their names."""
    if attempts.empty:
        return
    yield _success(attempts)
    for task, own in _by_task(attempts):
        yield _success(own) | {"group": "task", "group_value": task}


def _by_task(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    for task in sorted(rows["task"].dropna().unique(), key=fold):
        yield task, rows[rows["task"] == task]


def _success(attempts: pd.DataFrame) -> Row:
    by_person = attempts.groupby(_WHO)["value"].agg(["sum", "count"]).astype(int)
    share, n_eff = intervals.clustered_share(list(by_person.itertuples(index=False, name=None)))
    low, high = (100 * end for end in intervals.adjusted_wald(share * n_eff, n_eff))
    row = {"indicator": "task_success", "unit": "%", "n": len(by_person), "n_eff": n_eff}
    return {**row, "estimate": 100 * share, "ci_low": low, "ci_high": high}


def _times(tested: pd.DataFrame) -> Iterator[Row]:
    """Of those who succeeded: a failure's time says when someone gave up."""
    key = ["session", _WHO, "task"]
    times = tested[tested["measure"] == "time"].dropna(subset=["task"])
    won = tested[(tested["measure"] == "success") & (tested["value"] == 1)]
    times = times.merge(won[key], on=key)
    for task, rows in _by_task(times):
        own = np.exp(np.log(rows["value"]).groupby(rows[_WHO]).mean())
        n = len(own)
        row: Row = {"indicator": "task_time", "group": "task", "group_value": task}
        row |= {"estimate": own.iat[0], "n": n, "n_eff": n}
        if n > 1:
            row["estimate"], row["ci_low"], row["ci_high"] = intervals.geometric_mean(own.tolist())
        yield row


def sus_scores(user_tests: pd.DataFrame) -> pd.Series:
    """The score of each participant who answered all ten items; of several sessions, the mean."""
    items = [f"sus_{item}" for item in range(1, 11)]
    given = user_tests[user_tests["measure"].isin(items)]
    wide = given.pivot(index=["device", "session", _WHO], columns="measure", values="value")
    wide = wide.reindex(columns=items).dropna()
    scores = pd.Series(
        [intervals.sus_score(row) for row in wide.to_numpy()], index=wide.index, dtype=float
    )
    return scores.groupby(["device", _WHO]).mean()


def _problems(met: pd.DataFrame, people: int) -> Iterator[Row]:
    severity = met.groupby("label")["value"].max().astype(int)
    holders = met.groupby("label")[_WHO].nunique()
    order = sorted(
        severity.index, key=lambda label: (-severity[label], -holders[label], fold(label))
    )
    for label in order:
        count = int(holders[label])
        low, high = (100 * end for end in intervals.adjusted_wald(count, people))
        name = f"{label} ({SEVERITIES[severity[label]]})"
        row = {"indicator": "problem_share", "unit": "%", "group": "problem", "group_value": name}
        value = {"estimate": 100 * count / people, "ci_low": low, "ci_high": high}
        yield {**row, **value, "n": people, "n_eff": people}
    for level, name in SEVERITIES.items() if order else ():
        row = {"indicator": "problem_count", "group": "severity", "group_value": name}
        yield {**row, "estimate": int((severity == level).sum()), "n": people}


@family("user_tests", quarters=4)
def user_tests_(user_tests: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """What the tests of the quarter found, and those of the year that it ends."""
    now, year = quarterly_tests(user_tests, [quarter]), pooled_tests(user_tests, quarter.back(4))
    return combine([now, year])


# --- What its sentences ask


def _of_all_tasks(results: pd.DataFrame, indicator: str, period: str) -> pd.DataFrame:
    """The values of an indicator that are of all tasks of a device."""
    rows = results[(results["indicator"] == indicator) & (results["period"] == period)]
    return rows[(rows["group"] == "") & rows["estimate"].notna()]


def _severest(results: pd.DataFrame, period: str) -> tuple[str, list[Row]]:
    """The problems of the highest severity that there is, those first that most met."""
    rows = results[(results["indicator"] == "problem_share") & (results["period"] == period)]
    rows = rows[rows["estimate"].notna()].sort_values("estimate", ascending=False, kind="stable")
    for severity in ("bloquant", "majeur"):
        found = rows[rows["group_value"].str.endswith(f"({severity})")]
        if len(found):
            return severity, records(found)
    return "", []
