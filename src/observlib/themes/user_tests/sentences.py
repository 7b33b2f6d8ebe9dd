"""Sentences on user tests: who succeeds, and what blocks; low bases are told with intervals."""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.language import french, wording, words
from observlib.stats.survey.intervals import SUS_AVERAGE, sus_grade
from observlib.themes.sentences import value_of

_TEXTS = wording.load_texts(__file__)


def tests(results: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """What share of tasks succeeds in the tests of a period, from the least to the most.

    Tests on a low base are told, each with its interval, only where no other was held.
    """
    rows = _whole(results, "task_success", period)
    when = words.capital(french.when(period))
    if rows.empty:
        held = results[(results["period"] == period) & (results["status"] != "missing")]
        return _TEXTS["no_test" if held.empty else "too_few"].format(when=when)
    enough = rows[rows["status"] == "published"]
    if enough.empty:
        return " ".join(
            _TEXTS["low_success"].format(
                when=when,
                share=value_of(row, catalogue),
                name=_name(row, catalogue),
                low_base=_low_base(row, catalogue),
            )
            for row in estimates.records(rows)
        )
    aside = f", {_TEXTS['aside']}" if len(enough) < len(rows) else ""
    share, of = _ends(enough, catalogue)
    return _TEXTS["success"].format(when=when, aside=aside, share=share, of=of)


def result_range(results: pd.DataFrame, indicator: str, catalogue: Catalogue, period: str) -> str:
    """From what to what a result of all tasks goes, for a caption; low bases where alone."""
    rows = _whole(results, indicator, period)
    known = words.indicator_of(indicator, catalogue)
    label = french.period_label(period)
    if rows.empty:
        return _TEXTS["no_result"].format(what=known.label, period=label)
    enough = rows[rows["status"] == "published"]
    aside = _TEXTS["aside"] if 0 < len(enough) < len(rows) else ""
    if enough.empty:
        aside = _TEXTS["all_low"]
    value, of = _ends(rows if enough.empty else enough, catalogue)
    return _TEXTS["result"].format(
        what=known.label, period=label, aside=f", {aside}" if aside else "", value=value, of=of
    )


def scale(results: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """The usability that participants perceive, with the grade of each device's score."""
    rows = _whole(results, "sus_mean", period)
    if rows.empty:
        return _TEXTS["no_score"]
    known = words.indicator_of("sus_mean", catalogue)
    sentences = [_TEXTS["scores"].format(average=SUS_AVERAGE)]
    for row in estimates.records(rows):
        low = row["status"] == "low_base"
        sentences.append(
            _TEXTS["low_score" if low else "score"].format(
                name=_name(row, catalogue),
                score=words.figure(row["estimate"], known),
                low_base=_low_base(row, catalogue),
                grade=score_grade(row),
            )
        )
    return " ".join(sentences)


def score_grade(row: estimates.Row) -> str:
    """The grade of a mean score, and those of its interval where they differ."""
    letter = sus_grade(row["estimate"])
    low, high = sus_grade(max(0.0, row["ci_low"])), sus_grade(min(100.0, row["ci_high"]))
    return _TEXTS["grade" if low == high else "grade_between"].format(
        letter=letter, low=low, high=high
    )


def severe_problems(results: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """How many problems of the highest severity, blocking or else major, and one of them."""
    rows = results[(results["indicator"] == "problem_share") & (results["period"] == period)]
    rows = rows[rows["estimate"].notna()].sort_values("estimate", ascending=False, kind="stable")
    for severity in ("bloquant", "majeur"):
        found = estimates.records(rows[rows["group_value"].str.endswith(f"({severity})")])
        if not found:
            continue
        label = found[0]["group_value"].rpartition(" (")[0]
        low, share = found[0]["status"] == "low_base", value_of(found[0], catalogue)
        met = _TEXTS["low_met" if low else "met"].format(
            share=share, low_base=_low_base(found[0], catalogue)
        )
        many = "problem" if len(found) == 1 else "problems"
        return _TEXTS[f"{many}.{severity}"].format(
            count=french.number(len(found)),
            name=_name(found[0], catalogue),
            label=french.inner_quotes(label),
            met=met,
        )
    return ""


def too_few_participants(
    now: pd.DataFrame, year: pd.DataFrame, catalogue: Catalogue, period: str
) -> str:
    """Which tests of a period had too few participants, and whether a year gathers enough."""
    rows = now[(now["indicator"] == "test_participants") & (now["period"] == period)]
    few = rows[rows["status"] == "suppressed"]
    if few.empty:
        return ""
    names = french.join(words.label(row, "device", catalogue) for row in estimates.records(few))
    text = _TEXTS["withheld"].format(when=french.when(period), names=names)
    enough = year[(year["indicator"] == "test_participants") & year["estimate"].notna()]
    return f"{text} {_TEXTS['pooled']}" if set(few["device"]) <= set(enough["device"]) else text


def _whole(results: pd.DataFrame, indicator: str, period: str) -> pd.DataFrame:
    """The values of an indicator that are of all tasks of a device."""
    rows = results[(results["indicator"] == indicator) & (results["period"] == period)]
    return rows[(rows["group"] == "") & rows["estimate"].notna()]


def _name(row: estimates.Row, catalogue: Catalogue) -> str:
    return words.label(row, "product", catalogue)


def _ends(rows: pd.DataFrame, catalogue: Catalogue) -> tuple[str, str]:
    """From what to what results go, and of what: of each product, or of one that is named."""
    known = words.indicator_of(rows["indicator"].iat[0], catalogue)
    ends = words.ends(rows, known)
    if len(rows) == 1:
        return ends, f" ({_name(estimates.records(rows)[0], catalogue)})"
    return f"de {ends}" if " à " in ends else ends, f", {_TEXTS['of_each']}"


def _low_base(row: estimates.Row, catalogue: Catalogue) -> str:
    """The reservation on a value of few participants, with its interval."""
    known = words.indicator_of(row["indicator"], catalogue)
    return _TEXTS["low_base"].format(interval=words.interval(row, known))
