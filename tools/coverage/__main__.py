"""`make coverage`: repeat every part, and write the table and the page of the method."""

from __future__ import annotations

import sys
from datetime import date

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from observlib import files, project
from observlib.errors import ObservError
from tools.coverage import page
from tools.coverage.outside import REASONS, outside
from tools.coverage.parts import PARTS
from tools.coverage.simulate import simulate
from tools.coverage.truth import DEMO

SEED = 20261125
_PROCESSES = 2


def main() -> None:
    """Run the whole simulation and write what it found."""
    root = project.root()
    repetitions = {name: part.repetitions for name, part in PARTS.items()}
    total = sum(repetitions.values())
    print(f"{total} repetitions of {len(PARTS)} studies, seed {SEED}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True)
    ) as bars:
        task = bars.add_task("repetitions", total=total)
        found = simulate(
            repetitions, SEED, _PROCESSES, lambda done: bars.advance(task, float(done))
        )
    found = found.round(2).assign(date=date.today().isoformat(), seed=SEED)
    path = root / "data" / "reference" / "coverage.csv"
    files.write_text(path, found.to_csv(index=False, lineterminator="\n"))
    page.write(root / "reports" / "methode.qmd", found, project.catalogue(DEMO))
    print(f"{path}: {len(found)} rows")
    known = {place for places in REASONS.values() for place in places}
    for row in found[outside(found)].itertuples():
        why = (
            "told"
            if (row.indicator, row.device) in known
            else "NOT told in tools/coverage/outside.py"
        )
        print(f"outside: {row.indicator} of {row.device}: {row.covered} %, {why}")


if __name__ == "__main__":
    try:
        main()
    except ObservError as error:
        sys.exit(str(error))
