"""`observ`: the command line. Every command is one call into the library's rooms."""

from __future__ import annotations

import errno
import io
import shutil
import sys
import textwrap
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer

import observlib
from observlib.base.errors import ObservError, UsageError
from observlib.base.period import today
from observlib.cli.code import code
from observlib.cli.edition import edition
from observlib.cli.exports import fetch, forget, ingest
from observlib.cli.new import add_to
from observlib.cli.plan import plan
from observlib.cli.printing import (
    Data,
    answer,
    forget_options,
    output_is_lost,
    parameters,
    print_difference,
    say,
    say_table,
    tell,
    with_output_options,
    wrong_words,
)
from observlib.cli.review import review
from observlib.cli.status import status
from observlib.cli.trace import trace
from observlib.cli.watch import watch

app = typer.Typer(
    help="An observatory of the users of public services: raw exports in, studies out.",
    epilog="""\b
To begin, with the exports of your tools:
  observ ingest data/raw
  observ edition""",
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
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    for part, ids in told.items():
        line = f"{part}: {', '.join(ids) or 'none'}"
        say(textwrap.fill(line, width, subsequent_indent="  ", break_on_hyphens=False))
    answer(devices=[device.model_dump(mode="json") for device in known.devices.values()], **told)


app.command()(fetch)
app.command()(ingest)
app.command()(forget)
app.command()(status)
app.command()(watch)
app.command()(plan)
app.command()(edition)


@app.command()
def diff(
    before: Annotated[str, typer.Argument(help="The quarter of an edition: 2026-T2.")],
    after: Annotated[str, typer.Argument(help="The quarter of a later one: 2026-T3.")],
    data: Data = Path("data"),
) -> None:
    """Say what an edition tells otherwise than an earlier one.

    Of each figure both tell their own quarter's; what is established comes first.
    """
    from observlib.base.period import Quarter
    from observlib.pipeline import archive, project, revisions
    from observlib.publish.editions.vintages import difference_between

    root, folder = project.root(), project.data_folder(data)
    corrected = revisions.known_errata(root, folder, today())
    known = revisions.with_errata(project.catalogue(folder), corrected)
    first, second = (archive.last(folder, Quarter.parse(name)) for name in (before, after))
    print_difference(difference_between(first, second, known), known, first.quarter, second.quarter)


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
    from observlib.base.period import Quarter
    from observlib.edition import packages
    from observlib.pipeline import project

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

    preview(study, parameters(parameter or []), data, watch, not no_open)


app.command()(code)


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
