"""What was published, kept: later editions must not tell what two of them tell together.

Each publication that told something new is a folder of the data folder, `published/<number>`, with
the estimates and comparisons of the edition as pages told them. They hold nothing that was not
published: keep them with the data, and in version control where the data are real.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from observlib import estimates
from observlib.base import kept
from observlib.base.errors import ObservError, bounded
from observlib.base.files import replace_folder, workspace
from observlib.base.kept import Inputs
from observlib.base.period import Quarter
from observlib.confidentiality.disclosure import Published
from observlib.estimates import check_comparisons, make_comparisons

ARCHIVE_FOLDER = "published"
ESTIMATES, COMPARISONS, STEPS = "estimates.parquet", "comparisons.parquet", "disclosure.json"
FILES = (ESTIMATES, COMPARISONS, STEPS)
DAY = "published"  # of the steps as they are kept


class Publication(NamedTuple):
    """One that was kept: its name, what it told, and on which day (`""`: before days were kept)."""

    name: str
    told: Published
    day: str = ""
    comparisons: pd.DataFrame = make_comparisons(None)

    @property
    def quarter(self) -> str:
        """The quarter of its edition."""
        return self.name.partition("-")[2]

    @property
    def dated(self) -> pd.DataFrame:
        """Its estimates, each with its edition and its day."""
        return self.told.estimates.assign(edition=self.quarter, day=self.day)


def in_the_making(rows: pd.DataFrame, quarter: Quarter, day: date) -> Publication:
    """What an edition that is not yet published tells."""
    return Publication(f"-{quarter}", Published(rows, ()), day.isoformat())


def earlier(data: Path) -> list[Publication]:
    """What was published from a data folder, the oldest first."""
    return [_read(folder, _stamp(folder)) for folder in _folders(data)]


def last(data: Path, quarter: Quarter) -> Publication:
    """What a quarter's edition told when it was last published."""
    told = {one.quarter: one for one in earlier(data)}
    if quarter not in told:
        raise ObservError(
            f"{quarter}: was not published from {data}; published are "
            f"{bounded(sorted(told)) or 'none'}; `observ edition {quarter}` publishes it"
        )
    return told[quarter]


def published_names(data: Path) -> tuple[str, ...]:
    """The names of what was published from a data folder, the oldest first."""
    return tuple(folder.name for folder in _folders(data))


def archive_digests(data: Path) -> Inputs:
    """What was published from a data folder, by its names: the digest of each, on whatever day."""
    return {one.name: _digest(data / ARCHIVE_FOLDER / one.name) for one in earlier(data)}


def _digest(folder: Path) -> str:
    tables = {name: kept.file(folder / name) for name in (ESTIMATES, COMPARISONS)}
    steps = json.loads((folder / STEPS).read_text(encoding="utf-8"))
    told = {name: json.dumps(value, sort_keys=True) for name, value in steps.items() if name != DAY}
    return kept.key(tables | told)


def published_before(data: Path, quarter: Quarter, edition: Path) -> Inputs:
    """What was published before an edition, by its names: the digest of each. Where the last
    publication told the same of the same quarter, it is this edition, made again."""
    found, own = archive_digests(data), _same(data, quarter, edition)
    if own and own.name == next(reversed(found)):
        del found[own.name]
    return found


def _same(data: Path, quarter: Quarter, edition: Path) -> Path | None:
    """The last publication of a quarter, where it told what an edition's folder tells."""
    last = [path for path in _folders(data) if path.name.endswith(quarter)][-1:]
    for folder in last:
        tables = (ESTIMATES, COMPARISONS)
        if all((folder / name).read_bytes() == (edition / name).read_bytes() for name in tables):
            return folder
    return None


def _folders(data: Path) -> list[Path]:
    return sorted(path for path in (data / ARCHIVE_FOLDER).glob("[0-9]*") if path.is_dir())


def _stamp(folder: Path) -> tuple[int, ...]:
    paths = (folder / name for name in FILES)
    return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in paths)


@lru_cache(64)
def _read(folder: Path, stamp: tuple[int, ...]) -> Publication:
    try:
        rows, pairs = archive_tables(folder)
        estimates.check(rows)
        check_comparisons(pairs)
        steps = json.loads((folder / STEPS).read_text(encoding="utf-8"))
        wide = frozenset((*map(str, names[:4]), int(names[4])) for names in steps["wide"])
        amended = frozenset(tuple(map(str, one)) for one in steps.get("amended", ()))
        day = str(steps.get(DAY, ""))
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise ObservError(
            f"{folder}: cannot be read ({str(error).splitlines()[0]}); bring it back from a copy: "
            "without it, an edition may tell what few people answered"
        ) from error
    told = Published(rows, wide, amended)  # type: ignore[arg-type]
    return Publication(folder.name, told, day, pairs)


def keep_estimates(data: Path, quarter: Quarter, edition: Path, today: date) -> None:
    """Keep what an edition is about to publish; unless the last one of its quarter told it."""
    if _same(data, quarter, edition):
        return
    files = {name: (edition / name).read_bytes() for name in FILES}
    steps = json.loads(files[STEPS]) | {DAY: today.isoformat()}
    files[STEPS] = _json(steps)
    number = 1 + max((int(name.split("-")[0]) for name in published_names(data)), default=0)
    target = data / ARCHIVE_FOLDER / f"{number:04d}-{quarter}"
    target.parent.mkdir(parents=True, exist_ok=True)
    with workspace(target) as work:
        new = work / target.name
        new.mkdir()
        for name in FILES:
            (new / name).write_bytes(files[name])
        replace_folder(new, target)


def archive_tables(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The estimates and the comparisons of a publication, or of an edition's folder."""
    return pd.read_parquet(folder / ESTIMATES), pd.read_parquet(folder / COMPARISONS)


def content(
    rows: pd.DataFrame, pairs: pd.DataFrame, steps: Mapping[str, object]
) -> dict[str, bytes]:
    """The files of a publication."""
    return {
        ESTIMATES: rows.to_parquet(index=False),
        COMPARISONS: pairs.to_parquet(index=False),
        STEPS: _json(steps),
    }


def _json(steps: Mapping[str, object]) -> bytes:
    return (json.dumps(steps, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
