"""Every way of listening at a glance: the headline of each, by product, for one quarter."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from observlib import estimates
from observlib.base.yaml_files import load_data
from observlib.study import Study

_DATA = load_data(__file__)


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
    giving = [name for name in devices if name not in asking]
    named = {"asking": asking, "giving": giving, "year": study.year}
    local = [name for name, device in devices.items() if device.area]
    shown = {}
    for name, asked in _DATA["headlines"].items():
        where = {column: value for column, value in asked.items() if column != "families"}
        where |= {column: named[value] for column, value in where.items() if value in named}
        where = {"period": study.quarter, "group": "", **where}
        rows = study.estimates(*asked["families"], **where)
        shown[name] = _main(rows[~rows["device"].isin(local)])
    polls = study.estimates("polls", indicator=["poll_count", "poll_votes"])
    return {**shown, "polls": study.select(polls, period=study.quarter, group="")}


def dashboard(shown: Mapping[str, pd.DataFrame], name: str) -> dict[str, pd.DataFrame]:
    """Some of the `headlines`, by their heads: those of `uses`, `opinions` or `mobilisation`."""
    return {head: shown[what] for what, head in _DATA["dashboards"][name].items()}


def main_channel(sites: pd.DataFrame) -> str:
    """The channel whose visits a page tells: the web or, where no site is measured, open data."""
    return "web" if len(sites) else "open_data"


def completeness(shown: Mapping[str, pd.DataFrame], *others: pd.DataFrame) -> str:
    """Whether all that is listened to (`headlines`, and `others`) has published, as a sentence."""
    heard = all(len(rows) for name, rows in shown.items() if name != "onsite_visits")
    told = [rows["status"].eq("published").all() for rows in (*shown.values(), *others)]
    return str(_DATA["complete" if heard and all(told) else "incomplete"])


def _main(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a product: that of the largest base, whatever is missing elsewhere."""
    rows = frame[frame["product"] != ""]
    rows = rows.assign(known=rows["estimate"].notna())
    rows = rows.sort_values(["known", "n", "device"], ascending=[False, False, True], kind="stable")
    rows = rows.drop_duplicates("product").sort_values("product", kind="stable")
    return estimates.check(rows[estimates.COLUMNS].reset_index(drop=True))
