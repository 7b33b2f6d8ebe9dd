import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from observlib.catalogue.tables import Seen

DAYS = pd.Timestamp("2026-03-01")


@given(st.lists(st.lists(st.integers(0, 40), max_size=12), max_size=12))
def test_a_key_is_told_again_wherever_in_a_long_export_it_was_before(pieces):
    seen, before = Seen("calls"), set()
    for piece in pieces:
        piece = list(dict.fromkeys(piece))  # repeats within a piece are told elsewhere
        rows = pd.DataFrame({"device": "d", "call_id": [str(call) for call in piece]})
        assert seen.again(rows).tolist() == [call in before for call in piece]
        before |= set(piece)


@given(st.lists(st.tuples(st.integers(0, 25), st.integers(0, 5), st.sampled_from("ab"))))
def test_no_day_of_a_product_counts_twice_in_a_long_export(spans):
    seen, before = Seen("audience"), set()
    for first, more, product in spans:
        start = DAYS + pd.Timedelta(days=first)
        row = {"device": "d", "product": product, "start": start}
        rows = pd.DataFrame([row | {"end": start + pd.Timedelta(days=more)}])
        days = {(product, day) for day in range(first, first + more + 1)}
        assert seen.again(rows).tolist() == [bool(days & before)]
        before |= set() if days & before else days


def test_ten_million_calls_are_remembered_in_a_hundred_bytes_each_at_most():
    seen = Seen("calls")
    for at in range(0, 200_000, 20_000):
        calls = [f"c{n}" for n in range(at, at + 20_000)]
        assert not seen.again(pd.DataFrame({"device": "d", "call_id": calls})).any()
    assert sum(run.nbytes for run in seen._runs) == 8 * 200_000
    assert len(seen._runs) < 20 and all(np.all(run[:-1] <= run[1:]) for run in seen._runs)
