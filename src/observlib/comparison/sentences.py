"""Findings of comparisons: what rose, fell or stayed, and what could have been seen elsewhere.

A verdict is never made here: sentences tell those of `survey.comparison`, which has tested all
that a study compares.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue, Indicator
from observlib.display import french, phrases, words
from observlib.display.changes import PLACED, REASONS, outcomes
from observlib.display.words import SEMICOLON
from observlib.estimates import EVOLVED, REFERENCE

_COUNTED = {  # of nobody's reviews, nor of a survey's answers
    "poll_share": "la part des votes",
    "partner_call_share": "la part des appels",
    "partner_ticket_share": "la part des messages",
    "partner_text_share": "la part des textes",
}
NOUNS = {  # all feminine
    "satisfaction_10": "la note de satisfaction",
    "clarity_10": "la note de clarté",
    "ces_10": "la note de facilité",
    "nps": "la recommandation nette",
    "satisfied_share": "la part d'usagers satisfaits",
    "help_reached_share": "la part d'usagers qui ont pu joindre une aide",
    "task_success_share": "la part d'objectifs atteints",
}
_WHOSE = {"feedback": "avis déposés", "consultation": "enquête"}


def whose_answers(frame: pd.DataFrame, catalogue: Catalogue, within: bool = False) -> str:
    """Whose answers a frame tells, by its devices' families; nothing where one is of neither.

    Parameters
    ----------
    frame
        Has a `device`.
    within
        Whether it stands after a share ("dans les avis déposés"), or else after a mark.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> demo = Path("data/demo/catalogue")
    >>> catalogue = load_catalogue(Path("data/catalogue"), own=demo)
    >>> whose_answers(pd.DataFrame({"device": ["jdma-legifrance", "satisfaction-3939"]}), catalogue)
    " des avis déposés et de l'enquête"
    """
    families = _families(frame.drop_duplicates("device"), catalogue)
    if not families or set(families) - {"feedback", "consultation"}:
        return ""
    parts = []
    if "feedback" in families:
        parts.append("dans les avis déposés" if within else "des avis déposés")
    if asked := families.count("consultation"):
        one, many = ("dans l'enquête", "dans les") if within else ("de l'enquête", "des")
        parts.append(one if asked == 1 else f"{many} enquêtes")
    return f" {french.join(parts)}"


def evolution(compared: pd.DataFrame, catalogue: Catalogue, by: str = "product") -> str:
    """Where one indicator rose, fell or is stable between two periods, and where none can tell.

    Where one cannot, the change below which one may have gone unseen is told. Where
    some values are of reviews and others of surveys, each says which: a product may have both.

    Parameters
    ----------
    compared
        Pairs of one indicator and of two periods, with the results of their whole family.
    by
        What names the subjects: `product`, or `channel` on the page of one product.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> row = {"indicator": "nps", "device": "", "product": "boamp", "channel": "web", "unit": ""}
    >>> row |= {"group_value": "", "reference_period": "2025-T3", "period": "2026-T3"}
    >>> row |= {"verdict": "unknown", "reason": "precision", "detectable": 9.4}
    >>> evolution(pd.DataFrame([row]), load_catalogue(Path("data/catalogue"))).replace(
    ...     "\\xa0", " "
    ... )[:73]
    'Entre le 3e trimestre 2025 et le 3e trimestre 2026, on ne peut pas dire s'
    """
    if compared.empty:
        return ""
    indicator = words.indicator_of(compared["indicator"].iat[0], catalogue)
    noun = (NOUNS | _COUNTED).get(indicator.id, f"la mesure « {indicator.label} »")
    whose = [_WHOSE.get(family, "") for family in _families(compared, catalogue)]
    mixed = len(set(whose)) > 1
    thing = noun
    if not mixed and indicator.id not in _COUNTED:
        thing += whose_answers(compared, catalogue, within=not noun.startswith("la note"))
    ends = compared[REFERENCE + "period"].iat[0], compared["period"].iat[0]
    since = phrases.capital(french.between(*ends))
    named = phrases.named(compared, catalogue, by).assign(whose=whose if mixed else "")
    alone = by == "channel" and len(named) == 1
    clauses = []
    for verdict in ("rise", "fall", "stable"):
        rows = named[named["verdict"] == verdict].to_dict("records")
        if not rows:
            continue
        if verdict == "stable":
            names = [_whose(row) for row in rows]
            parts = [] if alone else names if mixed else [phrases.join_few(names)]
        else:
            parts = [_move(row, indicator, alone) for row in rows]
        clauses.append(EVOLVED[verdict] + (f" ({SEMICOLON.join(parts)})" if parts else ""))
    least = and_detectable(named, catalogue, "une évolution")
    if not clauses and not least:
        why = {REASONS[reason] for reason in named["reason"]}
        because = f" ({why.pop()})" if len(why) == 1 else ""
        return f"{since}, {thing} ne peut pas être comparée{because}."
    if not clauses:
        return f"{since}, on ne peut pas dire si {thing} a évolué{least}."
    text = f"{since}, {thing} est {french.join(clauses)}"
    return f"{text}{SEMICOLON}ailleurs, on ne peut pas conclure{least}." if least else f"{text}."


def tests_and_results(compared: pd.DataFrame, family: pd.DataFrame | None = None) -> str:
    """How many comparisons were tested together, and what came of them: a table's caption.

    Parameters
    ----------
    compared
        The comparisons of the table.
    family
        All that were tested with them, where these are more.

    Examples
    --------
    >>> row = {"level": 0.95, "verdict": "unknown", "against": "before"}
    >>> pairs = pd.DataFrame([row, row, {**row, "verdict": "rise"}])
    >>> tests_and_results(pairs).replace("\\xa0", " ")
    '3 comparaisons testées ensemble : 1 en hausse et 2 indéterminées'
    >>> tests_and_results(pairs.head(2), pairs).replace("\\xa0", " ")
    '2 des 3 comparaisons testées ensemble : 2 indéterminées'
    """
    tested = compared[compared["level"].notna()]
    if tested.empty:
        return "Aucune comparaison ne peut être testée"
    heads = EVOLVED if compared["against"].iat[0] == "before" else PLACED
    results = outcomes(tested["verdict"].map(heads), heads, "e")
    total = french.count(len(tested), "comparaison testée", "comparaisons testées ensemble")
    every = len(tested) if family is None else int(family["level"].notna().sum())
    if every > len(tested):
        total = (
            f"{french.number(len(tested))} des {french.number(every)} comparaisons testées ensemble"
        )
    return f"{total} : {results}"


def _move(row: dict[Any, Any], indicator: Indicator, alone: bool) -> str:
    then = {"estimate": row[REFERENCE + "estimate"]}
    text = phrases.from_to(then, row, indicator)
    return text if alone else f"{_whose(row)}, {text}"


def _whose(row: dict[Any, Any]) -> str:
    """The name of a subject, and whose answers its value is where others of the sentence differ."""
    return f"{row['name']}, {row['whose']}" if row["whose"] else str(row["name"])


def _families(frame: pd.DataFrame, catalogue: Catalogue) -> list[str]:
    """The family of the device of each row; nothing where it has none."""
    devices = [catalogue.devices.get(device) for device in frame["device"]]
    return [device.family if device else "" for device in devices]


def detectable(rows: pd.DataFrame, indicator: Indicator, noun: str = "une évolution") -> str:
    """Up to what size a difference may have gone unseen, in points.

    Parameters
    ----------
    rows
        Pairs without a verdict for want of precision.
    noun
        `une évolution` or `un écart`.

    Examples
    --------
    >>> mark = Indicator(id="m", label="M", unit="sur 10", method="M", better="higher", decimals=1)
    >>> detectable(pd.DataFrame({"detectable": [1.1, 2.1]}), mark).replace("\xa0", " ")
    'une évolution de moins de 2,1 points a pu passer inaperçue'
    """
    most = rows["detectable"].max()
    decimals = french.decimals_of(most, indicator.decimals)
    points = french.plural(round(most, decimals), "point", "points")
    e = "e" if noun.startswith("une ") else ""
    size = f"{french.number(most, decimals)}{french.NBSP}{points}"
    return f"{noun} de moins de {size} a pu passer inaperçu{e}"


def inconclusive(compared: pd.DataFrame) -> pd.DataFrame:
    """The pairs that have no verdict for want of precision."""
    return compared[compared["reason"] == "precision"]


def and_detectable(compared: pd.DataFrame, catalogue: Catalogue, noun: str = "un écart") -> str:
    """What ends a sentence of pairs some of which are inconclusive: what could have been seen."""
    unsure = inconclusive(compared)
    if unsure.empty:
        return ""
    indicator = words.indicator_of(unsure["indicator"].iat[0], catalogue)
    return f" : {detectable(unsure, indicator, noun)}"


def undecided(pair: pd.DataFrame, second: str, catalogue: Catalogue, which: str) -> str:
    """What ends a sentence that names two answers, where the first is not said to lead.

    Parameters
    ----------
    pair
        The row of `leading_answer.pairs`, with the results of its whole family; none where nothing
        could be tested.
    second
        The answer that the sentence names beside the first.
    which
        What cannot be told, such as "lequel l'est le plus".
    """
    text = f", sans qu'on puisse dire {which}"
    small = pair[(pair["verdict"] == "stable") & (pair[REFERENCE + "group_value"] == second)]
    if len(small):
        return f"{text} : l'écart est trop petit pour compter"
    return f"{text}{and_detectable(pair, catalogue)}"


def value_against(row: dict[Any, Any], catalogue: Catalogue) -> str:
    """A value against another, with as many decimals as tell them apart."""
    indicator = words.indicator_of(row["indicator"], catalogue)
    finer = phrases.fine(row["estimate"], row[REFERENCE + "estimate"], indicator)
    other = words.value({**row, "estimate": row[REFERENCE + "estimate"]}, finer)
    return f"{words.figure(row['estimate'], finer)} contre {other}"


def why_untested(compared: pd.DataFrame) -> str:
    """Why pairs could not be tested, each reason once."""
    return french.join(dict.fromkeys(REASONS[reason] for reason in compared["reason"]))
