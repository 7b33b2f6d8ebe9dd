"""Workshops with users: how many came, and what became of their ideas.

All is counted whole, several devices together. Ideas are as they stood at the end of the last
quarter asked for, by the days on which they were decided and done.
"""

from collections.abc import Iterator, Sequence

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.confidentiality.disclosure import merge_counts, window_told, withheld_parts
from observlib.estimates import Row
from observlib.indicators.answers import pooled_period, with_interval, within
from observlib.indicators.families import counted, family, protected
from observlib.stats.survey.proportions import kaplan_meier, quantile, share_ended

_STEPS = ("Proposées", "Décidées", "Réalisées")
OTHERS = "Autres profils"
_MISSING = {"status": "missing"}
_STEP = 30  # days between the points of the curve


@protected()
def workshop_counts(workshops: pd.DataFrame, quarters: Sequence[Quarter]) -> Iterator[Row]:
    """How many workshops each product had by quarter, `workshop_count`."""
    rows = _within(workshops, quarters)
    for product, own in rows.groupby("product", sort=True):
        row = {**_passport(own), "product": product, "indicator": "workshop_count"}
        held = own.groupby("quarter")["workshop_id"].nunique()
        for quarter in quarters:
            yield {**row, "period": quarter, "estimate": held.get(quarter, 0)}


@counted
def participants(workshops: pd.DataFrame, quarters: Sequence[Quarter]) -> Iterator[Row]:
    """Participants of all the quarters' workshops: in all, by product, and by profile.

    They are given over the whole period alone, as the total of a year would tell a quarter that is
    withheld, and only where workshops are held every quarter or every other (see
    `confidentiality.disclosure`). A product whose workshops are not is withheld, as is one with
    fewer than eleven people, with as many others as keep it from being had by subtraction.
    """
    rows = _within(workshops, quarters)
    rows = rows[rows["kind"] == "participants"]
    if rows.empty:
        return
    about = {**_passport(rows), "period": pooled_period(quarters)}
    about |= {"indicator": "workshop_participants"}
    told, hidden = _publishable(rows, quarters), {"status": "suppressed"}
    yield about | (_people(int(rows["count"].sum())) if told else hidden)
    by_product = _sums(rows, "product")
    irregular = [
        str(name) for name, own in rows.groupby("product") if not _publishable(own, quarters)
    ]
    withheld = withheld_parts(by_product, irregular) if told else {*by_product}
    for product, count in sorted(by_product.items()):
        yield about | {"product": product} | (hidden if product in withheld else _people(count))
    if not told:
        return
    for label, (_, count) in merge_counts(_sums(rows, "label"), rest=OTHERS).items():
        yield about | {"group": "profile", "group_value": label} | _people(count)


def _people(count: int) -> Row:
    return {"estimate": count, "n": count}


@protected(personal=False)
def estimate_ideas(workshops: pd.DataFrame, quarters: Sequence[Quarter]) -> Iterator[Row]:
    """What became, by the end of the last quarter, of the ideas of the quarters' workshops."""
    rows = _within(workshops, quarters)
    rows = rows[rows["kind"] == "idea"]
    if rows.empty:
        return
    end = pd.Timestamp(quarters[-1].end)
    rows = rows.assign(decided=rows["decided"] <= end, done=rows["done"] <= end)
    about = {**_passport(rows), "period": pooled_period(quarters)}
    reached = (len(rows), int(rows["decided"].sum()), int(rows["done"].sum()))
    for step, count in zip(_STEPS, reached, strict=True):
        row = {"indicator": "workshop_ideas", "estimate": count}
        yield {**about, **row, "group": "step", "group_value": step}
    for product, some in [("", rows), *rows.groupby("product", sort=True)]:
        of = {**about, "product": product}
        done = {"estimate": 100 * float(some["done"].mean()), "n": len(some)}
        yield {**of, "indicator": "idea_done_share", "unit": "%", **done}
        if product:
            waiting = some["decided"] & ~some["done"] & (some["state"] != "dropped")
            yield {**of, "indicator": "ideas_waiting", "estimate": int(waiting.sum())}


@protected(personal=False)
def delays(workshops: pd.DataFrame, quarters: Sequence[Quarter]) -> Iterator[Row]:
    """How long decided ideas take to be done, those under way included (Kaplan and Meier)."""
    end = pd.Timestamp(quarters[-1].end)
    decided = workshops["decided"].between(pd.Timestamp(quarters[0].start), end)
    rows = workshops[(workshops["kind"] == "idea") & decided]
    if rows.empty:
        return
    done = rows["done"] <= end
    waited = (rows["done"].where(done, end) - rows["decided"]).dt.days
    curve = kaplan_meier(waited.tolist(), done.tolist())
    about = {**_passport(rows), "period": pooled_period(quarters)}
    base = {"n": len(rows), "n_eff": len(rows)}
    median = with_interval(*quantile(curve, 0.5))
    # without a median no base, which may be of too few
    yield {**about, "indicator": "idea_delay", **(base | median if median else _MISSING)}
    for day in range(0, int(waited.max()) + 1, _STEP):
        ended = with_interval(*(100 * share for share in share_ended(curve, day)))
        row = {"group": "days", "group_value": str(day), **base, **(ended or {})}
        yield {**about, "indicator": "idea_done_by", "unit": "%", **row}


def _publishable(participants: pd.DataFrame, quarters: Sequence[Quarter]) -> bool:
    """Whether participants of all the quarters may be told, none of which is told by itself."""
    held_in = set(participants["quarter"])
    return window_told([False if quarter in held_in else None for quarter in quarters])


def _passport(rows: pd.DataFrame) -> Row:
    """The device and channel of rows, where they have one, and all their sources."""
    one = {name: rows[name].iat[0] for name in ("channel", "device") if rows[name].nunique() == 1}
    return {**one, "source": ", ".join(sorted(rows["source"].unique()))}


def _sums(rows: pd.DataFrame, by: str) -> dict[str, int]:
    """Participants by product or profile, the most first."""
    sums = rows.groupby(by)["count"].sum().sort_values(ascending=False, kind="stable")
    return {str(name): int(count) for name, count in sums.items()}


def _within(workshops: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """The rows of workshops held in some quarters, each with its `quarter`."""
    return within(workshops.assign(product=workshops["product"].fillna("")), quarters)


@family("workshops")
def workshops_(workshops: pd.DataFrame, quarter: Quarter) -> pd.DataFrame:
    """Who came in a year, and what became of ideas; their delay, over two years of decisions."""
    year = quarter.back(4)
    measures = (workshop_counts, participants, estimate_ideas)
    found = [measure(workshops, year) for measure in measures]
    return estimates.combine([*found, delays(workshops, quarter.back(8))])
