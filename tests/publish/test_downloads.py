"""The open data must be what the page shows, once, in the columns that were promised."""

import io
import json

import pandas as pd
import pytest

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.estimates import comparisons
from observlib.indicators import pairs as comparing
from observlib.publish.downloads import open_data


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"columns": ["a"], "rows": ["1"]},
        {"columns": estimates.COLUMNS, "rows": ["1"]},
        {
            "columns": estimates.COLUMNS,
            "rows": [],
            "comparisons": {"columns": ["a"], "rows": ["1"]},
        },
    ],
)
def test_output_that_breaks_the_contract_names_its_cell(tmp_path, sample, content):
    cell = sample.code("", sample.shown(estimates={estimates.MIME: content}))
    path = tmp_path / "page.ipynb"
    path.write_text(json.dumps(sample.notebook(cell)), encoding="utf-8")
    with pytest.raises(ObservError, match=r"page.ipynb: cell 1: not estimates"):
        open_data(path)


def test_no_text_of_the_open_data_is_a_formula_and_numbers_stay_numbers(tmp_path, sample):
    words = [
        "=cmd|' /C calc'!A0",
        "+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "a\r=1",
        "＝1",
        "\u200b=1",
        "\ufeff=1",
        "Oui, et =1",
    ]
    row = {"indicator": "poll_share", "period": "2026-T3", "unit": "%", "group": "Question"}
    row |= {"estimate": 4.5, "n": 100}
    frame = estimates.make([{**row, "group_value": word, "source": word} for word in words])
    carried = {estimates.MIME: {"kind": "chart", **estimates.to_json(frame)}}
    cell = sample.code("", sample.shown(estimates=carried))
    path = tmp_path / "page.ipynb"
    path.write_text(json.dumps(sample.notebook(cell)), encoding="utf-8")
    text = open_data(path)[".csv"]
    table = pd.read_csv(io.StringIO(text), keep_default_na=False, dtype=str)
    for column in ("group_value", "source"):
        assert table[column].tolist() == [
            *("'=cmd|' /C calc'!A0", "'+1", "'-1+1", "'@SUM(A1)", "'\t=1", "' =1", "a =1", "'＝1"),
            *("'=1", "'=1"),
            "Oui, et =1",
        ]
    assert set(table["estimate"]) == {"4.5"}


def test_comparisons_have_a_file_of_their_own_with_both_sides_and_the_verdict(
    tmp_path, sample, catalogue
):
    mark = {"indicator": "satisfied_share", "unit": "%", "product": "boamp"}
    frame = estimates.make(
        {**mark, "period": period, "estimate": value, "n": 400, "n_eff": 400}
        for period, value in (("2025-T3", 62.0), ("2026-T3", 74.0))
    )
    waves = comparing.between(frame, catalogue, "2026-T3", "2025-T3")
    pairs = comparisons.make(comparing.tested(catalogue, waves))
    content = {"kind": "text", **estimates.to_json(frame)}
    carried = {estimates.MIME: {**content, "comparisons": comparisons.to_json(pairs)}}
    path = tmp_path / "page.ipynb"
    cells = [sample.code("", sample.shown(estimates=carried))] * 2
    path.write_text(json.dumps(sample.notebook(*cells)), encoding="utf-8")
    found = open_data(path)
    assert list(found) == [".csv", "-comparaisons.csv"]
    (row,) = pd.read_csv(io.StringIO(found["-comparaisons.csv"])).to_dict("records")
    assert (row["estimate"], row["reference_estimate"], row["verdict"]) == (74.0, 62.0, "rise")
    assert row["difference"] == 12.0 and row["level"] == 0.95
