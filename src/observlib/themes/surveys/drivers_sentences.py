"""Findings of what goes with satisfaction, the other answers being alike."""

from __future__ import annotations

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.language import french, wording, words
from observlib.themes.comparison_sentences import and_detectable, inconclusive

_TOLD = 2  # effects that are told with their sizes; the chart shows them all


def drivers(frame: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """What goes with satisfaction, of one survey.

    Only what is established is told, by the tests of the whole study; then what may go with it
    and could not be seen, or does not matter. Effects are not ranked: none is tested against
    another.

    Parameters
    ----------
    frame
        Estimates of `driver_effect`.
    compared
        The same beside 0 (`pairs.with_nothing`), with the results of their whole family.
    """
    if frame.empty:
        return _TEXTS["drivers.not_asked"]
    shown = frame[~frame["status"].isin(words.WITHHELD)]
    if shown.empty and (frame["status"] == "suppressed").any():
        return _TEXTS["drivers.withheld"]
    if shown.empty:
        n = frame["n"].max()
        return _TEXTS["drivers.too_few"].format(n=_TEXTS["drivers.few"] if pd.isna(n) else french.number(n))
    indicator = words.indicator_of("driver_effect", catalogue)
    sure = _established(compared).to_dict("records")
    sentences = [] if sure else [_TEXTS["drivers.nothing"]]
    if sure:
        names = _quoted(_established(compared)["group_value"])
        sizes = [
            _TEXTS["drivers.size"].format(name=row["group_value"], points=words.value(row, indicator))
            for row in sure[:_TOLD]
        ]
        sentences = [_TEXTS["drivers.goes_with"].format(names=names)]
        sentences.append(_TEXTS["drivers.sizes"].format(sizes=words.SEMICOLON.join(sizes)))
    alike = compared.loc[compared["verdict"] == "stable", "group_value"]
    if len(alike):
        sentences.append(_TEXTS["drivers.too_small"].format(names=_quoted(alike)))
    unknown = inconclusive(compared)
    if len(unknown):
        names, least = _quoted(unknown["group_value"]), and_detectable(unknown, catalogue)
        sentences.append(_TEXTS["drivers.unknown"].format(names=names, least=least))
    return " ".join(sentences)


def _quoted(names: pd.Series) -> str:
    return french.join(map(words.quoted, names))


def drivers_caution(effects: pd.DataFrame) -> str:
    """That going together is no cause; nothing where no effect is told."""
    return _TEXTS["drivers.caution"] if len(effects) else ""


def drivers_caption(frame: pd.DataFrame, compared: pd.DataFrame) -> str:
    """Caption: what goes with satisfaction, and what its chart measures.

    Parameters
    ----------
    frame, compared
        Those of `drivers`.
    """
    if frame.empty or frame["status"].isin(words.WITHHELD).all():
        return _TEXTS["drivers.chart"]
    sure = _established(compared)
    if sure.empty:
        return _TEXTS["drivers.chart_nothing"]
    return _TEXTS["drivers.chart_established"].format(names=_quoted(sure["group_value"]))


def _established(compared: pd.DataFrame) -> pd.DataFrame:
    """The effects that are established, from the largest."""
    sure = compared[compared["verdict"].isin(["rise", "fall"])]
    return sure.sort_values("estimate", key=abs, ascending=False, kind="stable")
