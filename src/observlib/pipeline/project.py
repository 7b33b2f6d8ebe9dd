"""Where things are: the project's root, the data folder in use, and what is known there."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from observlib.base import kept
from observlib.base.errors import ObservError
from observlib.base.kept import Inputs

if TYPE_CHECKING:  # a command that has nothing to do has no use for them
    import pandas as pd

    from observlib.catalogue import Catalogue
    from observlib.records import Record
    from observlib.records.sheets import Practices

_Kind = TypeVar("_Kind", bound="Record")
_POLICY = "revisions.yml"
_ALONE = ("actions", "decisions", "partners")  # folders of which a data folder's own stands alone
_OF_ONE_STORE = ("corrections", "expectations")


def root(start: Path | None = None) -> Path:
    """The nearest folder at or above `start` (else the current one) that holds `data/catalogue`."""
    try:
        here = (start or Path.cwd()).resolve()
    except FileNotFoundError as error:
        raise ObservError("the current folder was deleted; go to the project's folder") from error
    for folder in [here, *here.parents]:
        if (folder / "data" / "catalogue").is_dir():
            return folder
    raise ObservError(f"{here}: no data/catalogue here or above; run it inside the project")


def own(data: Path, name: str, start: Path | None = None) -> Path | None:
    """A data folder's own `catalogue`, `practices`, …, where it is not the project's."""
    project = root(start)
    folder = project / data / name
    is_own = folder.is_dir() and folder.resolve() != (project / "data" / name).resolve()
    return folder if is_own else None


def devices_file(data: Path, start: Path | None = None) -> Path:
    """The file that lists the devices of a data folder: its own, else the project's."""
    added = own(data, "catalogue", start)
    if added and (added / "devices.yml").exists():
        return added / "devices.yml"
    return root(start) / "data" / "catalogue" / "devices.yml"


def calendar_file(data: Path, start: Path | None = None) -> Path | None:
    """The calendar of editions of a data folder: its own, else the project's, if there is one."""
    project = root(start)
    places = (project / folder / "calendar.yml" for folder in (data, "data"))
    return next((path for path in places if path.is_file()), None)


def catalogue(data: Path, start: Path | None = None) -> Catalogue:
    """The checked catalogue of a data folder, in the project of `start`, else the current one."""
    shared, added = root(start) / "data", own(data, "catalogue", start)
    folders = [shared / "catalogue", shared / "formats", shared / "reference"]
    folders += [added, added.parent / "formats"] if added else []
    stamps = [part for folder in folders for part in kept.stamps("", folder).items()]
    return _catalogue(shared, added, tuple(stamps))


@lru_cache(2)  # a page asks for it several times; a file that is saved has another stamp
def _catalogue(shared: Path, added: Path | None, stamps: tuple[tuple[str, str], ...]) -> Catalogue:
    from observlib.catalogue import load_catalogue
    from observlib.catalogue.tables import TABLES
    from observlib.loaders import loader_names

    margins = _margins(shared / "reference" / "margins.csv")
    return load_catalogue(shared / "catalogue", loader_names(), TABLES, margins, added)


def catalogue_with_devices(data: Path, start: Path | None = None) -> Catalogue:
    """As `catalogue`; `ObservError` where it has no device, without which nothing can be read."""
    found = catalogue(data, start)
    if not found.devices:
        raise ObservError(
            f"{devices_file(data, start)}: lists no device yet; `observ device new` adds one, by "
            "which exports are recognised and read"
        )
    return found


def _margins(path: Path) -> dict[str, list[str]]:
    """The categories of each variable of the population's margins, where the project has them."""
    if not path.exists():
        return {}
    rows = _read_reference(path)
    return {str(name): [*part] for name, part in rows.groupby("variable")["category"]}


def practices(data: Path, kind: str, start: Path | None = None) -> Practices:
    """The checked practice sheets of a data folder, whose own are invented in a `demonstration`."""
    from observlib.records.sheets import load_practices

    shared, added = root(start) / "data" / "practices", own(data, "practices", start)
    return load_practices(shared, catalogue(data, start), added, kind == "demonstration")


def records_of(kind: type[_Kind], data: Path, start: Path | None = None) -> tuple[_Kind, ...]:
    """The checked records of a kind, in their order: a data folder's own, else the project's."""
    from observlib.records.sheets import Action

    place = root(start) / data
    if kind.FOLDER in _ALONE and not own(data, kind.FOLDER, start):
        place = root(start) / "data"
    named: dict[str, list[str]] = {}
    if kind is not Action and "action" in kind.model_fields:
        named["action"] = [action.id for action in records_of(Action, data, start)]
    return kind.load(place, catalogue(data, start), **named)


def knowledge(data: Path, start: Path | None = None) -> Inputs:
    """The files in which a project says what it knows, by their digests; but for the policy of
    revisions (`policy`), from which no page and no family follows."""
    found: Inputs = kept.tree("the reference", root(start) / "data" / "reference")
    for name in ("catalogue", "practices", "actions", "decisions", "partners"):
        added = own(data, name, start)
        if added is None or name not in _ALONE:
            found |= kept.tree(f"the {name}", root(start) / "data" / name)
        if added:
            found |= kept.tree(f"the {name}/own", added)
    for name in _OF_ONE_STORE:
        found |= kept.tree(f"the {name}", root(start) / data / name)
    for name in ("devices", "partners", "tasks"):  # those of `catalogue.ALONE`
        if f"the catalogue/own/{name}.yml" in found:
            found.pop(f"the catalogue/{name}.yml", None)
    for name in (f"the catalogue/{_POLICY}", f"the catalogue/own/{_POLICY}"):
        found.pop(name, None)
    return found


def policy(data: Path, start: Path | None = None) -> Inputs:
    """The files of the policy of revisions for a data folder, each by its digest."""
    folders = {"": root(start) / "data" / "catalogue", "own/": own(data, "catalogue", start)}
    return {
        f"the policy/{name}{_POLICY}": kept.bytes_digest((folder / _POLICY).read_bytes())
        for name, folder in folders.items()
        if folder and (folder / _POLICY).is_file()
    }


def data_folder(data: str | Path, is_there: bool = False) -> Path:
    """A data folder by its name, relative to the project's root: notebooks run from any folder.
    With `is_there` it is an `ObservError` where there is none, as nothing can be read of it."""
    folder = root() / data
    if is_there and not folder.is_dir():
        if any(place.is_file() for place in (folder, *folder.parents)):
            raise ObservError(f"{folder}: Not a directory; name the folder that holds `store`")
        make = f"`observ ingest FOLDER --data {data}` makes it one"
        raise ObservError(f"{folder}: is no folder, so it has no store; {make}")
    return folder


def reference(name: str) -> pd.DataFrame:
    """A table of facts of `data/reference/`, such as `margins` or `regions`; codes are text."""
    return _read_reference(root() / "data" / "reference" / f"{name}.csv")


def _read_reference(path: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.read_csv(path, dtype={"departement": str, "region": str})
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or "is no table in UTF-8"
        raise ObservError(f"{path}: {what}; restore the file from the repository") from error
