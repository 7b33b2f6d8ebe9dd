"""Findings: the sentences that a study opens with, written from estimates.

Each gives plain French text, or `Markdown` where it sets names in bold, and tells only numbers of
its frame that are published. What a value belongs to stands in brackets or is the subject of its
sentence, so that no label needs an article. Marks' changes are told by `comparison_sentences`;
counts are compared as they are, and are stable below what the catalogue says to matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display import select
from observlib.display.output import Output, text
from observlib.language import french, wording, words
from observlib.language.prose import Markdown, joined, markdown
from observlib.themes.comparison_sentences import whose_answers

_TEXTS = wording.load_texts(__file__)


def absent(what: str, period: str, frame: pd.DataFrame) -> Output:
    """Say that there is nothing to show, or nothing that may be; `what` is a feminine noun.

    Only the former is in italics: `reports/empty_sections.lua` tells in one sentence of several
    sections that hold nothing else.

    Examples
    --------
    >>> from observlib import estimates
    >>> said = absent("note de satisfaction", "2026-T3", estimates.make([]))
    >>> print(repr(said).replace("\xa0", " "))
    *Aucune note de satisfaction n'est disponible au 3e trimestre 2026.*
    """
    if (frame["status"] == "suppressed").any():
        return text(_TEXTS["absent_withheld"].format(what=what))
    return text(markdown("*{}*", _TEXTS["absent"].format(what=what, when=french.when(period))))


def together(*sentences: str) -> str:
    """One paragraph of those sentences that say something."""
    told = [sentence for sentence in sentences if sentence]
    if any(isinstance(sentence, Markdown) for sentence in told):  # such as a reference to a table
        return joined(told, " ")
    return " ".join(told)


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

    Examples
    --------
    >>> see("tbl-tests", pd.DataFrame({"estimate": [7.9]}))
    'Le détail : @tbl-tests.'
    """
    return if_any(markdown(f"{what} : @{label}."), frame)


def published(frame: pd.DataFrame, indicator: str, period: str = "") -> pd.DataFrame:
    """The published estimates of an indicator, of a period or all: what a sentence may name."""
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
        text=[words.rounded_count(row, indicator) for row in shown.to_dict("records")]
    )
    shown = shown.sort_values("estimate", ascending=False, kind="stable")
    when = words.capital(french.when(period))
    ends = words.at_ends(shown)
    least, most = (end["text"].iat[0] for end in (ends[0], ends[-1]))
    last, first = (words.join_few(end["name"]) for end in (ends[0], ends[-1]))
    if len(shown) == 1:
        return _TEXTS["only"].format(when=when, name=first, value=most)
    if len(ends) == 1:
        return _TEXTS["level"].format(when=when, names=first, value=most)
    lowest = french.plural(len(ends[0]), "lowest", "lowest_of")
    highest = french.plural(len(ends[1]), "highest", "highest_of")
    return together(
        _TEXTS[f"ends.{highest}"].format(when=when, names=first, value=most),
        _TEXTS[f"ends.{lowest}"].format(when=when, names=last, value=least),
    )


def year_on_year(
    changes: pd.DataFrame, catalogue: Catalogue, period: str, by: str = "product"
) -> str:
    """Where a count is higher, lower or about the same as a year before; where `by` channel, each.

    It does not say that a change is established (see `counts.usual_change`). A change smaller than
    what matters, by the catalogue, is none.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib import estimates
    >>> from observlib.catalogue import load_catalogue
    >>> row = {"indicator": "visits_yoy", "period": "2026-T3", "unit": "%", "product": "boamp"}
    >>> changes = estimates.make([{**row, "estimate": 0.2}])
    >>> known = load_catalogue(Path("data/catalogue"))
    >>> print(year_on_year(changes, known, "2026-T3").replace("\xa0", " "))
    Il y a à peu près autant de visites qu'un an avant (BOAMP).
    """
    rows = _of_period(changes, catalogue, period, "year_on_year", by)
    shown = rows[rows["status"] == "published"].sort_values("estimate", kind="stable")
    if shown.empty:
        return _TEXTS["no_change"]
    indicator = words.indicator_of(shown["indicator"].iat[0], catalogue)
    things, least = words.counted_by(indicator, catalogue)
    shown = shown.assign(
        sign=[words.sign(x, indicator, least) for x in shown["estimate"]],
        text=[words.value(row, indicator) for row in shown.to_dict("records")],
    )
    everywhere = by != "channel" and len(shown) > 1 and shown["sign"].nunique() == 1
    start = "everywhere" if everywhere else "first"
    start += "_where" if len(shown) < len(rows) else ""
    sentences: list[str] = []
    for sign, does in ((1, "more"), (0, "same"), (-1, "fewer")):
        own = shown[shown["sign"] == sign]
        if len(own):
            names = "" if everywhere else f" ({words.join_few(own['name'])})"
            ends = _ends(own) if sign else names
            if by == "channel":
                places = (f"{row['name']} ({row['text']})" for row in words.by_channel(own))
                ends = f" {french.join(places)}"
            key, than = "next" if sentences else start, _TEXTS[f"than.{does}"]
            told = _TEXTS[f"change.{key}"].format(does=than, things=french.of(things), ends=ends)
            sentences.append(told)
    return together(*sentences)


