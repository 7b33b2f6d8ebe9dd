"""`observ`: the command line. Every command is one call into the library's rooms."""

from __future__ import annotations

import errno
import io
import sys
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any

import typer
from typer import Option

import observlib
from observlib.base.errors import ObservError, UsageError
from observlib.cli import devices, edition, new, printing

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

app.add_typer(new.practice, name="practice")
app.add_typer(new.study, name="study")
app.add_typer(new.device, name="device")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"observ {observlib.__version__}")
        raise typer.Exit


@app.callback()
def _observ(
    version: Annotated[
        bool, Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    return


_COMMANDS: dict[str, Callable[..., None]] = {
    "catalogue": devices.print_catalogue,
    "fetch": devices.fetch_exports,
    "ingest": devices.ingest_exports,
    "forget": devices.forget_rows,
    "status": devices.print_status,
    "watch": devices.watch,
    "plan": devices.plan,
    "edition": edition.edition,
    "diff": edition.diff,
    "review": edition.review_edition,
    "trace": edition.trace,
    "partners": edition.partners,
    "preview": edition.preview,
    "code": devices.code,
}
for name, command in _COMMANDS.items():
    app.command(name)(command)


@cache
def _command() -> Any:
    return printing.with_output_options(typer.main.get_command(app))


def main() -> None:
    """Run the command; a user's mistake is told in lines, without a traceback."""
    if sys.stdout is None or sys.stderr is None:
        # the next file to be opened would get its number, and what is printed would go into it
        printing.tell(("standard output or error is closed; lead it to a file, or to /dev/null",))
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
        printing.tell(error.problems)
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except (KeyboardInterrupt, typer.Abort):
        printing.tell(("interrupted; what was there before is as it was",))
        sys.exit(130)
    except OSError as error:
        if not printing.output_is_lost():
            raise
        if error.errno != errno.EPIPE:  # a reader that wants no more, such as `head`, is no mistake
            printing.tell((f"standard output: {error.strerror}; lead it to another file",))
        sys.exit(1)
    except Exception as error:
        if not hasattr(error, "format_message"):  # click's own, whose module differs by version
            raise
        printing.tell((printing.wrong_words(error),))
        sys.exit(2)
    finally:
        printing.forget_options()
