"""`make coverage`: repeat parts, and write the tables and the page of the method.

`PARTS="months raked"` names some; what is known of the others stays, with its day.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date

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

from observlib.base import files
from observlib.base.errors import ObservError
from observlib.pipeline import project
from tools.coverage import page
from tools.coverage.outside import REASONS, outside
from tools.coverage.page import ALONE
from tools.coverage.parts import PARTS
from tools.coverage.simulate import how_often, simulate

SEED = 20261125
_PROCESSES = 2


def main(names: Sequence[str]) -> None:
    """Run the simulation of some parts, or of all, and write what is then known of them all."""
    if unknown := {*names} - {*PARTS, *ALONE}:
        raise ObservError(
            f"{', '.join(sorted(unknown))}: no part; parts are {', '.join([*PARTS, *ALONE])}"
        )
    repetitions = {
        name: part.repetitions for name, part in PARTS.items() if name in names or not names
    }
    alone = {name: part for name, part in ALONE.items() if name in names or not names}
    total = sum(repetitions.values())
    total += sum(len(part.CASES) * part.REPETITIONS for part in alone.values())
    print(f"{total} repetitions, seed {SEED}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True)
    ) as bars:
        task = bars.add_task("repetitions", total=total)

        def told(done: int) -> None:
            bars.advance(task, float(done))

        if repetitions:
            _keep("coverage", simulate(repetitions, SEED, _PROCESSES, told))
        for name, part in alone.items():
            _keep(name, how_often(part, SEED, processes=_PROCESSES, progress=told))
    page.main()
    table = page.known("coverage")
    known = {place for places in REASONS.values() for place in places}
    for row in table[outside(table)].itertuples():
        why = (
            "told"
            if (row.indicator, row.device) in known
            else "NOT told in tools/coverage/outside.py"
        )
        print(f"outside: {row.indicator} of {row.device}: {row.covered} %, {why}")


def _keep(name: str, found: pd.DataFrame) -> None:
    """Put a table with its day and seed among the references; what was not measured now stays."""
    path, key = project.root() / "data" / "reference" / f"{name}.csv", [*found.columns[:2]]
    found = found.round(2).assign(date=date.today().isoformat(), seed=SEED)
    if path.exists():
        before = pd.read_csv(path)
        again = pd.MultiIndex.from_frame(before[key]).isin(pd.MultiIndex.from_frame(found[key]))
        found = pd.concat([before[~again], found]).sort_values(key, kind="stable")
    files.write_text(path, found.to_csv(index=False, lineterminator="\n"))
    print(f"{path}: {len(found)} rows")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except ObservError as error:
        sys.exit(str(error))
