"""Counts by place: a file a town, and what was told of all towns together."""

import pandas as pd
import pytest

from observlib import store


@pytest.fixture
def ingest(tmp_path, catalogue):
    """Ingest one more export of visits by area; give the visits that the store then holds."""
    raw = tmp_path / "raw"
    raw.mkdir()

    def take(name: str, **visits: int) -> dict[str, int]:
        rows = [f"boamp,2025-07,{count},{area.strip('_')}\n" for area, count in visits.items()]
        path = raw / f"boamp_audience_{name}.csv"
        path.write_text("product,month,visits,area\n" + "".join(rows), encoding="utf-8")
        done = store.ingest(raw, tmp_path, catalogue)
        assert not done.problems and done.rejects.empty
        found = store.read(tmp_path, "audience")
        return dict(zip(found["area"].fillna(""), found["visits"], strict=True))

    return take


def test_one_file_a_town_leaves_the_other_towns_as_they_are(ingest):
    ingest("1", Lyon=10)
    assert ingest("2", _01=20) == {"Lyon": 10, "01": 20}
    assert ingest("3", Lyon=11) == {"Lyon": 11, "01": 20}


def test_the_whole_and_its_towns_never_count_together(ingest):
    ingest("1", _=30)
    assert ingest("2", Lyon=10) == {"Lyon": 10}
    assert ingest("3", Paris=20) == {"Lyon": 10, "Paris": 20}
    assert ingest("4", _=31) == {"": 31}


def test_a_store_of_before_areas_were_known_is_read_and_corrected(ingest, tmp_path, monkeypatch):
    ingest("1", _=30)
    (part,) = (tmp_path / "store" / "audience").glob("*.parquet")
    pd.read_parquet(part).drop(columns="area").to_parquet(part, index=False)
    monkeypatch.setattr("observlib.store.ledger.check_parts", lambda *_: None)
    assert store.read(tmp_path, "audience")["area"].isna().all()
    assert ingest("2", Lyon=10) == {"Lyon": 10}
