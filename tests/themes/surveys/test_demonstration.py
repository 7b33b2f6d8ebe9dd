"""The surveys' exports: the tools' own layouts, traps inside, and truths that add up."""

import csv
import io

import pytest

from observlib.demo import calendar
from observlib.themes.surveys.demonstration import exports as surveys
from observlib.themes.surveys.demonstration.questions import SURVEYS

SEED = 2051


@pytest.fixture(scope="module")
def made() -> dict[str, tuple[surveys.Files, surveys.Truths]]:
    return {device: surveys.make(device, SEED) for device in surveys.DEVICES}


def rows(content: bytes) -> list[list[str]]:
    text = content.decode("utf-8-sig")
    delimiter = ";" if text.startswith('"Enquête fictive') else ","
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def test_codes_head_one_export_and_questions_over_options_the_other(made):
    codes = rows(made["enquete-service-public"][0]["enquetes/enquete_service-public_2026-T3.csv"])
    texts = rows(made["enquete-legifrance"][0]["enquetes/enquete_legifrance_2026.csv"])
    assert codes[0][:2] == ["id", "submitdate"] and "Q06[SQ001]" in codes[0]
    assert texts[2][:3] == ["Serial", "SID", "Submitted Time"]
    place = texts[2].index("Comprendre mes droits")
    assert texts[1][place - 1] == "Que veniez-vous faire\u00a0?" and not texts[1][place]
    assert {row[place] for row in texts[3:]} == {"X", ""}
    for table in (codes, texts):
        assert {len(row) for row in table} == {len(table[0])}


def test_the_yearly_wave_is_a_data_file_for_r_of_its_only_quarter(made):
    files = made["enquete-vie-publique"][0]
    assert list(files) == [
        f"enquetes/vie-publique_{year}-T2/survey_271828_R_data_file.csv"
        for year in range(2023, 2027)
    ]
    assert all(content.startswith(b"\xef\xbb\xbf") for content in files.values())


def test_exports_hold_what_must_never_be_loaded_and_it_is_fictitious(made):
    content = made["enquete-service-public"][0]["enquetes/enquete_service-public_2026-T3.csv"]
    header, *responses = rows(content)
    addresses = {row[header.index("ipaddr")] for row in responses}
    assert all(address.startswith("192.0.2.") for address in addresses)  # kept for examples
    comments = {row[header.index("COM")] for row in responses} - {""}
    assert comments and all("fictif" in c or "inventé" in c for c in comments)


def test_those_who_failed_are_not_asked_how_easy_it_was(made):
    content = made["enquete-service-public"][0]["enquetes/enquete_service-public_2026-T3.csv"]
    header, *responses = rows(content)
    done, ease = header.index("Q04"), header.index("Q05")
    assert any(row[ease] for row in responses)
    assert not any(row[ease] for row in responses if row[done] not in ("A1", "A2"))


def test_responses_are_numbered_once_over_all_files(made):
    for device in SURVEYS:
        tables = [rows(content) for content in made[device][0].values()]
        ids = [row[0] for table in tables for row in table if row[0].isdigit()]
        assert len(ids) == sum(t["value"] for t in made[device][1]["surveys"]
                               if t["kind"] == "started")  # fmt: skip
        assert len(set(ids)) == len(ids)


def test_counts_of_responses_are_those_of_the_files(made):
    files, found = made["enquete-service-public"]
    for quarter in calendar.QUARTERS:
        _, *responses = rows(files[f"enquetes/enquete_service-public_{quarter}.csv"])
        known = [t for t in found["surveys"] if t["quarter"] == str(quarter)]
        counts = {t["kind"]: t["value"] for t in known if t["kind"] in ("started", "finished")}
        assert counts == {
            "started": len(responses),
            "finished": len([row for row in responses if row[1]]),
        }


def test_offers_are_more_than_responses_and_have_thousands_set_apart(made):
    files, found = made["invitations-service-public"]
    (content,) = files.values()
    assert content.startswith(b"month;invited\n2023-01;1\xc2\xa0")
    begun = {t["quarter"]: t["value"] for t in made["enquete-service-public"][1]["surveys"]
             if t["kind"] == "started"}  # fmt: skip
    assert all(t["value"] > 10 * begun[t["quarter"]] for t in found["surveys"])


def test_true_values_by_hand():
    legifrance = {asked.variable: asked for asked in SURVEYS["enquete-legifrance"].questions}
    assert surveys.truths_of(legifrance["nps"]) == {"nps": 34 - 30}
    assert surveys.truths_of(legifrance["task_success"]) == {"task_success_share": 56}
    # effort 1 is the best of 5: (18 x 10 + 30 x 7.5 + 27 x 5 + 17 x 2.5) / 100
    assert surveys.truths_of(legifrance["ces"]) == {"ces_10": pytest.approx(5.825)}
    assert surveys.shares_of(legifrance["sex"]) == {"Femme": 49, "Homme": 51}
    none = 0.29 * 0.66 * 0.78 * 0.94  # of no reason at all, which is no answer
    text = surveys.shares_of(legifrance["reason"])["Consulter un texte officiel"]
    assert text == pytest.approx(71 / (1 - none))
