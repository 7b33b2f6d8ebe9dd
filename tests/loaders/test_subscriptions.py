"""Monthly counts of subscribers: what a mailing tool may write, and what would count twice."""

import pandas as pd
import pytest

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


@pytest.mark.parametrize("text", [
    "month,list,subscribers,joins,leaves\n2026-07,News,1200,100,30\n",
    "Mois\tListe\tAbonnés\tInscriptions\tDésabonnements\n07/2026\tNews\t1\xa0200\t100\t30\n",
    "mois;liste;abonnés;inscriptions;désabonnements\njuillet 2026;News;1 200;100;30\n",
], ids=["english, commas", "tabs, nbsp", "month in words"])  # fmt: skip
def test_other_tools_write_the_same_counts_otherwise(read, text):
    loaded = read(text)
    assert loaded.rejects.empty
    row = loaded.rows.iloc[0]
    assert (row["stock"], row["joins"], row["leaves"]) == (1200, 100, 30)
    assert row["start"] == pd.Timestamp("2026-07-01")


@pytest.mark.parametrize("whole", [
    "2026-07;Lettre;;1100;100;35", "2026-07;Lettre;;95;0;5",
], ids=["its joins give it away", "its stock is that of the cohorts"])  # fmt: skip
def test_a_whole_list_beside_its_cohorts_is_refused_as_everyone_would_count_twice(read, whole):
    text = f"{HEADER}\n2026-07;Lettre;2026-07;95;100;5\n{whole}\n"
    loaded = read(text)
    assert loaded.rows["cohort"].tolist() == ["2026-07"]
    (told,) = reasons(loaded)
    assert told[0] == 3 and "whole list" in str(told[2])


@pytest.mark.parametrize(("row", "column", "reason"), [
    ("2026-07;L;2026-08;95;0;5", "cohorte", "is after the row's month, 2026-07"),
    ("2026-07;L;2026-05;95;3;5", "inscriptions", "is not 0 and the cohort joined in 2026-05"),
    ("2026-07;L;bientôt;95;0;5", "cohorte", "is no month"),
    ("2026-07;;;95;0;5", "liste", "is empty"),
    ("2026-07;L;;-95;0;5", "abonnés", "is negative"),
    ("2026-07;Total;;95;0;5", "liste", "is the total of the lists"),
])  # fmt: skip
def test_a_row_that_cannot_be_is_refused_and_says_why(read, row, column, reason):
    loaded = read(f"{HEADER}\n{row}\n2026-06;L;;90;1;1\n")
    assert len(loaded.rows) == 1
    ((line, told, why),) = reasons(loaded)
    assert (line, told) == (2, column) and reason in str(why)
