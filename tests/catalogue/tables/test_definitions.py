"""Declared tables: a mistake is told at its line."""

import pytest

from observlib.base.errors import ObservError
from observlib.catalogue.tables import TABLES, load_tables

DECLARED = """visitors:
  row: One row a day.
  key: [date]
  columns:
    date: past_day
    visits: count?
  rules:
    - {about: visits, at_most: [visits, visits], reason: is more}
"""


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("count?", "counts", "6: 'visitors': columns.visits: unknown kind 'counts'; allowed: text"),
        ("count?", "{kind: count, may: 1}", "6: 'visitors': unknown key 'columns.visits.may'"),
        ("key: [date]", "key: [day]", "1: 'visitors': unknown column 'day'; allowed: device"),
        ("at_most: [visits,", "at_most: [seen,", "1: 'visitors': unknown column 'seen'"),
        ("One row a day.", "[a]", "2: 'visitors': row is ['a']: text is expected"),
        ("reason: is more", "why: is more", "8: 'visitors': key 'rules.0.reason' is missing"),
    ],
)
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
