"""Findings of site surveys: what users say, why they came, how far they answered."""

from __future__ import annotations

from typing import Any

import pandas as pd

from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.confidentiality.disclosure import GROUPED
from observlib.language import french, wording, words
from observlib.themes.comparison_sentences import undecided
from observlib.themes.sentences import together, value_of

_TEXTS = wording.beside(__file__)
_SHOWN = 3  # marks that are told; the page's table has them all
_MARKS = ("satisfaction_10", "task_success_share", "nps", "ces_10", "clarity_10")


def marks(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """What a survey measured in a period: its first marks, and why others are not told.

    Parameters
    ----------
    frame
        Estimates of one survey.
    """
    rows = frame[frame["period"] == period].drop_duplicates("indicator").set_index("indicator")
    told: list[str] = []
    untold: dict[str, list[str]] = {"low_base": [], "partial": [], "suppressed": []}
    for name in [name for name in _MARKS if name in rows.index]:
        row: dict[str, Any] = {"indicator": name, **rows.loc[name].to_dict()}
        if row["status"] == "published" and len(told) < _SHOWN:
            told.append(_TEXTS[f"marks.{name}"].format(value=value_of(row, catalogue)))
        elif row["status"] in untold:
            untold[row["status"]].append(_TEXTS[f"names.{name}"])
    for why, names in untold.items():
        if names:
            told.append(_TEXTS[f"untold.{why}"].format(names=french.join(names)))
    when = words.capital(french.when(period))
    first, *others = told or [_TEXTS["no_answer"]]
    return " ".join([f"{when}, {first}", *map(words.capital, others)])


def reasons(frame: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """The reasons that respondents tick most, in the order of the frame.

    Parameters
    ----------
    frame
        Estimates of `reason_share`, of one survey.
    compared
        The row of `leading_answer.pairs`, with the results of its whole family: whether one leads.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib import estimates
    >>> from observlib.catalogue import load_catalogue
    >>> row = {"indicator": "reason_share", "period": "2026-T3", "unit": "%", "group": "reason"}
    >>> frame = estimates.make(
    ...     {**row, "group_value": name, "estimate": share, "n": 90.0}
    ...     for name, share in (("Chercher", 70.0), ("Suivre", 20.0))
    ... )
    >>> compared = pd.DataFrame({"verdict": ["rise"]})
    >>> said = reasons(frame, compared, load_catalogue(Path("data/catalogue")))
    >>> said.replace("\\xa0", " ").partition(". ")[0]
    'Au 3e trimestre 2026, le premier motif cité est « Chercher » (70 %)'
    """
    shown = frame[(frame["status"] == "published") & ~frame["group_value"].isin(GROUPED)]
    if shown.empty:
        return ""
    cited = [
        _TEXTS["reason"].format(reason=row["group_value"], share=value_of(row, catalogue))
        for row in shown.head(3).to_dict("records")
    ]
    when = words.capital(french.when(shown["period"].iat[0]))
    if not cited[1:]:
        return _TEXTS["only_reason"].format(when=when, reason=cited[0])
    if (compared["verdict"] == "rise").any():
        others = french.join(cited[1:])
        return _TEXTS["first_reason"].format(when=when, reason=cited[0], others=others)
    unsure = undecided(compared, shown["group_value"].iat[1], catalogue, _TEXTS["which_reason"])
    return _TEXTS["reasons"].format(when=when, reasons=french.join(cited[:2]), unsure=unsure)


def reasons_caption(frame: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """Caption of the reasons: the first ones, and whether one could tick several."""
    told = reasons(frame, compared, catalogue) or _TEXTS["no_reason"]
    several = frame["estimate"].sum() > 101  # rounded shares of a single choice end at 100 %
    return together(told, _TEXTS["several"] if several else "")


def over_a_year(now: pd.DataFrame, year: pd.DataFrame, quarter: str) -> str:
    """Caption: how many more answers four quarters have than the last, or why none is told.

    Parameters
    ----------
    now
        Estimates of one survey and quarter.
    year
        Those of `surveys.wider`.
    quarter
        The last of the four.
    """
    until = french.period_label(quarter)
    if len(year) and (year["status"] == "suppressed").all():
        return _TEXTS["year_withheld"].format(until=until)
    many, few = year["n"].max(), now["n"].max()
    if pd.isna(many) or pd.isna(few) or many <= few:
        return _TEXTS["year"].format(until=until)
    return _TEXTS["year_more"].format(until=until, many=french.number(many), few=french.number(few))


def first_year(frame: pd.DataFrame, quarter: str) -> str:
    """Why nothing is told of a year of a survey that began within it; nothing of another.

    Parameters
    ----------
    frame
        All estimates of one survey, by quarter and over a year.
    quarter
        The last of the year.
    """
    over_year = frame.loc[frame["period"].str.contains("/") & (frame["group"] != ""), "status"]
    if not (over_year == "suppressed").any() or not over_year.isin(words.WITHHELD).all():
        return ""
    answered = frame["period"].str.contains("-T") & (frame["status"] != "missing")
    begun = min(frame.loc[answered, "period"], default="")
    return _TEXTS["first_year"] if begun > str(Quarter.parse(quarter) - 3) else ""


def funnel(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """How often the survey was offered, how many began to answer and finished.

    Parameters
    ----------
    frame
        Estimates of `survey_funnel` of one survey and quarter.
    """
    rows = frame[frame["status"].isin(["published", "partial"])]
    counts = dict(zip(rows["group_value"], rows["estimate"], strict=True))
    visits, offered, begun, ended = (
        counts.get(step)
        for step in ("Visites", "Enquête proposée", "Réponse commencée", "Réponse terminée")
    )
    if not begun:
        return ""
    when = words.capital(french.when(frame["period"].iat[0]))
    answers = french.count(begun, "réponse commencée", "réponses commencées")
    sentences = [_TEXTS["begun"].format(when=when, answers=answers)]
    if offered:
        times = french.number(offered)
        sentences = [_TEXTS["offered"].format(when=when, times=times)]
        if visits:
            row = rows[rows["group_value"] == "Visites"].iloc[0].to_dict()
            of = words.rounded_count(row, words.indicator_of("survey_funnel", catalogue))
            sentences = [_TEXTS["offered_of"].format(when=when, times=times, visits=of)]
        sentences.append(_TEXTS["begun_of"].format(answers=answers, share=_of(begun, offered)))
    if ended is not None:
        share = _of(ended, begun)
        sentences.append(_TEXTS["ended"].format(answers=french.number(ended), share=share))
    if (rows["status"] == "partial").any():
        sentences.append(_TEXTS["incomplete"])
    return " ".join(sentences)


def _of(part: float, whole: float) -> str:
    share = 100 * part / whole
    return french.percent(share, 1 if share < 10 else 0)
