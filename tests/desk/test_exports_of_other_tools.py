"""Exports in layouts of tools of which no format is known: rows that are right, or a refusal."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from tests.formats.test_samples import device

from observlib.base.errors import ObservError
from observlib.catalogue import Questionnaire
from observlib.desk.device import with_format
from observlib.desk.propose import Wishes, propose
from observlib.desk.recognise import equally_good, recognised
from observlib.loaders import load

MEANS = "Par quels moyens nous contactez-vous ?"


def export(tool: str) -> str:
    return (Path(__file__).parent / "exports" / f"{tool}.csv").read_text(encoding="utf-8")


OSTICKET, FRESHDESK, HELP_SCOUT = map(export, ("osticket", "freshdesk", "help_scout"))
BREVO, PHPLIST, CISCO, REVIEWS = map(export, ("brevo", "phplist", "cisco", "reviews"))
GA4, SEARCH, JSTOR, TALLY = map(export, ("ga4", "search", "jstor", "tally"))
GOOGLE_FORM, MICROSOFT_FORM = map(export, ("google_form", "microsoft_form"))
ASKED = Questionnaire.model_validate(
    {
        "id": "essai", "label": "Essai",
        "questions": [
            {"variable": "satisfied", "code": "Q1", "text": "Êtes-vous satisfait ?",
             "kind": "choice", "answers": {"Oui": "Oui", "Non": "Non"}},
            {"variable": "means", "code": "Q2", "text": MEANS, "kind": "multiple",
             "labels": {one: one for one in ("Téléphone", "Courriel", "Guichet")}},
        ],
    }
)  # fmt: skip
MICROSOFT = {"response_id": "ID", "date": "Completion time", "started": "Start time"}


@pytest.fixture
def asked(tmp_path, catalogue):
    """What is to be said of an export, with the guesses."""

    def ask(text: str, table: str, **decided: object):
        path = tmp_path / "export.csv"
        path.write_text(text, encoding="utf-8")
        found = propose(path, catalogue, Wishes(table, **decided))
        return found, {one.key or (one.about,): one for one in found.questions}

    return ask


@pytest.fixture
def read(asked, tmp_path, catalogue):
    """What an export holds once all is said."""

    def reading(text: str, table: str, *, made: date | None = None, **decided: object):
        found, questions = asked(text, table, **decided)
        assert not questions, questions
        known = catalogue.model_copy(update={"questionnaires": {"essai": ASKED}})
        known = with_format(known, found, "essai")
        own = {"questionnaire": "essai"} if table == "responses" else {}
        loaded = load(tmp_path / "export.csv", device("essai", extracted=made, **own), known)
        assert loaded.rejects.empty
        return loaded

    return reading


def test_a_help_desk_s_deadline_is_no_answer(read):
    columns = {"received": "Date Created", "answered": "-", "closed": "-"}
    rows = read(OSTICKET, "tickets", columns=columns).rows
    assert len(rows) == 3 and rows["answered"].isna().all() and rows["closed"].isna().all()
    assert set(rows["unknown"].str.split().iat[0]) >= {"answered", "closed"}
    columns = {"received": "Created time", "answered": "Initial response time",
               "closed": "Resolved time"}  # fmt: skip
    rows = read(FRESHDESK, "tickets", columns=columns).rows
    assert rows["answered"].notna().tolist() == [True, False, True]
    assert rows["closed"].notna().tolist() == [True, False, True]
    rows = read(HELP_SCOUT, "tickets").rows
    assert rows["closed"].notna().tolist() == [True, False, True]
    assert rows["answered"].isna().all() and "answered" in rows["unknown"].iat[0]


def test_who_left_or_never_confirmed_is_asked_for_and_counts_in_no_stock(asked, read):
    _, questions = asked(BREVO, "subscriptions", columns={"joined": "ADDED_TIME"})
    assert {*questions} == {("EMAIL_BLACKLISTED", "No"), ("EMAIL_BLACKLISTED", "Yes")}
    option = questions["EMAIL_BLACKLISTED", "Yes"].written("-")
    assert option == '--word "EMAIL_BLACKLISTED.-=Yes"'
    left = {"EMAIL_BLACKLISTED": {"No": "counts", "Yes": "-"}}
    loaded = read(BREVO, "subscriptions", columns={"joined": "ADDED_TIME"}, words=left)
    last = loaded.rows[loaded.rows["start"] == pd.Timestamp("2026-03-01")]
    assert last["stock"].sum() == 3 and "1 row does not count" in loaded.notices[0]
    flags = {name: {"0": "counts", "1": "-"} for name in ("blacklisted",)}
    flags |= {"confirmed": {"1": "counts", "0": "-"},
              "htmlemail": {"0": "counts", "1": "counts"}}  # fmt: skip
    loaded = read(PHPLIST, "subscriptions", columns={"joined": "entered"}, words=flags)
    last = loaded.rows[loaded.rows["start"] == pd.Timestamp("2026-03-01")]
    assert last["stock"].sum() == 2


@pytest.mark.parametrize(("text", "columns", "separator"), [
    (GOOGLE_FORM, {"date": "Horodateur"}, ", "),
    (MICROSOFT_FORM, {**MICROSOFT, "finished": "-"}, ";"),
    (TALLY, {"response_id": "Submission ID", "date": "Submitted at"}, ", "),
], ids=["Google Forms", "Microsoft Forms", "Tally"])  # fmt: skip
def test_each_answer_of_a_multiple_choice_is_loaded(asked, read, text, columns, separator):
    _, questions = asked(text, "responses", columns=columns)
    (question,) = questions.values()
    assert question.answers == (separator, "-")
    assert question.written(separator) == f'--separator "{separator}"'
    loaded = read(text, "responses", columns=columns, separator=separator)
    count = loaded.rows.groupby(["variable", "category"]).size()
    assert count["means"].to_dict() == {"Courriel": 2, "Guichet": 2, "Téléphone": 2}
    assert count["satisfied"].to_dict() == {"Non": 1, "Oui": 3}
    assert (loaded.rows["variable"] == "response").sum() == 4
    assert sorted(loaded.rows["date"].dt.day.unique()) == [2, 3, 28, 30]
    assert not any(MEANS in notice or "no column answers" in notice for notice in loaded.notices)


def test_the_state_of_a_call_is_no_person_s_and_its_codes_are_asked_for(asked, read):
    columns = {"call_id": "Session ID", "moment": "Call Start Time",
               "outcome": "Contact Disposition"}  # fmt: skip
    _, questions = asked(CISCO, "calls")
    assert questions["outcome",].answers == ("Contact Disposition",)
    units = {"wait": "s", "talk": "s"}
    _, questions = asked(CISCO, "calls", columns=columns, units=units)
    assert {*questions} == {("outcome", "1"), ("outcome", "2"), ("Contact Type", "1"),
                            ("Contact Type", "2")}  # fmt: skip
    words = {"outcome": {"1": "abandoned", "2": "answered"},
             "Contact Type": {"1": "counts", "2": "-"}}  # fmt: skip
    rows = read(CISCO, "calls", columns=columns, units=units, words=words).rows
    assert rows["outcome"].tolist() == ["answered", "abandoned", "answered"]
    assert rows["wait"].tolist() == [25, 60, 12]


def test_clicks_impressions_years_and_numbers_are_no_visits(asked, read):
    _, questions = asked(GA4, "audience")
    assert questions["visits",].answers == ("Sessions", "Engaged sessions")
    rows = read(GA4, "audience", columns={"visits": "Sessions", "visitors": "Total users"}).rows
    assert (rows["visits"].sum(), rows["visitors"].sum(), len(rows)) == (330, 284, 3)
    _, questions = asked(SEARCH, "audience")
    assert [*questions] == [("visits",)] and questions["visits",].answers == ()
    assert "cannot be read" in questions["visits",].text
    assert asked(JSTOR, "audience")[1]["visits",].answers == ("Item Requests",)


@pytest.mark.slow
def test_each_sample_of_a_tool_is_read_by_a_format_checked_or_asked_for(shared_data, catalogue):
    checked = {path.stem for path in (Path(__file__).parents[1] / "formats/expected").iterdir()}
    paths = [path for path in (shared_data / "formats").rglob("*") if path.is_file()]
    for path in (path for path in paths if path.name not in ("SOURCE.txt", "README.md")):
        try:
            best = equally_good(recognised(path, catalogue))
            assert {one.loader for one in best} <= checked, path
            if not best:  # else the table at least is asked for, and nothing read
                assert propose(path, catalogue, Wishes()).questions, path
        except ObservError as error:
            assert str(path) in str(error) and "Traceback" not in str(error)
