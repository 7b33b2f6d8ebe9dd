"""What earlier pieces of a long export hold, so that nothing in it counts twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from observlib.catalogue.tables.definitions import TABLES


class Seen:
    """The keys of the rows seen so far, or the days that they count, by their digests.

    A digest has 64 bits: a hundred million rows take 800 MB. Of ten million, one would be taken for
    another with a chance of three in a million, and be told as a repeated one.
    """

    def __init__(self, table: str) -> None:
        self._shape = TABLES[table]
        self._runs: list[np.ndarray] = []  # sorted, each longer than the next
        self._areas: dict[tuple[object, ...], bool] = {}  # whether rows of a month tell one

    def again(self, rows: pd.DataFrame) -> np.ndarray:
        """Which rows have a key, or count a day, that was seen before; the others are seen now.

        Examples
        --------
        >>> seen, calls = Seen("calls"), pd.DataFrame({"device": "d", "call_id": ["1", "2"]})
        >>> seen.again(calls).tolist(), seen.again(calls[1:]).tolist()
        ([False, False], [True])
        """
        digests, positions = self._digests(rows)
        known = np.zeros(len(digests), dtype=bool)
        for run in self._runs:
            places = np.searchsorted(run, digests)
            known |= run[np.minimum(places, len(run) - 1)] == digests
        again = np.zeros(len(rows), dtype=bool)
        again[positions[known]] = True
        self._take(digests[~again[positions]])
        return again

    def mixed(self, rows: pd.DataFrame) -> int | None:
        """The position of the first row whose month has rows with an area and others without.

        Examples
        --------
        >>> seen, day = Seen("audience"), pd.Timestamp("2026-03-01")
        >>> rows = pd.DataFrame({"product": "p", "channel": "web", "start": [day, day]})
        >>> seen.mixed(rows.assign(area="Lyon")), seen.mixed(rows.assign(area=["Lyon", None]))
        (None, 1)
        """
        month = rows[self._shape.start].dt.to_period("M").astype(str)
        told = rows[["product", "channel"]].assign(month=month, area=rows["area"].notna())
        for position, *subject, has in told[~told.duplicated()].itertuples():
            if self._areas.setdefault(tuple(subject), has) != has:
                return int(rows.index.get_loc(position))
        return None

    def _take(self, digests: np.ndarray) -> None:
        """Keep digests in runs of which each is twice as long as the next, so that few are read."""
        if not len(digests):
            return
        run = np.sort(digests)
        while self._runs and len(self._runs[-1]) < 2 * len(run):
            run = np.concatenate([self._runs.pop(), run])
            run.sort(kind="stable")  # in place: of many millions of rows a copy is much
        self._runs.append(run)

    def _digests(self, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """The digests of the rows' keys or of their days, and the positions of their rows."""
        shape = self._shape
        key = rows[[name for name in shape.key if name in rows]]
        positions = np.arange(len(rows))
        if shape.by_days:
            lasts = (rows[shape.end] - rows[shape.start]).dt.days.to_numpy() + 1
            positions = positions.repeat(lasts)
            nth = np.arange(len(positions)) - (lasts.cumsum() - lasts).repeat(lasts)
            day = rows[shape.start].to_numpy()[positions] + nth.astype("timedelta64[D]")
            key = key.drop(columns=[shape.start, shape.end], errors="ignore").iloc[positions]
            key = key.assign(day=day)
        return pd.util.hash_pandas_object(key, index=False).to_numpy(), positions
