"""Findings of partners: what leads to each, what we did, what they answered, or did not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from observlib import estimates
from observlib.actions import Action
from observlib.catalogue import Catalogue, Partner
from observlib.catalogue.partners import NOBODY, by_theme
from observlib.display import french, phrases, words
from observlib.display.output import Output, text
from observlib.display.prose import joined, markdown, plain
from observlib.display.words import SEMICOLON
from observlib.errors import ObservError
from observlib.period import Quarter
from observlib.quotes import listed
from observlib.replies import Reply
from observlib.sentences import published
from observlib.text import fold_label

_KINDS = {
    "partner_call_share": "des appels",
    "partner_ticket_share": "des messages",
    "partner_text_share": "des textes",
}


def overview(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """What share of calls, messages and texts is in the domain of another administration.

    Parameters
    ----------
    frame
        Estimates of the shares of all partners (`group` empty), by device.
    """
    clauses = _clauses(frame, catalogue, period)
    if not clauses:
        return ""
    when = phrases.capital(french.when(period))
    return f"{when}, {french.join(clauses)} relèvent d'un autre organisme."


def domain(frame: pd.DataFrame, catalogue: Catalogue, partner: str, period: str) -> str:
    """What share of calls, messages and texts is in the domain of one partner, which is told.

    Parameters
    ----------
    frame
        Estimates of the shares of this partner, by device.
    partner
        Its id.
    """
    what = catalogue.partners[partner].domain
    when, clauses = phrases.capital(french.when(period)), _clauses(frame, catalogue, period)
    if not clauses:
        return f"{when}, rien de publiable ne porte sur son seul domaine : {what}."
    return f"{when}, {french.join(clauses)} portent sur son domaine : {what}."


def _clauses(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> list[str]:
    clauses = []
    for name, what in _KINDS.items():
        rows = published(frame, name, period)
        if len(rows):
            indicator = words.indicator_of(name, catalogue)
            share = phrases.ends(rows, indicator)
            share = f"de {share}" if " à " in share else share
            desks = " selon le service" if len(rows) > 1 else ""
            clauses.append(f"{share} {what}{desks}{phrases.precision(rows, indicator)}")
    return clauses


def have_replied(frame: pd.DataFrame, catalogue: Catalogue, period: str) -> str:
    """Which partners answered within a year, and that the others did not.

    Parameters
    ----------
    frame
        Estimates of `partner_replies` and of what leads to each partner (`group` = `partner`).
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
        return "Aucun n'a répondu depuis un an."
    have = french.plural(len(replied), "a répondu", "ont répondu")
    text = f"Depuis un an, {french.join(replied)} {have} à ce qui leur était transmis"
    if len(replied) == 1:
        text = text.replace("leur était", "lui était")
    have = french.plural(len(silent), "n'a pas répondu", "n'ont pas répondu")
    return f"{text}{SEMICOLON}{french.join(silent)} {have}." if silent else f"{text}."


def quoted(texts: pd.DataFrame) -> Output:
    """What users wrote that leads to a partner, but for what would tell who wrote it.

    Parameters
    ----------
    texts
        Of the words `quoted` of the family, those of one partner.

    Raises
    ------
    ObservError
        Where there is none to show.
    """
    if texts.empty:
        raise ObservError("quoted: no text to show; name it with `absent`")
    lead = "Des textes qui le concernent, désignés par le sort :"
    return text(joined([plain(lead), listed(texts["text"])], "\n\n"))


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
        parts.append(f"« {theme} » ({french.join(others)})")
    start = "Relève aussi d'un autre organisme, et n'est compté pour aucun"
    return f"{start} : {french.join(parts)}." if parts else ""


def of_partner(frame: pd.DataFrame, catalogue: Catalogue, partner: str) -> pd.DataFrame:
    """The estimates of one partner, and those of its themes."""
    own = catalogue.partners[partner]
    themes = {fold_label(theme) for theme in (*own.themes, *own.shared)}
    whole = (frame["group"] == "partner") & (frame["group_value"] == own.label)
    part = (frame["group"] == "theme") & frame["group_value"].map(fold_label).isin(themes)
    return frame[whole | part].reset_index(drop=True)


