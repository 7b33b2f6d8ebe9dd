"""Polls: read whole or not at all, from votes or from shares that can mean one number only."""

import pytest

from observlib.base.errors import ObservError
from observlib.catalogue.contract import columns

HEADER = "poll,date,network,question,option,votes,followers\n"
YES, NO = "a,2026-03-05,Réseau,Q ?,Oui,12,900\n", "a,2026-03-05,Réseau,Q ?,Non,30,900\n"
DEVICE = "sondages-reseau-pro"


def test_votes_are_read_with_their_options_in_order(read):
    loaded = read(HEADER + YES + NO)
    assert loaded.rejects.empty and list(loaded.rows.columns) == columns("polls")
    assert loaded.rows[["position", "option", "votes", "followers"]].values.tolist() == [
        [1, "Oui", 12, 900],
        [2, "Non", 30, 900],
    ]


def test_french_headers_shares_and_spaces_of_all_kinds_are_read(read):
    text = (
        "Sondage;Date de clôture;Réseau;Question;Option;Part;Votants;Abonnés\r\n"
        "a;05/03/2026;R;Q ?;Oui;34,2\u00a0%;500;12\u202f400\r\n"
        "a;05/03/2026;R;Q ?;Non;65.8;500;12\u202f400\r\n"
    )
    loaded = read(text)
    assert loaded.rejects.empty
    assert loaded.rows["votes"].tolist() == [171, 329]
    assert loaded.rows["followers"].tolist() == [12400, 12400]


def test_a_share_that_may_be_several_votes_refuses_the_whole_poll(read):
    text = "poll,date,network,question,option,share,voters\n"
    text += "a,2026-03-05,R,Q,Oui,34 %,500\na,2026-03-05,R,Q,Non,66 %,500\n"
    text += "b,2026-03-05,R,Q,Oui,34 %,50\nb,2026-03-05,R,Q,Non,66 %,50\n"
    loaded = read(text)
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
def test_a_poll_with_a_bad_row_is_refused_whole(read, rows, reason):
    loaded = read(HEADER + rows)
    assert loaded.rows.empty
    assert len(loaded.rejects) == rows.count("\n")
    assert any(reason in told for told in loaded.rejects["reason"])


def test_shares_of_several_choices_and_neither_votes_nor_shares_are_refused(read):
    text = "poll,date,network,question,option,share,voters\n"
    text += "a,2026-03-05,R,Q,Oui,80 %,50\na,2026-03-05,R,Q,Non,60 %,50\n"
    loaded = read(text)
    assert loaded.rows.empty and "do not sum to 100 %" in loaded.rejects["reason"].iat[0]
    with pytest.raises(ObservError, match="'share', 'voters'"):
        read(HEADER.replace("votes", "oui") + YES)
