"""The exports of tasks are as their tools write them, and their truths are what was drawn."""

import csv
import io

import pytest

from observlib.demo import calendar
from observlib.demonstration import SEED
from observlib.themes.tasks import demonstration as made_of


@pytest.fixture(scope="module")
def made():
    return {device: made_of.make(device, SEED) for device in made_of.DEVICES}


def rows(content, encoding="utf-8-sig"):
    return [*csv.reader(io.StringIO(content.decode(encoding)))]


def test_each_month_of_sections_is_a_file_of_matomo_in_the_language_of_whoever_exported(made):
    files, _ = made["sections-service-public"]
    assert len(files) == len(calendar.MONTHS)
    content = files["matomo/sections_service-public_2026-07.csv"]
    assert content[:2] == b"\xff\xfe"  # UTF-16LE with its mark
    header, first, *_ = rows(content, "utf-16")
    assert header == ["Nom", "Visites", "Vues de page"] and first[0] == "papiers-identite"
    header, *_ = rows(made["sections-legifrance"][0]["matomo/sections_legifrance_2026-07.csv"])
    assert header == ["label", "nb_visits", "nb_hits"]


def test_the_visits_that_were_written_are_those_that_are_true(made):
    files, found = made["sections-legifrance"]
    written = sum(
        int(row[1])
        for month in ("2026-07", "2026-08", "2026-09")
        for row in rows(files[f"matomo/sections_legifrance_{month}.csv"])
        if row[0] == "alertes"
    )
    (truth,) = [
        t for t in found["sections"] if (t["section"], t["quarter"]) == ("alertes", "2026-T3")
    ]
    assert truth["value"] == written


@pytest.mark.parametrize("device", made_of.SURVEYS)
def test_answers_are_numbered_over_all_quarters_and_as_many_as_were_begun(made, device):
    files, found = made[device]
    begun = {t["quarter"]: t["value"] for t in found["tasks"] if t["kind"] == "started"}
    assert len(files) == len(begun) == 8
    numbers = [row[0] for content in files.values() for row in rows(content)[1:]]
    assert [*map(int, numbers)] == [*range(1, sum(begun.values()) + 1)]


@pytest.mark.parametrize("device", made_of.SURVEYS)
def test_no_export_holds_an_address_a_number_or_a_text_of_someone(made, device):
    for content in made[device][0].values():
        header = rows(content)[0]
        by_phone = ["T01", "T02", "T03", "T04", "T05"]
        assert header[7:] == (by_phone if "3939" in device else ["Q01", "Q02", "Q03", "Q04"])
        assert not {"ipaddr", "refurl", "COM"} & {*header}


def test_who_calls_is_asked_whether_a_site_was_tried_and_nobody_else_is(made):
    kinds = {device: {t["kind"] for t in made[device][1]["tasks"]} for device in made_of.SURVEYS}
    assert kinds["enquete-demarches-3939"] - kinds["enquete-demarches"] == {"failure_demand"}


def test_the_tasks_that_are_asked_are_those_of_the_catalogue(catalogue):
    asked = {told.label for told in made_of.TASKS}
    assert asked == {answer for task in catalogue.tasks.values() for answer in task.answers}
