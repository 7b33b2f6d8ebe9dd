"""Findings of profiles: who answers, who is missing, and what that does not say."""

from __future__ import annotations

import pandas as pd

from observlib import estimates
from observlib.catalogue import Catalogue
from observlib.confidentiality.disclosure import GROUPED
from observlib.language import french, wording, words
from observlib.language.prose import Markdown, joined, markdown
from observlib.themes.comparison_sentences import and_detectable, inconclusive
from observlib.themes.sentences import value_of

_TEXTS = wording.load_texts(__file__)
_PLACES = ("fall", "rise")
_MOST = 2  # categories that are told of many devices
_VARIABLES = ("age", "sex", "region", "status", "autonomy")


def reservation(shares: pd.DataFrame) -> str:
    """Whose profiles these are, and whose they are not; nothing where none is told."""
    return _TEXTS["reservation"] if len(shares) else ""


def respondents(frame: pd.DataFrame, compared: pd.DataFrame, catalogue: Catalogue) -> Markdown:
    """The most frequent category of each variable, one paragraph a device, where one is.

    Of `profile_share`, and pairs of `leading_answer.pairs`.
    """
    lines = []
    for device, rows in frame.groupby("device", sort=False):
        first: estimates.Row = rows.iloc[0].to_dict()
        sure, unsure, thin = list[str](), list[str](), list[str]()
        own = compared[compared["device"] == device]
        for variable, parts in rows.groupby("group", sort=False):
            name = _variable(str(variable))
            shown = parts[(parts["status"] == "published") & ~parts["group_value"].isin(GROUPED)]
            ranked = estimates.records(
                shown.sort_values("estimate", ascending=False, kind="stable")
            )
            verdict = own.loc[own["group"] == variable, "verdict"]
            if len(ranked) < 2:
                withheld = (parts["status"] == "suppressed").any() or ranked
                why = _TEXTS["too_few" if withheld else "too_few_or_partial"].format(variable=name)
                thin.append(why)
                continue
            most = _TEXTS["category"].format(
                name=ranked[0]["group_value"], share=value_of(ranked[0], catalogue)
            )
            if (verdict == "rise").any():
                sure.append(_TEXTS["of_variable"].format(variable=name, category=most))
            else:
                unsure.append(_TEXTS["close"].format(variable=name, category=most))
        period = french.period_label(first["period"])
        sentences: list[str] = [
            markdown("**{}** ({}).", words.label(first, "device", catalogue), period)
        ]
        if sure:
            named, *more = words.shared_out(sure)
            sentences += [_TEXTS["most_frequent"].format(names=named), *words.also(more)]
        if unsure:
            sentences += [f"{one}." for one in unsure[:-1]]
            sentences.append(f"{unsure[-1]}{and_detectable(own, catalogue)}.")
        lines.append(joined([*sentences, *thin], " "))
    return joined(lines, "\n\n")


def against_population(compared: pd.DataFrame, catalogue: Catalogue) -> str:
    """Who is less and who is more present among respondents than in the population, by device.

    Of more devices than are told one by one, how many have a gap, and the largest either way.
    """
    tested = compared[compared["level"].notna()]
    if tested.empty:
        return _TEXTS["no_profile"]
    if tested["device"].nunique() > words.LINES:
        lines = [joined(_largest_gaps(tested, _hidden(compared), catalogue), " ")]
    else:
        lines = _gaps_by_device(compared, tested, catalogue)
    if _hidden(compared):
        lines.append(markdown("{}", _TEXTS["hidden"]))
    return joined(lines, "\n\n")


def _gaps_by_device(
    compared: pd.DataFrame, tested: pd.DataFrame, catalogue: Catalogue
) -> list[Markdown]:
    """A paragraph a device: whom it hears less and more, and of whom one cannot tell."""
    lines = []
    for device, rows in tested.groupby("device", sort=False):
        name = words.label({"device": device}, "device", catalogue)
        line: list[str] = [markdown("**{}**.", name)]
        for verdict in _PLACES:
            apart = rows[rows["verdict"] == verdict].sort_values("difference", key=abs)
            ordered = estimates.records(apart.iloc[::-1])
            if not ordered:
                continue
            named, *more = words.shared_out(map(_name, ordered))
            line += [_TEXTS[f"than_population.{verdict}"].format(names=named), *words.also(more)]
            line.append(_beside(ordered[0], catalogue, len(ordered) == 1))
        hidden = _hidden(compared[compared["device"] == device])
        if len(line) == 1:
            line.append(_TEXTS["no_gap_shown" if hidden else "no_gap"])
        line += _unsure(rows, catalogue)
        lines.append(joined(line, " "))
    return lines


