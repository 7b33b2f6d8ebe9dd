"""What a page shows: somebody's number stops it, and counts that a page wrote do not."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from observlib.base.errors import ObservError
from observlib.language import french
from observlib.records import refuse_personal_data

COUNTS = st.integers(0, 10**12 - 1)
NOTHING = {"kind": "table", "columns": [], "rows": []}


@given(value=COUNTS, low=COUNTS, high=COUNTS)
@example(13_609_416, 13_459_158, 13_757_548)  # 13 signs of which are a social security number
def test_no_count_with_its_interval_is_taken_for_somebody_s_number(value, low, high):
    written = f"| {french.number(value)} ({french.number(low)}\xa0à\xa0{french.number(high)}) |"
    refuse_personal_data({**NOTHING, "data_markdown": written}, written)


@pytest.mark.parametrize("written", [
    "1 85 05 78 006 084 91",
    "1\u202f85\u202f05\u202f78\u202f006\u202f084\u202f91",
    "185\u202f057\u202f800\u202f608\u202f491",  # as a table of numbers would write it
    "06\u202f12\u202f34\u202f56\u202f78",
    "12\u202f000 usagers, dont zoe@exemple.invalid",
])  # fmt: skip
def test_a_number_by_which_somebody_is_reached_or_registered_stops_a_page(written):
    with pytest.raises(ObservError, match="take it out"):
        refuse_personal_data(NOTHING, f"Texte : {written}.")
