"""Calls, messages and texts by the partner in whose domain they are, over eight quarters."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.base.text import by_words, fold
from observlib.catalogue import NOBODY, PARTNER, SEVERAL, THEME, UNTOLD, Catalogue, leads_to_partner
from observlib.catalogue.entries import Partner
from observlib.confidentiality.disclosure import few_alike, protect
from observlib.estimates import base
from observlib.indicators import answers
from observlib.indicators.families import family, made_by, protected
from observlib.indicators.pairs import across_periods, tested
from observlib.records import coding
from observlib.records.sheets import Reply
from observlib.themes import quotes

# --- Routing of texts: to which partner one leads, by the words of the catalogue's entries


def by_text(partners: Mapping[str, Partner]) -> Callable[[str], str]:
    """What tells where a redacted text leads, by the words that it holds and whom it names.

    A word is found in the plural too, whatever its case and accents. A text that leads to two
    partners is of `SEVERAL`. The marks that stand for personal data count for nothing.
    """
    words = {p.label: p.words for p in partners.values()}
    holding = by_words(words, {p.label: p.entities for p in partners.values()})

    def leads(text: str) -> str:
        found = holding(text)
        return SEVERAL if len(found) > 1 else found[0] if found else NOBODY

    return leads


QUARTERS = 8
_QUOTED = ["group_value", "product", "device", "text"]
_NO_PARTNER = (NOBODY, UNTOLD)


def contacts_of_partners(rows: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Calls or tickets, each with its `theme` and the partner to which it leads."""
    themes = rows["theme"].astype(object).where(rows["theme"].notna(), UNTOLD)
    return _led(rows.assign(theme=themes), "theme", leads_to_partner(catalogue.partners))


