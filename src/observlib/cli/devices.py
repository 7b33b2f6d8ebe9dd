"""What is told of devices: `observ catalogue`, `status`, `watch`, `plan`; files for who `code`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from observlib.base.errors import ObservError, UsageError, bounded
from observlib.base.period import Quarter, today
from observlib.cli.printing import (
    Data,
    number_of,
    print_json,
    say,
    say_list,
    say_table,
    say_wrapped,
    steps,
    store_of,
)

if TYPE_CHECKING:
    from observlib.catalogue import Catalogue
    from observlib.desk.planning import Plan
    from observlib.desk.watch import Alarm


_PARTS = ("departments", "products", "questionnaires", "indicators", "peers", "partners")


def print_catalogue(data: Data = Path("data")) -> None:
    """Check and print devices, products, actions, errata and more."""
    from observlib.confidentiality.attack import check_tried
    from observlib.edition.checklist import written
    from observlib.pipeline import project

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
        say_wrapped(f"{part}: {', '.join(ids) or 'none'}")
    print_json(
        devices=[device.model_dump(mode="json") for device in known.devices.values()], **told
    )


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
    folder, known = store_of(data)
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
    numbers = ("last day", "due", "late", "rejected")
    say_table(("device", *numbers), cells, right=numbers, whole=("device", *numbers))
    say_list("Questionnaires that change", changing)
    mended = [
        f"{one['id']}: {one['status']}, {one['device']}, {one['first']} to {one['last']}; "
        f"told by {one['provider']} on {one['date']}"
        for one in corrections
    ]
    say_list("Corrections", mended, shown=30)
    awaited = [f"{name}: {told}" for name, told in expectations.items()]
    say_list("Expectations", awaited, shown=30)
    print_json(devices=rows, changing=changing, corrections=corrections, expectations=expectations)
    if wrong := [*store.missing_devices(found), *corrected.faults]:
        raise ObservError(*wrong)


def _of_notebooks(data: Path) -> None:
    """Print the `edition.new_study.state` of each; an error where one may not be fresh."""
    from observlib.edition import new_study
    from observlib.pipeline import project

    if data not in (Path("data"), Path(new_study.DATA)):
        raise UsageError(f"--notebooks is of {new_study.DATA}, their data; leave --data out")
    found = new_study.states(project.root())
    columns = ("notebook", "its outputs, or what changed since")
    say_table(columns, found.items(), whole=("notebook",))
    print_json(notebooks=found)
    if old := [name for name, state in found.items() if state != new_study.FRESH]:
        raise ObservError(
            f"{len(old)} of {number_of(found, 'notebook')}: not, or not known to be, what would be "
            "made now; `make notebooks` executes all in place"
        )


def watch(
    data: Data = Path("data"),
    mail: Annotated[
        Path | None, Option(help="Folder for a mail to each owner, ready to be sent.")
    ] = None,
    webhook: Annotated[
        bool, Option("--webhook", help="Send all to the address in OBSERV_WEBHOOK_URL.")
    ] = False,
    since: Annotated[
        datetime | None,
        Option(
            formats=["%Y-%m-%d"],
            help="Look back: tell the alarms from this day on, and remember nothing.",
        ),
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
    folder, known = store_of(data)
    before = watch.watched_until(folder)
    with steps() as step:
        found, watched = watch.raised(folder, known, step("Watching"))
    if since:
        new = [alarm for alarm in found if alarm.seen >= since.date()]
    else:
        new = watch.unheard(found, before)
    devices = {name.partition("/")[0] for name in watched}
    _print_alarms(new, known, f"{number_of(devices, 'device')} watched, {len(watched)} series")
    written = watch.send_alarms(new, known, mail, webhook)
    for path in written:
        say(f"Wrote {path}")
    if not since:
        watch.remember(folder, watched)
    owned = [{**alarm._asdict(), "owner": known.devices[alarm.device].owner} for alarm in new]
    print_json(alarms=owned, watched=watched, mails=written)


def _print_alarms(alarms: Sequence[Alarm], known: Catalogue, watched: str) -> None:
    """Print what was watched, and a line for each alarm."""
    if not alarms:
        say(f"{watched}: no alarm")
        return
    rows = []
    for alarm in alarms:
        device = known.devices[alarm.device]
        what = _SAID[alarm.kind] + ("" if alarm.of_few(known) else _size(alarm))
        rows.append((f"{device.id}\n{device.owner}", what, alarm.began, alarm.seen))
    say(f"{watched}: {number_of(alarms, 'alarm')}")
    days = ("since", "seen on")
    say_table(("device\nowner", "what changed", *days), rows, whole=days)


_SAID = {
    "marks": "lower marks",
    "waits": "longer waits",
    "more": "more calls or messages",
    "fewer": "fewer people",
    "silence": "nothing comes any more",
}


def _size(alarm: Alarm) -> str:
    if alarm.kind == "marks":
        return f", {alarm.size:+.1f} of 10"
    return f", {alarm.size:+.0%} of what the season makes one expect"


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

    folder, _ = store_of(data)
    made = planning.plan_survey(folder, device, store.latest_quarter(folder, today()))
    _print_plan(made)
    print_json(
        device=device,
        quarter=made.quarter,
        **{name: getattr(made, name) for name in ("verdicts", "tests", "effect", "drop", "asked")},
    )


def _print_plan(made: Plan) -> None:
    """Print a plan: the table of verdicts, what it rests on, what to drop, what is asked."""
    say(f"{made.device.label_en or made.device.label}, as of {made.quarter}")
    say()
    if made.verdicts:
        numbers = ("answers", "sees", "matters", "needs")
        say_table(
            ("measure", *numbers, "verdict"), map(_cells, made.verdicts), right=numbers,
            whole=numbers, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0),
        )  # fmt: skip
        _say_notes(made)
    else:
        say("Its page compares nothing with a year before.")
    if made.drop:
        say("\nCould be dropped:")
        for one in made.drop:
            text = f" « {one['text']} »" if one["text"] else ""
            say_wrapped(f"{one['question']}{text}: {one['why']}", "  ")
    say()
    _say_asked(made)


def _cells(row: dict[str, Any]) -> list[str]:
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


def _say_notes(made: Plan) -> None:
    """What the table rests on."""
    rows = made.verdicts
    pace = "its yearly answers" if made.per == "year" else "its median quarter"
    say_wrapped(
        f"answers: in the last quarter that had some. sees: the smallest change on a year that "
        f"{pace} would show 8 times in 10. needs: answers in each of two periods, to show what "
        f"matters as often. By the test of its page, corrected for {made.tests} comparisons."
    )
    if unsure := [row for row in rows if row["needed_low"]]:
        ends = (f"{row['label']} {row['needed_low']:,} to {row['needed_high']:,}" for row in unsure)
        say_wrapped(f"needs, as few answers leave the spread of marks unsure: {'; '.join(ends)}.")
    if any(row["spread"] == "others" for row in rows):
        say_wrapped("* too few answered to know the spread: the median of other devices is taken.")
    if any(row["small"] for row in rows):
        say_wrapped("† the catalogue has no `matters`: a fifth of a standard deviation is assumed.")
    if made.effect:
        say_wrapped(
            f"Weighted to the population's profile, figures need {made.effect:.2f} times as many: "
            "their design effect."
        )


def _say_asked(made: Plan) -> None:
    """How much time people give, and by which rate it is reckoned."""
    from observlib.desk.planning import SECONDS_A_QUESTION
    from observlib.estimates import MINIMUM_PEOPLE

    told, count = made.asked, made.asked["people"]
    if count < MINIMUM_PEOPLE:
        say_wrapped(f"Fewer than {MINIMUM_PEOPLE} people answered in the last {made.per}.")
        return
    say_wrapped(
        f"Last {made.per} {count:,.0f} people answered {told['questions']:.1f} closed questions "
        f"each: {told['minutes']:.1f} minutes, {told['hours']:.1f} hours in all."
    )
    if told["open"]:
        texts = number_of(range(int(told["open"])), "open question")
        say_wrapped(f"On top comes {texts}, which can take whoever answers minutes.")
    say_wrapped(
        f"A closed question is taken for {SECONDS_A_QUESTION:.1f} seconds: "
        "Pew Research Center, Decoded, 2022."
    )


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
    from observlib.pipeline import project
    from observlib.records import coding

    folder, known = store_of(data)
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
