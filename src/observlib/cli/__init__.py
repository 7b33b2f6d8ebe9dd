"""`observ`: the command line. Every command is one call into the library's rooms."""

from __future__ import annotations

import contextlib
import errno
import io
import shutil
import sys
import textwrap
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

import observlib
from observlib.cli.checked import checklist, due
from observlib.cli.code import code
from observlib.cli.new import add_to
from observlib.cli.options import Data, follow
from observlib.cli.places import exports_at_hand, put_bundle
from observlib.cli.printing import (
    answer,
    forget_options,
    output_is_lost,
    plural,
    print_difference,
    published,
    say,
    say_list,
    summarise,
    tell,
    waiting,
    with_output_options,
    wrong_words,
)
from observlib.cli.printing import (
    print_status as print_status,
)
from observlib.cli.progress import steps
from observlib.cli.review import review
from observlib.cli.status import status
from observlib.cli.trace import trace
from observlib.errors import ObservError, UsageError
from observlib.period import today

app = typer.Typer(
    help="An observatory of the users of public services: raw exports in, studies out.",
    epilog="""\b
To begin, with synthetic data:
  observ demo data/demo/raw
  observ ingest data/demo/raw --data data/demo
  observ edition --data data/demo""",
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

add_to(app)

_PARTS = ("departments", "products", "questionnaires", "indicators", "peers", "partners")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"observ {observlib.__version__}")
        raise typer.Exit


@app.callback()
def _observ(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    return


@app.command()
def catalogue(data: Data = Path("data")) -> None:
    """Check and print devices, products, actions, errata and more."""
    from rich import box
    from rich.table import Table

    from observlib import errata, project
    from observlib.followed import FOLLOWED

    known = project.catalogue(data)
    told = {part: list(getattr(known, part)) for part in _PARTS}
    told["actions"] = [action.id for action in project.actions(data, FOLLOWED)]
    told["replies"] = [reply.id for reply in project.replies(data)]
    told["corrections"] = [one.id for one in project.corrections(data)]
    told["expectations"] = [one.id for one in project.expectations(data)]
    told["errata"] = [one.id for one in errata.load(project.root() / "reports")]
    say(f"{len(known.devices)} listening devices")
    table = Table("device\nproduct\nowner", box=box.SIMPLE_HEAD)
    table.add_column("exports\nloader, how it listens\npersonal data")
    for device in known.devices.values():
        how = f"{device.loader}, {device.family}, {device.channel}, {device.frequency}"
        names = f"{device.id}\n{device.product or '(several)'}\n{device.owner}"
        table.add_row(names, f"{device.pattern}\n{how}\n{device.personal_data}", end_section=True)
    say(table)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    for part, ids in told.items():
        line = f"{part}: {', '.join(ids) or 'none'}"
        say(textwrap.fill(line, width, subsequent_indent="  ", break_on_hyphens=False))
    answer(devices=[device.model_dump(mode="json") for device in known.devices.values()], **told)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="New folder, or an earlier demonstration's.")],
    products: Annotated[
        int,
        typer.Option(
            help="Invent so many products beside its own, of 20 devices each.", min=0, max=999
        ),
    ] = 0,
) -> None:
    """Write synthetic exports in the real formats, and their truths."""
    from observlib import demonstration

    with steps() as step:
        writing = step("Writing exports")
        demonstration.write(folder, lambda done, total: writing(done, total, ""), products)
    say(f"Wrote the demonstration exports to {folder} (synthetic data).")
    if products:
        data = folder.parent
        say(f"Wrote the catalogue of their devices to {data / 'catalogue'}. Now run:")
        say(f"observ ingest {folder} --data {data} && observ edition --data {data}")
    answer(folder=folder)


