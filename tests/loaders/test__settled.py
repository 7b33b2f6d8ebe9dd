"""Tiny exports of the formats: each is read to the row as its table of cases tells."""

from datetime import date, timedelta

import pandas as pd
import pytest
from tests.formats.test_samples import device
from tests.loaders import cases

from observlib.base.errors import ObservError
from observlib.loaders import load
from observlib.loaders._settled import summed
from observlib.themes.user_tests import sus_scores

DEVICE = "audience-boamp"
KEYS = {"table": None, "extracted": None, "zone": None}


@cases.table(
    "audience_and_ratings", "contacts", "datagouv_metrics", "jdma", "matomo_csv", "matomo_json",
    "polls", "subscriptions", "user_tests",
)  # fmt: skip
def test_a_tiny_export_is_read_as_it_means(case, catalogue):
    cases.hold(case, catalogue)


def test_what_is_not_over_today_is_incomplete(read):
    today = date.today()
    before = today - timedelta(days=1)
    found = read(f"date,nb_visits\n{today:%Y-%m},5\n", loader="matomo_csv")
    assert found.rows["complete"].tolist() == [False]
    found = read(f"date,nb_visits\n{today},1\n{before},4\n", loader="matomo_csv")
    assert found.rows["complete"].tolist() == [False, True]
    months = [{"month": f"{today:%Y-%m}", "visits": 1, "downloads": 1}]
    later = date(9000, 1, 1)
    found = read({"monthlyStats": months}, "d.json", loader="datagouv_metrics", extracted=later)
    assert found.rows["complete"].tolist() == [False]


def test_a_column_of_hundreds_of_themes_is_what_people_wrote_and_is_refused(read):
    rows = [f"n{i};2026-07-01 10:00:00;Décroché;5;Texte {i}" for i in range(101)]
    text = "\n".join(["Identifiant;Début;Issue;Attente;Motif", *rows])
    with pytest.raises(ObservError, match="101 different texts, which is no list of themes"):
        read(text, loader="calls")
    assert len(read(text.rsplit("\n", 1)[0], loader="calls").rows) == 100


@pytest.mark.parametrize(("day", "made", "whole"), [
    ("2/2", None, False), ("29/2", None, True), ("2/2", "2020-02-10", False),
    ("2/2", "2020-03-01", True),
])  # fmt: skip
def test_a_month_of_sales_is_whole_where_the_export_ends_it(tmp_path, catalogue, day, made, whole):
    of_day, of_month = day.split("/")
    header = "Transaction Date\tType\tPrimary ISBN\tTitle\tQty\tPayment Amount\tPayment Currency\n"
    rows = f"{of_month}/{of_day}/20\tSale\tR1\tGuide\t1\t5.00\tEUR\n"
    path = tmp_path / "ventes.csv"
    path.write_text(header + "1/13/20\tSale\tR1\tGuide\t1\t5.00\tEUR\n" + rows, encoding="utf-8")
    own = device("google_play_books", extracted=made and date.fromisoformat(made))
    found = load(path, own, catalogue)
    assert found.rows.sort_values("start")["complete"].tolist() == [True, whole]
    told = [notice for notice in found.notices if "2020-02 counts as incomplete" in notice]
    assert len(told) == (not whole and made is None)


MADE = date(2026, 3, 31)


@pytest.fixture
def persons(tmp_path, catalogue):
    def loaded(*rows, form="mailchimp_audience", extracted=MADE, zone=None):
        path = tmp_path / "persons.csv"
        path.write_text("OPTIN_TIME,UNSUB_TIME\n" + "\n".join(rows) + "\n", encoding="utf-8")
        plain = catalogue.formats[form].model_copy(
            update={"layout": catalogue.formats["ghost_members"].layout}
        )
        known = catalogue.model_copy(update={"formats": {form: plain}})
        return load(path, device(form, extracted=extracted, zone=zone), known)

    return loaded


def counts(found, month):
    rows = found.rows[found.rows["start"] == f"{month}-01"]
    return [int(rows[name].sum()) for name in ("stock", "joins", "leaves")]


