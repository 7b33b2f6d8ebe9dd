"""`make coverage`: repeat every part, and write the table and the page of the method."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pandas as pd
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
from tools.coverage import breaks, page
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
    total = sum(repetitions.values()) + len(breaks.CASES) * breaks.REPETITIONS
    print(f"{total} repetitions of {len(PARTS)} studies and of series, seed {SEED}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True)
    ) as bars:
        task = bars.add_task("repetitions", total=total)
        found = simulate(
            repetitions, SEED, _PROCESSES, lambda done: bars.advance(task, float(done))
        )
        levels = breaks.simulate(
            SEED, processes=_PROCESSES, progress=lambda done: bars.advance(task, float(done))
        )
    method = root / "reports" / "methode.qmd"
    found, levels = _kept(root, "coverage", found), _kept(root, "breaks", levels)
    page.write(method, page.BEGIN, page.END, page.markdown(found, project.catalogue(DEMO)))
    page.write(method, breaks.BEGIN, breaks.END, breaks.markdown(levels))
    known = {place for places in REASONS.values() for place in places}
    for row in found[outside(found)].itertuples():
        why = (
            "told"
            if (row.indicator, row.device) in known
            else "NOT told in tools/coverage/outside.py"
        )
        print(f"outside: {row.indicator} of {row.device}: {row.covered} %, {why}")


def _kept(root: Path, name: str, found: pd.DataFrame) -> pd.DataFrame:
    """A table with its day and seed, as it is put among the references."""
    found = found.round(2).assign(date=date.today().isoformat(), seed=SEED)
    path = root / "data" / "reference" / f"{name}.csv"
    files.write_text(path, found.to_csv(index=False, lineterminator="\n"))
    print(f"{path}: {len(found)} rows")
    return found


if __name__ == "__main__":
    try:
        main()
    except ObservError as error:
        sys.exit(str(error))
