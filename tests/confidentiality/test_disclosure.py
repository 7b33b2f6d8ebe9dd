from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from observlib import estimates
from observlib.confidentiality.disclosure import protect


@given(st.lists(st.integers(0, 60), min_size=1, max_size=30))
def test_no_number_on_fewer_than_eleven_people_gets_out(bases: list[int]) -> None:
    rows = pd.DataFrame(
        {
            "indicator": "i",
            "period": "2026-T3",
            "unit": "%",
            "estimate": [float(n) if n else None for n in bases],
            "ci_low": [0.0 if n else None for n in bases],
            "ci_high": [60.0 if n else None for n in bases],
            "n": bases,
            "n_eff": bases,
            "status": ["published" if n else "missing" for n in bases],
        }
    )
    out = protect(rows)
    for n, row in zip(bases, out.itertuples(), strict=True):
        expected = (
            "missing"
            if n == 0
            else "suppressed"
            if n < 11
            else "low_base"
            if n < 30
            else "published"
        )
        assert row.status == expected
        if expected == "suppressed":
            assert out.loc[row.Index, estimates.NUMBERS].isna().all()


def test_a_partial_period_stays_partial_and_a_small_one_is_withheld() -> None:
    rows = pd.DataFrame(
        {
            "indicator": "i",
            "period": "2026-T3",
            "unit": "%",
            "estimate": [1.0, 1.0],
            "n": [20, 5],
            "status": "partial",
        }
    )
    assert protect(rows)["status"].tolist() == ["partial", "suppressed"]
