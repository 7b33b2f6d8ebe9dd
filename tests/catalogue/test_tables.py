"""What tables.yml may say, and what earlier pieces of a long export hold."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.base.errors import ObservError
from observlib.catalogue.tables import TABLES, Seen, load_tables

DECLARED = Path(__file__).with_name("declared.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("right", "wrong", "said"), [
    ("count?", "counts", "6: 'visitors': columns.visits: unknown kind 'counts'; allowed: text"),
    ("count?", "{kind: count, may: 1}", "6: 'visitors': unknown key 'columns.visits.may'"),
    ("key: [date]", "key: [day]", "1: 'visitors': unknown column 'day'; allowed: device"),
    ("at_most: [visits,", "at_most: [seen,", "1: 'visitors': unknown column 'seen'"),
    ("One row a day.", "[a]", "2: 'visitors': row is ['a']: text is expected"),
    ("reason: is more", "why: is more", "8: 'visitors': key 'rules.0.reason' is missing"),
])  # fmt: skip
def test_a_mistake_in_a_declared_table_is_told_at_its_line(tmp_path, right, wrong, said):
    path = tmp_path / "tables.yml"
    path.write_text(DECLARED.replace(right, wrong), encoding="utf-8")
    with pytest.raises(ObservError) as caught:
        load_tables(path)
    assert f"{path}:{said}" in str(caught.value)


def test_a_declared_table_has_what_each_row_has_beside_its_own(tmp_path):
    path = tmp_path / "tables.yml"
    path.write_text(DECLARED, encoding="utf-8")
    table = load_tables(path)["visitors"]
    assert [*table.columns] == ["device", "product", "channel", "date", "visits"]
    assert table.columns["visits"].optional and not table.columns["product"].optional
    assert (table.start, table.end) == ("date", "date")
    assert TABLES["polls"].columns["product"].optional  # of several products, or of none
    assert [*TABLES["audience"].columns][3:6] == ["start", "end", "complete"]


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
