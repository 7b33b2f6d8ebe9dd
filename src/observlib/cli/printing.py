"""What the command prints: what it did, mistakes in one line each.

`--quiet` and `--json` are options of every command, and no command knows of them: each says in
words what it did (`say`) and gives it as data (`print_json`), and one of the two is printed.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Option

from observlib.base.errors import SHOWN, UsageError, bounded, visible
from observlib.pipeline import project

if TYPE_CHECKING:
    from observlib.base.files import Progress
    from observlib.catalogue import Catalogue
    from observlib.store import Ingested

# --- Options that several commands have


def follow_remote_store(folder: Path) -> None:
    """Read a store at an address as it is now, where the data folder has one."""
    if (folder / "store.yml").exists():
        from observlib import store  # imports pandas, for which what stands already need not wait

        store.follow_address(folder)


def store_of(data: Path) -> tuple[Path, Catalogue]:
    """A data folder, whose store is read as it is now, and its catalogue, which has devices."""
    folder, known = project.data_folder(data), project.catalogue_with_devices(data)
    follow_remote_store(folder)
    return folder, known


def parameters(words: list[str]) -> dict[str, str]:
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
    UsageError.raise_any(problems)
    return given


Parameters = Annotated[
    list[str] | None,
    Option("--parameter", "-p", help="NAME=VALUE for the studies (may be repeated)."),
]


def _is_there(data: Path) -> Path:
    project.data_folder(data, is_there=True)
    return data


_HELP = "Data folder: its store, its own catalogue; from the project's root."
NewData = Annotated[Path, Option("--data", help=_HELP)]
Data = Annotated[Path, Option("--data", help=_HELP, callback=_is_there)]
_wanted: set[str] = set()
_output = typer.Typer(add_completion=False)


def _option(name: str, said: str) -> Any:
    def want(value: bool) -> None:
        if value:
            _wanted.add(name)

    return Option(name, help=said, callback=want, expose_value=False, is_eager=True)


@_output.command()
def _options(
    quiet: Annotated[bool, _option("--quiet", "Print nothing but mistakes.")] = False,
    as_json: Annotated[bool, _option("--json", "Print JSON, one object a line.")] = False,
) -> None:
    return


def with_output_options(command: Any) -> Any:
    """A command of which it and all below it take `--quiet` and `--json`."""
    added, every = typer.main.get_command(_output).params, [command]
    for one in every:
        one.params += added
        every += getattr(one, "commands", {}).values()
    return command


def forget_options() -> None:
    """Forget how a command was asked to print: the next may be asked otherwise."""
    _wanted.clear()


def say(text: str = "") -> None:
    """Print a line of words where a person reads it."""
    if not _wanted:
        typer.echo(_lines(text))


def say_wrapped(text: str, indent: str = "") -> None:
    """Print paragraphs, a line each, within the terminal."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    filler = textwrap.TextWrapper(width, indent, indent + "  ", break_on_hyphens=False)
    for paragraph in text.split("\n"):
        say(filler.fill(paragraph))


def say_table(
    columns: Sequence[str],
    rows: Iterable[Iterable[object]],
    right: Sequence[str] = (),
    whole: Sequence[str] = (),
    **style: Any,
) -> None:
    """Print a table where a person reads it: columns set to the right, and those never wrapped."""
    if _wanted:
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, **style)
    for name in columns:
        justify: Any = "right" if name in right else "left"
        table.add_column(name, justify=justify, no_wrap=name in whole)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console().print(table)


def print_json(**found: Any) -> None:
    """Print what a command did as one line of JSON, where programs asked for it."""
    if "--json" in _wanted:
        typer.echo(_line(found))


def meanwhile(text: str, **found: Any) -> None:
    """Tell on standard error what a command does; in JSON as `found`, or else as a `note`."""
    if "--quiet" in _wanted:
        return
    with suppress(OSError):  # what nobody can read any more stops no work
        said = _line(found or {"note": text}) if "--json" in _wanted else _lines(text)
        typer.echo(said, err=True)


def _line(found: Mapping[str, Any]) -> str:
    return visible(json.dumps(found, ensure_ascii=False, default=_as_json))


def _as_json(value: Any) -> Any:
    """A frame by its rows, where no number is none; what else JSON does not know as its text."""
    if not hasattr(value, "to_dict"):
        return str(value)
    return value.astype(object).where(value.notna(), None).to_dict("records")


def _lines(text: str) -> str:
    return "\n".join(map(visible, text.split("\n")))


def waiting() -> None:
    """Say why an ingestion does not begin at once."""
    meanwhile("observ: another ingestion is using this store; waiting for its end")


def print_site(index: Path) -> None:
    """Say where the site is, how to see it, and what may come next."""
    serve = f"python3 -m http.server --directory {shlex.quote(str(_from_here(index.parent)))}"
    say(f"Published: {index}")
    say(f"To see it, open {index.as_uri()}")
    say(f"From another machine: `{serve}` shows it to the network, at port 8000")
    say("Next: `make lab` opens the studies; docs/tutorial.md tells of your own data and study")


