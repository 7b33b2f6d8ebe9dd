"""As few cells are withheld as τ-Argus withholds, the program of national statistical offices."""

import numpy as np
import pytest
from tests.confidentiality import test_suppression
from tests.confidentiality.test_suppression import COUNTS, RANGE, known, small, with_margins

from observlib.confidentiality.control import withheld_cells

engine = pytest.importorskip(
    "pytauargus.engine", reason="`pip install pytauargus` compares with it"
)
WIDE = 2 * RANGE + 1
MINUTE = 60


def optimum(counts, sums, asked, folder):
    """Cells withheld by "OPT": the table as its engine reads it, with what our reader knows."""
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


def intervals(less):
    """How much less and more each cell must be able to be: five people apart, as ours are."""
    return {place: (min(down, WIDE), max(WIDE - down, 0)) for place, down in less.items()}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder, where the engine leaves its logs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fewest_of_both(counts, sums, folder):
    """How many cells are withheld by us, and by "OPT" for the intervals that ours gives."""
    hidden = withheld_cells(counts, sums)
    cells = small(counts)
    seen = known(counts, sums, hidden, cells)
    same = {place: counts[place] - bounds.least for place, bounds in zip(cells, seen, strict=True)}
    return len(hidden), len(optimum(counts, sums, intervals(same), folder))


@pytest.mark.parametrize("tables", [20, pytest.param(500, marks=pytest.mark.slow)])
def test_no_more_is_withheld_than_tau_argus_withholds(tables, folder):
    generator = np.random.default_rng(1)
    ours = of_fixed = 0
    for number in range(tables):
        counts, sums = with_margins(generator.choice(COUNTS, generator.integers(3, 7, 2)))
        if not small(counts):
            continue
        here, best = fewest_of_both(counts, sums, folder)
        assert here == best, (number, counts)
        # and for intervals that owe nothing to ours: two people less, if not none, the rest more
        fixed = intervals({place: min(RANGE, counts[place] - 1) for place in small(counts)})
        ours, of_fixed = ours + here, of_fixed + len(optimum(counts, sums, fixed, folder))
    assert ours <= 1.15 * of_fixed


@pytest.mark.parametrize("seed", range(5))
def test_no_more_is_withheld_of_three_dimensions_or_of_a_year(seed, folder):
    generator = np.random.default_rng(seed)
    for counts, sums in [
        with_margins(generator.choice(COUNTS, (2, 2, 3))),
        test_suppression.through_a_year(generator.choice(COUNTS, (12, 2))),
    ]:
        here, best = fewest_of_both(counts, sums, folder)
        assert here == best, counts
