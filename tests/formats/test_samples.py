"""Real tools' exports against rows that were read by hand."""

import json
import zipfile
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import yaml

from observlib.base.errors import ObservError
from observlib.catalogue import Device
from observlib.loaders import load
from observlib.themes.user_tests import sus_scores

SAMPLES = Path(__file__).parents[2].parent / "shared" / "data" / "formats"
EXPECTED = Path(__file__).parent / "expected"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not at hand")
TOLD = yaml.safe_load(Path(__file__).with_name("samples.yml").read_text(encoding="utf-8"))
READ, OF_SITES, REFUSED = TOLD["read"], TOLD["sites"], TOLD["refused"]


def device(loader, **keys):
    return Device(
        id="d", label="D", family="feedback", channel="mail", owner="relation-usagers",
        product="boamp", frequency="monthly", personal_data="Aucune.", pattern="*", loader=loader,
        **keys,
    )  # fmt: skip


def texts(rows, columns):
    """Rows as a table of texts: days and moments in ISO, whole numbers without a point."""
    shown = rows[columns].copy()
    for name in shown:
        days = name in ("date", "start", "end")
        if pd.api.types.is_datetime64_any_dtype(shown[name]):
            shown[name] = shown[name].dt.strftime("%Y-%m-%d" if days else "%Y-%m-%d %H:%M:%S")
    return shown.astype("str").replace({"<NA>": "", "nan": "", "NaT": "", "None": ""}).fillna("")


def same(found, name, since="1900"):
    expected = pd.read_csv(EXPECTED / f"{name}.csv", dtype=str, keep_default_na=False)
    rows = found.rows
    if "start" in rows:
        rows = rows[rows["start"] >= since]
    shown = texts(rows.reset_index(drop=True), list(expected))
    pd.testing.assert_frame_equal(shown, expected, check_dtype=False)


@pytest.mark.parametrize(("form", "sample", "keys", "told"), READ, ids=[one[1] for one in READ])
def test_each_line_of_a_tool_s_export_is_read_as_it_means(catalogue, form, sample, keys, told):
    found = load(SAMPLES / sample, device(form, **keys), catalogue)
    same(found, form)
    assert found.rejects["reason"].str.contains("social security").sum() == len(found.rejects)
    assert len(found.rejects) == (form == "google_play_books"), "an invented ISBN reads as one"
    assert len(found.notices) == len(told)
    assert all(part in notice for part, notice in zip(told, found.notices, strict=True)), (
        found.notices
    )


@pytest.mark.parametrize("name", OF_SITES)
def test_visits_and_ratings_of_a_tool_are_those_that_were_worked_out_by_hand(catalogue, name):
    form, sample, refused = OF_SITES[name]
    found = load(SAMPLES / sample, device(form), catalogue)
    expected = pd.read_csv(EXPECTED / f"{name}.csv", dtype={"answer_id": str})
    complete = found.rows.get("complete", pd.Series(dtype=object)).map({True: "yes", False: "no"})
    days = {key: found.rows[key].astype(str) for key in ("start", "date") if key in found.rows}
    rows = found.rows.assign(complete=complete, **days)[list(expected)].reset_index(drop=True)
    numbers = dict.fromkeys(expected.select_dtypes("number"), float)
    pd.testing.assert_frame_equal(rows.astype(numbers), expected.astype(numbers), check_dtype=False)
    assert found.rejects["row"].tolist() == refused


@pytest.mark.parametrize(("form", "sample", "why"), REFUSED, ids=[one[1] for one in REFUSED])
def test_an_export_that_cannot_tell_says_what_to_give_instead(catalogue, form, sample, why):
    with pytest.raises(ObservError, match=why) as caught:
        load(SAMPLES / sample, device(form), catalogue)
    assert "\n" not in str(caught.value) and sample.split("/")[1] in str(caught.value)


