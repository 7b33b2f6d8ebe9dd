"""`observ fetch`, `ingest`, `forget`: exports come into the store, and rows leave it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from observlib.base import addresses
from observlib.base.errors import ObservError, UsageError
from observlib.base.files import working_folder
from observlib.base.period import today
from observlib.cli.printing import (
    Data,
    NewData,
    number_of,
    print_json,
    say,
    say_list,
    steps,
    summarise,
    waiting,
)

if TYPE_CHECKING:
    from observlib.base.files import Progress


def fetch_exports(
    device: Annotated[
        str | None, Argument(help="Device of the catalogue; all that can be, if none.")
    ] = None,
    to: Annotated[Path, Option(help="Folder of raw exports, from the project's root.")] = Path(
        "data/raw"
    ),
    since: Annotated[
        datetime | None,
        Option(
            formats=["%Y-%m-%d"],
            help="First day, of visits and tickets; 1 January of the year before last.",
        ),
    ] = None,
) -> None:
    """Fetch a device's export from its tool or database.

    Addresses and keys come from the environment: docs/how-to/fetch.md names the variables. A
    fetch that was interrupted goes on where it stopped.
    """
    from observlib.desk import fetching
    from observlib.pipeline import project

    folder = project.data_folder(to)
    known = project.catalogue(folder.parent)
    if device is None:
        kinds = fetching.fetchable(known)
        for name, kind in kinds.items():
            say(f"{name}: {kind}")
        say("`observ fetch DEVICE` fetches one." if kinds else "No device can be fetched.")
        print_json(devices=kinds)
        return
    with steps() as step:
        path = fetching.fetch(
            device, known, folder, root=project.root(), since=since and since.date(),
            progress=step("Fetching"),
        )  # fmt: skip
    say(f"Fetched: {path}")
    print_json(path=path)


def ingest_exports(
    folder: Annotated[
        str, Argument(help="Folder of raw exports, or its address, searched to any depth.")
    ],
    data: NewData = Path("data"),
) -> None:
    """Read raw exports into the store, each counted once."""
    from observlib import store
    from observlib.pipeline import project

    folder_of_store = project.data_folder(data)
    known = project.catalogue_with_devices(data)
    folder = folder.rstrip("/") or "/"
    with steps() as step, _at_hand(folder, folder_of_store, step("Fetching exports")) as place:
        reading = step("Reading exports")
        done = store.ingest(place, folder_of_store, known, reading, waiting)
        done.problems = [line.replace(str(place), folder) for line in done.problems]
    summarise(done, folder, folder_of_store / "store")
    if done.problems:
        raise ObservError(*done.problems)
    if done.unclaimed and done.kind == "demonstration" and not project.own(data, "catalogue"):
        raise ObservError(
            f"{folder}: is a demonstration, whose devices are those of data/demo/catalogue; "
            "ingest it with `--data data/demo`"
        )
    if done.devices.empty:
        raise ObservError(
            f"{folder}: holds no export that a device claims; "
            f"`observ catalogue` prints how they are named"
        )


def forget_rows(
    device: Annotated[str, Argument(help="Device of the catalogue.")],
    before: Annotated[
        datetime | None, Option(formats=["%Y-%m-%d"], help="Forget the rows before this day.")
    ] = None,
    respondent: Annotated[
        str | None, Option(help="Forget who has this identifier in the device's tool.")
    ] = None,
    raw: Annotated[
        Path | None, Option(help="Folder of raw exports to look into; DATA/raw.")
    ] = None,
    data: Data = Path("data"),
) -> None:
    """Forget a respondent, or what is before a day, for good.

    Rows leave the store, the device's rejects and what the project keeps of computations; later
    ingestions do not bring them back. Raw exports are named, not changed.
    """
    from observlib import store
    from observlib.base import kept
    from observlib.pipeline import project

    if (before is None) == (not respondent):
        raise UsageError("say what to forget: either --before YYYY-MM-DD or --respondent ID")
    if before and before.date() > today():
        raise UsageError(f"--before {before.date()}: lies in the future; name a day that is over")
    folder, known = project.data_folder(data), project.catalogue(data)
    if device not in known.devices:
        raise UsageError(f"device {device!r}: is not in the catalogue; `observ catalogue` lists it")
    caches = project.root() / kept.KEPT_FOLDER
    done = store.forget(folder, device, caches, before and before.date(), respondent)
    rows = number_of(range(done.rows), "row")
    say(f"Forgot {rows} of {device}, its rejects, and what was computed and kept")
    if respondent and not done.rows:
        say("No row had that identifier: is it as the tool writes it, codes of tests in capitals?")
    if (place := raw or folder / "raw").is_dir():
        store.still_raw(place, folder, device, known, done)
        lines = [f"{name}: {number_of(range(n), 'row')}" for name, n in done.raw.items()]
        say_list("Raw exports that still hold some; they are yours to delete", lines, shown=30)
        say_list("Raw exports to look into yourself", done.unread, shown=30)
    print_json(**vars(done))
    if done.left:
        raise ObservError(*(f"{path}: still holds what was to be forgotten" for path in done.left))
    say(f"Nothing left of what was to be forgotten, in {done.looked} files of the store")


@contextmanager
def _at_hand(told: str, data: Path, progress: Progress) -> Iterator[Path]:
    """The folder of the exports that somebody named, or a copy of those at an address."""
    from observlib.store import DEMONSTRATION_FILE

    if not addresses.is_address(told):
        if not Path(told).is_dir():
            raise UsageError(f"{told}: is not a folder; name the folder that holds the exports")
        yield Path(told)
        return
    where, store = addresses.checked_address(told, "FOLDER"), data / "store"
    store.mkdir(parents=True, exist_ok=True)
    with working_folder(store, ".raw-") as copy:
        parts = where.split("/")
        for end in range(4, len(parts)):  # a folder above says whether all is a demonstration
            marker = "/".join([*parts[:end], DEMONSTRATION_FILE])
            if addresses.size_of(marker) is not None:
                (copy / DEMONSTRATION_FILE).touch()
        place = copy / "raw"
        addresses.copy_from(where, place, progress)
        try:
            yield place
        except ObservError as error:
            raise type(error)(
                *(line.replace(str(place), where) for line in error.problems)
            ) from error
