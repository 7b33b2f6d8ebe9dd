"""What the page of a product opens with, and who listens to its users."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import CHANNEL_LABELS, Catalogue
from observlib.display.changes import WEIGHTED
from observlib.display.output import Output, text
from observlib.language import french, wording, words
from observlib.language.prose import Markdown, joined, markdown
from observlib.records.actions import Action
from observlib.themes.comparison_sentences import evolution, whose_answers
from observlib.themes.sentences import published, together, value_of

_TEXTS = wording.load_texts(__file__)
_SEVERE = ("bloquant", "majeur")  # problems that the sheet of a product names
_MOST = 3  # of one sort that it names


def summary(
    now: pd.DataFrame,
    marks: pd.DataFrame,
    compared: pd.DataFrame,
    catalogue: Catalogue,
    period: str,
    asked: pd.DataFrame | None = None,
) -> str:
    """What a product's page opens with: its audience, its mark, and whether the mark moved.

    `now` has `visits` and `visits_yoy`; `asked` are marks in surveys of a year, told where none of
    `marks` can be.
    """
    when = words.capital(french.when(period))
    counted = _audience(now[now["period"] == period], catalogue, when)
    sentences = counted[:1]
    current = marks[marks["period"] == period]
    for mark in words.by_channel(current):
        whose = whose_answers(current, catalogue)
        if len(current) > 1:
            whose += f" {words.PLACES.get(mark['channel'], '')}".rstrip()
        if mark["status"] == "published":
            sentences.append(_TEXTS["mark"].format(whose=whose, value=value_of(mark, catalogue)))
        else:
            sentences.append(_TEXTS[f"no_mark.{mark['status']}"].format(whose=whose))
    if (current["status"] == "published").any():
        sentences.append(evolution(compared, catalogue, by="channel", brief=True))
    elif asked is not None:
        for mark in estimates.records(published(asked, "satisfaction_10")):
            year = words.capital(french.when(mark["period"]))
            value = value_of(mark, catalogue)
            sentences.append(_TEXTS["asked"].format(year=year, value=value))
    return together(*sentences, *counted[1:]) or _TEXTS["nothing"].format(when=when)


def several_marks(
    marks: pd.DataFrame, asked: pd.DataFrame, catalogue: Catalogue, period: str
) -> Markdown:
    """Why a product has several marks of satisfaction: a box that tells them all; else nothing.

    Of `satisfaction_10`: `marks` by device; `asked` in surveys, of `period` and of a year, and with
    weights (`group` = `weighting`).
    """
    found = published(asked, "satisfaction_10")
    found = found[(found["period"] == period) | found["period"].str.contains("/")]
    known = estimates.combine([published(marks, "satisfaction_10", period), found])
    raw = (known["group"] == "weighting") & (known["group_value"] != WEIGHTED)
    known = known[~raw]
    if len(known) < 2:
        return Markdown("")
    lines = [
        markdown(
            "- {}, {} : **{}**{}.",
            words.label(mark, "device", catalogue),
            french.period_label(mark["period"]),
            value_of(mark, catalogue),
            _whose(mark, catalogue),
        )
        for mark in estimates.records(known)
    ]
    box = [
        markdown("::: {{.callout-note}}"),
        markdown("## {}", _TEXTS["why_several"]),
        markdown("{}", _TEXTS["each_from"]),
        joined(lines, "\n"),
        markdown(":::"),
    ]
    return joined(box, "\n\n")


def _whose(mark: estimates.Row, catalogue: Catalogue) -> str:
    if mark["group"] == "weighting":
        return f", {_TEXTS['whose.weighted']}"
    device = catalogue.devices.get(mark["device"])
    if device is None:
        return ""
    asked = device.family == "consultation"
    return f", {_TEXTS['whose.asked' if asked else 'whose.volunteers']}"


def blocking(
    product: str, met: pd.DataFrame, catalogue: Catalogue, page: Callable[[str, str], str]
) -> Markdown:
    """What blocks a product's users, a line for each way by which it is known; else nothing.

    `met` are shares of problems in tests, of topics of calls and messages, of themes of texts.
    """
    problems = _told(met, "problem_share")
    severe = [
        _TEXTS["problem"].format(
            problem=_quoted(row["group_value"]), share=value_of(row, catalogue)
        )
        for severity in _SEVERE
        for row in problems
        if row["group_value"].endswith(f"({severity})")
    ]
    found = [
        (_TEXTS["met.tests"], severe, "mobilisation"),
        (_TEXTS["met.calls"], _shares(met, "call_theme_share", catalogue), "contacts"),
        (_TEXTS["met.messages"], _shares(met, "ticket_theme_share", catalogue), "contacts"),
        (_TEXTS["met.texts"], _shares(met, "text_theme_share", catalogue), "verbatims"),
    ]
    lines = [
        markdown(
            f"- **[{{}}]({page(study, product)}.ipynb)** : {{}}.",
            what,
            words.SEMICOLON.join(parts[:_MOST]),
        )
        for what, parts, study in found
        if parts
    ]
    return joined(lines, "\n")


def coming(
    product: str,
    waiting: pd.DataFrame,
    asked: pd.DataFrame,
    planned: Iterable[Action],
    catalogue: Catalogue,
) -> Markdown:
    """What is recorded to come on a product, a line each: nothing that nobody recorded.

    `waiting` are `ideas_waiting`; `asked` its surveys by quarter: a yearly one is expected a year
    after the last.
    """
    lines = [
        markdown(
            "- **{}** ({}).",
            action.title,
            _TEXTS["planned"].format(day=french.day_label(action.date)),
        )
        for action in planned
        if action.product == product
    ]
    for row in _told(waiting, "ideas_waiting"):
        if row["estimate"]:
            known = words.indicator_of("ideas_waiting", catalogue).label
            lines.append(markdown("- {} : {}.", known, french.number(row["estimate"])))
    for device, own in asked[asked["estimate"].notna()].groupby("device", sort=False):
        survey = catalogue.devices.get(str(device))
        if survey and survey.frequency == "yearly":
            following = Quarter(max(own["period"])) + 4
            when = french.when(following)
            expected = _TEXTS["expected"].format(when=when)
            lines.append(markdown("- **{}** : {}", survey.label, expected))
    return joined(lines, "\n")


def _told(frame: pd.DataFrame, indicator: str) -> list[estimates.Row]:
    """The published estimates of an indicator, the highest first."""
    rows = published(frame, indicator).sort_values("estimate", ascending=False, kind="stable")
    return estimates.records(rows)


def _shares(frame: pd.DataFrame, indicator: str, catalogue: Catalogue) -> list[str]:
    """The highest shares of a whole, each with what it is of."""
    return [
        f"{_quoted(row['group_value'])}, {value_of(row, catalogue)}"
        for row in _told(frame, indicator)
    ]


def _quoted(words_: str) -> str:
    """Words between guillemets; what follows them in brackets stays outside."""
    named, mark, rest = words_.partition(" (")
    return f"« {named} »{mark}{rest}"


def listening_devices(now: pd.DataFrame, catalogue: Catalogue, heard_by: Sequence[str]) -> Output:
    """List the devices that listen to a product's users: who runs them, how often they speak."""
    lines = []
    for device in (catalogue.devices[name] for name in heard_by):
        owner = catalogue.departments[device.owner].label
        channel = CHANNEL_LABELS[device.channel].lower()
        often = words.OFTEN[device.frequency]
        phrase = _TEXTS["listens"].format(channel=channel, often=often, owner=owner)
        lines.append(markdown("- **{}** : {}", device.label, phrase))
    return text(joined(lines, "\n") or _TEXTS["silent"]).carrying([now], catalogue)


def _audience(now: pd.DataFrame, catalogue: Catalogue, when: str) -> list[str]:
    indicator = words.indicator_of("visits", catalogue)
    changes = published(now, "visits_yoy")
    counts, rest = [], []
    for row in words.by_channel(now[now["indicator"] == "visits"]):
        place = words.PLACES.get(row["channel"], "")
        if row["status"] != "published":
            none = _TEXTS[f"no_visits.{row['status']}"].format(place=place)
            rest.append(none.replace("  ", " "))
            continue
        change = changes[changes["device"] == row["device"]]
        change = change[change["channel"] == row["channel"]]
        count = f"{words.rounded_count(row, indicator)} {place}".rstrip()
        for moved in estimates.records(change.head(1)):
            count += f" ({_TEXTS['on_a_year'].format(change=value_of(moved, catalogue))})"
        counts.append(count)
    told = [_TEXTS["counted"].format(when=when, count=count) for count in counts[:1]]
    told += [_TEXTS["counted_too"].format(count=count) for count in counts[1:]]
    return [*told, *rest]
