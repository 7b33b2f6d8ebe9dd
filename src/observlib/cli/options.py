"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def follow(folder: Path) -> None:
    """Read a store at an address as it is now, where the data folder has one."""
    if (folder / "store.yml").exists():
        from observlib import store  # imports pandas, for which what stands already need not wait

        store.follow(folder)


Data = Annotated[
    Path, typer.Option("--data", help="Data folder with the store, from the project's root.")
]
