"""Findings of months freed of season and calendar: changes of level, odd months, pace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from observlib.catalogue import Catalogue
from observlib.display.changes import level, outcomes
from observlib.estimates import EVOLVED, UNKNOWN
from observlib.language import french, wording, words
from observlib.language.words import SEMICOLON
from observlib.records.actions import Action
from observlib.themes.sentences import published, value_of

_TEXTS = wording.load_texts(__file__)
_VERDICTS = ("rise", "fall", "stable")


def breaks(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    by: str = "product",
    only: bool = False,
    actions: Iterable[Action] = (),
) -> str:
    """Which counts changed level (`level_change`), when, by how much; nothing where none did.

    What happened to the same product in that month (`actions`) follows. Subjects are called `by`
    `product`, or `channel` on a product's page; `only` says that no other changed.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib import estimates
    >>> from observlib.catalogue import load_catalogue
    >>> row = {"indicator": "level_change", "product": "legifrance", "period": "2025-03"}
    >>> ends = {"estimate": -30.2, "ci_low": -30.9, "ci_high": -29.5, "unit": "%"}
    >>> known = load_catalogue(Path("data/catalogue"))
    >>> print(breaks(estimates.make([{**row, **ends}]), known).replace("\xa0", " "))
    Corrigées des saisons, les visites changent de niveau (Légifrance, −30,2 % en mars 2025,
    entre −30,9 et −29,5 %).
    """
    found = _shown(frame, "level_change")
    if found.empty:
        return ""
    parts = [
        _TEXTS["break"].format(
            name=row["name"],
            value=value_of(row, catalogue),
            when=french.when(str(row["period"])),
            low=french.signed(row["ci_low"], 1),
            high=french.percent(row["ci_high"], 1, sign=True),
        )
        for row in words.named(found, catalogue, by).to_dict("records")
    ]
    told = _TEXTS["breaks_only" if only else "breaks"].format(changes=SEMICOLON.join(parts))
    return " ".join([told, *_happened(found, catalogue, actions)])


def _happened(
    found: pd.DataFrame, catalogue: Catalogue, actions: Iterable[Action]
) -> Iterator[str]:
    """What happened to a product in the month of a break, a sentence each."""
    months = {(row["product"], row["period"]) for row in found.to_dict("records")}
    for action in actions:
        month = f"{action.date:%Y-%m}"
        if (action.product, month) in months:
            yield _TEXTS["happened"].format(
                when=words.capital(french.when(month)),
                title=french.inner_quotes(action.title),
                product=catalogue.label(action.product),
            )


def data_sets_only(frame: pd.DataFrame, brief: bool = False) -> str:
    """That visits of one channel are those of data sets' pages, where they are no site's."""
    if set(frame["channel"]) != {"open_data"}:
        return ""
    return _TEXTS["data_sets_only_brief" if brief else "data_sets_only"]


def in_person_elsewhere(frame: pd.DataFrame) -> str:
    """Where visits in person are told, where there are any in a frame of visits."""
    return _TEXTS["in_person_elsewhere"] if (frame["channel"] == "in_person").any() else ""


def breaks_or_none(
    frame: pd.DataFrame,
    catalogue: Catalogue,
    by: str = "product",
    actions: Iterable[Action] = (),
) -> str:
    """The changes of level, as `breaks`, and that there is no other: what a chart shows."""
    if text := breaks(frame, catalogue, by, only=True, actions=actions):
        return text
    return _TEXTS["no_break" if _were_searched(frame) else "not_searched.break"]


def no_unusual_month(frame: pd.DataFrame) -> str:
    """That no month stands alone, or that none could be looked for."""
    return _TEXTS["no_unusual_month" if _were_searched(frame) else "not_searched.month"]


def unusual_months(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which months stand alone, and how far from what was expected of them."""
    found = _shown(frame, "outlier")
    if found.empty:
        return ""
    parts = [
        _TEXTS["unusual_month"].format(
            month=french.period_label(str(row["period"])),
            name=row["name"],
            value=value_of(row, catalogue),
        )
        for row in words.named(found, catalogue, "product").to_dict("records")
    ]
    return _TEXTS["unusual_months"].format(months=french.join(parts))


