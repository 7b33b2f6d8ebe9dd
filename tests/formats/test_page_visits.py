"""Visits by page and day: what is stored is the sum that whoever reads all rows would make."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.base.errors import ObservError
from observlib.catalogue import contract
from observlib.loaders import _format, load

HEAD = "date;url;appareil;product;entry_nb_visits;entry_nb_actions;entry_bounce_count\n"
PRODUCTS = ["service-public", "boamp", ""]
ROWS = st.tuples(
    st.integers(1, 3), st.sampled_from(PRODUCTS), st.integers(0, 99), st.integers(0, 99)
)


@pytest.fixture
def read(tmp_path, catalogue, monkeypatch):
    """What a text gives, read in pieces of so many rows."""

    def of(text, piece=100):
        device = catalogue.devices["audience-boamp"].model_copy(update={"loader": "page_visits"})
        monkeypatch.setattr(_format, "PIECE", piece)
        path = tmp_path / "pages.csv"
        path.write_text(text, encoding="utf-8")
        return load(path, device, catalogue)

    return of


@examples(8)
@given(st.lists(ROWS, min_size=1, max_size=12), st.integers(1, 5))
def test_the_sums_are_those_of_all_rows_however_long_the_pieces(read, rows, piece):
    lines = [
        f"2026-03-0{day};/page-{at};mobile;{product};{visits + 1};{actions};{visits}\n"
        for at, (day, product, visits, actions) in enumerate(rows)
    ]
    found = read(HEAD + "".join(lines), piece)
    told = pd.DataFrame(rows, columns=["day", "product", "visits", "actions"])
    told = told.assign(product=told["product"].replace("", "boamp"), bounces=told["visits"])
    told["visits"] += 1
    wanted = told.groupby(["product", "day"])[["visits", "actions", "bounces"]].sum()
    rows = found.rows.assign(day=found.rows["start"].dt.day).set_index(["product", "day"])
    pd.testing.assert_frame_equal(
        rows[wanted.columns].sort_index().astype(int), wanted, check_index_type=False
    )
    assert found.rejects.empty and list(found.rows) == contract.columns("audience")


def test_an_untold_page_leaves_the_sum_unknown_and_a_bad_row_alone_is_told(read):
    found = read(HEAD + "2026-03-01;/a;m;boamp;5;9;1\n2026-03-01;/b;m;boamp;4;;1\n")
    (row,) = found.rows.to_dict("records")
    assert row["visits"] == 9 and pd.isna(row["actions"]) and row["bounces"] == 2
    found = read(HEAD + "2026-03-01;/a;m;boamp;5;9;1\n2026-03-01;/b;m;boamp;x;9;1\n", 1)
    assert found.rows["visits"].tolist() == [5]
    assert found.rejects[["row", "column"]].values.tolist() == [[3, "entry_nb_visits"]]


def test_visits_of_pages_are_none_of_a_site_and_no_address_is_kept(read):
    with pytest.raises(ObservError, match="those that began on the page"):
        read("date;url;visites\n2026-03-01;/a;5\n")
    found = read(HEAD + "2026-03-01;/zoe.martin@exemple.invalid;m;boamp;5;9;1\n")
    assert "zoe" not in found.rows.to_csv() + found.rejects.to_csv() + str(found.notices)
