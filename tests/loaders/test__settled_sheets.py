"""User tests and polls: sheets whose rows say something together, and nobody's name."""

import pandas as pd
import pytest

from observlib.base.errors import ObservError
from observlib.catalogue.contract import columns
from observlib.loaders import Loaded
from observlib.themes.user_tests import sus_scores

ITEMS = ",".join(f"Q{item}" for item in range(1, 11))
TESTS = "session,participant,date,task,success,time,errors,problems\n"
FULL = "3,2,4,1,5,2,4,1,5,2"
DEVICE = "tests-legifrance"


def values(loaded: Loaded, measure: str) -> list[float]:
    return loaded.rows.loc[loaded.rows["measure"] == measure, "value"].tolist()


def test_each_measure_of_a_task_is_a_row(read):
    text = TESTS + (
        "s1,P01,2026-03-05,Chercher,oui,83,2,bouton invisible (gravité 3); Mot inconnu (1)\n"
        "s1,P02,2026-03-05,chercher,non,02:05,0,Bouton Invisible (gravité 4)\n"
    )
    loaded = read(text)
    assert loaded.rejects.empty and list(loaded.rows.columns) == columns("user_tests")
    assert values(loaded, "success") == [1, 0]
    assert values(loaded, "time") == [83, 125]
    assert values(loaded, "errors") == [2, 0]
    problems = loaded.rows[loaded.rows["measure"] == "problem"]
    assert problems[["participant", "label", "value"]].values.tolist() == [
        ["P01", "bouton invisible", 3], ["P01", "Mot inconnu", 1], ["P02", "bouton invisible", 4]
    ]  # fmt: skip
    assert set(loaded.rows["task"].dropna()) == {"Chercher"}


def test_french_headers_decimal_commas_and_no_break_spaces_are_read(read):
    text = (
        "\ufeffSession;Participant;Date;Tâche;Réussite;Temps;Erreurs;Problèmes\n"
        "s1;P01;05/03/2026;Chercher;Réussi;83,5;1;\ns1;P02;06/03/2026;Chercher;échec;2\u00a0min\u00a005\u00a0s;;\n"
    )
    loaded = read(text)
    assert loaded.rejects.empty
    assert values(loaded, "time") == [83.5, 125]
    assert loaded.rows["date"].max() == pd.Timestamp("2026-03-06")


@pytest.mark.parametrize("name", [
    "Camille", "Camille Exemple", "Mme Exemple 2", "camille@exemple.invalid", "Camille75",
    "0612345678", "06 12 34 56 78", "C. E.", "12/03/1985",
])  # fmt: skip
def test_a_participant_who_may_be_named_is_refused_without_being_shown(read, name):
    loaded = read(TESTS + f"s,{name},2026-03-05,T,oui,,,\n")
    assert loaded.rows.empty and len(loaded.rejects) == 1
    assert name not in loaded.rejects.to_string()


def test_the_scale_counts_once_whether_on_one_row_or_on_all(read):
    header = f"participant,date,task,success,{ITEMS}\n"
    once = f"P1,2026-03-05,A,oui,{FULL}\nP1,2026-03-05,B,oui,{',' * 9}\n"
    each = f"P2,2026-03-05,A,oui,{FULL}\nP2,2026-03-05,B,oui,{FULL}\n"
    loaded = read(header + once + each)
    assert loaded.rejects.empty
    assert sus_scores(loaded.rows).tolist() == [82.5, 82.5]


def test_answers_that_contradict_each_other_give_no_score(read):
    header = f"participant,date,task,success,{ITEMS}\n"
    other = FULL.replace("3,2", "1,2", 1)
    text = header + f"P1,2026-03-05,A,oui,{FULL}\nP1,2026-03-05,B,oui,{other}\n"
    loaded = read(text)
    assert loaded.rejects[["row", "column", "value"]].values.tolist() == [[3, "Q1", "1"]]
    assert "is 3 in row 2" in loaded.rejects["reason"].iat[0]
    assert sus_scores(loaded.rows).empty and values(loaded, "success") == [1, 1]


@pytest.mark.parametrize(("row", "column", "reason"), [
    ("s,P1,2026-03-05,T,peut-être,,,", "success", "neither oui nor non"),
    ("s,P1,2026-03-05,T,oui,0,,", "time", "no time"),
    ("s,P1,2026-03-05,T,oui,1:30:00,,", "time", "no time"),
    ("s,P1,2026-03-05,Total,,600,,", "task", "is the total of the tasks"),
    ("s,P1,2026-03-05,T,oui,,-1,", "errors", "is negative"),
    ("s,P1,2026-03-05,T,oui,,,bouton", "problems", "has no severity"),
    ("s,P1,2026-03-05,T,oui,,,bouton (gravité 5)", "problems", "from 1"),
    ("s,P1,2026-03-05,T,oui,,,a (gravité 2); A (gravité 3)", "problems", "told twice"),
    ("s,P1,2026-03-05,,oui,,,", "task", "is empty, and success"),
])  # fmt: skip
def test_a_bad_cell_is_told_with_its_row(read, row, column, reason):
    good = "s,P9,2026-03-05,T,oui,12,,\n"
    loaded = read(TESTS + good + row + "\n")
    assert (loaded.rejects["row"] == 3).all() and len(loaded.rejects) == 1
    assert loaded.rejects["column"].iat[0] == column
    assert reason in loaded.rejects["reason"].iat[0]
    assert "P9" in set(loaded.rows["participant"])


