"""Where things are: the project's root, its catalogue, and the data folder in use."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from observlib.errors import ObservError

if TYPE_CHECKING:  # a command that has nothing to do has no use for them
    import pandas as pd

    from observlib.actions import Action
    from observlib.catalogue import Catalogue
    from observlib.practices import Practices


def root(start: Path | None = None) -> Path:
    """The nearest folder at or above `start` (else the current one) that holds `data/catalogue`.

    Raises
    ------
    ObservError
        Where there is none.
    """
    try:
        here = (start or Path.cwd()).resolve()
    except FileNotFoundError as error:
        raise ObservError("the current folder was deleted; go to the project's folder") from error
    for folder in [here, *here.parents]:
        if (folder / "data" / "catalogue").is_dir():
            return folder
    raise ObservError(f"{here}: no data/catalogue here or above; run it inside the project")


def catalogue(start: Path | None = None) -> Catalogue:
    """The checked catalogue of the project of `start`, else of the current folder."""
    from observlib.catalogue import load_catalogue
    from observlib.loaders import names
    from observlib.tables import TABLES

    data = root(start) / "data"
    margins = _margins(data / "reference" / "margins.csv")
    return load_catalogue(data / "catalogue", names(), TABLES, margins)


def _margins(path: Path) -> dict[str, list[str]]:
    """The categories of each variable of the population's margins, where the project has them."""
    if not path.exists():
        return {}
    rows = _read_reference(path)
    return {str(name): [*part] for name, part in rows.groupby("variable")["category"]}


def practices(kind: str, start: Path | None = None) -> Practices:
    """The checked practice sheets that stand beside data of a kind: `demonstration` or `real`."""
    from observlib.practices import load_practices

    return load_practices(root(start) / "data" / "practices", catalogue(start), kind)


def actions(kind: str, followed: Collection[str], start: Path | None = None) -> tuple[Action, ...]:
    """The checked actions that stand beside data of a kind, the oldest first.

    `followed` are the indicators that they may be to move (`followed.FOLLOWED`).
    """
    from observlib.actions import load_actions

    return load_actions(root(start) / "data" / "actions", catalogue(start), followed, kind)


def data_folder(data: str | Path) -> Path:
    """A data folder by its name, which is relative to the project's root where it is not absolute.

    Notebooks take it as their parameter `data`, so that they run from any folder.
    """
    return root() / data


def reference(name: str) -> pd.DataFrame:
    """A table of facts of `data/reference/`, such as `margins` or `regions`; codes are text.

    Raises
    ------
    ObservError
        Where the project has no such table.
    """
    return _read_reference(root() / "data" / "reference" / f"{name}.csv")


def _read_reference(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.read_csv(path, dtype={"departement": str, "region": str})
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or "is no table in UTF-8"
        raise ObservError(f"{path}: {what}; restore the file from the repository") from error