@app.command()
def fetch(
    device: Annotated[
        str | None, typer.Argument(help="Device of the catalogue; all that can be, if none.")
    ] = None,
    to: Annotated[
        Path, typer.Option("--to", help="Folder of raw exports, from the project's root.")
    ] = Path("data/raw"),
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since",
            formats=["%Y-%m-%d"],
            help="First day, of visits and tickets; 1 January of the year before last.",
        ),
    ] = None,
) -> None:
    """Fetch a device's export from its tool or database.

    Addresses and keys come from the environment: docs/how-to/fetch.md names the variables. A
    fetch that was interrupted goes on where it stopped.
    """
    from observlib import fetching, project

    folder = project.data_folder(to)
    known = project.catalogue(folder.parent)
    if device is None:
        kinds = fetching.fetchable(known)
        for name, kind in kinds.items():
            say(f"{name}: {kind}")
        say("`observ fetch DEVICE` fetches one." if kinds else "No device can be fetched.")
        answer(devices=kinds)
        return
    with steps() as step:
        path = fetching.fetch(
            device, known, folder, root=project.root(), since=since and since.date(),
            progress=step("Fetching"),
        )  # fmt: skip
    say(f"Fetched: {path}")
    answer(path=path)


@app.command()
def ingest(
    folder: Annotated[
        str, typer.Argument(help="Folder of raw exports, or its address, searched to any depth.")
    ],
    data: Data = Path("data"),
) -> None:
    """Read raw exports into the store, each counted once."""
    from observlib import project, store

    folder_of_store = project.data_folder(data)
    known = project.catalogue_with_devices(data)
    folder = folder.rstrip("/") or "/"
    with (
        steps() as step,
        exports_at_hand(folder, folder_of_store, step("Fetching exports")) as place,
    ):
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


@app.command()
def forget(
    device: Annotated[str, typer.Argument(help="Device of the catalogue.")],
    before: Annotated[
        datetime | None,
        typer.Option("--before", formats=["%Y-%m-%d"], help="Forget the rows before this day."),
    ] = None,
    respondent: Annotated[
        str | None,
        typer.Option("--respondent", help="Forget who has this identifier in the device's tool."),
    ] = None,
    raw: Annotated[
        Path | None, typer.Option("--raw", help="Folder of raw exports to look into; DATA/raw.")
    ] = None,
    data: Data = Path("data"),
) -> None:
    """Forget a respondent, or what is before a day, for good.

    Rows leave the store, the device's rejects and what the project keeps of computations; later
    ingestions do not bring them back. Raw exports are named, not changed.
    """
    from observlib import disk_cache, project, store

    if (before is None) == (not respondent):
        raise UsageError("say what to forget: either --before YYYY-MM-DD or --respondent ID")
    if before and before.date() > today():
        raise UsageError(f"--before {before.date()}: lies in the future; name a day that is over")
    folder, known = project.data_folder(data), project.catalogue(data)
    if device not in known.devices:
        raise UsageError(f"device {device!r}: is not in the catalogue; `observ catalogue` lists it")
    caches = project.root() / disk_cache.FOLDER
    done = store.forget(folder, device, caches, before and before.date(), respondent)
    rows = plural(range(done.rows), "row")
    say(f"Forgot {rows} of {device}, its rejects, and what was computed and kept")
    if respondent and not done.rows:
        say("No row had that identifier: is it as the tool writes it, codes of tests in capitals?")
    if (place := raw or folder / "raw").is_dir():
        store.still_raw(place, folder, device, known, done)
        lines = [f"{name}: {plural(range(n), 'row')}" for name, n in done.raw.items()]
        say_list("Raw exports that still hold some; they are yours to delete", lines, shown=30)
        say_list("Raw exports to look into yourself", done.unread, shown=30)
    answer(**vars(done))
    if done.left:
        raise ObservError(*(f"{path}: still holds what was to be forgotten" for path in done.left))
    say(f"Nothing left of what was to be forgotten, in {done.looked} files of the store")


app.command()(status)


