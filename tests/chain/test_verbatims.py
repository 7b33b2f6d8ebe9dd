"""What two invented people read in texts, from their files to shares that hold what is true."""

import csv
import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from observlib import store
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.records import coding
from observlib.themes import verbatims
from tools.demo import codes

LAST = Quarter("2026-T3")


@pytest.fixture(scope="module")
def told(demonstration: Path, catalogue: Catalogue) -> pd.DataFrame:
    """What is estimated of the texts of each quarter that was read, that of few texts too."""
    tables = [store.read(demonstration, name) for name in ("verbatims", "codes", "experiences")]
    texts = coding.whole_texts(tables[0])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verbatims, "few_alike", lambda *_: False)
        found = [
            verbatims.shares(texts, *tables[1:], catalogue, quarter)[0] for quarter in LAST.back(4)
        ]
    return pd.concat(found, ignore_index=True)


def by_reading(told: pd.DataFrame, indicator: str) -> pd.DataFrame:
    rows = told[told["indicator"] == indicator]
    return rows.set_index(["period", "group_value"]).sort_index()


@pytest.fixture
def true_shares(truths: dict[str, Any], catalogue: Catalogue) -> dict[tuple[str, str], float]:
    book = catalogue.codebook
    return {
        (truth["quarter"], verbatims.topic_label(book[truth["question"]], truth["code"])): 100
        * truth["holding"]
        / truth["texts"]
        for truth in truths["texts"]
    }


@pytest.mark.slow
@pytest.mark.parametrize("indicator", ["text_share", "text_share_read"])
def test_intervals_hold_the_truth_about_as_often_as_said(told, true_shares, indicator):
    rows = by_reading(told, indicator).query("status == 'published'")
    held = [
        row["ci_low"] <= true_shares[key] <= row["ci_high"]
        for key, row in rows.to_dict("index").items()
    ]
    assert len(held) > 20 and sum(held) >= 0.9 * len(held)
    assert all(held[-len(rows.loc[[LAST]]) :])  # those of the pages that are committed


@pytest.mark.slow
def test_the_machine_that_learnt_other_quarters_narrows_what_is_told(told):
    wide, narrow = (by_reading(told, name) for name in ("text_share_read", "text_share"))
    width = {name: rows["ci_high"] - rows["ci_low"] for name, rows in
             (("wide", wide), ("narrow", narrow))}  # fmt: skip
    assert (width["narrow"] < width["wide"]).loc[LAST].all()
    assert (by_reading(told, "machine_f1")["estimate"]
            > by_reading(told, "machine_baseline")["estimate"] + 0.3).all()  # fmt: skip


@pytest.mark.parametrize("quarter", [LAST], ids=str)
def test_the_files_are_those_that_a_reader_is_handed(demonstration, catalogue, tmp_path, quarter):
    texts = store.read(demonstration, "verbatims", quarter, quarter, device=codes.DEVICE)
    given = (texts, codes.DEVICE, quarter, catalogue.codebook, codes.READ, tmp_path)
    for path in coding.write_sheets(*given)[0]:
        filled = demonstration / "raw" / "codage" / path.name
        blank, done = (
            [*csv.DictReader(io.StringIO(one.read_text("utf-8-sig")), delimiter=";")]
            for one in (path, filled)
        )
        known = [coding.IDENTIFIER, coding.DATE]
        assert [[row[name] for name in known] for row in blank] == [
            [row[name] for name in known] for row in done
        ]
        assert set(done[0]) == set(blank[0]) - {coding.TEXT, "Colère", "Injustice"}
