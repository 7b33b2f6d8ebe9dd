"""Exports in layouts of tools of which no format is known: rows that are right, or a refusal."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from tests.formats.test_samples import device

from observlib.base.errors import ObservError
from observlib.catalogue import Questionnaire
from observlib.desk.scaffold.device import with_format
from observlib.desk.scaffold.propose import Wishes, propose
from observlib.desk.scaffold.recognise import equally_good, recognised
from observlib.loaders import load

OSTICKET = """Ticket Number,Date Created,Subject,From,Priority,Help Topic,Current Status,\
Last Updated,SLA Due Date,Overdue,Answered
100201,2026-03-02 09:14:05,Payer,Usager Un,Normal,Paiement,Closed,2026-03-03 10:00:00,\
2026-03-04 09:14:05,0,1
100202,2026-03-05 10:14:00,Perdu,Usager Deux,Normal,Compte,Open,2026-03-05 10:14:00,\
2026-03-07 10:14:00,1,0
100203,2026-03-25 10:14:00,Carte,Usager Trois,High,Paiement,Open,2026-03-26 09:30:00,\
2026-03-27 10:14:00,1,1
"""
FRESHDESK = """Ticket ID,Subject,Status,Group,Created time,Due by Time,Resolved time,\
Last update time,Initial response time
1,Payer,Closed,Compte,2026-03-02 09:14:05,2026-03-05 09:14:05,2026-03-03 10:00:00,\
2026-03-03 10:00:00,2026-03-02 11:14:05
2,Perdu,Open,Paiement,2026-03-05 10:14:00,2026-03-08 10:14:00,,2026-03-05 10:14:00,
3,Carte,Resolved,Compte,2026-03-25 10:14:00,2026-03-28 10:14:00,2026-03-27 10:14:00,\
2026-03-27 10:14:00,2026-03-26 10:14:00
"""
HELP_SCOUT = """ID,Number,Status,Mailbox,Created At,Closed At,Customer Name,First Response Time (s)
9001,1,closed,Contact,2026-03-02T09:14:05Z,2026-03-03T10:00:00Z,Usager Un,7200
9002,2,active,Contact,2026-03-05T10:14:00Z,,Usager Deux,
9003,3,closed,Contact,2026-03-25T10:14:00Z,2026-03-27T10:14:00Z,Usager Trois,86400
"""
BREVO = """CONTACT ID;EMAIL;FIRSTNAME;EMAIL_BLACKLISTED;ADDED_TIME;MODIFIED_TIME
1;un@example.org;Un;No;10-01-2026 09:10:11;12-01-2026 10:00:00
2;deux@example.org;Deux;Yes;25-01-2026 09:10:11;12-02-2026 10:00:00
3;trois@example.org;Trois;No;14-02-2026 09:10:11;14-02-2026 10:00:00
4;quatre@example.org;Quatre;No;02-03-2026 09:10:11;02-03-2026 10:00:00
"""
PHPLIST = """id,email,confirmed,blacklisted,bouncecount,entered,modified,htmlemail
1,un@example.org,1,0,0,2026-01-10 09:10:11,2026-01-12 10:00:00,1
2,deux@example.org,0,0,0,2026-01-25 09:10:11,2026-02-12 10:00:00,1
3,trois@example.org,1,1,0,2026-02-14 09:10:11,2026-02-14 10:00:00,0
4,quatre@example.org,1,0,0,2026-03-02 09:10:11,2026-03-02 10:00:00,1
"""
CISCO = """Session ID,Contact Type,Contact Disposition,Originator DN,Call Start Time,\
Queue Time,Talk Time
1001,1,2,4001,03/02/2026 09:14:05,25,335
1002,1,1,4001,03/02/2026 09:24:05,60,0
1003,1,2,4001,03/25/2026 09:34:05,12,48
1004,2,2,4002,03/26/2026 09:34:05,0,50
"""
REVIEWS = """Store code,Review title,Rating,Review text,Reply date,Published
A1,Rapide,5,Très bien,2026-03-05 09:00:00,2026-03-02 09:14:33
A1,Lent,2,Trop long,,2026-03-12 09:14:33
A1,Correct,4,Bien,2026-04-05 09:00:00,2026-03-22 09:14:33
"""
GA4 = """# Pages et écrans
# 20260301-20260303
Date,Sessions,Engaged sessions,Total users,Event count,Clicks
20260301,100,60,90,500,12
20260302,110,70,95,510,13
20260303,120,80,99,520,14
"""
SEARCH = """Date,Clicks,Impressions,CTR,Position
2026-03-01,12,300,4%,8.1
2026-03-02,13,310,4.2%,8.2
2026-03-13,14,320,4.4%,8.3
"""
JSTOR = """Month,Title ID,Year,Item Requests
2026-01,10101,2019,30
2026-02,10101,2019,31
2026-03,10101,2020,32
"""
MEANS = "Par quels moyens nous contactez-vous ?"
GOOGLE_FORM = f'''"Horodateur","Êtes-vous satisfait ?","{MEANS}"
"2026/03/02 9:14:33 AM UTC+1","Oui","Téléphone, Courriel"
"2026/03/03 10:14:33 PM UTC+1","Non","Guichet"
"2026/03/30 11:14:33 AM UTC+2","Oui","Téléphone, Guichet, Courriel"
"2026/03/28 11:14:33 AM UTC+1","Oui",""
'''
MICROSOFT_FORM = f"""ID,Start time,Completion time,Email,Name,Êtes-vous satisfait ?,{MEANS}
1,2026-03-02 09:10:00,2026-03-02 09:14:33,un@example.org,Usager Un,Oui,Téléphone;Courriel;
2,2026-03-03 22:10:00,2026-03-03 22:14:33,deux@example.org,Usager Deux,Non,Guichet;
3,2026-03-30 11:10:00,2026-03-30 11:14:33,un@example.org,Usager Un,Oui,Téléphone;Guichet;Courriel;
4,2026-03-28 11:10:00,2026-03-28 11:14:33,un@example.org,Usager Un,Oui,
"""
TALLY = f"""Submission ID,Submitted at,Êtes-vous satisfait ?,{MEANS},{MEANS} (Téléphone),\
{MEANS} (Courriel),{MEANS} (Guichet)
aB1,2026-03-02 09:14:33,Oui,"Téléphone, Courriel",TRUE,TRUE,FALSE
aB2,2026-03-03 22:14:33,Non,Guichet,FALSE,FALSE,TRUE
aB3,2026-03-30 11:14:33,Oui,"Téléphone, Guichet, Courriel",TRUE,TRUE,TRUE
aB4,2026-03-28 11:14:33,Oui,,FALSE,FALSE,FALSE
"""
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


def test_no_column_is_the_default_of_a_role_that_its_name_does_not_tell(asked):
    for text, table in ((OSTICKET, "tickets"), (FRESHDESK, "tickets"), (REVIEWS, "ratings"),
                        (MICROSOFT_FORM, "responses"), (CISCO, "calls")):  # fmt: skip
        found, questions = asked(text, table)
        every = (*questions.values(), *found.offers)
        assert {one.guess for one in every if one.about == "columns"} <= {None, "-"}
    _, questions = asked(OSTICKET, "tickets")
    assert "SLA Due Date" in questions["answered",].answers


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


def test_a_month_is_not_over_because_its_second_day_is_known(read):
    flags = ("confirmed", "blacklisted", "htmlemail")
    words = {name: {"0": "counts", "1": "counts"} for name in flags}
    for made, whole in ((None, False), (date(2026, 3, 2), False), (date(2026, 4, 1), True)):
        found = read(
            PHPLIST, "subscriptions", columns={"joined": "entered"}, words=words, made=made
        )
        months = found.rows.groupby(found.rows["start"].dt.month)["complete"].all()
        assert months[3] == whole and months.get(2, True)


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


def test_a_review_s_title_is_no_number_and_its_reply_s_date_no_moment(read):
    columns = {"date": "Published", "answer_id": "-", "satisfaction": "Rating"}
    rows = read(REVIEWS, "ratings", columns=columns, scales={"satisfaction": "1,5"}).rows
    assert rows["value"].tolist() == [5, 2, 4]
    days = [f"2026-03-{day}" for day in ("02", "12", "22")]
    assert rows["date"].dt.strftime("%Y-%m-%d").tolist() == days


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
    """What formats make of samples is checked cell by cell in `formats/test_samples.py`."""
    checked = {path.stem for path in (Path(__file__).parents[2] / "formats/expected").iterdir()}
    paths = [path for path in (shared_data / "formats").rglob("*") if path.is_file()]
    for path in (path for path in paths if path.name not in ("SOURCE.txt", "README.md")):
        try:
            best = equally_good(recognised(path, catalogue))
            assert {one.loader for one in best} <= checked, path
            if not best:  # else the table at least is asked for, and nothing read
                assert propose(path, catalogue, Wishes()).questions, path
        except ObservError as error:
            assert str(path) in str(error) and "Traceback" not in str(error)
