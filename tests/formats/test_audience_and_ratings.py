"""Exports of visits and ratings, by their formats: real samples to the row, and what is bad."""

from pathlib import Path

import pandas as pd
import pytest

from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, Format
from observlib.loaders import Loaded

DEVICE, KEYS = "audience-boamp", {"product": "service-public", "table": None, "extracted": None}
FILE = "e.csv"
EXPECTED = Path(__file__).parent / "expected"
SAMPLES = {
    "plausible": ("plausible", "plausible/visitors.csv"),
    "awstats": ("awstats", "awstats/awstats032026.www.example.gouv.fr.txt"),
    "touchpoints": ("touchpoints", "touchpoints/responses.csv"),
    "govuk_feedback": ("govuk_feedback", "govuk-feedback/feedex_2026-03-01_2026-03-31.csv"),
    "jdma": ("jdma", "jdma/avis.csv"),
    "jdma_workbook": ("jdma", "jdma/avis.xlsx"),
    "jdma_former": ("jdma", "jdma/avis-ancienne-route.csv"),
}


@pytest.fixture
def sample(shared_data):
    def found(name: str) -> Path:
        path: Path = shared_data / "formats" / name
        if not path.is_file():
            pytest.skip(f"the sample {name} is not there")
        return path

    return found


def shown(loaded: Loaded, columns: list[str]) -> pd.DataFrame:
    rows = loaded.rows.assign(complete=loaded.rows.get("complete"))
    rows["complete"] = rows["complete"].map({True: "yes", False: "no"})
    for name in ("start", "date"):
        if name in rows:
            rows[name] = rows[name].astype(str)
    numbers = rows.select_dtypes("number").columns
    return rows.astype(dict.fromkeys(numbers, "Float64"))[columns].reset_index(drop=True)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_gives_the_rows_that_were_worked_out_by_hand(read, sample, name):
    loader, file = SAMPLES[name]
    loaded = read(sample(file), loader=loader)
    expected = pd.read_csv(EXPECTED / f"{name}.csv", dtype={"answer_id": str})
    numbers = expected.select_dtypes("number").columns
    expected = expected.astype(dict.fromkeys(numbers, "Float64"))
    found = shown(loaded, list(expected))
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    refused = {"jdma": [3], "jdma_workbook": [5]}  # « Mal » is no answer of that form
    assert loaded.rejects["row"].tolist() == refused.get(name, [])


@pytest.mark.parametrize(("loader", "file", "what"), [
    ("plausible", "plausible/pages.csv", "has no days; take visitors.csv"),
    ("touchpoints", "touchpoints/feed.csv", "export the form's responses"),
    ("touchpoints", "touchpoints/sample_cx_responses_upload_with_bom.csv", "has no moments"),
    ("jdma", "jdma/avis-bug.csv", "form of remarks asks for no satisfaction"),
])  # fmt: skip
def test_another_export_of_a_tool_is_refused_with_what_to_give(read, sample, loader, file, what):
    with pytest.raises(ObservError, match=what) as caught:
        read(sample(file), loader=loader)
    assert "\n" not in str(caught.value)


def own(catalogue: Catalogue, **keys: object) -> Catalogue:
    form = Format.model_validate({"id": "own", "label": "Essai", **keys})
    return catalogue.model_copy(update={"formats": {"own": form}})


def test_months_and_parts_of_months_have_their_ends(read, catalogue):
    known = own(catalogue, table="audience", columns={"month": "mois", "visits": "visites"})
    rows = read("mois;visites\nfévrier 2024;1 200\n", known=known, loader="own").rows
    assert rows[["start", "end"]].astype(str).to_numpy().tolist() == [["2024-02-01", "2024-02-29"]]
    columns = {"start": "du", "end": "au", "visits": "visites"}
    known = own(catalogue, table="audience", columns=columns)
    text = "du;au;visites\n2026-03-01;2026-03-15;7\n2026-03-30;2026-04-05;9\n"
    loaded = read(text, known=known, loader="own")
    assert len(loaded.rows) == 1 and "export by day or by month" in loaded.rejects["reason"].iat[0]


def test_words_and_rows_of_questions_become_marks_of_their_scale(read, catalogue):
    words = {"5": ["Très satisfait"], "4": ["Plutôt satisfait"], "1": ["Pas du tout satisfait"]}
    columns = {
        "answer_id": "id", "date": "date",
        "question": {"headers": ["question"], "words": {"clarity": ["Clarté"]}},
        "value": {"headers": ["note"], "words": words, "empty": ["NSP"], "scale": [1, 5]},
    }  # fmt: skip
    known = own(catalogue, table="ratings", columns=columns)
    rows = "a;2026-03-02 10:00;Clarté;TRÈS SATISFAIT\nb;2026-03-02 10:00;Clarté;NSP\n"
    rows += "c;2026-03-02 10:00;Clarté;Bof\nd;2026-03-02 10:00;Prix;Très satisfait\n"
    loaded = read(f"id;date;question;note\n{rows}", known=known, loader="own")
    (mark,) = loaded.rows[["answer_id", "question", "value"]].to_numpy().tolist()
    assert mark == ["a", "clarity", 5]
    assert loaded.rejects["row"].tolist() == [4, 5]
    assert "allowed: Très satisfait" in loaded.rejects["reason"].iat[0]