def test_each_month_s_stock_is_the_month_s_before_with_who_came_and_without_who_left(persons):
    found = persons("2026-01-05 10:00:00,", "2026-02-10 10:00:00,2026-03-01 10:00:00",
                 "2026-03-20 10:00:00,2026-03-21 10:00:00")  # fmt: skip
    assert counts(found, "2026-01") == [1, 1, 0]
    assert counts(found, "2026-02") == [2, 1, 0]
    assert counts(found, "2026-03") == [1, 1, 2]


def test_a_month_begins_in_paris_and_a_file_of_nobody_is_refused(persons):
    found = persons("2026-01-31 23:30:00,")
    assert found.rows["cohort"].unique().tolist() == ["2026-02"]
    with pytest.raises(ObservError, match="nobody's day of joining can be read"):
        persons("hier,", "demain,")


def test_who_left_before_joining_or_has_no_day_is_refused_with_the_row(persons):
    found = persons("2026-02-10 10:00:00,2026-02-09 10:00:00", ",", "2026-01-05 10:00:00,")
    told = found.rejects[["row", "reason"]].values.tolist()
    assert told[0][0] == 2 and "before the day of joining" in told[0][1]
    assert counts(found, "2026-02") == [1, 0, 0]


def test_the_month_of_the_export_is_told_where_the_device_does_not_say_it(persons):
    found = persons("2026-01-05 10:00:00,2026-02-03 10:00:00", extracted=None)
    assert "until its latest day, 2026-02-03" in found.notices[0]
    assert found.rows["start"].max().strftime("%Y-%m") == "2026-02"


def test_parts_of_counts_are_added_up_and_what_one_lacks_is_unknown_of_the_sum():
    day = pd.Timestamp("2026-03-01")
    told = {"product": "p", "area": None, "start": day, "end": day, "complete": True}
    parts = pd.DataFrame({**told, "visits": [3, 4], "bounces": [1, None]}, index=[2, 3])
    found = summed(parts)
    assert found["visits"].to_dict() == {2: 7} and found["bounces"].isna().all()


ITEMS = ",".join(f"Q{item}" for item in range(1, 11))
FULL = "3,2,4,1,5,2,4,1,5,2"


@pytest.fixture
def tests(read):
    return lambda text, name="export.csv", **keys: read(text, name, loader="user_tests", **keys)


def test_the_scale_counts_once_whether_on_one_row_or_on_all(tests):
    header = f"participant,date,task,success,{ITEMS}\n"
    once = f"P1,2026-03-05,A,oui,{FULL}\nP1,2026-03-05,B,oui,{',' * 9}\n"
    each = f"P2,2026-03-05,A,oui,{FULL}\nP2,2026-03-05,B,oui,{FULL}\n"
    loaded = tests(header + once + each)
    assert loaded.rejects.empty
    assert sus_scores(loaded.rows).tolist() == [82.5, 82.5]


def test_the_scale_alone_has_the_day_of_the_file_s_name_and_people_of_its_own(tests):
    text = f"{ITEMS}\n{FULL}\n{FULL}\n"
    loaded = tests(text, "sus_2026-T3.csv")
    assert loaded.rows["participant"].unique().tolist() == [
        "001 (sus_2026-T3)",
        "002 (sus_2026-T3)",
    ]
    assert set(loaded.rows["date"]) == {pd.Timestamp("2026-07-01")}
    loaded = tests(text, "sus 1.csv", period="2025-11")
    assert set(loaded.rows["date"]) == {pd.Timestamp("2025-11-01")}
    assert loaded.rows["participant"].iat[0] == "001 (sus-1 2025-11-01)"


def test_the_real_answers_are_read_whole(tests, shared_data):
    loaded = tests(shared_data / "sus" / "hcitools_SUSresponses.csv", period="2020-10")
    scores = sus_scores(loaded.rows)
    assert loaded.rejects.empty
    assert (len(scores), round(scores.mean(), 2), round(scores.std(), 2)) == (45, 50.11, 11.22)
