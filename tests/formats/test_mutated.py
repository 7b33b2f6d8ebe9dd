"""Exports of sales and subscribers that a disk or a hand damaged: read, rejected or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples
from tests.formats.test_samples import device

from observlib.base.errors import ObservError
from observlib.loaders import load

EXPORTS = {
    "sales": (
        "mois;titre;format;exemplaires;chiffre d'affaires;retours;isbn\n"
        "2026-01;Guide;papier;12;120,50;0;9782110000002\n"
        "2026-02;Guide;numérique;3;30;1;9782110000002\n"
    ),
    "subscriptions": (
        "month,list,cohort,stock,joins,leaves\n2026-01,Lettre,2026-01,100,100,0\n"
        "2026-02,Lettre,2026-01,90,0,10\n2026-02,Lettre,2026-02,30,30,0\n"
    ),
}
BITS = [b"", b"\n", b"\r", b";", b",", b'"', b"\t", b"\0", b"\xff", b"-", b"9" * 25, b"NaN",
        b"=1+1", b"Total", b"0000-00", b"2026-13-01", b"9999-12-31", b"1E400", b"-0"]  # fmt: skip
EDITS = st.lists(
    st.tuples(st.integers(0, 250), st.integers(0, 40), st.sampled_from(BITS)),
    min_size=1,
    max_size=6,
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("damaged") / "export_2026-03.csv"


@pytest.mark.parametrize("form", EXPORTS)
@examples(60)
@given(edits=EDITS)
def test_no_damage_is_more_than_rows_rejected_or_one_line_of_error(path, catalogue, form, edits):
    raw = EXPORTS[form].encode()
    for place, length, bit in edits:
        raw = raw[:place] + bit + raw[place + length :]
    path.write_bytes(raw)
    try:
        found = load(path, device(form), catalogue)
    except ObservError as error:
        assert error.problems and not any("\n" in line for line in error.problems)
    else:
        assert len(found.rows) + len(found.rejects)