def _ends(changes: pd.DataFrame) -> str:
    """What follows a verb: which subjects changed least and most, each with its change."""
    ordered = changes.sort_values("estimate", key=abs, kind="stable", ascending=False)
    most, least = ordered["text"].iat[0], ordered["text"].iat[-1]
    first, last = (
        words.join_few(ordered.loc[ordered["text"] == value, "name"]) for value in (most, least)
    )
    if most == least:
        return f" {_TEXTS['alike'].format(names=first, change=most)}"
    ends = _TEXTS["apart"].format(most=first, change=most, least=last, least_change=least)
    return f", {ends}"


def incomplete(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """Which subjects have an incomplete period, and so are not compared."""
    rows = _of_period(frame, catalogue, period, "incomplete")
    names = rows.loc[rows["status"] == "partial", "name"].unique()
    if not len(names):
        return ""
    when = french.when(period)
    return _TEXTS["incomplete"].format(when=when, names=words.join_few(names))


def withheld(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """Which subjects have no value that may be published."""
    rows = _of_period(frame, catalogue, period, "withheld")
    names = rows.loc[rows["status"] == "suppressed", "name"].unique()
    if not len(names):
        return ""
    return _TEXTS["withheld" if len(names) == 1 else "withheld_several"].format(
        names=words.join_few(names)
    )


def span(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """From what to what a mark goes in a period, on each channel: channels do not compare.

    The ends are not named, as which mark is above which is told by tests alone (`comparison`).
    """
    rows = _of_period(frame, catalogue, period, "span")
    shown = rows[rows["status"] == "published"]
    start = words.capital(french.when(period))
    found = set(rows["status"])
    whose = whose_answers(rows, catalogue)
    if shown.empty:
        why = "missing" if found <= {"missing"} else "withheld"
        why = "low_base" if "low_base" in found else why
        return _TEXTS[f"no_mark.{why}"].format(when=start, whose=whose)
    indicator = words.indicator_of(shown["indicator"].iat[0], catalogue)
    sentences: list[str] = []
    for channel in sorted(shown["channel"].unique(), key=[*words.PLACES, ""].index):
        own = shown[shown["channel"] == channel]
        place = words.PLACES.get(channel, "") if len(own) < len(shown) else ""
        marks = _TEXTS["mark" if len(own) == 1 else "marks"].format(
            whose=whose_answers(own, catalogue), place=f" {place}".rstrip()
        )
        if len(shown) == 1:
            marks = _TEXTS["only_mark"].format(whose=whose, name=shown["name"].iat[0])
        value = words.ends(own, indicator)
        is_one = len({words.value(row, indicator) for row in own.to_dict("records")}) == 1
        does = "of" if len(own) == 1 else "all_of" if is_one else "range"
        told = _TEXTS[f"is.{does}"].format(marks=marks, value=value)
        lead = words.capital(told) if sentences else _TEXTS["in"].format(when=start, told=told)
        sentences.append(lead)
    few = _TEXTS["few_left_out"] if "low_base" in found else ""
    return together(*sentences, few)


def _of_period(
    frame: pd.DataFrame, catalogue: Catalogue, period: str, what: str, by: str = "product"
) -> pd.DataFrame:
    """A period's rows of one indicator, each with the `name` of what it is about."""
    if len(frame):
        select.one_indicator(frame, catalogue, what)
    return words.named(frame[frame["period"] == period], catalogue, by)
