"""`observ watch`: what changed for good since the last look, told to who owns the device."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from observlib.base.errors import UsageError
from observlib.cli.printing import Data, answer, follow, plural, say, say_table, steps

if TYPE_CHECKING:
    from observlib.catalogue import Catalogue
    from observlib.desk.watch import Alarm


def watch(
    data: Data = Path("data"),
    mail: Annotated[
        Path | None,
        typer.Option("--mail", help="Folder for a mail to each owner, ready to be sent."),
    ] = None,
    webhook: Annotated[
        bool, typer.Option("--webhook", help="Send all to the address in OBSERV_WEBHOOK_URL.")
    ] = False,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since",
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
    from observlib.pipeline import project

    if since and (mail or webhook):
        raise UsageError("--since only looks back; leave --mail and --webhook out")
    folder, known = project.data_folder(data), project.catalogue_with_devices(data)
    follow(folder)
    before = watch.remembered(folder)
    with steps() as step:
        found, watched = watch.raised(folder, known, step("Watching"))
    if since:
        new = [alarm for alarm in found if alarm.seen >= since.date()]
    else:
        new = watch.unheard(found, before)
    devices = {name.partition("/")[0] for name in watched}
    _print(new, known, f"{plural(devices, 'device')} watched, {len(watched)} series")
    written = watch.send(new, known, mail, webhook)
    for path in written:
        say(f"Wrote {path}")
    if not since:
        watch.remember(folder, watched)
    owned = [{**alarm._asdict(), "owner": known.devices[alarm.device].owner} for alarm in new]
    answer(alarms=owned, watched=watched, mails=written)


def _print(alarms: Sequence[Alarm], known: Catalogue, watched: str) -> None:
    """Print what was watched, and a line for each alarm."""
    if not alarms:
        say(f"{watched}: no alarm")
        return
    rows = []
    for alarm in alarms:
        device = known.devices[alarm.device]
        what = _SAID[alarm.kind] + ("" if alarm.of_few(known) else _size(alarm))
        rows.append((f"{device.id}\n{device.owner}", what, alarm.began, alarm.seen))
    say(f"{watched}: {plural(alarms, 'alarm')}")
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
