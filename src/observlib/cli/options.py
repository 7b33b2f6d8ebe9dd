"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from observlib.base.errors import UsageError


def follow(folder: Path) -> None:
    """Read a store at an address as it is now, where the data folder has one."""
    if (folder / "store.yml").exists():
        from observlib import store  # imports pandas, for which what stands already need not wait

        store.follow(folder)


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
    if problems:
        raise UsageError(*problems)
    return given


def _is_there(data: Path) -> Path:
    from observlib.pipeline import project

    project.data_folder(data, is_there=True)
    return data


_HELP = "Data folder: its store, its own catalogue; from the project's root."
NewData = Annotated[Path, typer.Option("--data", help=_HELP)]
Data = Annotated[Path, typer.Option("--data", help=_HELP, callback=_is_there)]
