"""Persons of an export of subscribers, counted into months."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd

from observlib.base.errors import ObservError
from observlib.catalogue import Device, Format
from observlib.loaders._moments import paris_days


def counted(
    path: Path,
    frame: pd.DataFrame,
    form: Format,
    device: Device,
    refuse: Callable[[str, pd.Series, str], None],
) -> tuple[pd.DataFrame, date, list[str]]:
    """The stock, joins and leaves of each month and cohort, from when persons joined and left.

    Parameters
    ----------
    frame
        A row a person: `joined`, maybe `left`, `list` and `product`.
    refuse
        Called with a field, the rows at fault and the reason.

    Returns
    -------
    frame, last, notices
        A row a `month`, `list` and `cohort` (the month of joining), up to the month of the export:
        the device's `extracted`, else the latest day of the file, which is told. Where the tool
        does not tell who left, those who are gone are in no month: only the month of the export
        and the one before it are counted.

    Raises
    ------
    ObservError
        Where nobody's joining can be read.
    """
    frame = frame.assign(list=frame.get("list", device.label))
    knows_leaving = "leaves" not in form.unknown
    if "left" not in frame:
        frame["left"] = pd.NaT
    refuse("joined", frame["joined"].isna(), "is empty: the month of joining is not known")
    refuse("left", frame["left"] < frame["joined"], "is before the day of joining")
    frame = frame[frame["joined"].notna() & ~(frame["left"] < frame["joined"])]
    if frame.empty:
        raise ObservError(f"{path}: nobody's day of joining can be read; export it again")
    days = frame.assign(
        joined=paris_days(frame["joined"]), left=paris_days(pd.to_datetime(frame["left"]))
    )
    notices = []
    made = pd.Timestamp(device.extracted) if device.extracted else None
    if made is None:
        made = max(day for day in (days["joined"].max(), days["left"].max()) if pd.notna(day))
        notices.append(
            f"the export does not say when it was made: months are counted until its latest "
            f"day, {made:%Y-%m-%d}; add the device's `extracted`"
        )
    rows = []
    months = days.assign(
        joined=days["joined"].dt.to_period("M"), left=days["left"].dt.to_period("M")
    )
    last = made.to_period("M")
    key = ["product", "list", "joined"]
    for (product, name, cohort), people in months.groupby(key, dropna=False, sort=True):
        left = people["left"].value_counts()
        stock = len(people)
        for month in pd.period_range(cohort, last, freq="M"):
            leaves = int(left.get(month, 0))
            stock -= leaves
            if not knows_leaving and month < last - 1:
                continue
            rows.append(
                {
                    "device": device.id, "channel": device.channel, "product": product,
                    "list": name, "cohort": str(cohort), "month": month.start_time,
                    "stock": stock, "joins": len(people) if month == cohort else 0,
                    "leaves": leaves if knows_leaving else None,
                }
            )  # fmt: skip
    return pd.DataFrame(rows, index=range(1, len(rows) + 1)), made.date(), notices
