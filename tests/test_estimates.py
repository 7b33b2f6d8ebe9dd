import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib import estimates

ROW = {"indicator": "i", "period": "2026-T3", "unit": "%", "estimate": 50.0, "n": 100}
finite = st.floats(-1e9, 1e9, allow_nan=False)


@pytest.mark.parametrize(("change", "what"), [
    ({"n": 10}, "fewer than 11 people"), ({"status": "suppressed"}, "though withheld"),
    ({"status": "suppressed", "estimate": None}, "a base though suppressed"),
    ({"status": "missing"}, "though withheld"), ({"estimate": None}, "no finite value"),
    ({"estimate": math.inf}, "no finite value"), ({"ci_low": 40}, "one end"),
    ({"ci_low": 60, "ci_high": 70}, "does not hold"), ({"status": "guessed"}, "unknown status"),
    ({"period": ""}, "no indicator or period"), ({"group": "age"}, "a group without its value"),
])  # fmt: skip
def test_an_unpublishable_number_cannot_become_an_estimate(change, what):
    with pytest.raises(ValueError, match=what):
        estimates.make([{**ROW, **change}])


def test_no_row_is_an_empty_frame_with_all_columns_and_an_unknown_column_is_refused():
    assert list(estimates.make([]).columns) == estimates.COLUMNS
    assert len(estimates.combine([])) == 0
    with pytest.raises(ValueError, match="no column colour"):
        estimates.make([{**ROW, "colour": "red"}])


@given(st.lists(st.tuples(finite, st.integers(11, 10**9)), max_size=20))
def test_the_page_s_machine_readable_output_gives_the_numbers_back(rows):
    frame = estimates.make({**ROW, "estimate": value, "n": n} for value, n in rows)
    back = estimates.from_json(estimates.to_json(frame))
    assert back["n"].tolist() == frame["n"].tolist()
    for one, other in zip(back["estimate"], frame["estimate"], strict=True):
        assert math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-300)
    assert estimates.to_json(back) == estimates.to_json(frame)


def test_what_a_count_counts_is_the_catalogue_s_word_and_a_share_needs_its_unit():
    visits = {"indicator": "visits", "period": "2026-T3", "estimate": 12.0}
    frame = estimates.make([visits, {**visits, "unit": "pages"}, ROW])
    told = estimates.with_units(frame, {"visits": "visites", "i": "%"})
    assert told["unit"].tolist() == ["visites", "pages", "%"]
    # it was protected as a count
    for unit in ["%", "points", "sur 10", ""]:
        frame = estimates.make([{**ROW, "unit": ""}])
        with pytest.raises(ValueError, match="no unit"):
            estimates.with_units(frame, {"i": unit})