def elsewhere(frame: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The estimates of the themes that lead to no partner."""
    leads = by_theme(catalogue.partners)
    themes = frame["group"] == "theme"
    none = [leads(theme) == NOBODY for theme in frame["group_value"]]
    return frame[themes & pd.Series(none, index=frame.index, dtype=bool)].reset_index(drop=True)


def publishes(frame: pd.DataFrame, catalogue: Catalogue, partner: str) -> pd.DataFrame:
    """Of estimates of published figures, those that a partner publishes itself."""
    return frame[frame["product"] == (catalogue.partners[partner].peer or " ")]


def beside(frame: pd.DataFrame, catalogue: Catalogue, partner: str) -> pd.DataFrame:
    """Of estimates of one indicator, ours and a partner's; none where it publishes none."""
    theirs = frame["product"] == (catalogue.partners[partner].peer or " ")
    rows = frame[theirs | ~frame["product"].isin(catalogue.peers)]
    return (rows if theirs.any() else rows.head(0)).reset_index(drop=True)


def done(actions: Iterable[Action], catalogue: Catalogue, partner: str) -> Output:
    """What we did in a partner's domain: the actions that name it, or one of its themes."""
    own = catalogue.partners[partner]
    themes = {fold_label(theme) for theme in (*own.themes, *own.shared)}
    lines = [
        markdown("- **{}** ({}). {}", one.title, french.day_label(one.date), one.done)
        for one in actions
        if partner in one.partners or themes & set(map(fold_label, one.themes))
    ]
    return text(joined(lines, "\n")) if lines else text("Aucune action n'est consignée.")


def replies_of(
    frame: pd.DataFrame, replies: Sequence[Reply], catalogue: Catalogue, partner: str = ""
) -> Output:
    """What partners, or one of them, answered within a year: who, when, in how long, and what.

    Parameters
    ----------
    frame
        Estimates of `partner_reply_days`.
    """
    told = {(row["group_value"], row["period"]) for row in estimates.records(frame)}
    lines = []
    for reply in replies:
        if reply.partner not in catalogue.partners or partner not in ("", reply.partner):
            continue
        label = catalogue.partners[reply.partner].label
        if (label, str(reply.date)) not in told:
            continue
        asked = french.join(f"« {theme} »" for theme in reply.themes)
        since = "le message" if reply.message else "la fin du trimestre"
        delay = french.count(reply.days, "jour", "jours")
        due = f" Échéance : {french.day_label(reply.due)}." if reply.due else ""
        who = f"{label}, {reply.role}" if not partner else phrases.capital(reply.role)
        when = f"{french.day_label(reply.date)}, {delay} après {since}"
        lines.append(markdown("- **{}** ({}), sur {}. {}", who, when, asked, reply.will_do + due))
    none = "Aucune réponse n'a été reçue depuis un an."
    return text(joined(lines, "\n") if lines else none).carrying([frame], catalogue)


def unanswered(
    frame: pd.DataFrame,
    replies: Sequence[Reply],
    catalogue: Catalogue,
    period: str,
    partner: str = "",
) -> str:
    """On which themes of the quarter no partner, or not this one, answered within a year.

    Parameters
    ----------
    frame
        Estimates by theme of the period; themes that lead to no partner are passed over.
    """
    start = Quarter.parse(period).back(4)[0].start
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
            f"« {theme} »"
            for theme in (*one.themes, *one.shared)
            if partner in ("", one.id)
            and fold_label(theme) in heard
            and (one.id, fold_label(theme)) not in answered
        ]
        if themes:
            parts.append(french.join(themes) + ("" if partner else f" ({one.label})"))
    if not parts:
        return "Chaque motif du trimestre a eu une réponse depuis un an." if len(rows) else ""
    return f"Sans réponse depuis un an : {SEMICOLON.join(parts)}."


def routes(catalogue: Catalogue) -> Output:
    """What leads to each partner: its domain, themes, words and names."""
    lines = []
    for one in catalogue.partners.values():
        parts = [
            f"{what} : {', '.join(given)}"
            for what, given in (
                ("motifs", one.themes),
                ("motifs communs", one.shared),
                ("mots", one.words),
                ("noms", one.entities),
            )
            if given
        ]
        line = f"{phrases.capital(one.domain)}. {phrases.capital(SEMICOLON.join(parts))}."
        lines.append(markdown("- **{}**. {}", one.label, line))
    return text(joined(lines, "\n") if lines else "Aucun organisme n'est au catalogue.")


def _of_theme(theme: str, catalogue: Catalogue) -> list[Partner]:
    """The partners that answer for a theme."""
    wanted = fold_label(theme)
    return [
        one
        for one in catalogue.partners.values()
        if wanted in map(fold_label, (*one.themes, *one.shared))
    ]