def summarise(done: Ingested, folder: str, store: Path) -> None:
    """Say by device what was read, then what was not and why."""
    place_of_store = _from_here(store)
    if not done.devices.empty:
        say(f"{done.kind} data in {place_of_store}:")
        counts = ("files", "unchanged", "rows", "rejected")
        total = ("all", *done.devices.drop(columns="device").sum())
        say_table(("device", *counts), [*done.devices.itertuples(index=False), total], right=counts)
    say_list(f"{number_of(done.replaced, 'export')} corrected earlier rows", done.replaced)
    refused = [rejected(*reject) for reject in done.rejects.itertuples(index=False)]
    say_list(f"{number_of(refused, 'row')} rejected, told in {place_of_store / 'rejects'}", refused)
    notices = _told_once(done.notices)
    say_list(f"{number_of(notices, 'notice')}", notices, shown=30)
    by_folder: dict[str, list[str]] = {}
    for path in map(Path, done.unclaimed):
        place = folder if path.parent == Path() else f"{folder}/{path.parent}"
        by_folder.setdefault(place, []).append(path.name)
    unclaimed = [f"{place}: {bounded(names, shown=30)}" for place, names in by_folder.items()]
    title = f"{number_of(done.unclaimed, 'file')} not read, which no device claims"
    say_list(title, unclaimed, shown=30)  # nothing else names them
    names = ("devices", "replaced", "rejects", "notices", "unclaimed", "problems")
    print_json(kind=done.kind, store=store, **{name: getattr(done, name) for name in names})


def _told_once(notices: Sequence[str]) -> list[str]:
    """Notices, those of several files once with the first and how many others.

    >>> _told_once(["a.csv: no wait", "b.csv: no wait", "a.csv: no theme"])
    ['a.csv and 1 more: no wait', 'a.csv: no theme']
    """
    files: dict[str, list[str]] = {}
    for notice in notices:
        name, _, text = notice.partition(": ")
        files.setdefault(text, []).append(name)
    return [
        f"{names[0]}{f' and {len(names) - 1} more' if names[1:] else ''}: {text}"
        for text, names in files.items()
    ]


def _from_here(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def say_list(title: str, lines: Sequence[str], shown: int = SHOWN) -> None:
    """Print some lines under a title, and how many more there are; nothing where there is none."""
    if lines:
        say(f"{title}:\n  " + bounded(lines, shown, "\n  "))


def rejected(file: str, row: int, column: str, value: str, reason: str) -> str:
    """A rejected row in one line."""
    where = " ".join([column] * bool(column) + [repr(value)] * bool(value))
    return ": ".join([f"{file}:{row}", *[where] * bool(where), reason])


def number_of(items: Sized, noun: str) -> str:
    """How many there are of something."""
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"


def output_is_lost() -> bool:
    """Whether standard output takes no more; then what it still holds goes nowhere."""
    try:
        print(flush=True)
    except OSError:
        # else Python would fail once more, in its own words, as it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False


def tell(problems: tuple[str, ...]) -> None:
    """Print the problems, a bounded number of them."""
    shown = 3 * SHOWN
    more = len(problems) - shown
    for problem in (*problems[:shown], *[f"and {more} more like these"] * (more > 0)):
        line = _line({"problem": problem}) if "--json" in _wanted else f"observ: {problem}"
        typer.echo(_lines(line), err=True)


def wrong_words(error: Any) -> str:
    """What typer says of words that are no command, option or argument, in one line."""
    said = " ".join(error.format_message().replace("Value error, ", "").split()).rstrip(".")
    commands = getattr(error.ctx and error.ctx.command, "commands", None)
    if commands:
        return f"{said}; commands are {', '.join(commands)}".replace("?;", "?")
    words = error.ctx.command_path if error.ctx else "observ"
    return f"{said}; `{words} --help` tells what is allowed"


# --- How far long work is, and how long it still takes: bars, lines of a log, or JSON

_MINUTE = 60


@contextmanager
def steps() -> Iterator[Callable[[str], Progress]]:
    """Progress of steps: bars in a terminal, elsewhere a line at each tenth of the way.

    Programs that ask for JSON get an object an item: `step`, `done`, `total`, `name`,
    `seconds_left`.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True, quiet="--quiet" in _wanted)
    if "--json" in _wanted or not console.is_terminal:
        yield _lines_of_progress
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    more = (TimeRemainingColumn(compact=True), TextColumn("{task.fields[name]}"))
    bars = Bars(*columns, *more, console=console)

    def step(title: str) -> Progress:
        task = bars.add_task(title, total=None, visible=False, name="")

        def progress(done: int, total: int, name: str) -> None:
            bars.update(task, completed=done, total=total, name=name, visible=True)
            bars.start()  # not before: bars that show nothing leave an empty line

        return progress

    try:
        yield step
    finally:
        if any(task.visible for task in bars.tasks):
            bars.stop()


def _lines_of_progress(title: str) -> Progress:
    """A line at each tenth of the way, or an object an item where programs asked for JSON."""
    told: tuple[int, int, str] | None = None
    first = (0.0, 0, -1)  # when this was first told of, or told anew; how many were done, of which

    def progress(done: int, total: int, name: str) -> None:
        nonlocal told, first
        now = time.monotonic()
        first = first if first[2] == total and done >= first[1] else (now, done, total)
        began, had, _ = first
        seconds = (now - began) * (total - done) / (done - had) if done > had else None
        if "--json" in _wanted:
            rest = None if seconds is None else round(seconds, 1)
            meanwhile("", step=title, done=done, total=total, name=name, seconds_left=rest)
            return
        tenth = 10 * done // max(total, 1)
        if told is None or tenth != told[0] or (done == told[1] and name != told[2]):
            told = (tenth, done, name)
            more = f", {_about(seconds)} left" if seconds and done < total else ""
            meanwhile(f"{title}: {done} of {total}" + f" ({name})" * bool(name) + more)

    return progress


def _about(seconds: float) -> str:
    """A duration as one says it."""
    if seconds < 2 * _MINUTE:
        return f"about {max(1, round(seconds))} s"
    return f"about {round(seconds / _MINUTE)} min"
