"""What is told of devices: `observ catalogue`, `status`, `watch`, `plan`; files for who `code`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from observlib.base import addresses
from observlib.base.errors import ObservError, UsageError, bounded
from observlib.base.files import working_folder
from observlib.base.period import Quarter, today
from observlib.cli import printing
from observlib.cli.printing import Data, number_of, print_json, say, say_list, say_table, steps
from observlib.pipeline import project

if TYPE_CHECKING:
    from observlib.base.files import Progress
    from observlib.catalogue import Catalogue
    from observlib.desk.planning import Plan
    from observlib.desk.watch import Alarm

# --- `observ fetch`, `ingest`, `forget`: exports come into the store, and rows leave it


def _day(told: str) -> Any:
    return Option(formats=["%Y-%m-%d"], help=told)


def fetch_exports(
    device: Annotated[
        str | None, Argument(help="Device of the catalogue; all that can be, if none.")
    ] = None,
    to: Annotated[Path, Option(help="Folder of raw exports, from the project's root.")] = Path(
        "data/raw"
    ),
    since: Annotated[
        datetime | None,
        _day("First day, of visits and tickets; 1 January of the year before last."),
    ] = None,
) -> None:
    """Fetch a device's export from its tool or database.

    Addresses and keys come from the environment: docs/how-to/fetch.md names the variables. A
    fetch that was interrupted goes on where it stopped.
    """
    from observlib.desk import fetching

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
        asked: dict[str, Any] = {"since": since and since.date(), "progress": step("Fetching")}
        path = fetching.fetch(device, known, folder, root=project.root(), **asked)
    say(f"Fetched: {path}")
    print_json(path=path)


def ingest_exports(
    folder: Annotated[
        str, Argument(help="Folder of raw exports, or its address, searched to any depth.")
    ],
    data: printing.NewData = Path("data"),
) -> None:
    """Read raw exports into the store, each counted once."""
    from observlib import store

    folder_of_store = project.data_folder(data)
    known = project.catalogue_with_devices(data)
    folder = folder.rstrip("/") or "/"
    with steps() as step, _at_hand(folder, folder_of_store, step("Fetching exports")) as place:
        reading = step("Reading exports")
        done = store.ingest(place, folder_of_store, known, reading, printing.waiting)
        done.problems = [line.replace(str(place), folder) for line in done.problems]
    printing.summarise(done, folder, folder_of_store / "store")
    if done.problems:
        raise ObservError(*done.problems)
    if done.unclaimed and done.kind == "demonstration" and not project.own(data, "catalogue"):
        of = "is a demonstration, whose devices are those of data/demo/catalogue"
        raise ObservError(f"{folder}: {of}; ingest it with `--data data/demo`")
    if done.devices.empty:
        mend = "`observ catalogue` prints how they are named"
        raise ObservError(f"{folder}: holds no export that a device claims; {mend}")


def forget_rows(
    device: Annotated[str, Argument(help="Device of the catalogue.")],
    before: Annotated[datetime | None, _day("Forget the rows before this day.")] = None,
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
            lines = [line.replace(str(place), where) for line in error.problems]
            raise type(error)(*lines) from error


_PARTS = ("departments", "products", "questionnaires", "indicators", "peers", "partners")


def print_catalogue(data: Data = Path("data")) -> None:
    """Check and print devices, products, actions, errata and more."""
    from observlib.confidentiality.attack import check_tried
    from observlib.edition.checklist import written

    known = project.catalogue(data)
    check_tried([(one.id, one.unit) for one in known.indicators.values()], known)
    told = {part: list(getattr(known, part)) for part in _PARTS}
    told |= written(project.data_folder(data), project.root(), today())
    say(f"{len(known.devices)} listening devices")
    rows = []
    for device in known.devices.values():
        how = f"{device.loader}, {device.family}, {device.channel}, {device.frequency}"
        names = f"{device.id}\n{device.product or '(several)'}\n{device.owner}"
        rows.append((names, f"{device.pattern}\n{how}\n{device.personal_data}"))
    columns = ("device\nproduct\nowner", "exports\nloader, how it listens\npersonal data")
    say_table(columns, rows, show_lines=True)
    for part, ids in told.items():
        printing.say_wrapped(f"{part}: {', '.join(ids) or 'none'}")
    print_json(devices=[one.model_dump(mode="json") for one in known.devices.values()], **told)


def print_status(
    data: Data = Path("data"),
    notebooks: Annotated[
        bool, Option("--notebooks", help="Of committed notebooks instead: are they fresh?")
    ] = False,
) -> None:
    """Say when each device gave its last, and what is corrected.

    It fails where a device is late, or a correction no longer holds. With --notebooks it says
    whether each committed notebook shows what its code, the library and the demonstration data
    make now, and fails where one does not, or where that is not known.
    """
    from observlib import store
    from observlib.pipeline import frame

    if notebooks:
        _of_notebooks(data)
        return
    folder, known = printing.store_of(data)
    found = store.status(folder, known.devices.values())
    changing = store.changing(known.devices.values(), known.questionnaires, today())
    corrected = store.corrections_of(folder, known)
    corrections = corrected.known
    expectations = frame.standing_of_expectations(folder)
    rows = found.to_dict("records")
    cells = []
    for row in rows:
        never = row["last"] is None and row["rhythm"] != "occasional"
        late = "never given" if never else row["late"] or None
        cells.append((row["device"], row["last"], row["expected"], late, row["rejected"] or None))
    columns = ("device", "last day", "due", "late", "rejected")
    say_table(columns, cells, right=columns[1:], whole=columns)
    say_list("Questionnaires that change", changing)
    line = "{id}: {status}, {device}, {first} to {last}; told by {provider} on {date}"
    say_list("Corrections", [line.format_map(one) for one in corrections], shown=30)
    awaited = [f"{name}: {told}" for name, told in expectations.items()]
    say_list("Expectations", awaited, shown=30)
    print_json(devices=rows, changing=changing, corrections=corrections, expectations=expectations)
    if wrong := [*store.missing_devices(found), *corrected.faults]:
        raise ObservError(*wrong)


def _of_notebooks(data: Path) -> None:
    """Print the `edition.new_study.state` of each; an error where one may not be fresh."""
    from observlib.edition import new_study

    if data not in (Path("data"), Path(new_study.DATA)):
        raise UsageError(f"--notebooks is of {new_study.DATA}, their data; leave --data out")
    found = new_study.states(project.root())
    columns = ("notebook", "its outputs, or what changed since")
    say_table(columns, found.items(), whole=("notebook",))
    print_json(notebooks=found)
    if old := [name for name, state in found.items() if state != new_study.FRESH]:
        of = f"{len(old)} of {number_of(found, 'notebook')}"
        why = "not, or not known to be, what would be made now"
        raise ObservError(f"{of}: {why}; `make notebooks` executes all in place")


def watch(
    data: Data = Path("data"),
    mail: Annotated[
        Path | None, Option(help="Folder for a mail to each owner, ready to be sent.")
    ] = None,
    webhook: Annotated[
        bool, Option("--webhook", help="Send all to the address in OBSERV_WEBHOOK_URL.")
    ] = False,
    since: Annotated[
        datetime | None, _day("Look back: tell the alarms from this day on, and remember nothing.")
    ] = None,
) -> None:
    """Say where what users do or think changed since the last look.

    To be run after each ingestion. Marks that fall, waits that grow, calls and messages that
    multiply, a device that falls silent: each alarm is told once. Nothing is sent but by --mail
    and --webhook.
    """
    from observlib.desk import watch

    if since and (mail or webhook):
        raise UsageError("--since only looks back; leave --mail and --webhook out")
    folder, known = printing.store_of(data)
    before = watch.watched_until(folder)
    with steps() as step:
        found, watched = watch.raised(folder, known, step("Watching"))
    new = watch.unheard(found, before)
    if since:
        new = [alarm for alarm in found if alarm.seen >= since.date()]
    devices = {name.partition("/")[0] for name in watched}
    heard = number_of(new, "alarm") if new else "no alarm"
    say(f"{number_of(devices, 'device')} watched, {len(watched)} series: {heard}")
    if new:
        columns = ("device\nowner", "what changed", "since", "seen on")
        say_table(columns, [_alarm_cells(one, known) for one in new], whole=columns[2:])
    written = watch.send_alarms(new, known, mail, webhook)
    for path in written:
        say(f"Wrote {path}")
    if not since:
        watch.remember(folder, watched)
    owned = [{**alarm._asdict(), "owner": known.devices[alarm.device].owner} for alarm in new]
    print_json(alarms=owned, watched=watched, mails=written)


_CHANGES = {
    "marks": "lower marks, {:+.1f} of 10",
    "waits": "longer waits, {:+.0%} of what the season makes one expect",
    "more": "more calls or messages, {:+.0%} of what the season makes one expect",
    "fewer": "fewer people, {:+.0%} of what the season makes one expect",
    "silence": "nothing comes any more",
}


def _alarm_cells(alarm: Alarm, known: Catalogue) -> tuple[object, ...]:
    """The cells of an alarm, which tells no size where few people told of it."""
    what = _CHANGES[alarm.kind].format(alarm.size)
    what = what.partition(",")[0] if alarm.of_few(known) else what
    device = known.devices[alarm.device]
    return f"{device.id}\n{device.owner}", what, alarm.began, alarm.seen


def plan(
    device: Annotated[str, Argument(help="Survey or rating device of the catalogue.")],
    data: Data = Path("data"),
) -> None:
    """Say what a survey's verdicts need, what it could ask no more.

    Of a survey or rating device, by its last four complete quarters: the answers, and the weeks at
    its pace, that each verdict on a year needs to find the difference that matters 8 times in 10;
    which questions could be dropped, and why; how many minutes it asks of people. For your own
    decision: what is told has not passed the disclosure control of an edition.
    """
    from observlib import store
    from observlib.desk import planning

    folder, _ = printing.store_of(data)
    made = planning.plan_survey(folder, device, store.latest_quarter(folder, today()))
    _print_plan(made)
    told = {name: getattr(made, name) for name in ("verdicts", "tests", "effect", "drop", "asked")}
    print_json(device=device, quarter=made.quarter, **told)


def _print_plan(made: Plan) -> None:
    """Print a plan: the table of verdicts, what it rests on, what to drop, what is asked."""
    from observlib.desk.planning import SECONDS_A_QUESTION
    from observlib.display.output import macros
    from observlib.estimates import MINIMUM_PEOPLE

    words = macros(__file__, str, str)
    say(f"{made.device.label_en or made.device.label}, as of {made.quarter}\n")
    if made.verdicts:
        numbers = ("answers", "sees", "matters", "needs")
        rows = map(_verdict_cells, made.verdicts)
        edges = {"show_edge": False, "pad_edge": False, "padding": (0, 1, 0, 0)}
        say_table(("measure", *numbers, "verdict"), rows, numbers, numbers, **edges)
        printing.say_wrapped(words("notes", made))
    else:
        say("Its page compares nothing with a year before.")
    if made.drop:
        say("\nCould be dropped:")
        for one in made.drop:
            text = f" « {one['text']} »" if one["text"] else ""
            printing.say_wrapped(f"{one['question']}{text}: {one['why']}", "  ")
    say()
    printing.say_wrapped(words("asked", made, MINIMUM_PEOPLE, SECONDS_A_QUESTION))


def _verdict_cells(row: dict[str, Any]) -> list[str]:
    """A measure of the table of verdicts."""
    marks = "*" * (row["spread"] == "others") + "†" * bool(row["small"])
    return [
        row["label"] + marks,
        f"{row['answers']:,}" if row["answers"] else "few",
        _difference(row["found"], row["unit"]),
        _difference(row["matters"], row["unit"]),
        f"{row['needed']:,}" if row["needed"] else "–",
        row["verdict"],
    ]


def _difference(size: float | None, unit: str) -> str:
    """A difference in its unit: points of a share or a score, or a mark."""
    if size is None:
        return "–"
    return f"{size:.1f} pt" if unit in ("%", "points") else f"{size:.2f}"


def code(
    device: Annotated[str, Argument(help="Device of the catalogue whose texts are read.")],
    quarter: Annotated[
        str | None, Argument(help="Such as 2026-T3; the latest complete one by default.")
    ] = None,
    sample: Annotated[
        int, Option(min=1, help="Texts to draw; fewer than 30 give no published share.")
    ] = 50,
    to: Annotated[Path | None, Option(help="Folder of the files; raw/codage of the data.")] = None,
    data: Data = Path("data"),
) -> None:
    """Draw texts at random, and write files for two people to code.

    The same texts are drawn each time, whoever draws: chance is that of a digest of the device's
    name, the quarter and each text's identifier.
    """
    from observlib import store
    from observlib.records import coding

    folder, known = printing.store_of(data)
    if device not in known.devices:
        raise UsageError(f"device {device!r}: does not exist; devices are {bounded(known.devices)}")
    wanted = Quarter(quarter) if quarter else store.latest_quarter(folder, today())
    verbatims = store.read(folder, "verbatims", wanted, wanted, device=device)
    target = project.data_folder(to) if to else folder / "raw" / "codage"
    paths, count = coding.write_sheets(verbatims, device, wanted, known.codebook, sample, target)
    drawn = min(sample, count)
    say(f"Drew {drawn} of the {count} texts of {device}, {wanted} (by a digest of their names):")
    for path in paths:
        say(f"  {path}")
    say("Give each to another person; they fill it in without speaking of it. What may be written:")
    for asked in known.codebook.values():
        say(f"  {asked.label}: {', '.join(asked.codes)}. {asked.question}")
    say(f"Then `observ ingest {target}`, with the same --data.")
    print_json(files=paths, drawn=drawn, texts=count, quarter=wanted)
