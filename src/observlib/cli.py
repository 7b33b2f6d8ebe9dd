"""`observ`: the command line. Every command is one call into the library's rooms."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from observlib.errors import ObservError, UsageError

if TYPE_CHECKING:
    from observlib.store import Ingested, Progress

app = typer.Typer(
    help="An observatory of the users of public services: raw exports in, studies out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Data = Annotated[
    Path, typer.Option("--data", help="Data folder, which holds the store.", show_default=True)
]


@app.command()
def catalogue() -> None:
    """Print the listening devices, and what they listen to."""
    from rich.console import Console
    from rich.table import Table

    from observlib import project

    known = project.catalogue()
    table = Table(title=f"{len(known.devices)} listening devices", title_justify="left")
    for column in "device product channel family frequency owner loader pattern".split():
        table.add_column(column, overflow="fold")
    for device in known.devices.values():
        product = known.label(device.product) if device.product else "(all)"
        owner = known.departments[device.owner].label
        table.add_row(
            device.id,
            product,
            device.channel,
            device.family,
            device.frequency,
            owner,
            device.loader,
            device.pattern,
        )
    console = Console()
    if not console.is_terminal:  # a file or a pipe has no width to fit
        console.width = 250
    console.print(table)
    for part in ("departments", "products", "indicators", "peers"):
        console.print(f"{part}: {', '.join(getattr(known, part))}")


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="New folder, or an earlier demonstration's.")],
) -> None:
    """Write synthetic raw exports in the real formats, with their truths beside them."""
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
    _summarise(done, data / "store")
    if done.problems:
        raise ObservError(*done.problems)


@app.command()
def edition(
    quarter: Annotated[
        str | None, typer.Argument(help="Such as 2026-T3; the latest complete one by default.")
    ] = None,
    data: Data = Path("data"),
    study: Annotated[
        list[str] | None, typer.Option("--study", help="Only this study (may be repeated).")
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

    wanted = Quarter.parse(quarter) if quarter else None
    given = _parameters(parameter or [])
    with _steps() as step:
        index = release(
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


@contextmanager
def _steps() -> Iterator[Callable[[str], Progress]]:
    """Progress bars on standard error, one a step, for whatever takes over a second."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, TextColumn("{task.fields[name]}"), console=Console(stderr=True)) as bars:

        def step(title: str) -> Progress:
            task = bars.add_task(title, total=None, visible=False, name="")

            def progress(done: int, total: int, name: str) -> None:
                bars.update(task, completed=done, total=total, name=name, visible=True)

            return progress

        yield step


def _summarise(done: Ingested, store: Path) -> None:
    """Say by device what was read, then what was not and why."""
    from rich.console import Console
    from rich.table import Table

    from observlib.errors import bounded

    table = Table("device", title=f"{done.kind} data in {store}", title_justify="left")
    for column in ("files", "unchanged", "rows", "rejected"):
        table.add_column(column, justify="right")
    for row in done.devices.itertuples(index=False):
        table.add_row(*[str(value) for value in row])
    counts = done.devices.drop(columns="device").sum()
    table.add_section()
    table.add_row("all", *[str(int(count)) for count in counts])
    Console().print(table)
    for line in done.replaced:
        typer.echo(f"corrected: {line}")
    if len(done.rejects):
        typer.echo(f"rejected rows, all in {store / 'rejects'}:")
        for reason in done.rejects.head(5).itertuples():
            typer.echo(
                f"  {reason.file}:{reason.row}: {reason.column} {reason.value!r}: {reason.reason}"
            )
        if len(done.rejects) > 5:
            typer.echo(f"  and {len(done.rejects) - 5} more")
    if done.unclaimed:
        typer.echo(f"{len(done.unclaimed)} files that no device claims (add one to the catalogue):")
        folders: dict[str, list[str]] = {}
        for name in done.unclaimed:
            folders.setdefault(str(Path(name).parent), []).append(Path(name).name)
        for folder, names in folders.items():
            typer.echo(f"  {folder}: {bounded(names, shown=20)}")


def _parameters(words: list[str]) -> dict[str, str]:
    wrong = [word for word in words if "=" not in word]
    if wrong:
        raise UsageError(*[f"parameter {word!r}: write it NAME=VALUE" for word in wrong])
    return dict(word.split("=", 1) for word in words)


def _tell(error: ObservError) -> None:
    """Print the problems, a bounded number of them."""
    shown = 15
    for problem in error.problems[:shown]:
        typer.echo(f"observ: {problem}", err=True)
    if len(error.problems) > shown:
        typer.echo(f"observ: and {len(error.problems) - shown} more like these", err=True)


def main() -> None:
    """Run the command; a user's mistake is told in lines, without a traceback."""
    try:
        app()
    except ObservError as error:
        _tell(error)
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except KeyboardInterrupt:
        typer.echo("observ: interrupted; what was published is as it was", err=True)
        sys.exit(130)
