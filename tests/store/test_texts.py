"""Texts are stored apart, for their owner alone, and go when they are no longer asked for."""

import stat
import sys

import pandas as pd
import pytest
from tests.loaders import test__settled_rows as jdma

from observlib import store
from observlib.catalogue import Catalogue
from observlib.themes.devices import COUNTED

DEVICE = "jdma-service-public"


@pytest.fixture
def data(tmp_path):
    raw = tmp_path / "raw"
    raw.mkdir()
    rows = [["Très bien", "4", "", "", "", text] for text in ("Mme Martin m'a aidé", "", "Clair")]
    path = raw / "jdma_service-public_2026-T1.csv"
    path.write_text(jdma.export(jdma.QUESTIONS, *rows), encoding="utf-8")
    return tmp_path


def asking(catalogue: Catalogue, verbatims: str | None) -> Catalogue:
    device = catalogue.devices[DEVICE].model_copy(update={"verbatims": verbatims})
    return catalogue.model_copy(update={"devices": {DEVICE: device}})


def ingest(data, catalogue: Catalogue, verbatims: str | None) -> pd.DataFrame:
    store.ingest(data / "raw", data, asking(catalogue, verbatims))
    return store.read(data, "verbatims")


def test_texts_stand_beside_the_answers_and_count_for_nothing(data, catalogue):
    texts = ingest(data, catalogue, "redacted")
    assert sorted(texts["text"]) == ["Clair", "Mme [nom] m'a aidé"]  # rows are sorted by their hash
    held = store.devices(data).set_index("table")["rows"]
    assert held["verbatims"] == 2 and held["ratings"] == 6
    assert list(COUNTED).index("ratings") < list(COUNTED).index("verbatims")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such rights")
def test_only_the_owner_reads_the_texts(data, catalogue):
    ingest(data, catalogue, "redacted")
    folder = data / "store" / "verbatims"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(part.stat().st_mode) for part in folder.glob("*.parquet")} == {0o600}


def test_texts_come_and_go_as_the_catalogue_asks(data, catalogue):
    assert ingest(data, catalogue, None).empty
    assert len(ingest(data, catalogue, "redacted")) == 2
    assert len(ingest(data, catalogue, "redacted")) == 2
    assert ingest(data, catalogue, None).empty
    assert not [*(data / "store" / "verbatims").glob("*.parquet")]
    assert len(store.read(data, "ratings")) == 6
