"""Findings: the sentences that a study opens with, written from estimates.

Each function gives plain French text, or `Markdown` where it sets names in bold, and names only
numbers of its frame that are published: a value on a low base, of an incomplete period, withheld
or absent is told in words at most. What a value belongs to stands in brackets or is the subject
of its sentence, so that no label needs an article. Whether a measured mark rose or fell is told
by `comparison.sentences`; counts of whole populations are compared as they are, and are stable
where they change by less than the catalogue says to matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.comparison.sentences import whose_answers
from observlib.display import french, phrases, select, words
from observlib.display.output import Output, text
from observlib.display.prose import markdown
from observlib.display.words import SEMICOLON


def absent(what: str, period: str, frame: pd.DataFrame) -> Output:
    """Say that there is nothing to show, or nothing that may be, in place of a chart or table.

    Only the former is in italics: `reports/empty_sections.lua` tells in one sentence of several
    sections that hold nothing else.

    Parameters
    ----------
    what
        A feminine noun, such as "note de satisfaction".

    Examples
    --------
    >>> from observlib import estimates
    >>> said = absent("note de satisfaction", "2026-T3", estimates.make([]))
    >>> print(repr(said).replace("\\xa0", " "))
    *Aucune note de satisfaction n'est disponible au 3e trimestre 2026.*
    """
    if (frame["status"] == "suppressed").any():
        return text(f"Aucune {what} n'est publiée (secret statistique).")
    return text(markdown("*{}*", f"Aucune {what} n'est disponible {french.when(period)}."))


def together(*sentences: str) -> str:
    """One paragraph of those sentences that say something.

    Examples
    --------
    >>> together("Un.", "", "Deux.")
    'Un. Deux.'
    """
    return " ".join(sentence for sentence in sentences if sentence)


def if_any(sentence: str, *frames: pd.DataFrame) -> str:
    """A sentence, or nothing where one of the frames that it speaks of is empty.

    Examples
    --------
    >>> if_any("Les visites baissent.", pd.DataFrame())
    ''
    """
    return sentence if all(map(len, frames)) else ""


def see(label: str, frame: pd.DataFrame, what: str = "Le détail") -> str:
    """A reference to a table or chart of the page's annex, or nothing where it shows nothing.

    Parameters
    ----------
    label
        Such as `tbl-tests`.
    frame
        What it shows.
    what
        What is to be found there, in a few words.

    Examples
    --------
    >>> see("tbl-tests", pd.DataFrame({"estimate": [7.9]}))
    'Le détail : @tbl-tests.'
    """
    return if_any(markdown(f"{what} : @{label}."), frame)


def published(frame: pd.DataFrame, indicator: str, period: str = "") -> pd.DataFrame:
    """The estimates of an indicator that a sentence may name: those published, of a period or all.

    Examples
    --------
    >>> from observlib import estimates
    >>> row = {"indicator": "visits", "estimate": 12.0}
    >>> frame = estimates.make({**row, "period": period} for period in ("2026-T2", "2026-T3"))
    >>> published(frame, "visits", "2026-T3")["period"].tolist()
    ['2026-T3']
    """
    rows = frame[(frame["indicator"] == indicator) & (frame["status"] == "published")]
    return rows[rows["period"] == period] if period else rows


def value_of(row: Mapping[Any, Any], catalogue: Catalogue) -> str:
    """The value of an estimate, written as its indicator is."""
    return words.value(row, words.indicator_of(row["indicator"], catalogue))


def highest_and_lowest(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """Which subject has the highest count in a period, and which the lowest."""
    rows = _of_period(frame, catalogue, period, "highest_and_lowest")
    shown = rows[rows["status"] == "published"]
    if shown.empty:
        return ""
    indicator = words.indicator_of(shown["indicator"].iat[0], catalogue)
    shown = shown.assign(
        text=[phrases.rounded_count(row, indicator) for row in shown.to_dict("records")]
    )
    shown = shown.sort_values("estimate", ascending=False, kind="stable")
    when = phrases.capital(french.when(period))
    if len(shown) == 1:
        return f"{when}, {shown['name'].iat[0]} compte {shown['text'].iat[0]}."
    most, least = shown["text"].iat[0], shown["text"].iat[-1]
    if most == least:
        return f"{when}, {phrases.join_few(shown['name'])} sont à égalité, avec {most}."

    def come(value: str) -> str:
        names = shown.loc[shown["text"] == value, "name"]
        return f"{phrases.join_few(names)} {'vient' if len(names) == 1 else 'viennent'}"

    return (
        f"{when}, {come(most)} en tête avec {most}{SEMICOLON}{come(least)} en dernier avec {least}."
    )


def year_on_year(
    changes: pd.DataFrame, catalogue: Catalogue, period: str, by: str = "product"
) -> str:
    """Where a counted quantity rose, fell or stayed on a year; each change where `by` channel.

    A change smaller than what matters, by the catalogue, is neither: the count is stable.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib import estimates
    >>> from observlib.catalogue import load_catalogue
    >>> change = {"indicator": "visits_yoy", "period": "2026-T3", "unit": "%"}
    >>> changes = estimates.make(
    ...     {**change, "product": product, "estimate": value}
    ...     for product, value in (("legifrance", 1.9), ("boamp", 0.2))
    ... )
    >>> known = load_catalogue(Path("data/catalogue"))
    >>> year_on_year(changes, known, "2026-T3").replace("\\xa0", " ")
    'Sur un an, les visites progressent de 1,9 % (Légifrance) et restent stables (BOAMP).'
    """
    rows = _of_period(changes, catalogue, period, "year_on_year", by)
    shown = rows[rows["status"] == "published"].sort_values("estimate", kind="stable")
    if shown.empty:
        return "Aucune évolution sur un an ne peut être calculée."
    indicator = words.indicator_of(shown["indicator"].iat[0], catalogue)
    things, least = phrases.change_unit(indicator, catalogue), phrases.matters(indicator, catalogue)
    if by == "channel":
        return f"Sur un an, les {things} {phrases.each(shown, indicator, least)}."
    does = phrases.change(shown["estimate"].iat[0], indicator, least)
    if len(shown) == 1:
        return f"Sur un an, les {things} {does} ({shown['name'].iat[0]})."
    shown = shown.assign(
        sign=[phrases.sign(x, indicator, least) for x in shown["estimate"]],
        text=[words.value(row, indicator) for row in shown.to_dict("records")],
        size=[french.percent(abs(x), indicator.decimals) for x in shown["estimate"]],
    )
    where = "" if len(shown) == len(rows) else " où la comparaison est possible"
    if shown["text"].nunique() == 1:
        return f"Sur un an, les {things} {does} partout{where}."
    verbs = {1: "progressent", 0: "restent stables", -1: "reculent"}
    if shown["sign"].nunique() == 1:
        verb = verbs[shown["sign"].iat[0]]
        return f"Sur un an, les {things} {verb} partout{where}, {_ends(shown, 'text')}."
    clauses = []
    for sign, verb in verbs.items():
        own = shown[shown["sign"] == sign]
        if len(own):
            ending = _ends(own, "size") if sign else f"({phrases.join_few(own['name'])})"
            clauses.append(f"{verb} {ending}")
    there = f", là{where}," if where else ""
    return f"Sur un an{there or ','} les {things} {french.join(clauses)}."


def _ends(changes: pd.DataFrame, column: str) -> str:
    """From the smallest change to the largest, each with its subjects; stable ones by value."""
    ordered = changes
    if changes["sign"].iat[0]:
        ordered = changes.sort_values("estimate", key=abs, kind="stable")

    def end(at: int) -> str:
        text = ordered[column].iat[at]
        return f"{text} ({phrases.join_few(ordered.loc[ordered[column] == text, 'name'])})"

    return f"de {end(0)}" if ordered[column].nunique() == 1 else f"de {end(0)} à {end(-1)}"


def incomplete(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """Which subjects have an incomplete period, and so are not compared."""
    rows = _of_period(frame, catalogue, period, "incomplete")
    names = rows.loc[rows["status"] == "partial", "name"].unique()
    if not len(names):
        return ""
    return (
        f"Données incomplètes {french.when(period)}, donc jamais comparées : {french.join(names)}."
    )


def withheld(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """Which subjects have no value that may be published."""
    rows = _of_period(frame, catalogue, period, "withheld")
    names = rows.loc[rows["status"] == "suppressed", "name"].unique()
    if not len(names):
        return ""
    what = french.plural(len(names), "Valeur non publiée", "Valeurs non publiées")
    return f"{what} (secret statistique) : {french.join(names)}."


def span(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """From what to what a mark goes in a period, on each channel: channels do not compare.

    The ends are not named, as which mark is above which is told by tests alone
    (`comparison`).
    """
    rows = _of_period(frame, catalogue, period, "span")
    shown = rows[rows["status"] == "published"]
    start = phrases.capital(french.when(period))
    found = set(rows["status"])
    whose = whose_answers(rows, catalogue)
    if shown.empty and "low_base" in found:
        return f"{start}, aucune note{whose} ne repose sur assez de réponses pour être citée."
    if shown.empty:
        known = "est publiable" if found - {"missing"} else "a été recueillie pour nos produits"
        return f"{start}, aucune note{whose} n'{known}."
    start += ", hors faibles effectifs," if "low_base" in found else ","
    indicator = words.indicator_of(shown["indicator"].iat[0], catalogue)
    if len(shown) == 1:
        only = f"la seule note publiée{whose} ({shown['name'].iat[0]})"
        return f"{start} {only} est de {phrases.measured(shown, indicator)}."
    parts = []
    for channel in sorted(shown["channel"].unique(), key=[*phrases.PLACES, ""].index):
        own = shown[shown["channel"] == channel]
        one = len(own) == 1
        what = f"{'la note' if one else 'les notes'}{whose_answers(own, catalogue)}"
        if len(own) < len(shown):
            what += f" {phrases.PLACES.get(channel, '')}".rstrip()
        level = len({words.value(row, indicator) for row in own.to_dict("records")}) == 1
        does = ("est de" if one else "sont toutes de") if level else "vont de"
        parts.append(f"{what} {does} {phrases.measured(own, indicator)}")
    return f"{start} {SEMICOLON.join(parts)}."


def _of_period(
    frame: pd.DataFrame, catalogue: Catalogue, period: str, what: str, by: str = "product"
) -> pd.DataFrame:
    """A period's rows of one indicator, each with the `name` of what it is about."""
    if len(frame):
        select.one_indicator(frame, catalogue, what)
    return phrases.named(frame[frame["period"] == period], catalogue, by)
