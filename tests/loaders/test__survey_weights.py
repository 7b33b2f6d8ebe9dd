"""A survey's own weights: read from any export as they are meant, or refused with file and row."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.base.errors import ObservError
from observlib.loaders import Loaded, load
from observlib.loaders._survey import weight_of
from observlib.loaders.surveys import without_the_rest

Survey = Callable[..., Any]
SENT = "2026-03-12 23:50:00"


def export(folder: Path, *weights: str, head: str = "poids", sign: str = ";") -> Path:
    """A LimeSurvey export of as many responses as weights."""
    path = folder / "enquete-test_a.csv"
    rows = [[str(i), SENT, "A5", weight] for i, weight in enumerate(weights, start=1)]
    lines = [sign.join(row) for row in [["id", "submitdate", "Q01", head], *rows]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def weights(loaded: Loaded) -> dict[str, float]:
    """The weight of each response, which all of its rows have."""
    of = loaded.rows.groupby("response_id")["weight"]
    assert (of.nunique(dropna=False) == 1).all()
    return {str(name): float(value) for name, value in of.first().items()}


@pytest.mark.parametrize("head", ["poids", "POIDS", "poids. Poids de sondage", "Poids"])
def test_weights_are_read_with_point_or_comma_by_code_or_text(tmp_path, survey, head):
    name = "poids. Poids de sondage" if "." in head else "poids"
    for written in (["1,25", "0,5", "3"], ["1.25", "0.5", "3.0000000000"]):
        loaded = load(export(tmp_path, *written, head=head), *survey("limesurvey", weight=name))
        assert weights(loaded) == {"1": 1.25, "2": 0.5, "3": 3}
        assert loaded.rejects.empty and not any("poids" in told for told in loaded.notices)


@pytest.mark.parametrize("cell", ["0", "-1", "0,0", "nan", "inf", "1 250", "1.234,5", "lourd", "٣"])
def test_what_is_no_weight_refuses_its_response_with_file_and_row(tmp_path, survey, cell):
    loaded = load(export(tmp_path, "1,5", cell, "2"), *survey("limesurvey", weight="poids"))
    assert weights(loaded) == {"1": 1.5, "3": 2}
    (told,) = loaded.rejects.to_dict("records")
    assert (told["file"], told["row"], told["column"]) == ("enquete-test_a.csv", 3, "poids")
    assert "write a number above 0 such as 1.25 or 1,25" in told["reason"]


def test_a_response_without_a_weight_stays_and_is_told(tmp_path, survey):
    loaded = load(export(tmp_path, "1,5", "", "N/A"), *survey("limesurvey", weight="poids"))
    found = weights(loaded)
    assert found["1"] == 1.5 and math.isnan(found["2"]) and math.isnan(found["3"])
    assert any("2 of 3 responses have no weight" in told for told in loaded.notices)
    assert not any("of 1 resp" in told for told in loaded.notices)
    whole = load(export(tmp_path, "1,5"), *survey("limesurvey", weight="poids"))
    assert not any("weight" in told for told in whole.notices)


@pytest.mark.parametrize(("cells", "head", "said"), [
    (["1"], "ponderation", "no columns are named 'poids'"),
    (["1;2"], "poids;Poids", "2 columns are named 'poids'"),
    (["", ""], "poids", "no response has a weight in the column 'poids'"),
    (["2", "1.5", "1,234"], "poids", r"decimal point \(row 3\) and with a comma \(row 4\)"),
])  # fmt: skip
def test_weights_that_cannot_be_meant_refuse_the_file(tmp_path, survey, cells, head, said):
    with pytest.raises(ObservError, match=said) as error:
        load(export(tmp_path, *cells, head=head), *survey("limesurvey", weight="poids"))
    assert "enquete-test_a.csv" in str(error.value) and "\n" not in str(error.value)


@given(st.floats(1e-12, 1e12), st.sampled_from([".", ","]))
def test_a_weight_is_read_back_as_it_was_written(value, mark):
    assert weight_of(repr(value).replace(".", mark)) == value
    fixed = f"{value:.10f}"
    found = weight_of(fixed.replace(".", mark))
    assert found == (float(fixed) if float(fixed) >= 1e-12 else None)


@given(st.text(max_size=12) | st.from_regex(r"[-+0-9.,e ]{1,10}", fullmatch=True))
def test_any_cell_is_empty_a_number_above_0_or_none(cell):
    found = weight_of(cell)
    if found is None or math.isnan(found):
        return
    assert 1e-12 <= found <= 1e12
    assert float(cell.replace(",", ".")) == found  # no sign, space or second mark was passed over
    assert cell[0].isdigit() and sum(map(cell.count, ".,")) <= 1


def test_a_download_keeps_the_weights(tmp_path, survey):
    device, catalogue = survey("limesurvey", weight="poids")
    path = export(tmp_path, "1.5", sign=",")
    asked = catalogue.questions_of(device)
    kept = without_the_rest(path, path.read_text(encoding="utf-8"), asked, texts=False)
    assert kept.splitlines() == ["id,submitdate,Q01,poids", f"1,{SENT},A5,1.5"]


def test_a_plain_file_of_responses_may_have_weights_above_0(tmp_path, catalogue):
    path = tmp_path / "plain.csv"
    rows = [("a", "1,25"), ("b", "0"), ("c", ""), ("d", "-1")]
    lines = [f"{name};2026-03-12;oui;response;{weight}" for name, weight in rows]
    head = "response_id;date;finished;variable;weight"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    device = catalogue.devices["enquete-service-public"].model_copy(
        update={"loader": "plain_csv", "table": "responses", "questionnaire": None}
    )
    loaded = load(path, device, catalogue)
    assert loaded.rows["response_id"].tolist() == ["a", "c"]
    assert loaded.rejects[["row", "column"]].values.tolist() == [[3, "weight"], [5, "weight"]]
    assert set(loaded.rejects["reason"]) == {"is no weight: a number above 0, or empty"}
