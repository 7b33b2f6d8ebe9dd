"""Findings of partners: what leads to each, what we did, what they answered, or did not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.base.text import fold_label
from observlib.catalogue import Catalogue, Partner
from observlib.catalogue.partners import NOBODY, leads_to_partner
from observlib.display.output import Output, text
from observlib.language import french, wording, words
from observlib.language.prose import joined, markdown, plain
from observlib.records.actions import Action
from observlib.records.replies import Reply
from observlib.themes.quotes import listed
from observlib.themes.sentences import published

_TEXTS = wording.load_texts(__file__)
_KINDS = ("partner_call_share", "partner_ticket_share", "partner_text_share")


def share_of_partners(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """What share of calls, messages and texts is in the domain of another administration."""
    shares = _shares(frame, catalogue, period)
    if not shares:
        return ""
    when = words.capital(french.when(period))
    first = _TEXTS["overview"].format(when=when, share=shares[0])
    return " ".join([first, *_in_writing(shares[1:])])


def domain(frame: pd.DataFrame, catalogue: Catalogue, partner: str, period: str) -> str:
    """What share of calls, messages and texts is in the domain of one partner, which is told."""
    domain_ = _TEXTS["domain"].format(domain=catalogue.partners[partner].domain)
    when, shares = words.capital(french.when(period)), _shares(frame, catalogue, period)
    if not shares:
        return f"{domain_} {_TEXTS['nothing_of_domain'].format(when=when)}"
    first = _TEXTS["of_domain"].format(when=when, share=shares[0])
    return " ".join([domain_, first, *_in_writing(shares[1:])])


def _in_writing(shares: list[str]) -> list[str]:
    """Sentences of the shares after the first, which is of calls where these are known."""
    parts = words.shared_out(shares)
    return [_TEXTS["overview_too"].format(shares=part) for part in parts]


def _shares(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> list[str]:
    """The published share of calls, of messages and of texts."""
    shares = []
    for name in _KINDS:
        rows = published(frame, name, period)
        if len(rows):
            ends = words.ends(rows, words.indicator_of(name, catalogue))
            things = _TEXTS[f"of.{name}"]
            shares.append(
                _TEXTS["share_by_desk" if len(rows) > 1 else "share"].format(
                    share=_TEXTS["between"].format(ends=ends) if " à " in ends else ends,
                    things=things,
                )
            )
    return shares


def have_replied(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """Which partners answered within a year, and that the others did not.

    Of `partner_replies` and of what leads to each partner (`group` = `partner`).
    """
    labels = [partner.label for partner in catalogue.partners.values()]
    rows = frame[frame["group"] == "partner"]
    counts = rows[rows["indicator"] == "partner_replies"]
    heard = set(rows.loc[(rows["period"] == period) & (rows["estimate"] > 0), "group_value"])
    concerned = [label for label in labels if label in heard]
    if not concerned:
        return ""
    replied = [label for label in concerned if label in set(counts["group_value"])]
    silent = [label for label in concerned if label not in replied]
    if not replied:
        return _TEXTS["none_replied"]
    sentences = [_TEXTS.of("replied", len(replied)).format(names=french.join(replied))]
    if silent:
        sentences.append(_TEXTS.of("silent", len(silent)).format(names=french.join(silent)))
    return " ".join(sentences)


def quoted(texts: pd.DataFrame) -> Output:
    """What users wrote that leads to a partner, but for what would tell who wrote it.

    `texts` are of the words `quoted` of the family, those of one partner.
    """
    if texts.empty:
        raise ObservError("quoted: no text to show; name it with `absent`")
    return text(joined([plain(_TEXTS["quoted"]), listed(texts["text"])], "\n\n"))


def shared(catalogue: Catalogue, partner: str) -> str:
    """Which of a partner's themes are those of others too; nothing where none is.

    Examples
    --------
    >>> from pathlib import Path
    >>> from observlib.catalogue import load_catalogue
    >>> known = load_catalogue(Path("data/catalogue"), own=Path("data/demo/catalogue"))
    >>> shared(known, "ville-fictive")
    "Relève aussi d'un autre organisme, et n'est compté pour aucun : « Logement » (Caisse fictive)."
    """
    own = catalogue.partners[partner]
    parts = []
    for theme in own.shared:
        others = [p.label for p in _of_theme(theme, catalogue) if p.id != partner]
        parts.append(_TEXTS["theme_of"].format(themes=_quoted([theme]), of=french.join(others)))
    return _TEXTS["shared"].format(themes=french.join(parts)) if parts else ""


def _quoted(themes: Iterable[str]) -> str:
    return french.join(map(words.in_quotes, themes))


def of_partner(frame: pd.DataFrame, catalogue: Catalogue, partner: str) -> pd.DataFrame:
    """The estimates of one partner, and those of its themes."""
    own = catalogue.partners[partner]
    themes = {fold_label(theme) for theme in (*own.themes, *own.shared)}
    whole = (frame["group"] == "partner") & (frame["group_value"] == own.label)
    part = (frame["group"] == "theme") & frame["group_value"].map(fold_label).isin(themes)
    return frame[whole | part].reset_index(drop=True)


def elsewhere(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The estimates of the themes that lead to no partner."""
    leads = leads_to_partner(catalogue.partners)
    themes = frame["group"] == "theme"
    none = [leads(theme) == NOBODY for theme in frame["group_value"]]
    return frame[themes & pd.Series(none, index=frame.index, dtype=bool)].reset_index(drop=True)


