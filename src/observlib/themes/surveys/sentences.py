"""Findings of site surveys: what users say, why they came, how far they answered."""

from __future__ import annotations

from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.comparison.sentences import undecided
from observlib.confidentiality.grouping import GROUPED
from observlib.display import french, phrases, words
from observlib.period import Quarter
from observlib.sentences import value_of

_SHOWN = 3  # marks in one sentence; the page's table has them all
_WHAT = {
    "satisfaction_10": "la satisfaction est de {}",
    "task_success_share": "{} des répondants disent avoir entièrement atteint leur objectif",
    "nps": "la recommandation nette est de {}",
    "ces_10": "la facilité est de {}",
    "clarity_10": "la clarté est de {}",
}
_WHY_NOT = {
    "low_base": "trop peu de réponses pour citer {}",
    "partial": "une période incomplète pour {}",
}
_WHY_HIDDEN = "faute de réponses assez nombreuses et assez diverses"
_FIRST_YEAR = (
    "Pendant la première année d'une enquête, ce qui n'est donné que sur un an (motifs, profil, "
    "notes selon l'âge et le sexe, ce qui va avec la satisfaction, redressement) n'est pas publié "
    ": une édition suivante ferait connaître, par différence, les réponses d'un seul trimestre."
)
_NOUNS = {
    "satisfaction_10": "la satisfaction",
    "task_success_share": "l'objectif atteint",
    "nps": "la recommandation nette",
    "ces_10": "la facilité",
    "clarity_10": "la clarté",
}


def marks(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """What a survey measured in a period: its first marks, each with its interval.

    A mark that is not told says why.

    Parameters
    ----------
    frame
        Estimates of one survey.
    """
    rows = frame[frame["period"] == period].drop_duplicates("indicator").set_index("indicator")
    parts: list[str] = []
    withheld: list[str] = []
    hidden: list[str] = []
    for name, template in _WHAT.items():
        if name not in rows.index:
            continue
        row: dict[str, Any] = {"indicator": name, **rows.loc[name].to_dict()}
        if row["status"] == "published" and len(parts) < _SHOWN:
            parts.append(template.format(_with_interval(row, catalogue)))
        elif row["status"] in _WHY_NOT:
            withheld.append(_WHY_NOT[row["status"]].format(_NOUNS[name]))
        elif row["status"] == "suppressed":
            hidden.append(_NOUNS[name])
    when = phrases.capital(french.when(period))
    sentences = (
        [f"{when}, {french.join(parts)}, intervalles à 95 % entre parenthèses."] if parts else []
    )
    if withheld:
        start = "Il y a" if sentences else f"{when}, il y a"
        sentences.append(f"{start} {french.join(withheld)}.")
    if hidden:
        start = "Non publié" if sentences else f"{when}, non publié"
        sentences.append(f"{start} (secret statistique) : {french.join(hidden)}, {_WHY_HIDDEN}.")
    if not sentences:
        sentences.append(f"{when}, l'enquête n'a recueilli aucune réponse.")
    return " ".join(sentences)


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
    >>> said.replace("\\xa0", " ")
    'Au 3e trimestre 2026, le premier motif cité est « Chercher » (70 %), devant « Suivre » (20 %).'
    """
    shown = frame[(frame["status"] == "published") & ~frame["group_value"].isin(GROUPED)]
    if shown.empty:
        return ""
    cited = [
        f"« {row['group_value']} » ({value_of(row, catalogue)})"
        for row in shown.head(3).to_dict("records")
    ]
    when = phrases.capital(french.when(shown["period"].iat[0]))
    if not cited[1:]:
        return f"{when}, le seul motif assez cité pour être montré est {cited[0]}."
    if (compared["verdict"] == "rise").any():
        return f"{when}, le premier motif cité est {cited[0]}, devant {french.join(cited[1:])}."
    unsure = undecided(compared, shown["group_value"].iat[1], catalogue, "lequel l'est le plus")
    return f"{when}, les motifs les plus cités sont {french.join(cited[:2])}{unsure}."


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
    until = f"quatre trimestres, jusqu'au {french.period_label(quarter)}"
    if len(year) and (year["status"] == "suppressed").all():
        return (
            f"Réponses à l'enquête sur {until} : non publiées, car trop peu nombreuses ou trop "
            "semblables, ou parce qu'elles feraient connaître, par différence, celles d'un "
            "trimestre qui le sont"
        )
    many, few = year["n"].max(), now["n"].max()
    if pd.isna(many) or pd.isna(few) or many <= few:
        return f"Réponses à l'enquête sur {until}"
    counts = f"{french.number(many)} au lieu de {french.number(few)} pour un seul"
    return f"Réponses à l'enquête sur {until} : {counts}"


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
    return _FIRST_YEAR if begun > str(Quarter.parse(quarter) - 3) else ""


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
    when = phrases.capital(french.when(frame["period"].iat[0]))
    answers = french.count(begun, "réponse commencée", "réponses commencées")
    text = f"{when}, l'enquête compte {answers}"
    if offered:
        times = french.count(offered, "fois", "fois")
        text = f"{when}, l'enquête a été proposée {times} : {answers} ({_of(begun, offered)})"
        if visits:
            row = rows[rows["group_value"] == "Visites"].iloc[0].to_dict()
            of = phrases.rounded_count(row, words.indicator_of("survey_funnel", catalogue))
            text = text.replace(", l'enquête", f", sur {of}, l'enquête", 1)
    if ended is not None:
        text += f", dont {french.number(ended)} menées à leur terme ({_of(ended, begun)})"
    unsure = " Ces comptages sont incomplets." if (rows["status"] == "partial").any() else ""
    return f"{text}.{unsure}"


def _of(part: float, whole: float) -> str:
    share = 100 * part / whole
    return french.percent(share, 1 if share < 10 else 0)


def _with_interval(row: dict[str, Any], catalogue: Catalogue) -> str:
    ends = words.interval(row, words.indicator_of(row["indicator"], catalogue))
    return value_of(row, catalogue) + (f" ({ends})" if ends else "")