def test_the_three_files_of_an_audience_are_one_export(catalogue, tmp_path):
    path = tmp_path / "audience.zip"
    with zipfile.ZipFile(path, "w") as book:
        for one in sorted((SAMPLES / "mailchimp").glob("*.csv")):
            book.write(one, one.name)
    found = load(path, device("mailchimp_audience", extracted=date(2026, 3, 31)), catalogue)
    same(found, "mailchimp_audience", since="2026-02")
    assert found.rejects.empty and len(found.rows) == 26 + 25 + 3 + 1
    assert set(found.rows["list"]) == {"D"} and not found.notices


def test_zendesk_s_tickets_are_joined_with_their_metrics(catalogue, tmp_path):
    export = json.loads((SAMPLES / "zendesk-api" / "incremental_tickets.json").read_text())
    metric = json.loads((SAMPLES / "zendesk-api" / "ticket_metric.json").read_text())
    minutes = {"calendar": 4, "business": 0}
    first = {"ticket_id": 28, "reply_time_in_minutes": minutes, "solved_at": "2023-09-20T15:57:42Z"}
    none = {"calendar": 0, "business": 0}
    second = {"ticket_id": 29, "reply_time_in_minutes": none, "replies": 0, "solved_at": None}
    export["metric_sets"] = [metric | first, metric | second | {"reopens": 0}]
    export["tickets"] = export["tickets"][:3]
    export["tickets"][2]["status"] = "deleted"
    path = tmp_path / "export.json"
    path.write_text(json.dumps(export))
    found = load(path, device("zendesk_api"), catalogue)
    same(found, "zendesk_api")
    assert found.rejects.empty


def test_days_that_do_not_tell_their_form_are_refused_until_the_device_does(catalogue, tmp_path):
    path = tmp_path / "glpi.csv"
    path.write_text('"ID";"Date d\'ouverture"\n"7";"05-01-2026 16:24"\n', encoding="utf-8")
    with pytest.raises(ObservError, match=r"can be read as DD-MM-YYYY.* device's key `date_form`"):
        load(path, device("glpi"), catalogue)
    told = device("glpi", date_form="%m-%d-%Y %H:%M[:%S]")
    assert str(load(path, told, catalogue).rows["date"].iat[0])[:10] == "2026-05-01"


def test_another_zone_than_paris_is_the_device_s(catalogue):
    here = load(SAMPLES / "3cx" / "CallLogs.csv", device("3cx", zone="UTC"), catalogue)
    assert str(here.rows["moment"].iat[0]) == "2026-03-30 07:01:05"


def test_a_poll_that_is_open_counts_nothing(catalogue):
    found = load(SAMPLES / "mastodon" / "status.json", device("mastodon"), catalogue)
    assert found.rows.empty and "have not closed" in found.notices[0]


# worked out by hand: 2.5 × (odd answers - 5 + 25 - even answers)
SCORES = [70, 75, 92.5, 80, 85, 95, 87.5, 92.5, 92.5, 80]
SCORES += [92.5, 85, 80, 77.5, 57.5, 67.5, 60, 67.5, 80, 80]


def test_a_sheet_of_the_toolkit_is_read_to_the_answer_and_kort_to_its_own_scores(catalogue):
    path = SAMPLES / "sus-analysis-toolkit" / "singleStudyData.csv"
    own = device("sus_analysis_toolkit", period="2026-05")
    found = load(path, own, catalogue)
    assert found.rejects.empty and len(found.rows) == 200
    assert sus_scores(found.rows).tolist() == SCORES
    first = found.rows.groupby("participant")["value"].agg(list)
    assert first.iloc[0] == [4, 1, 5, 2, 4, 2, 5, 1, 1, 5]
    assert first.iloc[-1] == [4, 3, 5, 1, 4, 2, 5, 2, 4, 2]
    assert set(found.rows["date"].astype(str)) == {"2026-05-01"}
    with pytest.raises(ObservError, match="holds answers on 2 systems, and a device is of one"):
        load(path.with_name("studyData.csv"), own, catalogue)
    # the scores of Kort's other table, whose answers are adjusted
    kort = load(SAMPLES / "kort" / "System Usability Scale Results.csv", device("kort"), catalogue)
    assert sus_scores(kort.rows).tolist() == [85, 67.5, 15]