def _largest_gaps(tested: pd.DataFrame, hidden: bool, catalogue: Catalogue) -> list[str]:
    """How many of many devices hear some category less or more, and the largest gap either way."""
    apart = tested[tested["verdict"].isin(_PLACES)]
    every = french.spelled(tested["device"].nunique())
    if apart.empty:
        sentences = [_TEXTS["no_gap_shown" if hidden else "no_gap"]]
    else:
        count = apart["device"].nunique()
        told = _TEXTS.of("devices_apart", count).format(count=french.spelled(count), every=every)
        sentences = [told, _TEXTS["where_gaps"]]
    for verdict in _PLACES:
        rows = apart[apart["verdict"] == verdict].sort_values(
            "difference", key=abs, ascending=False, kind="stable"
        )
        for row in estimates.records(rows.head(1)):
            device = words.label(row, "device", catalogue)
            name = _TEXTS["of_device"].format(names=_name(row), device=device)
            sentences.append(_TEXTS[f"largest.{verdict}"].format(name=name))
            sentences.append(_beside(row, catalogue, alone=True))
    return [*sentences, *_unsure(tested, catalogue, "many_devices")]


def _variable(name: str) -> str:
    return _TEXTS[f"variables.{name}"] if name in _VARIABLES else name


def _name(row: estimates.Row) -> str:
    return words.in_quotes(row["group_value"])


def _unsure(rows: pd.DataFrame, catalogue: Catalogue, within: str = "one_device") -> list[str]:
    """A sentence of the categories of which one cannot tell, and what could have been seen."""
    unsure = inconclusive(rows)
    if unsure.empty:
        return []
    count, least = french.spelled(len(unsure), "une"), and_detectable(unsure, catalogue)
    return [_TEXTS.of(f"unsure.{within}", len(unsure)).format(count=count, least=least)]


def _hidden(compared: pd.DataFrame) -> bool:
    """Whether some category has too few respondents to be shown, and so to be tested."""
    return bool((compared["reason"] == "suppressed").any())


def gaps_by_category(compared: pd.DataFrame, catalogue: Catalogue, variable: str = "age") -> str:
    """Which categories of a variable are heard less than the population has, then which more.

    Each with its device or, of more devices than are told one by one, with how many these are.
    """
    asked = compared[compared["group"] == variable]
    tested = asked[asked["level"].notna()]
    if asked.empty:
        return ""
    what = _variable(variable)
    if tested.empty:
        return _TEXTS["too_few_to_compare"].format(variable=what)
    sentences: list[str] = []
    for verdict in _PLACES:
        apart = tested[tested["verdict"] == verdict]
        often = apart["device"].nunique() > words.LINES
        parts: list[str] = []
        if often:
            parts = words.shared_out(_with_devices(apart, catalogue)[:_MOST])
        else:
            for device, rows in apart.groupby("device", sort=False):
                name = words.label({"device": device}, "device", catalogue)
                shared = words.shared_out(map(_name, estimates.records(rows)))
                parts += [_TEXTS["of_device"].format(names=names, device=name) for names in shared]
        if parts:
            first, *more = parts
            how = "often" if often else "each"
            told = _TEXTS[f"by_category.{how}.{verdict}"].format(names=first)
            sentences += [told, *words.also(more)]
    if sentences:
        return " ".join(sentences)
    least = and_detectable(tested, catalogue)
    return _TEXTS["no_gap_of_shown" if _hidden(asked) else "no_gap_of"].format(
        variable=what, least=least
    )


def _with_devices(apart: pd.DataFrame, catalogue: Catalogue) -> list[str]:
    """Each category with how many devices hear it less, or more: the most first."""
    parts = []
    for _, rows in sorted(apart.groupby("group_value"), key=lambda found: -len(found[1])):
        first, *others = estimates.records(rows)
        several = _TEXTS["several_devices"].format(count=french.spelled(len(rows)))
        device = several if others else words.label(first, "device", catalogue)
        parts.append(_TEXTS["of_device"].format(names=_name(first), device=device))
    return parts


def category(frame: pd.DataFrame, catalogue: Catalogue) -> str:
    """Caption: from where to where the ratio of a category (`representation`) goes, unnamed."""
    shown = frame[frame["status"] == "published"].sort_values("estimate", kind="stable")
    if shown.empty:
        return _TEXTS["category_too_few"]
    ends = [value_of(row, catalogue) for row in estimates.records(shown.iloc[[0, -1]])]
    return _TEXTS["ratio" if ends[0] == ends[1] else "ratios"].format(
        category=shown["group_value"].iat[0], low=ends[0], high=ends[1]
    )


def devices_with_profiles(frame: pd.DataFrame) -> str:
    """How many devices say who answers them, and when."""
    shown = frame[frame["status"] == "published"]
    if shown.empty:
        return _TEXTS["no_device"]
    count = shown["device"].nunique()
    when = words.capital(french.when(shown["period"].iat[0]))
    return _TEXTS.of("devices", count).format(when=when, count=french.spelled(count))


def _beside(row: estimates.Row, catalogue: Catalogue, alone: bool) -> str:
    """A category's share of respondents, then of the population; others are named with it."""
    known = row[estimates.REFERENCE + "estimate"]
    indicator = words.fine(row["estimate"], known, words.indicator_of(row["indicator"], catalogue))
    return _TEXTS["shares" if alone else "shares_of_first"].format(
        heard=words.value(row["estimate"], indicator), known=words.value(known, indicator)
    )