def not_adjusted(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """Which series could not be adjusted, or not searched for changes, and why."""
    sentences = []
    for what in ("adjusted", "level_change", "pace"):
        indicator = f"{_measure(frame)}_adjusted" if what == "adjusted" else what
        rows = words.named(_missing(frame, indicator), catalogue, "product")
        parts = [
            f"{french.join(same['name'])} ({reason})"
            for reason, same in rows.groupby("group_value", sort=False)
        ]
        if parts:
            sentences.append(_TEXTS[f"not_adjusted.{what}"].format(series=SEMICOLON.join(parts)))
    return " ".join(sentences)


def paces(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """At which pace counts rise or fall once season and calendar are out, where that holds.

    Where one cannot tell, the smallest pace that would have been seen 8 times in 10 is told.
    """
    found = words.named(_shown(frame, "pace"), catalogue, "product")
    found = found.sort_values("estimate", ascending=False, kind="stable")
    clauses = []
    for verdict in _VERDICTS:
        rows = found[found["group_value"] == EVOLVED[verdict]].to_dict("records")
        parts = [f"{row['name']} ({value_of(row, catalogue)})" for row in rows]
        if parts:
            clauses.append(_TEXTS[f"pace.{verdict}"].format(series=words.join_few(parts)))
    sentences = []
    if clauses:
        sentences.append(_TEXTS["paces"].format(moves=SEMICOLON.join(clauses)))
    unknown = found[found["group_value"] == UNKNOWN]
    if len(unknown):
        named = french.join(unknown["name"])
        sentences.append(_TEXTS["pace_unknown"].format(series=named, least=_seen(frame, unknown)))
    return " ".join(sentences)


def paces_tested(frame: pd.DataFrame) -> str:
    """How many paces were tested together, what came of them, and at which level: a caption.

    Examples
    --------
    >>> from observlib import estimates
    >>> row = {"period": "2024-10/2026-09", "unit": "%", "group": "verdict"}
    >>> pace = {**row, "indicator": "pace", "estimate": 3.0, "group_value": "en hausse"}
    >>> at = {"indicator": "pace_level", "period": "2026-09", "unit": "%", "estimate": 97.5}
    >>> print(paces_tested(estimates.make([pace, pace, at])).replace("\\xa0", " "))
    Verdicts sur 2 rythmes testés ensemble, d'après leurs intervalles à 97,5 % : deux en hausse
    """
    verdicts = list(_shown(frame, "pace")["group_value"])
    levels = _shown(frame, "pace_level")["estimate"]
    if not verdicts or levels.empty:
        return _TEXTS["none_tested"]
    total = french.count(len(verdicts), _TEXTS["pace_tested"], _TEXTS["paces_tested"])
    at = _TEXTS[french.plural(len(verdicts), "tested_interval", "tested_intervals")]
    told_at = level(levels / 100)
    results = outcomes(verdicts, EVOLVED)
    return _TEXTS["tested"].format(paces=total, intervals=at, level=told_at, results=results)


def _were_searched(frame: pd.DataFrame) -> bool:
    """Whether changes were looked for in some series."""
    adjusted = _shown(frame, f"{_measure(frame)}_adjusted")
    return bool(set(adjusted["device"]) - set(_missing(frame, "level_change")["device"]))


def _measure(frame: pd.DataFrame) -> str:
    """The count that a frame of `adjusted` is about."""
    names = frame.loc[frame["indicator"].str.endswith("_adjusted"), "indicator"]
    return str(names.iat[0]).removesuffix("_adjusted") if len(names) else "visits"


def _shown(frame: pd.DataFrame, indicator: str) -> pd.DataFrame:
    return published(frame, indicator).sort_values("period", kind="stable")


def _missing(frame: pd.DataFrame, indicator: str) -> pd.DataFrame:
    return frame[(frame["indicator"] == indicator) & (frame["group"] == "reason")]


def _seen(frame: pd.DataFrame, unknown: pd.DataFrame) -> str:
    """Up to what pace one may have gone unseen, of those that are undetermined."""
    rows = _shown(frame, "detectable_pace")
    most = rows.loc[rows["device"].isin(unknown["device"]), "estimate"].max()
    return _TEXTS["detectable"].format(pace=french.percent(most, 1))
