"""What commands are told the place of: a path as it is, an address brought at hand for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from observlib.base import addresses
from observlib.base.errors import ObservError, UsageError
from observlib.base.files import temporary_files, working_folder
from observlib.base.period import Quarter, today
from observlib.cli.printing import say

if TYPE_CHECKING:
    from observlib.store import Progress


@contextmanager
def exports_at_hand(told: str, data: Path, progress: Progress) -> Iterator[Path]:
    """The folder of the exports that somebody named, or a copy of those at an address."""
    from observlib.store import DEMONSTRATION

    if not addresses.is_address(told):
        if not Path(told).is_dir():
            raise UsageError(f"{told}: is not a folder; name the folder that holds the exports")
        yield Path(told)
        return
    where, store = addresses.checked(told, "FOLDER"), data / "store"
    store.mkdir(parents=True, exist_ok=True)
    with working_folder(store, ".raw-") as copy:
        parts = where.split("/")
        for end in range(4, len(parts)):  # a folder above says whether all is a demonstration
            marker = "/".join([*parts[:end], DEMONSTRATION])
            if addresses.size_of(marker) is not None:
                (copy / DEMONSTRATION).touch()
        place = copy / "raw"
        addresses.fetch(where, place, progress)
        try:
            yield place
        except ObservError as error:
            raise type(error)(
                *(line.replace(str(place), where) for line in error.problems)
            ) from error


def put_bundle(root: Path, data: Path, quarter: Quarter | None, to: str | None) -> dict[str, str]:
    """Put the published edition of a quarter where it was asked for; what to answer of it."""
    if to is None:
        return {}
    from observlib import store
    from observlib.publish.editions import record

    name = str(quarter or store.latest_quarter(data, today()))
    place = record.put(root / "reports" / "_site" / name, to)
    say(f"Put: {place}")
    return {"bundle": place}


@contextmanager
def bundle_at_hand(told: str) -> Iterator[Path]:
    """The edition that somebody named, a folder or a .zip; a copy of one at an address."""
    if not addresses.is_address(told):
        yield Path(told)
        return
    with temporary_files() as folder:
        yield addresses.fetch(addresses.checked(told, "BUNDLE"), folder / "bundle")
