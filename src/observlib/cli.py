"""`observ`: the command line. Every command is one call into the library's rooms."""

from __future__ import annotations

import io
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence, Sized
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from observlib.errors import SHOWN, ObservError, UsageError, bounded

if TYPE_CHECKING:
    from observlib.store import Ingested, Progress

app = typer.Typer(
    help="An observatory of the users of public services: raw exports in, studies out.",
    epilog="""\b
To begin, with synthetic data:
  observ demo data/demo/raw
  observ ingest data/demo/raw --data data/demo
  observ edition --data data/demo""",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Data = Annotated[
    Path, typer.Option("--data", help="Data folder with the store, from the project's root.")
]


@app.command()
def catalogue() -> None:
    """Print the listening devices, and what they listen to."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from observlib import project

    known = project.catalogue()
    typer.echo(f"{len(known.devices)} listening devices")
    table = Table("device\nproduct\nowner", box=box.SIMPLE_HEAD)
    table.add_column("exports\nloader, how it listens\npersonal data")
    for device in known.devices.values():
        how = f"{device.loader}, {device.family}, {device.channel}, {device.frequency}"
        names = f"{device.id}\n{device.product or '(several)'}\n{device.owner}"
        table.add_row(names, f"{device.pattern}\n{how}\n{device.personal_data}", end_section=True)
    Console().print(table)
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    for part in ("departments", "products", "indicators", "peers"):
        line = f"{part}: {', '.join(getattr(known, part))}"
        typer.echo(textwrap.fill(line, width, subsequent_indent="  ", break_on_hyphens=False))


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="New folder, or an earlier demonstration's.")],
) -> None:
    """Write synthetic exports in the real formats, and their truths."""
    from observlib import demo as demonstration

    with _steps() as step:
        writing = step("Writing exports")
        demonstration.write(folder, lambda done, total: writing(done, total, ""))
    typer.echo(f"Wrote the demonstration exports to {folder} (synthetic data).")


@app.command()
def ingest(
    folder: Annotated[Path, typer.Argument(help="Folder of raw exports, searched to any depth.")],
    data: Data = Path("data"),
) -> None:
    """Read raw exports into the store, each counted once."""
    from observlib import project, store

    if not folder.is_dir():
        raise UsageError(f"{folder}: is not a folder; name the folder that holds the exports")
    folder_of_store = project.data_folder(data)
    with _steps() as step:
        reading = step("Reading exports")
        done = store.ingest(folder, folder_of_store, project.catalogue(), reading)
    _summarise(done, folder, folder_of_store / "store")
    if done.problems:
        raise ObservError(*done.problems)
    if done.devices.empty:
        raise ObservError(
            f"{folder}: holds no export that a device claims; "
            f"`observ catalogue` prints how they are named"
        )


@app.command()
def edition(
    quarter: Annotated[
        str | None, typer.Argument(help="Such as 2026-T3; the latest complete one by default.")
    ] = None,
    data: Data = Path("data"),
    study: Annotated[
        list[str] | None,
        typer.Option("--study", help="Publish this study and no other (may be repeated)."),
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
) -> None:
    """Execute the studies of a quarter and publish its site and PDFs."""
    from observlib import project
    from observlib.period import Quarter
    from observlib.release import release

    wanted = Quarter.parse(quarter) if quarter is not None else None
    given = _parameters(parameter or [])
    with _steps() as step:
        index, failed = release(
            project.root(),
            project.data_folder(data),
            wanted,
            only=study or [],
            given=given,
            keep_going=keep_going,
            publisher=publisher,
            executing=step("Executing studies"),
            publishing=step("Publishing pages"),
        )
    typer.echo(f"Published: {index}")
    if failed:
        raise ObservError(*failed, "the others are published, as a partial edition")


@contextmanager
def _steps() -> Iterator[Callable[[str], Progress]]:
    """Progress bars in a terminal, one a step; a file or a pipe gets none."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bars = Bars(*columns, TextColumn("{task.fields[name]}"), console=console)

    def step(title: str) -> Progress:
        task = bars.add_task(title, total=None, visible=False, name="")

        def progress(done: int, total: int, name: str) -> None:
            bars.update(task, completed=done, total=total, name=name, visible=True)
            if console.is_terminal:
                bars.start()  # not before: bars that show nothing leave an empty line

        return progress

    try:
        yield step
    finally:
        if console.is_terminal and any(task.visible for task in bars.tasks):
            bars.stop()


def _summarise(done: Ingested, folder: Path, store: Path) -> None:
    """Say by device what was read, then what was not and why."""
    place = store.relative_to(Path.cwd()) if store.is_relative_to(Path.cwd()) else store
    if not done.devices.empty:
        typer.echo(f"{done.kind} data in {place}:")
        _print_devices(done)
    _list(f"{_count(done.replaced, 'export')} corrected earlier rows", done.replaced)
    rejected = [_rejected(*reject) for reject in done.rejects.itertuples(index=False)]
    _list(f"{_count(rejected, 'row')} rejected, told in {place / 'rejects'}", rejected)
    _list(f"{_count(done.notices, 'notice')}", done.notices, shown=30)
    unclaimed = [
        f"{folder / parent}: {bounded(names, shown=30)}"
        for parent, names in _by_folder(done.unclaimed).items()
    ]
    title = f"{_count(done.unclaimed, 'file')} not read, which no device claims"
    _list(title, unclaimed, shown=30)  # nothing else names them


def _list(title: str, lines: Sequence[str], shown: int = SHOWN) -> None:
    if lines:
        typer.echo(f"{title}:\n  " + bounded(lines, shown, "\n  "))


def _print_devices(done: Ingested) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table("device", box=box.SIMPLE_HEAD)
    for column in ("files", "unchanged", "rows", "rejected"):
        table.add_column(column, justify="right")
    counts = done.devices.drop(columns="device").sum()
    for row in [*done.devices.itertuples(index=False), ("all", *counts)]:
        table.add_row(*[str(value) for value in row])
    Console().print(table)


def _rejected(file: str, row: int, column: str, value: str, reason: str) -> str:
    where = " ".join([column] * bool(column) + [repr(value)] * bool(value))
    return ": ".join([f"{file}:{row}", *[where] * bool(where), reason])


def _by_folder(names: list[str]) -> dict[Path, list[str]]:
    folders: dict[Path, list[str]] = {}
    for name in names:
        folders.setdefault(Path(name).parent, []).append(Path(name).name)
    return folders


def _count(items: Sized, noun: str) -> str:
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"


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


def _tell(problems: tuple[str, ...]) -> None:
    """Print the problems, a bounded number of them."""
    shown = 3 * SHOWN
    for problem in problems[:shown]:
        typer.echo(f"observ: {problem}", err=True)
    if len(problems) > shown:
        typer.echo(f"observ: and {len(problems) - shown} more like these", err=True)


def _wrong_words(error: Any) -> str:
    """What typer says of words that are no command, option or argument, in one line."""
    said = " ".join(error.format_message().replace("Value error, ", "").split()).rstrip(".")
    commands = getattr(error.ctx and error.ctx.command, "commands", None)
    if commands:
        return f"{said}; commands are {', '.join(commands)}".replace("?;", "?")
    words = error.ctx.command_path if error.ctx else "observ"
    return f"{said}; `{words} --help` tells what is allowed"


def main() -> None:
    """Run the command; a user's mistake is told in lines, without a traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal that has no é shows \xe9
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        words = sys.argv[1:] or ["--help"]
        if app(words, prog_name="observ", standalone_mode=False) == 130:  # typer's own for Ctrl-C
            raise KeyboardInterrupt
    except ObservError as error:
        _tell(error.problems)
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("observ: interrupted; what was there before is as it was", err=True)
        sys.exit(130)
    except Exception as error:
        if not hasattr(error, "format_message"):  # click's own, whose module differs by version
            raise
        _tell((_wrong_words(error),))
        sys.exit(2)
