"""Every way of listening at a glance: the headline of each, by product, for one quarter."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from observlib import estimates
from observlib.language import wording
from observlib.study import Study
from observlib.study.selection import Where

_TEXTS = wording.load_texts(__file__)
_DASHBOARDS = {
    "uses": ("visits", "visits_yoy", "open_visits", "onsite_visits", "calls", "tickets",
             "subscribers", "units_sold"),
    "opinions": ("ratings", "asked", "surveys", "nps", "answer_rate", "answered_in_promise"),
    "mobilisation": ("task_success", "sus", "participants", "ideas_done"),
}  # fmt: skip


def headlines(study: Study) -> dict[str, pd.DataFrame]:
    """The headline estimates of each way of listening, at most one a product in each frame.

    Where several devices give one headline of a product, that of the largest base stands here. A
    device of one area never stands for its product. Surveys, user tests and workshops are told over
    the year that the quarter ends.

    Frames are `visits`, `visits_yoy` (sites), `open_visits` (pages of data sets), `onsite_visits`
    (in person), `calls`, `answer_rate`, `tickets`, `answered_in_promise`, `subscribers`,
    `units_sold`, `ratings` (on 10, of those who rate), `asked` (of those asked in the quarter),
    `surveys` (in the year), `nps`, `task_success`, `sus`, `participants` (of workshops),
    `ideas_done` and `polls` (by device).
    """
    devices = study.catalogue.devices
    asking = [name for name, device in devices.items() if device.family == "consultation"]
    giving = [name for name, device in devices.items() if device.family != "consultation"]
    now: Where = {"period": study.quarter, "group": ""}
    year: Where = {"period": study.year, "group": ""}
    mark = "satisfaction_10"
    found: dict[str, tuple[str, Where]] = {
        "visits": ("visits", {"indicator": "visits", "channel": "web", **now}),
        "visits_yoy": ("visits", {"indicator": "visits_yoy", "channel": "web", **now}),
        "open_visits": ("visits", {"indicator": "visits", "channel": "open_data", **now}),
        "onsite_visits": ("visits", {"indicator": "visits", "channel": "in_person", **now}),
        "calls": ("contacts", {"indicator": "calls_offered", **now}),
        "answer_rate": ("contacts", {"indicator": "answer_rate", **now}),
        "tickets": ("contacts", {"indicator": "tickets_received", **now}),
        "answered_in_promise": ("contacts", {"indicator": "answered_in_promise", **now}),
        "subscribers": ("subscriptions", {"indicator": "subscribers", **now}),
        "units_sold": ("sales", {"indicator": "units_sold", **now}),
        "ratings": ("satisfaction", {"indicator": mark, "device": giving, **now}),
        "asked": ("satisfaction surveys", {"indicator": mark, "device": asking, **now}),
        "surveys": ("surveys", {"indicator": "satisfaction_10", **year}),
        "nps": ("surveys", {"indicator": "nps", **year}),
        "task_success": ("user_tests", {"indicator": "task_success", **year}),
        "sus": ("user_tests", {"indicator": "sus_mean", **year}),
        "participants": ("workshops", {"indicator": "workshop_participants", **year}),
        "ideas_done": ("workshops", {"indicator": "idea_done_share", **year}),
    }  # fmt: skip
    local = [name for name, device in devices.items() if device.area]
    every = {
        name: study.estimates(*families.split(), **where)
        for name, (families, where) in found.items()
    }
    shown = {name: _main(rows[~rows["device"].isin(local)]) for name, rows in every.items()}
    polls = study.estimates("polls", indicator=["poll_count", "poll_votes"])
    votes = study.select(polls, **now)
    return {**shown, "polls": votes}


def dashboard(shown: Mapping[str, pd.DataFrame], name: str) -> dict[str, pd.DataFrame]:
    """Some of the `headlines`, by their heads: those of `uses`, `opinions` or `mobilisation`."""
    return {_TEXTS[f"headed.{what}"]: shown[what] for what in _DASHBOARDS[name]}


def main_channel(sites: pd.DataFrame) -> str:
    """The channel whose visits a page tells: the web or, where no site is measured, open data."""
    return "web" if len(sites) else "open_data"


def completeness(shown: Mapping[str, pd.DataFrame], *others: pd.DataFrame) -> str:
    """Whether all that is listened to (`headlines`, and `others`) has published, as a sentence."""
    heard = all(len(rows) for name, rows in shown.items() if name != "onsite_visits")
    told = [rows["status"].eq("published").all() for rows in (*shown.values(), *others)]
    if heard and all(told):
        return _TEXTS["complete"]
    return _TEXTS["incomplete"]


def _main(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a product: that of the largest base, whatever is missing elsewhere."""
    rows = frame[frame["product"] != ""]
    rows = rows.assign(known=rows["estimate"].notna())
    rows = rows.sort_values(["known", "n", "device"], ascending=[False, False, True], kind="stable")
    rows = rows.drop_duplicates("product").sort_values("product", kind="stable")
    return estimates.check(rows[estimates.COLUMNS].reset_index(drop=True))
