"""What the sentences on partners tell, and lists of what leads to each and what it answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import pandas as pd

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.base.text import fold_label
from observlib.catalogue import NOBODY, Catalogue, Partner, leads_to_partner
from observlib.display.output import Output, text
from observlib.records.sheets import Action, Reply
from observlib.themes import templates
from observlib.themes.quotes import quote_list
from observlib.themes.templates import published

_KINDS = ("partner_call_share", "partner_ticket_share", "partner_text_share")
_quotes = quote_list


def _shares(frame: pd.DataFrame, period: str) -> list[pd.DataFrame]:
    """The published shares of calls, of messages and of texts, those that there are."""
    return [rows for name in _KINDS if len(rows := published(frame, name, period))]


def _replied_and_silent(
    frame: pd.DataFrame, period: str, catalogue: Catalogue
) -> tuple[list[str], list[str]]:
    """Of the partners to whom something led in a period, those that answered, and the others."""
    rows = frame[frame["group"] == "partner"]
    counts = rows[rows["indicator"] == "partner_replies"]
    heard = set(rows.loc[(rows["period"] == period) & (rows["estimate"] > 0), "group_value"])
    answered = set(counts["group_value"])
    labels = [one.label for one in catalogue.partners.values() if one.label in heard]
    return [x for x in labels if x in answered], [x for x in labels if x not in answered]


def quoted(texts: pd.DataFrame) -> Output:
    """What users wrote that leads to a partner, but for what would tell who wrote it.

    `texts` are of the words `quoted` of the family, those of one partner.
    """
    if texts.empty:
        raise ObservError("quoted: no text to show; name it with `absent`")
    return text(templates.narrative("partners")._quoted(texts["text"]))


def _own(partner: Partner) -> dict[str, str]:
    """The themes of a partner, alone or with others, by what is compared of them."""
    return {fold_label(theme): theme for theme in (*partner.themes, *partner.shared)}


def _shared_themes(partner: str, catalogue: Catalogue) -> list[tuple[list[str], list[str]]]:
    """Each theme that a partner shares, with the others that answer for it."""
    partners = catalogue.partners.values()
    others = [one for one in partners if one.id != partner]
    return [
        ([theme], [one.label for one in others if fold_label(theme) in _own(one)])
        for theme in catalogue.partners[partner].shared
    ]


def of_partner(frame: pd.DataFrame, catalogue: Catalogue, partner: str) -> pd.DataFrame:
    """The estimates of one partner, and those of its themes."""
    own = catalogue.partners[partner]
    themes = _own(own)
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
    themes = _own(catalogue.partners[partner])
    own = [x for x in actions if partner in x.partners or themes.keys() & map(fold_label, x.themes)]
    return text(templates.narrative("partners")._actions(own))


def replies_of(
    frame: pd.DataFrame, replies: Sequence[Reply], catalogue: Catalogue, partner: str = ""
) -> Output:
    """What partners answered within a year: who, when, in how long, what (`partner_reply_days`)."""
    told = {(row["group_value"], row["period"]) for row in estimates.records(frame)}
    own = [
        reply
        for reply in replies
        if reply.partner in catalogue.partners
        and partner in ("", reply.partner)
        and (catalogue.partners[reply.partner].label, str(reply.date)) in told
    ]
    said = templates.narrative("partners")._replies(own, partner, catalogue)
    return text(said).carrying([frame], catalogue)


def _heard_themes(frame: pd.DataFrame) -> list[str]:
    """The themes of which something was heard."""
    rows = frame[(frame["group"] == "theme") & (frame["estimate"] > 0)]
    return [fold_label(theme) for theme in rows["group_value"]]


def _unanswered_themes(
    frame: pd.DataFrame,
    replies: Sequence[Reply],
    period: str,
    partner: str,
    catalogue: Catalogue,
) -> list[tuple[list[str], list[str]]]:
    """The themes of the quarter that each partner, or this one, did not answer within a year."""
    start = Quarter(period).back(4)[0].start
    answered: defaultdict[str, set[str]] = defaultdict(set)
    for reply in replies:
        if reply.date >= start:
            answered[reply.partner] |= {*map(fold_label, reply.themes)}
    heard = set(_heard_themes(frame))
    waiting = []
    for one in catalogue.partners.values():
        themes = [theme for key, theme in _own(one).items() if key in heard - answered[one.id]]
        if themes and partner in ("", one.id):
            waiting.append((themes, [one.label]))
    return waiting


def routes(catalogue: Catalogue) -> Output:
    """What leads to each partner: its domain, themes, words and names."""
    return text(templates.narrative("partners")._routes(catalogue.partners.values()))
