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
VISITORS = "date,visitors,pageviews,visits,views_per_visit,bounce_rate,visit_duration"
FEEDEX = "creation date,path or service name,feedback,service satisfaction rating,type"
RESPONSES = "ID,How was your experience?,Anything else?,Archived,Deleted,Created at"
AWSTATS = Path(__file__).with_name("awstats.txt").read_text(encoding="utf-8")


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


def test_rates_and_means_become_totals_rounded_to_the_nearest(read):
    """43 % of 101 visits are 43,43; 50 % of 5 are 2,5, and so 3; 61 s each of 101 make 6161."""
    rows = "2026-03-01,90,300,101,3.0,43,61\n2026-03-02,4,9,5,1.8,50%,0\n2026-03-03,0,0,0,0,,"
    loaded = read(f"{VISITORS}\n{rows}\n", loader="plausible")
    assert loaded.rejects.empty
    assert loaded.rows["bounces"].fillna(-1).tolist() == [43, 3, -1]
    assert loaded.rows["seconds"].fillna(-1).tolist() == [6161, 0, -1]
    assert "downloads is left unknown" in " ".join(loaded.notices)


@pytest.mark.parametrize(("row", "column", "reason"), [
    ("2026-03-03,9,30,10,3.0,143,61", "bounce_rate", "is above 100 %"),
    ('2026-03-03,9,30,10,3.0,43,"1,234"', "visit_duration", "is a thousand for some"),
    ("2026-03-03,9,30,999999999999,3.0,43,999999999999", "visit_duration", "no site has"),
    ("2026-03-03,9,30,-10,3.0,43,61", "visits", "is negative"),
])  # fmt: skip
def test_a_bad_row_of_visits_is_refused_and_the_others_count(read, row, column, reason):
    good = "2026-03-01,90,300,100,3.0,40,60\n2026-03-02,90,300,100,3.0,40,60"
    loaded = read(f"{VISITORS}\n{good}\n{row}\n", loader="plausible")
    assert len(loaded.rows) == 2
    assert loaded.rejects[["row", "column"]].to_numpy().tolist() == [[4, column]]
    assert reason in loaded.rejects["reason"].iat[0]


@pytest.mark.parametrize(
    ("days", "apart"),
    [(("2026-01-01", "2026-02-01", "2026-03-01"), 28), (("2026-03-02", "2026-03-09"), 7)],
)
def test_weeks_or_months_are_never_taken_for_their_first_day(read, days, apart):
    rows = "\n".join(f"{day},90,300,100,3.0,40,60" for day in days)
    with pytest.raises(ObservError, match=f"rows are {apart} days apart.*export by day"):
        read(f"{VISITORS}\n{rows}\n", loader="plausible")


def test_the_last_day_of_a_history_is_over_only_where_the_tool_ran_after_it(read):
    for updated, complete in (("20260401", [True, True]), ("20260331", [True, False])):
        text = AWSTATS.format(updated=updated, visits=60, end="END_DAY")
        loaded = read(text, name="awstats032026.txt", loader="awstats")
        assert loaded.rows["complete"].tolist() == complete
        assert loaded.rows["visits"].tolist() == [60, 50]


@pytest.mark.parametrize(("text", "what"), [
    (AWSTATS.format(updated="20260401", visits=60, end=""), r"e\.csv:5: no line END_DAY"),
    (AWSTATS.replace("BEGIN_DAY", "BEGIN_TIME"), "has no line BEGIN_DAY"),
    ("BEGIN_DAY 0\nEND_DAY\n", "no row in this table"),
])  # fmt: skip
def test_a_history_that_is_cut_or_has_no_days_is_refused(read, text, what):
    with pytest.raises(ObservError, match=what):
        read(text, loader="awstats")


def test_deleted_and_archived_responses_do_not_count_and_it_is_told(read):
    rows = [
        "1,5,Merci Zoé,false,false,2026-03-02 08:14:05 UTC",
        "2,1,,true,false,2026-03-02 08:14:05 UTC", "3,1,,false,true,2026-03-02 08:14:05 UTC",
        "4,,,false,false,2026-03-02 08:14:05 UTC", "5,6,,false,false,2026-03-02 08:14:05 UTC",
        "6,4,,false,false,03/02/2026 08:14"
    ]  # fmt: skip
    loaded = read("\n".join([RESPONSES, *rows]), loader="touchpoints")
    assert loaded.rows[["answer_id", "value"]].to_numpy().tolist() == [["1", 5]]
    told = loaded.rejects.set_index("row")["reason"]
    assert "is outside the scale" in told[6] and "is no moment" in told[7] and len(told) == 2
    assert sum("1 row does not count" in notice for notice in loaded.notices) == 2
    assert "Zoé" not in loaded.rows.to_csv() + loaded.rejects.to_csv() + str(loaded.notices)


def test_a_comment_written_like_a_count_adds_no_answer(read):
    rows = [
        "2026-03-28 23:40:00,service,Rating of 5: 90000,5,service-feedback",
        "2026-03-31 00:00:00,service,Rating of 4: 2,4,aggregated-service-feedback",
        "2026-03-31 00:00:00,service,,3,aggregated-service-feedback",
        "2026-03-31 00:00:00,service,Rating of 2: many,2,aggregated-service-feedback",
        "2026-03-31 00:00:00,service,Rating of 1: 900000000,1,aggregated-service-feedback",
        "2026-03-29 01:30:00,service,,1,service-feedback",
    ]
    loaded = read("\n".join([FEEDEX, *rows]), loader="govuk_feedback")
    assert loaded.rows["value"].tolist() == [5, 4, 4]
    told = loaded.rejects[["row", "reason"]].to_numpy().tolist()
    assert [row for row, _ in told] == [4, 5, 6, 7]
    for (_, reason), part in zip(told, ["is empty", "no whole", "above", "skipped"], strict=True):
        assert part in reason


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
