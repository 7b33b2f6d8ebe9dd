"""Exports read by their format, long ones in pieces: a row is what it would be in a short one."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.catalogue import contract
from observlib.loaders import _format, batches, load

CALLS = "id;début;statut;attente;conversation\n"


@pytest.fixture
def read(tmp_path, catalogue, monkeypatch):
    """What a text gives, read in pieces of so many rows, by a device of a format."""

    def of(text, piece, table="calls", **more):
        device = next(iter(catalogue.devices.values()))
        device = device.model_copy(update={"loader": table, "extracted": None, **more})
        monkeypatch.setattr(_format, "PIECE", piece)
        path = tmp_path / "export.csv"
        path.write_text(text, encoding="utf-8")
        return load(path, device, catalogue), len([*batches(path, device, catalogue)]) - 1

    return of


def calls(*moments, wait="10"):
    rows = [f"c{at};{moment};répondu;{wait};60" for at, moment in enumerate(moments)]
    return CALLS + "\n".join(rows) + "\n"


@examples(8)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 9),
            st.sampled_from(["2026-03-01 10:00", "2026-03-29 02:30", "2026-02-30 10:00", "x"]),
            st.sampled_from(["répondu", "abandonné", "?"]),
            st.sampled_from(["0", "60", "-1", "#REF!"]),
        ),
        min_size=1,
        max_size=12,
    ),
    st.integers(1, 5),
)
def test_the_rows_that_count_hang_on_no_length_of_a_piece(read, lines, piece):
    text = CALLS + "\n".join(f"{n};{at};{what};5;{talk}" for n, at, what, talk in lines) + "\n"
    (whole, one), (found, several) = read(text, 1000), read(text, piece)
    assert (one, several) == (1, -(-len(lines) // piece))
    pd.testing.assert_frame_equal(found.rows, whole.rows)
    places = ["row", "column"]
    assert found.rejects[places].values.tolist() == whole.rejects[places].values.tolist()
    assert found.notices == whole.notices


def test_a_row_far_below_decides_how_days_above_are_read(read):
    text = calls("02/03/2026 10:00", "03/03/2026 10:00", "31/03/2026 10:00")
    found, _ = read(text, 1)
    assert found.rows["date"].dt.strftime("%d/%m").tolist() == ["02/03", "03/03", "31/03"]
    text = calls("05/06/2026 10:00", "28/02/2026 10:00", "3/31/2026 10:00")
    found, pieces = read(text, 1)
    assert pieces == 3 and found.rows["call_id"].tolist() == ["c1"]
    assert "may have its month first, as row 4 has" in found.rejects["reason"][0]


def test_the_first_piece_says_how_moments_are_written_and_others_are_refused(read):
    text = calls("2026-03-01 10:00", "13/03/2026 10:00", "14/03/2026 10:00")
    found, _ = read(text, 1)
    assert found.rows["call_id"].tolist() == ["c0"]
    assert found.rejects["reason"].str.contains("not written like the moment of row 2").all()


def test_a_call_of_another_piece_counts_once_or_with_those_far_away(read):
    text = calls("2026-03-01 10:00", "2026-03-02 10:00") + "c0;2026-03-01 10:00;répondu;10;60\n"
    found, _ = read(text, 2)
    assert found.rows["call_id"].tolist() == ["c0", "c1"]
    assert found.rejects[["row", "reason"]].values.tolist() == [[4, "repeats an earlier row"]]
    text = "month;list;stock;joins;leaves\n2026-01;a;5;1;0\n2026-02;a;6;1;0\n"
    found, pieces = read(text, 1, "subscriptions")
    assert (len(found.rows), pieces) == (2, 1)


def test_what_comes_again_or_sums_towns_in_another_piece_stops_the_export(read):
    row = "2026-03-01 10:00;5;4;1\n"
    text = "début;présentés;traités;abandonnés\n" + row + "2026-03-01 10:30;5;4;1\n" + row
    with pytest.raises(ObservError, match=r"row 4 counts what an earlier row counts; keep one"):
        read(text, 1, "call_intervals")
    text = "début;présentés;traités;abandonnés;ville\n"
    text += "2026-03-01 10:00;5;4;1;Lyon\n2026-03-02 10:00;9;8;1;\n"
    with pytest.raises(ObservError, match=r"row 3 and earlier rows of its month differ in telling"):
        read(text, 1, "call_intervals")


def test_the_hour_that_autumn_repeats_is_read_in_order_across_pieces(read):
    times = ("02:00", "02:30", "02:00", "02:30", "03:00")
    rows = [f"2025-10-26 {time};5;4;1" for time in times]
    text = "début;présentés;traités;abandonnés\n" + "\n".join(rows) + "\n"
    for piece in (1, 2, 3, 100):
        found, _ = read(text, piece, "call_intervals")
        assert found.rows["moment"].dt.strftime("%H:%M").tolist() == [
            "00:00", "00:30", "01:00", "01:30", "02:00",
        ]  # fmt: skip


def test_open_tickets_of_a_long_export_are_seen_at_its_latest_moment_wherever_that_stands(read):
    text = "ticket_id,received,answered,closed\n1,2026-03-05 10:00,,\n2,2026-03-01 10:00,,\n"
    found, pieces = read(text, 1, "tickets")
    assert pieces == 1 and found.rows["extracted"].nunique() == 1
    known, pieces = read(text, 1, "tickets", extracted=pd.Timestamp("2026-03-06").date())
    assert pieces == 2 and len(known.rows) == 2


HEAD = "date;url;appareil;product;entry_nb_visits;entry_nb_actions;entry_bounce_count\n"
PRODUCTS = st.sampled_from(["service-public", "boamp", ""])
PAGES = st.tuples(st.integers(1, 3), PRODUCTS, st.integers(0, 99), st.integers(0, 99))


@examples(8)
@given(st.lists(PAGES, min_size=1, max_size=12), st.integers(1, 5))
def test_visits_by_page_are_summed_as_all_rows_however_long_the_pieces(read, rows, piece):
    lines = [
        f"2026-03-0{day};/page-{at};mobile;{product};{visits + 1};{actions};{visits}\n"
        for at, (day, product, visits, actions) in enumerate(rows)
    ]
    found, _ = read(HEAD + "".join(lines), piece, "page_visits", product="boamp")
    told = pd.DataFrame(rows, columns=["day", "product", "visits", "actions"])
    told = told.assign(product=told["product"].replace("", "boamp"), bounces=told["visits"])
    told["visits"] += 1
    wanted = told.groupby(["product", "day"])[["visits", "actions", "bounces"]].sum()
    rows = found.rows.assign(day=found.rows["start"].dt.day).set_index(["product", "day"])
    pd.testing.assert_frame_equal(
        rows[wanted.columns].sort_index().astype(int), wanted, check_index_type=False
    )
    assert found.rejects.empty and list(found.rows) == contract.columns("audience")
