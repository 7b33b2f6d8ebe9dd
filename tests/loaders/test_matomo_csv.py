"""Matomo's CSV exports: languages, encodings, periods, and files that must be refused."""

from datetime import date, timedelta

import pandas as pd
import pytest

from observlib.base.errors import ObservError
from observlib.catalogue.contract import columns
from observlib.loaders._moments import parse_period, parse_seconds, period_named

DEVICE, FILE = "matomo-service-public", "m.csv"
KEYS = {"loader": "matomo_csv", "period": None, "extracted": None}
ENGLISH = "Date,Unique visitors,Visits,Actions,Bounces,Bounce Rate,Downloads"
FRENCH = "Date,Visiteurs uniques,Visites,Actions,Rebonds,Taux de rebond,Téléchargements"
GERMAN = "Datum,Eindeutige Besucher,Besuche,Aktionen,Absprünge,Absprungsrate,Downloads"
INTERNAL = "date,nb_uniq_visitors,nb_visits,nb_actions,bounce_count,bounce_rate,nb_downloads"


@pytest.mark.parametrize("header", [ENGLISH, FRENCH, GERMAN, INTERNAL, FRENCH.upper()])
def test_the_language_of_the_analyst_changes_no_number(read, header):
    text = f"{header}\n2026-03-01,7,9,20,2,22 %,3\n"
    loaded = read(text)
    assert loaded.table == "audience" and loaded.rejects.empty
    row = loaded.rows.iloc[0]
    assert (row["visitors"], row["visits"], row["actions"]) == (7, 9, 20)
    assert (row["bounces"], row["downloads"]) == (2, 3)
    assert list(loaded.rows.columns) == columns("audience")


def test_thousands_set_apart_by_a_comma_are_thousands(read):
    loaded = read('date,nb_visits,sum_visit_length\n2026-03-01,"1,234","12,345"\n')
    assert loaded.rows[["visits", "seconds"]].to_numpy().tolist() == [[1234, 12345]]


def test_a_bad_cell_rejects_its_row_at_its_line_and_keeps_the_others(read):
    text = (
        "Date,Visits,Actions\n2026-03-01,5,6\n2026-03-02,n/a,6\n2026-03-03,,6\n"
        "2026-03-04,-1,2\n2026-03-05,7,1,234\n2026-03-01,5,6\n,1,2\n01/03/2026,1,2\n"
        f"2026-03-06,{10**30},1\n0206-03-06,1,1\n"
    )
    loaded = read(text)
    assert loaded.rows["visits"].tolist() == [5]
    assert loaded.rejects["row"].tolist() == [3, 4, 5, 6, 7, 8, 9, 10, 11]
    reasons = loaded.rejects["reason"].tolist()
    assert reasons[0] == "is no whole number, such as 1234 or 1 234"
    assert reasons[1] == "is empty"
    assert reasons[2].startswith("is negative")
    assert reasons[3].startswith("has 4 cells, and the header 3; a cell that holds the separator")
    assert reasons[4] == "repeats row 2"
    assert reasons[5] == "is empty"
    assert reasons[6].startswith("is no period that is read; periods are such as 2026-03-01")
    assert reasons[7] == "is no whole number, such as 1234 or 1 234"
    assert reasons[8] == "is in the year 0206; check the year"


def test_more_bounces_than_visits_and_visits_beyond_counting_are_refused(read):
    text = "Date,Visits,Bounces\n2026-03-01,5,6\n2026-03-02,9999999999999,1\n2026-03-03,5,5\n"
    loaded = read(text)
    assert loaded.rows["visits"].tolist() == [5]
    assert loaded.rejects["reason"].tolist() == [
        "is more than the visits",
        "is larger than anything counted; check the cell",
    ]


def test_a_week_within_a_month_is_a_row_and_what_straddles_months_is_not(read):
    text = (
        'date,nb_visits\n"2026-03-02,2026-03-08",10\n"2026-03-30,2026-04-05",20\n2025,30\n'
        '"2026-03-08,2026-03-02",1\n'
    )
    loaded = read(text)
    assert loaded.rows["visits"].tolist() == [10]
    straddles = "covers more than one month; export by day or by month"
    assert loaded.rejects["reason"].tolist() == [straddles, straddles, "ends before it starts"]


