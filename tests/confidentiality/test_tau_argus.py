"""As few cells are withheld as τ-Argus withholds, the program of national statistical offices.

`pytauargus` brings its engine, whose optimum is found with HiGHS: no licence is needed.
"""

from __future__ import annotations

import numpy as np
import pytest
from tests.confidentiality.test_suppression import (
    COUNTS,
    RANGE,
    known,
    small,
    through_a_year,
    with_margins,
)

from observlib.confidentiality.control import withheld_cells

engine = pytest.importorskip(
    "pytauargus.engine", reason="`pip install pytauargus` compares with it"
)
WIDE = 2 * RANGE + 1
MINUTE = 60


def optimum(counts, sums, asked, folder):
    """Cells withheld by "OPT": the table as its engine reads it, with what our reader knows.

    Of each cell its place, count, cost, status, the least and most that anyone knows of it, and how
    much less, more, and apart what can be worked out must be.
    """
    lines = ["0", str(len(counts))]
    for place, count in enumerate(counts):
        status = "z" if not count else "u" if place in asked else "s"
        least, most = (1, 100 * max(counts)) if count else (0, 0)
        less, more = asked.get(place, (0, 0))
        lines.append(f"{place} {count} 1 {status} {least} {most} {less} {more} 0")
    lines.append(str(len(sums)))
    for total, *_ in sums:
        cells = " ".join(f"{place} ({factor:.0f})" for place, factor in total.items())
        lines.append(f"0 {len(total)} : {cells}")
    (folder / "table.jj").write_text("\n".join(lines) + "\n", encoding="utf-8")
    solver = engine.HiTaSCtrl()
    state = solver.full_jj(str(folder / "table.jj"), str(folder / "found.jj"), max_time=MINUTE)
    assert state == 0, solver.error_string(state)
    found = (folder / "found.jj").read_text(encoding="utf-8").splitlines()
    return {*asked} | {int(line.split()[0]) for line in found}


DESCRIPTION = """<SEPARATOR> ";"
<SAFE> "S"
<UNSAFE> "U"
<PROTECT> "P"
row
<RECODABLE>
<TOTCODE> "T"
column
<RECODABLE>
<TOTCODE> "T"
people
<NUMERIC>
cost
<NUMERIC> <COST>
status
<STATUS>
less
<NUMERIC> <LOWERPL>
more
<NUMERIC> <UPPERPL>
"""
BATCH = """<OPENTABLEDATA> "table.tab"
<OPENMETADATA> "table.rda"
<SPECIFYTABLE> "row""column"|"people"||"cost"
<SAFETYRULE>
<READTABLE> 1T
<SUPPRESS> MOD(1,5,0,0,0)
<WRITETABLE> (1,5,SO+,"found.tab")
"""


def modular(counts, shape, asked, folder):
    """How many cells "MOD" withholds, of a table with margins that is written as its users do."""
    rows = []
    for place, count in enumerate(counts):
        at = [
            "T" if n == size - 1 else str(n)
            for n, size in zip(np.unravel_index(place, shape), shape, strict=True)
        ]
        if count:
            status = "U" if place in asked else "S"
            rows.append(";".join(map(str, [*at, count, 1, status, *asked.get(place, (0, 0))])))
    for name, text in [("tab", "\n".join(rows) + "\n"), ("rda", DESCRIPTION), ("arb", BATCH)]:
        (folder / f"table.{name}").write_text(text, encoding="utf-8")
    engine.run_batch(folder / "table.arb")
    found = (folder / "found.tab").read_text(encoding="utf-8").splitlines()
    return sum(line.split(";")[-3] in ("U", "M") for line in found)


def intervals(less):
    """How much less and more each cell must be able to be: five people apart, as ours are."""
    return {place: (min(down, WIDE), max(WIDE - down, 0)) for place, down in less.items()}


def fewest_of_both(counts, sums, folder):
    """How many cells are withheld by us, and by "OPT" for the intervals that ours gives.

    It cannot slide an interval; a smaller set that gives these, too, would show.
    """
    hidden = withheld_cells(counts, sums)
    cells = small(counts)
    seen = known(counts, sums, hidden, cells)
    same = {place: counts[place] - bounds.least for place, bounds in zip(cells, seen, strict=True)}
    return len(hidden), len(optimum(counts, sums, intervals(same), folder))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder, where the engine leaves its logs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("tables", [20, pytest.param(500, marks=pytest.mark.slow)])
def test_no_more_is_withheld_than_tau_argus_withholds(tables, folder, record_property):
    generator = np.random.default_rng(1)
    ours = of_same = of_fixed = of_modular = 0
    for number in range(tables):
        shape = generator.integers(3, 7, 2)
        counts, sums = with_margins(generator.choice(COUNTS, shape))
        if not small(counts):
            continue
        here, best = fewest_of_both(counts, sums, folder)
        assert here == best, (number, counts)
        ours, of_same = ours + here, of_same + best
        # and for intervals that owe nothing to ours: two people less, if not none, the rest more
        fixed = intervals({place: min(RANGE, counts[place] - 1) for place in small(counts)})
        of_fixed += len(optimum(counts, sums, fixed, folder))
        # where it reads a table, its reader may think that a cell withheld is of no one, so that
        # less is enough than for ours
        of_modular += modular(counts, shape + 1, fixed, folder)
    totals = {"OPT": of_same, "OPT, fixed": of_fixed, "MOD, fixed": of_modular}
    ratios = {name: round(ours / total, 3) for name, total in totals.items()}
    record_property("ratios", ratios)
    print(f"{tables} tables: {ours} cells withheld; of what τ-Argus withholds: {ratios}")
    assert max(ratios.values()) <= 1.15


@pytest.mark.parametrize("seed", range(5))
def test_no_more_is_withheld_of_three_dimensions_or_of_a_year(seed, folder):
    generator = np.random.default_rng(seed)
    for counts, sums in [
        with_margins(generator.choice(COUNTS, (2, 2, 3))),
        through_a_year(generator.choice(COUNTS, (12, 2))),
    ]:
        here, best = fewest_of_both(counts, sums, folder)
        assert here == best, counts
