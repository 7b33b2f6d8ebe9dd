"""The open data must be what the page shows, once, in the columns that were promised."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from observlib import estimates
from observlib.errors import ObservError
from observlib.publish.downloads import estimates_csv


def test_csv_holds_each_estimate_of_the_page_once(made_project: Path, sample: ModuleType) -> None:
    text = estimates_csv(made_project / "editions" / "2026-T3" / "panorama.ipynb")
    assert text is not None
    table = pd.read_csv(io.StringIO(text), keep_default_na=False, dtype=str)
    assert list(table.columns) == estimates.COLUMNS
    assert table["product"].tolist() == ["service-public", "vie-publique"]
    assert table["estimate"].tolist() == ["82.4", "71.25"]
    assert table["n"].tolist() == ["1240", "412"]
    assert table["ci_low"].tolist() == ["", ""]
    assert "\r" not in text


def test_page_without_estimates_has_no_csv(tmp_path: Path, sample: ModuleType) -> None:
    path = tmp_path / "page.ipynb"
    path.write_text(json.dumps(sample.notebook(sample.markdown("Texte"))), encoding="utf-8")
    assert estimates_csv(path) is None


@pytest.mark.parametrize(
    "content",
    [{}, {"columns": ["a"], "rows": [[1]]}, {"columns": estimates.COLUMNS, "rows": [[1]]}],
)
def test_output_that_breaks_the_contract_names_its_cell(
    tmp_path: Path, sample: ModuleType, content: object
) -> None:
    cell = sample.code("", sample.shown(estimates={estimates.MIME: content}))
    path = tmp_path / "page.ipynb"
    path.write_text(json.dumps(sample.notebook(cell)), encoding="utf-8")
    with pytest.raises(ObservError, match=r"page.ipynb: cell 1: not estimates"):
        estimates_csv(path)