def texts(verbatims: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """As `contacts_of_partners`, the redacted texts of each answer as one, by partner."""
    led = _led(coding.whole_texts(verbatims), "text", by_text(catalogue.partners))
    return led.drop(columns="text").assign(theme=led["partner"]).fillna({"product": ""})


def _led(rows: pd.DataFrame, column: str, leads: Callable[[str], str]) -> pd.DataFrame:
    known = {one: leads(one) for one in rows[column].unique()}
    led = [known[one] for one in rows[column]]
    return rows.assign(partner=pd.Series(led, index=rows.index, dtype=object))


def _told(rows: Iterable[estimates.Row]) -> pd.DataFrame:
    every = [*rows]
    shares = [row for row in every if "unit" in row]
    counts = [row for row in every if "unit" not in row]
    return estimates.combine(
        [protect(shares, personal=False), protect(counts, low_base=0, personal=False)]
    )


@made_by(_told)
def routed(
    rows: pd.DataFrame, kind: str, catalogue: Catalogue, quarters: Sequence[Quarter]
) -> Iterator[estimates.Row]:
    """How many contacts of each device and quarter lead to each partner, and what share."""
    labels = [partner.label for partner in catalogue.partners.values()]
    for passport, own in answers.by_device(answers.within(rows, quarters)):
        leads = dict(zip(own["theme"], own["partner"], strict=True))
        places = [x for x in (*labels, SEVERAL, *_NO_PARTNER) if x in leads.values()]
        themes = sorted({*leads} - {UNTOLD}, key=fold) if kind != "text" else []
        for quarter in quarters:
            given = own[own["quarter"] == quarter]
            status = answers.period_status(given, [quarter])
            about = {**passport, "period": quarter, "status": status}
            found = answers.times(given).groupby(given["theme"]).sum()
            counts = found.reindex([*leads], fill_value=0)
            of = counts.groupby(leads).sum()
            total = int(counts.sum())
            somewhere = of.drop([*_NO_PARTNER], errors="ignore").sum()
            yield from _rows(kind, about, int(somewhere), total)
            for group, values, each in ((PARTNER, places, of), (THEME, themes, counts)):
                for value in values:
                    in_group = {**about, "group": group, "group_value": value}
                    yield from _rows(kind, in_group, int(each[value]), total)


def _rows(kind: str, about: estimates.Row, count: int, total: int) -> list[estimates.Row]:
    """The count and the share of what leads somewhere; withheld where they tell of few."""
    rows = [{**about, "indicator": f"partner_{kind}s"}]
    rows.append({**about, "indicator": f"partner_{kind}_share", "unit": "%"})
    if not total:
        return [{**row, "status": "missing"} for row in rows]
    share = answers.share_of(count, total)
    of_people = about.get("group_value") != UNTOLD  # which nobody is: the agent noted no theme
    if count and of_people and few_alike("%", share["estimate"], total):
        return [{**row, "status": "suppressed"} for row in rows]
    share["n"] = base(total)
    counted = {"estimate": base(count), "n": (of_people and base(count)) or None}
    return [row | value for row, value in zip(rows, (counted, share), strict=True)]


@protected(personal=False)
def replied(
    replies: Sequence[Reply], catalogue: Catalogue, quarter: Quarter
) -> Iterator[estimates.Row]:
    """How long each reply of the year took, in days, on its day; and how many each partner gave."""
    year = quarter.back(4)
    partners = catalogue.partners
    known = [one for one in replies if one.partner in partners and one.date >= year[0].start]
    labels = [partners[one.partner].label for one in known]
    about = {"group": PARTNER, "source": answers.source_of("replies", map(repr, replies))}
    for one, label in zip(known, labels, strict=True):
        day = {"indicator": "partner_reply_days", "period": str(one.date)}
        yield {**about, **day, "group_value": label, "estimate": float(one.days)}
    period = {"indicator": "partner_replies", "period": answers.pooled_period(year)}
    for label, n in Counter(labels).items():
        yield {**about, **period, "group_value": label, "estimate": float(n)}


def quoted_texts(verbatims: pd.DataFrame, catalogue: Catalogue, quarter: Quarter) -> pd.DataFrame:
    """Texts of the quarter that lead to each partner, by lot, of those that may be quoted.

    None of a partner to whom fewer than eleven texts of the year lead.
    """
    names = [name for name, device in catalogue.devices.items() if device.quotes]
    rows = answers.within(verbatims[verbatims["device"].isin(names)], quarter.back(4))
    whole = coding.drawn(coding.whole_texts(rows), quarter)
    led = _led(whole, "text", by_text(catalogue.partners)).fillna({"product": ""})
    capitals = quotes.names_in(led["text"])
    made = []
    for partner in catalogue.partners.values():
        its = led[led["partner"] == partner.label]
        if len(its) >= estimates.MINIMUM_PEOPLE:
            now = its[its["quarter"] == quarter].drop_duplicates("text")
            may = [quotes.may_be_quoted(text, capitals) for text in now["text"]]
            made.append(now[may].head(quotes.OF_A_THEME))
    told = [rows.rename(columns={"partner": "group_value"})[_QUOTED] for rows in made]
    return pd.concat(told) if told else pd.DataFrame(columns=_QUOTED)


@family("partners", quarters=QUARTERS)
def partners_(
    calls_by_theme: pd.DataFrame,
    tickets_by_theme: pd.DataFrame,
    verbatims: pd.DataFrame,
    replies: Sequence[Reply],
    catalogue: Catalogue,
    quarter: Quarter,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, pd.DataFrame]]:
    """Eight quarters of what leads to each partner, what moved on a year, and their replies."""
    words = {"quoted": quoted_texts(verbatims, catalogue, quarter)}
    if not catalogue.partners:
        none = estimates.make([])
        return none, tested(catalogue, across_periods(none, catalogue, "", "")), words
    quarters = quarter.back(QUARTERS)
    led = {
        "call": contacts_of_partners(calls_by_theme, catalogue),
        "ticket": contacts_of_partners(tickets_by_theme, catalogue),
        "text": texts(verbatims, catalogue),
    }
    rows = estimates.combine(routed(of, kind, catalogue, quarters) for kind, of in led.items())
    labels = [partner.label for partner in catalogue.partners.values()]
    compared = rows[(rows["group"] == PARTNER) & rows["group_value"].isin(labels)]
    pairs = across_periods(compared, catalogue, quarter, quarter - 4)
    answered = replied(replies, catalogue, quarter)
    return estimates.combine([rows, answered]), tested(catalogue, pairs), words
