"""`observ status --notebooks`: which committed notebooks show what would be made now."""

from __future__ import annotations

from pathlib import Path

from observlib.cli.printing import answer, plural, say
from observlib.errors import ObservError, UsageError


def status_of_notebooks(data: Path) -> None:
    """Print the `edition.made_of.state` of each; an error where one is not known to be fresh."""
    from rich import box
    from rich.table import Table

    from observlib import project
    from observlib.edition import made_of

    if data not in (Path("data"), Path(made_of.DATA)):
        raise UsageError(f"--notebooks is of {made_of.DATA}, their data; leave --data out")
    found = made_of.states(project.root())
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("notebook", no_wrap=True)
    table.add_column("its outputs, or what changed since")
    for row in found.items():
        table.add_row(*row)
    say(table)
    answer(notebooks=found)
    if old := [name for name, state in found.items() if state != made_of.FRESH]:
        raise ObservError(
            f"{len(old)} of {plural(found, 'notebook')}: not, or not known to be, what would be "
            "made now; `make notebooks` executes all in place"
        )
