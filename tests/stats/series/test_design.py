import numpy as np
import pytest

from observlib.base.period import months_between
from observlib.stats.series.regression import positions, season

YEAR = list(months_between("2024-01", "2025-12"))


def test_six_harmonics_fit_any_figure_of_a_year_and_one_only_a_wave():
    figure = np.tile(np.random.default_rng(0).normal(size=12), 2)
    full = np.column_stack([np.ones(24), season(YEAR, 6)])
    assert full.shape == (24, 12)
    _, left, rank, _ = np.linalg.lstsq(full, figure, rcond=None)
    assert rank == 12 and left == pytest.approx(0, abs=1e-20)
    wave = np.column_stack([np.ones(24), season(YEAR, 1)])
    assert np.linalg.lstsq(wave, figure, rcond=None)[1][0] > 1


@pytest.mark.parametrize("months", [["2024-02", "2024-01"], ["2024-01", "2024-01"]])
def test_months_that_do_not_follow_one_another_are_refused(months):
    with pytest.raises(ValueError, match="oldest first"):
        positions(months)


def test_a_day_a_quarter_or_a_year_is_no_month():
    for wrong in ("2024", "2024-13", "2024-01-01", "2024-T2"):
        with pytest.raises(ValueError, match="months YYYY-MM"):
            positions([wrong])