def publishes(frame: pd.DataFrame, catalogue: Catalogue, partner: str) -> pd.DataFrame:
    """Of estimates of published figures, those that a partner publishes itself."""
    return frame[frame["product"] == (catalogue.partners[partner].peer or " ")]


def ours_and_theirs(frame: pd.DataFrame, catalogue: Catalogue, partner: str) -> pd.DataFrame:
    """Of estimates of one indicator, ours and a partner's; none where it publishes none."""
    theirs = frame["product"] == (catalogue.partners[partner].peer or " ")
    rows = frame[theirs | ~frame["product"].isin(catalogue.peers)]
    return (rows if theirs.any() else rows.head(0)).reset_index(drop=True)


def actions_in_domain(actions: Iterable[Action], catalogue: Catalogue, partner: str) -> Output:
    """What we did in a partner's domain: the actions that name it, or one of its themes."""
    own = catalogue.partners[partner]
    themes = {fold_label(theme) for theme in (*own.themes, *own.shared)}
    lines = [
        markdown("- **{}** ({}). {}", one.title, french.day_label(one.date), one.done)
        for one in actions
        if partner in one.partners or themes & set(map(fold_label, one.themes))
    ]
    return text(joined(lines, "\n")) if lines else text(_TEXTS["nothing_done"])


def replies_of(
    frame: pd.DataFrame, replies: Sequence[Reply], catalogue: Catalogue, partner: str = ""
) -> Output:
    """What partners answered within a year: who, when, in how long, what (`partner_reply_days`)."""
    told = {(row["group_value"], row["period"]) for row in estimates.records(frame)}
    lines = []
    for reply in replies:
        if reply.partner not in catalogue.partners or partner not in ("", reply.partner):
            continue
        label = catalogue.partners[reply.partner].label
        if (label, str(reply.date)) not in told:
            continue
        since = _TEXTS["after_message" if reply.message else "after_quarter"]
        delay = french.count(reply.days, "jour", "jours")
        due = f" {_TEXTS['due'].format(day=french.day_label(reply.due))}" if reply.due else ""
        who = f"{label}, {reply.role}" if not partner else words.capital(reply.role)
        when = _TEXTS["when"].format(day=french.day_label(reply.date), delay=delay, since=since)
        on = _TEXTS["about"].format(themes=_quoted(reply.themes))
        lines.append(markdown("- **{}** ({}), {}. {}", who, when, on, reply.will_do + due))
    return text(joined(lines, "\n") if lines else _TEXTS["no_reply"]).carrying([frame], catalogue)


def unanswered(
    frame: pd.DataFrame,
    replies: Sequence[Reply],
    catalogue: Catalogue,
    period: str,
    partner: str = "",
) -> str:
    """On which themes of the quarter no partner, or not this one, answered within a year."""
    start = Quarter(period).back(4)[0].start
    answered = {
        (reply.partner, fold_label(theme))
        for reply in replies
        for theme in reply.themes
        if reply.date >= start
    }
    rows = frame[(frame["group"] == "theme") & (frame["estimate"] > 0)]
    heard = {fold_label(theme) for theme in rows["group_value"]}
    parts = []
    for one in catalogue.partners.values():
        themes = [
            theme
            for theme in (*one.themes, *one.shared)
            if partner in ("", one.id)
            and fold_label(theme) in heard
            and (one.id, fold_label(theme)) not in answered
        ]
        if themes:
            named = _quoted(themes)
            parts.append(
                named if partner else _TEXTS["theme_of"].format(themes=named, of=one.label)
            )
    if not parts:
        return _TEXTS["all_answered"] if len(rows) else ""
    first, *more = words.shared_out(parts)
    return " ".join([_TEXTS["unanswered"].format(themes=first), *words.also(more)])


def routes(catalogue: Catalogue) -> Output:
    """What leads to each partner: its domain, themes, words and names."""
    lines = []
    for one in catalogue.partners.values():
        parts = [
            _TEXTS[f"routes.{what}"].format(given=", ".join(given))
            for what in ("themes", "shared", "words", "entities")
            if (given := getattr(one, what))
        ]
        line = " ".join([f"{words.capital(one.domain)}.", *parts])
        lines.append(markdown("- **{}**. {}", one.label, line))
    return text(joined(lines, "\n") if lines else _TEXTS["no_partner"])


def _of_theme(theme: str, catalogue: Catalogue) -> list[Partner]:
    """The partners that answer for a theme."""
    wanted = fold_label(theme)
    return [
        one
        for one in catalogue.partners.values()
        if wanted in map(fold_label, (*one.themes, *one.shared))
    ]