def test_the_scale_alone_is_read_with_the_day_of_the_file_s_name(read):
    loaded = read(f"{ITEMS}\n{FULL}\n{FULL}\n", "sus_2026-T3.csv")
    assert sus_scores(loaded.rows).tolist() == [82.5, 82.5]
    assert set(loaded.rows["date"]) == {pd.Timestamp("2026-07-01")}
    loaded = read(f"{ITEMS}\n{FULL}\n", "sus_2026-T3.csv", period="2025-11")
    assert set(loaded.rows["date"]) == {pd.Timestamp("2025-11-01")}


def test_the_real_answers_are_read_whole(read, shared_data):
    loaded = read(shared_data / "sus" / "hcitools_SUSresponses.csv", period="2020-10")
    scores = sus_scores(loaded.rows)
    assert loaded.rejects.empty
    assert (len(scores), round(scores.mean(), 2), round(scores.std(), 2)) == (45, 50.11, 11.22)


@pytest.mark.parametrize(("text", "told"), [
    (f"{ITEMS[:-4]}\n{FULL[:-2]}\n", "missing column 'Q1 to Q10'"),
    ("participant,date\nP1,2026-03-05\n", "no column tells what participants did"),
    ("participant,task,success\nP1,T,oui\n", "nothing tells the day"),
])  # fmt: skip
def test_a_file_that_cannot_be_used_is_told_in_one_line(read, text, told):
    with pytest.raises(ObservError, match=told):
        read(text)


def test_numbered_rows_of_two_files_are_different_people(read):
    text = f"{ITEMS}\n{FULL}\n{FULL}\n"
    both = [read(text, f"sus_2026-T{number}.csv").rows for number in (1, 2)]
    assert pd.concat(both)["participant"].nunique() == 4


HEADER = "poll,date,network,question,option,votes,followers\n"
YES, NO = "a,2026-03-05,Réseau,Q ?,Oui,12,900\n", "a,2026-03-05,Réseau,Q ?,Non,30,900\n"


@pytest.fixture
def poll(read):
    return lambda text: read(text, loader="polls")


def test_votes_are_read_with_their_options_in_order(poll):
    loaded = poll(HEADER + YES + NO)
    assert loaded.rejects.empty and list(loaded.rows.columns) == columns("polls")
    assert loaded.rows[["position", "option", "votes", "followers"]].values.tolist() == [
        [1, "Oui", 12, 900],
        [2, "Non", 30, 900],
    ]


def test_french_headers_shares_and_spaces_of_all_kinds_are_read(poll):
    text = (
        "Sondage;Date de clôture;Réseau;Question;Option;Part;Votants;Abonnés\r\n"
        "a;05/03/2026;R;Q ?;Oui;34,2\u00a0%;500;12\u202f400\r\n"
        "a;05/03/2026;R;Q ?;Non;65.8;500;12\u202f400\r\n"
    )
    loaded = poll(text)
    assert loaded.rejects.empty
    assert loaded.rows["votes"].tolist() == [171, 329]
    assert loaded.rows["followers"].tolist() == [12400, 12400]


def test_a_share_that_may_be_several_votes_refuses_the_whole_poll(poll):
    text = "poll,date,network,question,option,share,voters\n"
    text += "a,2026-03-05,R,Q,Oui,34 %,500\na,2026-03-05,R,Q,Non,66 %,500\n"
    text += "b,2026-03-05,R,Q,Oui,34 %,50\nb,2026-03-05,R,Q,Non,66 %,50\n"
    loaded = poll(text)
    assert loaded.rows[["poll_id", "votes"]].values.tolist() == [["b", 17], ["b", 33]]
    assert "168 to 172 votes" in loaded.rejects["reason"].iat[0]


@pytest.mark.parametrize(("rows", "reason"), [
    (YES, "has one option"),
    (YES + NO.replace("30", "-3"), "is negative"),
    (YES + NO.replace("30", "1.5"), "is no whole number"),
    (YES + NO.replace("Non", ""), "is empty"),
    (YES + NO.replace("2026-03-05", "2026-03-06"), "is not that of row 2"),
    (YES + NO.replace("2026-03-05", "05/03/2026"), "write all in one way"),
    (YES + NO.replace("900", "901"), "is not that of row 2"),
    (YES + NO + YES.replace("Oui,12", "Autre,1" + "0" * 13), "more than anyone counted"),
    (YES + NO + YES.replace("12", "13"), "has the option of row 2, other votes"),
    (YES + NO + YES.replace("Oui,12", "Total,42"), "is the poll's total"),
])  # fmt: skip
def test_a_poll_with_a_bad_row_is_refused_whole(poll, rows, reason):
    loaded = poll(HEADER + rows)
    assert loaded.rows.empty
    assert len(loaded.rejects) == rows.count("\n")
    assert any(reason in told for told in loaded.rejects["reason"])


def test_shares_of_several_choices_and_neither_votes_nor_shares_are_refused(poll):
    text = "poll,date,network,question,option,share,voters\n"
    text += "a,2026-03-05,R,Q,Oui,80 %,50\na,2026-03-05,R,Q,Non,60 %,50\n"
    loaded = poll(text)
    assert loaded.rows.empty and "do not sum to 100 %" in loaded.rejects["reason"].iat[0]
    with pytest.raises(ObservError, match="'share', 'voters'"):
        poll(HEADER.replace("votes", "oui") + YES)
