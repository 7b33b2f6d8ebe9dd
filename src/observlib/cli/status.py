"""`observ status`: what each device gave last, what is corrected, which notebooks are fresh."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from observlib.base.errors import ObservError, UsageError
from observlib.base.period import today
from observlib.cli.printing import Data, answer, follow, plural, print_status, say_table


def status(
    data: Data = Path("data"),
    notebooks: Annotated[
        bool, typer.Option("--notebooks", help="Of committed notebooks instead: are they fresh?")
    ] = False,
) -> None:
    """Say when each device gave its last, and what is corrected.

    It fails where a device is late, or a correction no longer holds. With --notebooks it says
    whether each committed notebook shows what its code, the library and the demonstration data
    make now, and fails where one does not, or where that is not known.
    """
    from observlib import store
    from observlib.pipeline import frame, project

    if notebooks:
        _of_notebooks(data)
        return
    folder, known = project.data_folder(data), project.catalogue_with_devices(data)
    follow(folder)
    found = store.status(folder, known.devices.values())
    changing = store.changing(known.devices.values(), known.questionnaires, today())
    corrections = store.corrections(folder, known)
    print_status(found, changing, corrections.known, frame.standing_of_expectations(folder))
    if wrong := [*store.missing(found), *corrections.faults]:
        raise ObservError(*wrong)


def _of_notebooks(data: Path) -> None:
    """Print the `edition.new_study.state` of each; an error where one may not be fresh."""
    from observlib.edition import new_study
    from observlib.pipeline import project

    if data not in (Path("data"), Path(new_study.DATA)):
        raise UsageError(f"--notebooks is of {new_study.DATA}, their data; leave --data out")
    found = new_study.states(project.root())
    columns = ("notebook", "its outputs, or what changed since")
    say_table(columns, found.items(), whole=("notebook",))
    answer(notebooks=found)
    if old := [name for name, state in found.items() if state != new_study.FRESH]:
        raise ObservError(
            f"{len(old)} of {plural(found, 'notebook')}: not, or not known to be, what would be "
            "made now; `make notebooks` executes all in place"
        )
