"""Monthly counts of subscribers: what a mailing tool may write, and what would count twice."""

import pandas as pd
import pytest

from observlib.base.errors import ObservError
from observlib.loaders import Loaded

HEADER = "mois;liste;cohorte;abonnés;inscriptions;désabonnements"
Row = list[object]
DEVICE = "lettre-service-public"


def reasons(loaded: Loaded) -> list[Row]:
    return loaded.rejects[["row", "column", "reason"]].values.tolist()


def test_a_french_export_loads_with_its_cohorts(read):
    text = f"{HEADER}\n2026-07;Lettre;2026-07;95;100;5\n2026-07;Lettre;;1\u202f200;0;30\n"
    loaded = read(text)
    assert loaded.rejects.empty and loaded.table == "subscriptions"
    assert loaded.rows["stock"].tolist() == [95, 1200]
    assert loaded.rows["cohort"].isna().tolist() == [False, True]
    assert loaded.rows["end"].tolist() == [pd.Timestamp("2026-07-31")] * 2
    assert loaded.rows["product"].tolist() == ["service-public"] * 2


@pytest.mark.parametrize(
    "text",
    [
        "month,list,subscribers,joins,leaves\n2026-07,News,1200,100,30\n",
        "Mois\tListe\tAbonnés\tInscriptions\tDésabonnements\n07/2026\tNews\t1\xa0200\t100\t30\n",
        "mois;liste;abonnés;inscriptions;désabonnements\njuillet 2026;News;1 200;100;30\n",
    ],
    ids=["english, commas", "tabs, nbsp", "month in words"],
)
def test_other_tools_write_the_same_counts_otherwise(read, text):
    loaded = read(text)
    assert loaded.rejects.empty
    row = loaded.rows.iloc[0]
    assert (row["stock"], row["joins"], row["leaves"]) == (1200, 100, 30)
    assert row["start"] == pd.Timestamp("2026-07-01")


@pytest.mark.parametrize(
    "whole",
    ["2026-07;Lettre;;1100;100;35", "2026-07;Lettre;;95;0;5"],
    ids=["its joins give it away", "its stock is that of the cohorts"],
)
def test_a_whole_list_beside_its_cohorts_is_refused_as_everyone_would_count_twice(read, whole):
    text = f"{HEADER}\n2026-07;Lettre;2026-07;95;100;5\n{whole}\n"
    loaded = read(text)
    assert loaded.rows["cohort"].tolist() == ["2026-07"]
    (told,) = reasons(loaded)
    assert told[0] == 3 and "whole list" in str(told[2])


def test_another_list_or_month_may_be_given_whole(read):
    rows = ["2026-07;A;2026-07;95;100;5", "2026-07;B;;900;10;5", "2026-08;A;;1000;10;5"]
    loaded = read("\n".join([HEADER, *rows]))
    assert loaded.rejects.empty and len(loaded.rows) == 3


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("2026-07;L;2026-08;95;0;5", "cohorte", "is after the row's month, 2026-07"),
        ("2026-07;L;2026-05;95;3;5", "inscriptions", "is not 0 and the cohort joined in 2026-05"),
        ("2026-07;L;bientôt;95;0;5", "cohorte", "is no month"),
        ("2026-13;L;;95;0;5", "mois", "is no month"),
        (";L;;95;0;5", "mois", "is empty"),
        ("2026-07;;;95;0;5", "liste", "is empty"),
        ("2026-07;L;;-95;0;5", "abonnés", "is negative"),
        ("2026-07;L;;95,5;0;5", "abonnés", "is no whole number"),
        ("2026-07;L;;1.200;0;5", "abonnés", "is no whole number"),
        ("2026-07;L;;95;0;", "désabonnements", "is empty"),
        ("2026-07;Total;;95;0;5", "liste", "is the total of the lists"),
        ("2026-07;zoe@exemple.invalid;;95;0;5", "list", "holds an e-mail address"),
        ("2026-07;L;;95;0", "", "has 5 cells"),
        ("2199-07;L;;95;0;5", "start", "lies in the future"),
    ],
)
def test_a_row_that_cannot_be_is_refused_and_says_why(read, row, column, reason):
    loaded = read(f"{HEADER}\n{row}\n2026-06;L;;90;1;1\n")
    assert len(loaded.rows) == 1
    ((line, told, why),) = reasons(loaded)
    assert (line, told) == (2, column) and reason in str(why)


def test_an_address_in_the_place_of_a_list_is_not_shown(read):
    loaded = read(f"{HEADER}\n2026-07;L;anne@exemple.invalid;95;0;5\n")
    assert "anne" not in loaded.rejects.to_string()


def test_a_month_in_progress_is_not_complete(read):
    this_month = pd.Timestamp.now().strftime("%Y-%m")
    loaded = read(f"{HEADER}\n{this_month};L;;95;1;5\n")
    assert loaded.rows["complete"].tolist() == [False]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mois;liste;abonnés;inscriptions\n2026-07;L;95;1\n", "'leaves'"),
        ("mois|liste|abonnés|inscriptions|désabonnements\n2026-07|L|95|1|2\n", "'month'"),
        (f"{HEADER}\n", "no row"),
        (f"{HEADER};abonnés\n2026-07;L;;95;1;5;95\n", "both give 'stock'"),
    ],
    ids=["a missing column", "another separator", "no row", "a column twice"],
)
def test_a_file_that_cannot_be_used_is_told_in_one_line(read, text, told):
    with pytest.raises(ObservError, match=told) as error:
        read(text)
    assert "\n" not in str(error.value)
