"""Counts of days that follow each other as one row: whoever sums them by month sees no other."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib import store
from observlib.catalogue import contract
from observlib.indicators import counts

DAYS = st.dictionaries(
    st.tuples(st.dates(pd.Timestamp("2025-01-25").date(), pd.Timestamp("2025-02-08").date()),
              st.sampled_from(["01", "2A"])),
    st.tuples(st.integers(0, 99), st.none() | st.integers(0, 99), st.booleans()),
    min_size=1,
    max_size=25,
)  # fmt: skip


@examples(40)
@given(DAYS, st.booleans())
def test_estimates_of_months_and_of_areas_are_those_of_all_days(
    tmp_path_factory, catalogue, told, by_area
):
    data = tmp_path_factory.mktemp("spans")
    (data / "raw").mkdir()
    days = {(day, area if by_area else ""): row for (day, area), row in told.items()}
    lines = [
        f"{day},{visits},{'' if downloads is None else downloads},{area},{complete}\n".lower()
        for (day, area), (visits, downloads, complete) in days.items()
    ]
    text = "start,visits,downloads,area,complete\n" + "".join(lines)
    (data / "raw" / "boamp_audience_1.csv").write_text(text, encoding="utf-8")
    done = store.ingest(data / "raw", data, catalogue)
    assert not done.problems and done.rejects.empty
    rows, spans = store.read(data, "audience"), store.spans(data, "audience")
    kept, rejects = contract.conform(spans.drop(columns="source"), "audience", "spans")
    assert len(kept) == len(spans) <= len(rows) and rejects.empty
    pd.testing.assert_series_equal(rows.dtypes, spans.dtypes)
    for measure in ("visits", "downloads"):
        pd.testing.assert_frame_equal(
            counts.monthly(spans, "2025-01", "2025-02", measure),
            counts.monthly(rows, "2025-01", "2025-02", measure),
        )


def test_a_month_of_days_is_one_row_and_a_day_that_lacks_makes_it_two(tmp_path, catalogue):
    lines = [f"2025-01-{day:02},{day}\n" for day in range(1, 32) if day != 10]
    (tmp_path / "raw").mkdir()
    path = tmp_path / "raw" / "boamp_audience_1.csv"
    path.write_text("start,visits\n" + "".join(lines), encoding="utf-8")
    store.ingest(tmp_path / "raw", tmp_path, catalogue)
    found = store.spans(tmp_path, "audience")
    ends = [[str(day.date()) for day in found[name]] for name in ("start", "end")]
    assert ends == [["2025-01-01", "2025-01-11"], ["2025-01-09", "2025-01-31"]]
    assert found["visits"].tolist() == [45, sum(range(11, 32))]
    assert found["source"].tolist() == store.read(tmp_path, "audience")["source"].tolist()[:2]