@pytest.mark.parametrize(("text", "start", "end"), [
    ("2026-03-01", "2026-03-01", "2026-03-01"), ("2026-02", "2026-02-01", "2026-02-28"),
    ("2010", "2010-01-01", "2010-12-31"), ("March 2010", "2010-03-01", "2010-03-31"),
    ("März 2010", "2010-03-01", "2010-03-31"), ("août 2010", "2010-08-01", "2010-08-31"),
    ("févr. 2012", "2012-02-01", "2012-02-29"),
    ("Monday, March 1, 2010", "2010-03-01", "2010-03-01"),
    ("lundi 1 mars 2010", "2010-03-01", "2010-03-01"),
    ("mar. 2 mars 2010", "2010-03-02", "2010-03-02"),
    ("Montag, 1. März 2010", "2010-03-01", "2010-03-01"),
    ("From 2009-12-28 to 2010-01-03", "2009-12-28", "2010-01-03"),
    ("du 1 mars 2010 au 7 mars 2010", "2010-03-01", "2010-03-07"),
    ("Week December 28, 2009 – January 3, 2010", "2009-12-28", "2010-01-03"),
])  # fmt: skip
def test_periods_are_read_as_matomo_prints_them(text, start, end):
    assert parse_period(text) == (date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize("text", [
    "", "01/03/2010", "3-1-2010", "2026-13", "2026-02-30", "31 février 2010", "March", "12",
    "1 2010",
])  # fmt: skip
def test_a_period_that_could_mean_two_things_or_none_is_not_guessed(text):
    assert parse_period(text) is None


@pytest.mark.parametrize(("text", "seconds"), [
    ("1,234", 1234), ("1 day 02:00:01", 93_601), ("2 heures 3 min", 7380),
    ("1 Stunden 5 min", 3900), ("3 jours 2 heures", 266_400), ("31s 4 min", None),
    ("4 min 4 min", None), ("4 parsecs", None), ("00:75:00", None),
])  # fmt: skip
def test_a_duration_is_read_in_full_or_refused(text, seconds):
    assert parse_seconds(text, commas=True) == seconds


def test_without_dates_the_period_is_the_catalogues_then_the_file_names(read):
    text = "nb_visits\n12\n"
    named = read(text, "matomo_2024_demo_2026-03.csv")
    assert named.rows["end"].tolist() == [pd.Timestamp("2026-03-31")]
    told = read(text, "matomo_demo_2026-03.csv", period="2026-02-05")
    assert told.rows["start"].tolist() == [pd.Timestamp("2026-02-05")]
    with pytest.raises(ObservError, match=r"does not say its period; give it as `period: 2026-03`"):
        read(text, "matomo_demo.csv")


def test_a_range_or_rows_without_dates_are_never_taken_for_a_month(read):
    loaded = read("nb_visits\n12\n", "m_2026-01_2026-03.csv")
    assert loaded.rows.empty
    assert "export by day or by month" in loaded.rejects["reason"].iat[0]
    assert period_named("m_2025-11-30_export_2026-03") == "2026-03"
    assert period_named("m_12026-03_2026-031") is None
    with pytest.raises(ObservError, match="2 records, and no column or key that says their period"):
        read("nb_visits\n12\n13\n", "m_2026-03.csv")


def test_the_current_month_and_what_the_extraction_cut_are_incomplete(read):
    today = date.today()
    before = today - timedelta(days=1)
    month = read(f"date,nb_visits\n{today:%Y-%m},5\n")
    assert month.rows["complete"].tolist() == [False]
    text = f"date,nb_visits\n{today},1\n{before},4\n2026-01-31,2\n2026-01-30,3\n"
    loaded = read(text)
    assert loaded.rows["complete"].tolist() == [False, True, True, True]
    loaded = read(text, extracted=date(2026, 1, 31))
    assert loaded.rows["complete"].tolist() == [False, False, False, True]


@pytest.mark.parametrize(("text", "says"), [
    ("date,nb_actions\n2026-03,1\n", "visits are named nb_visits, Visits, Visites, Besuche"),
    ("label,nb_visits\n/page,1\n", "broken down"),
    ("date,idSite,nb_visits\n2026-03,1,2\n", "broken down"),
    ("idSite,idVisit,nb_visits\n1,2,3\n", "personal data and is not read"),
    ("date,nb_visits,Visits\n2026-03,1,2\n", "'nb_visits' and 'Visits' both give 'visits'"),
    ("Résumé\nnb_visits,nb_actions\n1,2\n\nPays\nlabel,nb_visits\nA,1\n", "scheduled report"),
    ("Résumé\nnb_visits\tnb_actions\n1\t2\n", "scheduled report"),
])  # fmt: skip
def test_exports_that_cannot_be_used_say_which_to_make(read, text, says):
    with pytest.raises(ObservError, match=says) as caught:
        read(text, "m_2026-03.csv")
    assert len(str(caught.value).splitlines()) == 1
    assert "m_2026-03.csv" in str(caught.value)
    assert any(mend in str(caught.value) for mend in ("export", "keep"))


@pytest.mark.parametrize("name", [
    "test_csvExport_xp0__VisitsSummary.get_day.csv",
    "test_csvExport_xp1_inner0_trans-en__VisitsSummary.get_day.csv",
    "test_csvExport_xp1_inner1_trans-de__VisitsSummary.get_day.csv",
])  # fmt: skip
def test_real_exports_of_one_day(read, shared_data, name):
    loaded = read(shared_data / "matomo" / name, period="2010-01-03")
    assert loaded.rejects.empty and len(loaded.rows) == 1
    row = loaded.rows.iloc[0]
    assert (row["visits"], row["visitors"], row["bounces"], row["seconds"]) == (2, 2, 2, 542)
    with pytest.raises(ObservError, match="does not say its period"):
        read(shared_data / "matomo" / name)
