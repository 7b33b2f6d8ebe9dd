"""Rows read by column are those that a CSV reader gives one by one, wherever they stand."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.loaders._grid import Columns, in_columns
from observlib.loaders._text import csv_rows

CELLS = st.one_of(
    st.text(st.sampled_from('a1é "\t,#'), max_size=4),
    st.sampled_from(['"a;b"', '"a\nb"', '"a""b"', '"a"b', "\u00a0", "", '"']),
)
LINES = st.lists(st.tuples(st.lists(CELLS, min_size=1, max_size=4), st.sampled_from("\n\r")))


def read_by_one(path, lines):
    try:
        return dict(csv_rows(path, iter(lines), ";", 2))
    except ObservError as error:
        return str(error)


@examples(300)
@given(LINES, st.integers(1, 6))
def test_a_piece_holds_the_rows_and_their_lines_that_one_by_one_are_read(tmp_path, rows, most):
    text = "".join(";".join(cells) + ("\r\n" if end == "\r" else end) for cells, end in rows)
    lines = text.splitlines(keepends=True)
    try:
        pieces = [*in_columns(tmp_path, iter(lines), 2, ";", 2, most)]
        found = {line: [*cells] for line, cells in chain(*(piece.items() for piece in pieces))}
    except ObservError as error:
        found = str(error)
    assert found == read_by_one(tmp_path, lines)


@pytest.mark.parametrize("line", ['"a;b";c\n', "a;b\r\n", 'a;"b"\n'])
def test_quotes_around_whole_cells_do_not_make_a_long_export_slow(tmp_path, line):
    (piece,) = in_columns(tmp_path, iter([line] * 3), 2, ";", 2, 10)
    assert isinstance(piece, Columns) and [*piece] == [2, 3, 4]


def test_rows_that_are_kept_have_their_own_lines_and_cells(tmp_path):
    (piece,) = in_columns(tmp_path, iter(["a;1\n", "b;2\n", "a;3\n"]), 2, ";", 2, 10)
    kept = piece.where(piece.lines != 3)
    assert dict(kept) == {2: ["a", "1"], 4: ["a", "3"]}
