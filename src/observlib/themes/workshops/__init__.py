"""Workshops with users: how many came, and what became of their ideas.

All is counted whole, several devices together. Ideas are as they stood at the end of the last
quarter asked for, by the days on which they were decided and done.
"""

from collections.abc import Sequence

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.confidentiality.disclosure import merge_small, protect, window_told, withheld_parts
from observlib.indicators.answers import pooled_period, with_interval, within
from observlib.indicators.families import family
from observlib.stats.survey.quantiles import kaplan_meier, quantile, share_ended

_STEPS = ("Proposées", "Décidées", "Réalisées")
OTHERS = "Autres profils"
_STEP = 30  # days between the points of the curve


def workshop_counts(workshops: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """How many workshops each product had by quarter, `workshop_count`."""
    rows = _within(workshops, quarters)
    made: list[estimates.Row] = []
    for product, own in rows.groupby("product", sort=True):
        row = {**_passport(own), "product": product, "indicator": "workshop_count"}
        for quarter in quarters:
            count = own.loc[own["quarter"] == quarter, "workshop_id"].nunique()
            made.append({**row, "period": quarter, "estimate": count})
    return protect(made)


def participants(workshops: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """Participants of all the quarters' workshops: in all, by product, and by profile.

    They are given over the whole period alone, as the total of a year would tell a quarter that is
    withheld, and only where workshops are held every quarter or every other (see
    `confidentiality.disclosure`). A product whose workshops are not is withheld, as is one with
    fewer than eleven people, with as many others as keep it from being had by subtraction.
    """
    rows = _within(workshops, quarters)
    rows = rows[rows["kind"] == "participants"]
    if rows.empty:
        return estimates.make([])
    passport = {**_passport(rows), "period": pooled_period(quarters)}
    passport |= {"indicator": "workshop_participants"}
    whole = _publishable(rows, quarters)
    total = int(rows["count"].sum())
    value: estimates.Row = {"estimate": total, "n": total} if whole else {"status": "suppressed"}
    made: list[estimates.Row] = [{**passport, **value}]
    by_product = _sums(rows, "product")
    irregular = [
        str(name) for name, own in rows.groupby("product") if not _publishable(own, quarters)
    ]
    hidden = withheld_parts(by_product, irregular) if whole else set(by_product)
    for product, count in sorted(by_product.items()):
        value = {"status": "suppressed"} if product in hidden else {"estimate": count, "n": count}
        made.append({**passport, "product": product, **value})
    if not whole:
        return protect(made, low_base=0, personal=False)
    seats = {
        name: {f"{name} {seat}" for seat in range(count)}
        for name, count in _sums(rows, "label").items()
    }
    for label, (_, seated) in merge_small(seats, rest=OTHERS).items():
        value = {"estimate": len(seated), "n": len(seated)}
        made.append({**passport, "group": "profile", "group_value": label, **value})
    return protect(made, low_base=0, personal=False)


def estimate_ideas(workshops: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """What became, by the end of the last quarter, of the ideas of the quarters' workshops."""
    rows = _within(workshops, quarters)
    rows = rows[rows["kind"] == "idea"]
    end = pd.Timestamp(quarters[-1].end)
    if rows.empty:
        return estimates.make([])
    passport = {**_passport(rows), "period": pooled_period(quarters)}
    made: list[estimates.Row] = []
    reached = (len(rows), int((rows["decided"] <= end).sum()), int((rows["done"] <= end).sum()))
    for step, count in zip(_STEPS, reached, strict=True):
        row = {"indicator": "workshop_ideas", "estimate": count}
        made.append({**passport, **row, "group": "step", "group_value": step})
    for product, some in [("", rows), *rows.groupby("product", sort=True)]:
        share = 100 * float((some["done"] <= end).mean())
        row = {"indicator": "idea_done_share", "unit": "%", "estimate": share, "n": len(some)}
        made.append({**passport, **row, "product": product})
        waiting = (some["decided"] <= end) & ~(some["done"] <= end) & (some["state"] != "dropped")
        if product:
            row = {"indicator": "ideas_waiting", "estimate": int(waiting.sum())}
            made.append({**passport, **row, "product": product})
    return protect(made, personal=False)


def delays(workshops: pd.DataFrame, quarters: Sequence[Quarter]) -> pd.DataFrame:
    """How long decided ideas take to be done, those still under way included.

    An idea that is not done by the end of the last quarter, or was dropped, has waited until then:
    the estimate is that of Kaplan and Meier.
    """
    end = pd.Timestamp(quarters[-1].end)
    rows = workshops[
        (workshops["kind"] == "idea")
        & workshops["decided"].between(pd.Timestamp(quarters[0].start), end)
    ]
    if rows.empty:
        return estimates.make([])
    done = rows["done"] <= end
    waited = (rows["done"].where(done, end) - rows["decided"]).dt.days
    curve = kaplan_meier(waited.tolist(), done.tolist())
    passport = {**_passport(rows), "period": pooled_period(quarters)}
    passport |= {"n": len(rows), "n_eff": len(rows)}
    median = with_interval(*quantile(curve, 0.5))
    if median is None:  # and no base, which may be of too few
        median = {"status": "missing", "n": None, "n_eff": None}
    made: list[estimates.Row] = [{**passport, "indicator": "idea_delay", **median}]
    for day in range(0, int(waited.max()) + 1, _STEP):
        ended = with_interval(*(100 * share for share in share_ended(curve, day)))
        row = {"group": "days", "group_value": str(day), **(ended or {})}
        made.append({**passport, "indicator": "idea_done_by", "unit": "%", **row})
    return protect(made, personal=False)


def _publishable(participants: pd.DataFrame, quarters: Sequence[Quarter]) -> bool:
    """Whether participants of all the quarters may be told, none of which is told by itself."""
    held_in = set(participants["quarter"])
    return window_told([False if quarter in held_in else None for quarter in quarters])


def _passport(rows: pd.DataFrame) -> estimates.Row:
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