@app.command()
def edition(
    quarter: Annotated[
        str | None,
        typer.Argument(help="Such as 2026-T3; else the latest complete one, or the one due."),
    ] = None,
    data: Data = Path("data"),
    study: Annotated[
        list[str] | None,
        typer.Option("--study", help="Renew this study and no other (may be repeated)."),
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", help="NAME=VALUE for the studies (may be repeated)."),
    ] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Publish the studies that succeed.")
    ] = False,
    publisher: Annotated[
        Literal["auto", "quarto", "embedded"],
        typer.Option(help="Quarto where it is installed, else the embedded publisher."),
    ] = "auto",
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what would be made again and why; make nothing.")
    ] = False,
    to_release: Annotated[
        bool,
        typer.Option("--release", help="Release it: at its hour, once the checklist is met."),
    ] = False,
    to: Annotated[
        str | None,
        typer.Option("--to", help="Put it as one .zip into this folder, or at this address."),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option("--dask", metavar="ADDRESS", help="Work on a Dask cluster: tcp://HOST:PORT."),
    ] = None,
) -> None:
    """Execute the studies of a quarter and publish its site and PDFs.

    What was made before from the same inputs is not made again.
    """
    from observlib import files, project, standing
    from observlib.edition.workers import started
    from observlib.period import Quarter

    wanted = Quarter.parse(quarter) if quarter is not None else None
    given = _parameters(parameter or [])
    only = study or []
    root, folder = project.root(), project.data_folder(data)
    if to_release and (only or given or keep_going or explain):
        raise UsageError(
            "--release is of a whole edition; leave --study, -p, --keep-going and --explain out"
        )
    if to_release and wanted is None and (wanted := due(root, folder)) is None:
        return
    follow(folder)
    now = standing.now(root, folder, wanted, only, given, publisher, today())
    if (record := standing.since(root, now)) and not to_release:
        index = root / "reports" / "_site" / "index.html"
        say(f"Nothing has changed since {record.made}; {index}")
        bundle = put_bundle(root, folder, wanted, to)
        answer(index=index, changed=False, made=record.made, **bundle)
        return
    if explain:
        from observlib.editions.errata import unborne
        from observlib.explaining import explain as why

        told = why(root, folder, wanted, only=only, given=given, publisher=publisher)
        for name, reason in told.items():
            say(f"{name}: {reason}")
        others = unborne(root, folder, wanted, today())
        for name, errata in others.items():
            say(f"edition {name}: would be made again: it tells figures of errata: {errata}")
        site, family = told.pop("the site"), "family "
        families = {n.removeprefix(family): told[n] for n in told if n.startswith(family)}
        pages = {name: told[name] for name in told if not name.startswith(family)}
        answer(changed=True, site=site, pages=pages, families=families, editions=[*others])
        return
    unharmed = files.telling_write_errors(root / "reports", "what was published is as it was")
    with unharmed, contextlib.ExitStack() as stack:
        checked = None
        if to_release and wanted:
            checked = stack.enter_context(checklist(root, folder, wanted))
        # they make themselves ready while this process imports the rest
        workers = None
        if dask:
            from observlib.edition.cluster import connected

            workers = stack.enter_context(connected(dask, root, folder))
        elif differ := standing.may_run(root, now):
            workers = stack.enter_context(started(root, at_once=differ))
        step = stack.enter_context(steps())

        from observlib.release import release, release_others

        shared: dict[str, Any] = {
            "publisher": publisher,
            "computing": step("Computing estimates"),
            "executing": step("Executing studies"),
            "publishing": step("Publishing pages"),
            "workers": workers,
        }
        release_others(root, folder, wanted, say, **shared)
        index, failed = release(
            root,
            folder,
            wanted,
            only=only,
            given=given,
            keep_going=keep_going,
            approve=checked and checked.approve,
            **shared,
        )
    published(index)
    released: dict[str, Any] = {"released": True, "checks": checked.told} if checked else {}
    bundle = put_bundle(root, folder, wanted, to)
    answer(index=index, changed=True, failed=failed, **released, **bundle)
    if failed:
        raise ObservError(*failed, "the others are published, as a partial edition")


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="The quarter of an edition: 2026-T2.")],
    after: Annotated[str, typer.Argument(help="The quarter of a later one: 2026-T3.")],
    data: Data = Path("data"),
) -> None:
    """Say what an edition tells otherwise than an earlier one.

    Of each figure both tell their own quarter's; what is established comes first.
    """
    from observlib import errata, project, publications
    from observlib.editions.difference import between
    from observlib.period import Quarter

    root, folder = project.root(), project.data_folder(data)
    corrected = errata.known(root, folder, today())
    known = errata.with_reasons(project.catalogue(folder), corrected)
    first, second = (publications.last(folder, Quarter.parse(name)) for name in (before, after))
    print_difference(between(first, second, known), known, first.quarter, second.quarter)


