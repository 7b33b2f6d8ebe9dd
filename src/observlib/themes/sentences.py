"""What any study may say: the functions of its sentences, and what their templates compute.

Each gives plain French text, or `Markdown` where it sets names in bold, and tells only numbers of
its frame that are published. What a value belongs to stands in brackets or is the subject of its
sentence, so that no label needs an article. Marks' changes are told by `comparison_sentences`.
"""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.display import select
from observlib.display.output import Output, text
from observlib.language import words
from observlib.language.prose import Markdown, joined, markdown
from observlib.themes import templates


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
    withheld = (frame["status"] == "suppressed").any()
    return text(templates.narrative("sentences")._absent(what, period, withheld))


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


def _of_period(
    frame: pd.DataFrame, period: str, what: str, catalogue: Catalogue, by: str = "product"
) -> pd.DataFrame:
    """A period's rows of one indicator, each with the `name` of what it is about."""
    if len(frame):
        select.one_indicator(frame, catalogue, what)
    return words.named(frame[frame["period"] == period], catalogue, by)


def _counts(frame: pd.DataFrame, period: str, catalogue: Catalogue) -> pd.DataFrame:
    """The published counts of a period, the highest first, with the `text` of each."""
    rows = _of_period(frame, period, "highest_and_lowest", catalogue)
    shown = templates.highest_first(rows[rows["status"] == "published"])
    texts = [
        words.rounded_count(row, words.indicator_of(row["indicator"], catalogue))
        for row in estimates.records(shown)
    ]
    return shown.assign(text=texts)


def _signed(rows: pd.DataFrame, catalogue: Catalogue) -> tuple[pd.DataFrame, str]:
    """The published changes, each with its `sign` and `text`; and what they are changes of."""
    shown = rows[rows["status"] == "published"].sort_values("estimate", kind="stable")
    if shown.empty:
        return shown.assign(sign=0), ""
    indicator = words.indicator_of(shown["indicator"].iat[0], catalogue)
    things, least = words.counted_by(indicator, catalogue)
    signs = [words.sign(x, indicator, least) for x in shown["estimate"]]
    return templates.with_text(shown.assign(sign=signs), catalogue), things


def _by_place(marks: pd.DataFrame) -> list[pd.DataFrame]:
    """The marks of each channel, the web first."""
    order = [*words.PLACES, ""]
    channels = sorted(marks["channel"].unique(), key=order.index)
    return [marks[marks["channel"] == channel] for channel in channels]
