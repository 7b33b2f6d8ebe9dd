"""`observ forget` says what it did, what is still in raw exports, and each mistake in a line."""

import pytest
from tests.copies import copy_catalogue

DEVICE = "satisfaction-3939"
NAME = "allo-service-public_satisfaction_x.csv"
ROWS = "answer_id,date,question,value,scale_min,scale_max\n" + "".join(
    f"rep-{n},2025-07-0{n},satisfaction,4,1,5\n" for n in (1, 2, 3)
)


@pytest.fixture
def place(tmp_path, monkeypatch, observ):
    copy_catalogue(tmp_path)
    (tmp_path / "data" / "raw").mkdir()
    (tmp_path / "data" / "raw" / NAME).write_text(ROWS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert observ("ingest", "data/raw")[0] == 0
    return tmp_path


def test_a_respondent_is_forgotten_and_not_named(place, observ):
    code, out, err = observ("forget", DEVICE, "--respondent", "rep-2")
    assert (code, err) == (0, "") and "rep-2" not in out
    assert f"Forgot 1 row of {DEVICE}" in out and f"{NAME}: 1 row\n" in out
    assert "Nothing left of what was to be forgotten, in 2 files" in out
    assert observ("forget", DEVICE, "--before", "2025-07-02")[1].startswith("Forgot 1 row ")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((DEVICE,), "either --before YYYY-MM-DD or --respondent ID"),
        ((DEVICE, "--before", "2025-01-01", "--respondent", "a"), "either --before"),
        ((DEVICE, "--respondent", ""), "either --before"),
        ((DEVICE, "--before", "yesterday"), "does not match the format"),
        ((DEVICE, "--before", "2999-01-01"), "lies in the future"),
        (("nothing", "--respondent", "a"), "device 'nothing': is not in the catalogue"),
    ],
)
def test_a_mistake_is_told_in_a_line_and_forgets_nothing(place, observ, words, why):
    before = (place / "data" / "store" / "ledger.json").read_bytes()
    code, out, err = observ("forget", *words)
    assert (code, out) == (2, "") and why in err and err.count("\n") == 1
    assert (place / "data" / "store" / "ledger.json").read_bytes() == before


def test_a_folder_without_a_store_says_so(place, observ):
    code, _, err = observ("forget", DEVICE, "--respondent", "a", "--data", "data/other")
    assert code == 1 and "has no store" in err