app.command()(review)
app.command()(trace)


@app.command()
def partners(
    quarter: Annotated[str, typer.Argument(help="Of the edition that is published: 2026-T3.")],
    to: Annotated[Path, typer.Option("--to", help="Folder of the packages.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace packages that are there and differ.")
    ] = False,
) -> None:
    """Make a package to send to each partner: page, workbook, data.

    All is as published. Nothing is sent: `envois.csv` beside the packages says what was made.
    """
    from observlib import packages, project
    from observlib.period import Quarter

    made = packages.make(project.root(), Quarter.parse(quarter), to, replace=replace)
    for path, state in made.items():
        say(f"{path}: {state}")
    say(f"Nothing was sent; {to / packages.LOG} says what was made for whom.")
    answer(packages=made, log=to / packages.LOG)


@app.command("preview")
def preview_page(
    study: Annotated[str, typer.Argument(help="Name of the study: its notebook, without .ipynb.")],
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", help="NAME=VALUE for the study (may be repeated)."),
    ] = None,
    data: Data = Path("data"),
    watch: Annotated[
        bool, typer.Option("--watch", help="Make it again at each save, until Ctrl-C.")
    ] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="Only print the address.")] = False,
) -> None:
    """Show the page of a study as saved, and publish nothing."""
    from observlib.cli.preview import preview

    preview(study, _parameters(parameter or []), data, watch, not no_open)


app.command()(code)


def _parameters(words: list[str]) -> dict[str, str]:
    """Parameters by name; each is given once, as NAME=VALUE."""
    problems: list[str] = []
    given: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (name and equals):
            problems.append(f"parameter {word!r}: write it NAME=VALUE, such as -p years=3")
        elif name in given:
            problems.append(f"parameter {name!r}: is {given[name]!r} and {value!r}; give it once")
        else:
            given[name] = value
    if problems:
        raise UsageError(*problems)
    return given


@cache
def _command() -> Any:
    return with_output_options(typer.main.get_command(app))


def main() -> None:
    """Run the command; a user's mistake is told in lines, without a traceback."""
    if sys.stdout is None or sys.stderr is None:
        # the next file to be opened would get its number, and what is printed would go into it
        tell(("standard output or error is closed; lead it to a file, or to /dev/null",))
        sys.exit(2)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal that has no é shows \xe9
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        words = sys.argv[1:] or ["--help"]
        ended = _command()(words, prog_name="observ", standalone_mode=False)
        if ended == 130:  # typer's own for Ctrl-C
            raise KeyboardInterrupt
        if isinstance(ended, int) and ended:
            sys.exit(ended)
    except ObservError as error:
        tell(error.problems)
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except (KeyboardInterrupt, typer.Abort):
        tell(("interrupted; what was there before is as it was",))
        sys.exit(130)
    except OSError as error:
        if not output_is_lost():
            raise
        if error.errno != errno.EPIPE:  # a reader that wants no more, such as `head`, is no mistake
            tell((f"standard output: {error.strerror}; lead it to another file",))
        sys.exit(1)
    except Exception as error:
        if not hasattr(error, "format_message"):  # click's own, whose module differs by version
            raise
        tell((wrong_words(error),))
        sys.exit(2)
    finally:
        forget_options()
