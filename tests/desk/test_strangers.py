"""Exports as other tools write them: nothing is read wrongly, and the rest can be answered."""

from collections import Counter
from pathlib import Path

import pytest

from observlib.base.errors import UsageError
from observlib.desk.propose import Wishes, propose
from observlib.desk.recognise import Look, by_form
from observlib.loaders import Loaded

REVIEWS = "".join(
    f"com.exemple,{stars},2026-07-{day:02d}T10:00:00Z,{clear}\n"
    for day, (stars, clear) in enumerate([(1, "Clair"), (5, "Flou"), (4, "Clair"), (5, "?")] * 3, 1)
)
REVIEWS = f"Package Name,Star Rating,Review Date,Wording\n{REVIEWS}"
MARKS = {"date": "Review Date", "answer_id": "-", "satisfaction": "Star Rating"}
QUEUES = "".join(
    f"{7 + n // 20}/{1 + n % 20}/26 9:00 AM,DROITS ACCES,{n + 4},{n},4,{n}00\n" for n in range(40)
)
QUEUES = f"Interval Start,Queue Name,Offer,Answer,Abandon,Avg Talk\n{QUEUES}"
COUNTS = {"moment": "Interval Start", "offered": "Offer", "answered": "Answer",
          "abandoned": "Abandon"}  # fmt: skip


def read(path: Path, few, wishes: Wishes) -> Loaded:
    found = propose(path, few, wishes)
    assert found.questions == []
    match = by_form(path, found.form("essai"), few, {})
    assert match is not None
    return match.loaded


def test_the_scale_of_marks_is_asked_for_and_marks_are_read_on_it(written, few):
    path = written(REVIEWS)
    found = propose(path, few, Wishes("ratings", dict(MARKS)))
    (question,) = found.questions
    assert (question.about, question.guess) == ("scales", "1,5")
    assert "0,10" in question.answers and "1,4" not in question.answers
    assert question.written("1,5") == "--scale satisfaction=1,5"
    rows = read(path, few, Wishes("ratings", dict(MARKS), scales={"satisfaction": "1,5"})).rows
    assert rows["value"].tolist() == [1, 5, 4, 5] * 3
    assert rows[["scale_min", "scale_max"]].drop_duplicates().values.tolist() == [[1, 5]]
    # and no table is guessed that hardly fits
    (question,) = propose(written(REVIEWS), few, Wishes()).questions
    assert (question.about, question.guess) == ("table", None)


def test_a_scale_whose_best_mark_is_its_lowest_is_refused_and_not_turned_round(written, few):
    for said in ("5,1", "5", "1,2,3", "a,b"):
        with pytest.raises(UsageError, match="write its worst mark and its best, such as 1,5"):
            propose(written(REVIEWS), few, Wishes("ratings", MARKS, scales={"satisfaction": said}))


def test_each_word_of_a_column_of_marks_gets_the_mark_that_its_team_says(written, few):
    path, columns = written(REVIEWS), {**MARKS, "satisfaction": "-", "clarity": "Wording"}
    scales = {"clarity": "1,2"}
    asked = propose(path, few, Wishes("ratings", columns, scales=scales)).questions
    assert {one.key for one in asked} == {("clarity", word) for word in ("Clair", "Flou", "?")}
    assert asked[0].answers == ("1", "2", "-")
    words = {"clarity": {"Clair": "2", "Flou": "1", "?": "-"}}
    rows = read(path, few, Wishes("ratings", columns, words, scales=scales)).rows
    assert rows["value"].tolist() == [2, 1, 2] * 3
    words["clarity"]["Clair"] = "3"
    with pytest.raises(UsageError, match="is no mark from 1 to 2"):
        propose(path, few, Wishes("ratings", columns, words, scales=scales))


def test_a_mean_is_neither_offered_nor_read_where_a_total_is_needed(written, few):
    path = written(QUEUES)
    found = propose(path, few, Wishes("call_intervals", dict(COUNTS)))
    assert found.questions == []
    assert not {"wait", "talk"} & {one.key[0] for one in found.offers}
    with pytest.raises(UsageError, match=r"'Avg Talk' is not read for talk: .* of a mean"):
        propose(path, few, Wishes("call_intervals", {**COUNTS, "talk": "Avg Talk"}))
    means = [Look(title, Counter()).is_mean for title in ("Temps d'attente", "Durée moyenne")]
    assert means == [False, True]


def test_the_mean_duration_of_visits_makes_their_total_and_a_rate_makes_nothing(written, few):
    text = "Date,Sessions,Bounce rate,Average session duration\n"
    path = written(text + "20260701,100,0.4,60.5\n20260702,10,0.5,30\n20260703,20,0.1,10\n")
    columns = {"day": "Date", "visits": "Sessions", "seconds": "Average session duration"}
    rows = read(path, few, Wishes("audience", columns, units={"seconds": "s"})).rows
    assert rows["seconds"].tolist() == [6050, 300, 200]
    assert str(rows["start"].iat[1]) == "2026-07-02 00:00:00"
    with pytest.raises(UsageError, match="'Bounce rate' is not read for bounces"):
        propose(path, few, Wishes("audience", {**columns, "bounces": "Bounce rate"}))


def test_buyers_are_read_for_no_title_though_titles_have_capitals(written, few):
    text = "Sale Date,Item Name,Buyer,Ship Name,Quantity\n"
    text += "07/25/26,Atlas Historique,Zoé Martin,Zoé Martin,1\n"
    path = written(text + "07/26/26,Guide Pratique,Yves Durand,Yves Durand,2\n")
    for title in ("Buyer", "Ship Name"):
        with pytest.raises(UsageError, match="is not read for title: its header is that of a pers"):
            propose(path, few, Wishes("sales", {"title": title}))
    found = propose(path, few, Wishes("sales", {"title": "Item Name"}))
    assert "Item Name" not in found.unread
    offered = [one for question in found.questions for one in question.answers]
    assert not {"Buyer", "Ship Name"} & {*offered}


CASES = "".join(
    f"T-{n},0{1 + n % 9}/07/2026 09:00:00,0{1 + n % 9}/07/2026 10:00:00,{queue},MARIE DUPONT\n"
    for n, queue in enumerate(["DROITS ACCES", "SITE PUBLIC"] * 6)
)
CASES = f"number,opened_at,closed_at,category,handled\n{CASES}"
TICKETS = {"ticket_id": "number", "received": "opened_at", "closed": "closed_at", "answered": "-"}


def test_queues_in_capitals_are_themes_and_names_in_capitals_are_not(written, few):
    path = written(CASES)
    wishes = Wishes("tickets", {**TICKETS, "theme": "category"}, date_form="%d/%m/%Y")
    assert read(path, few, wishes).rows["theme"].unique().tolist() == [
        "DROITS ACCES", "SITE PUBLIC",
    ]  # fmt: skip
    with pytest.raises(UsageError, match="'handled' is not read for theme: its cells may be names"):
        propose(path, few, Wishes("tickets", {**TICKETS, "theme": "handled"}))
    few = written(CASES.replace("DROITS ACCES", "Marie Dupont"))
    with pytest.raises(UsageError, match="'category' is not read for theme"):
        propose(few, few, Wishes("tickets", {**TICKETS, "theme": "category"}))


def test_where_the_month_stands_may_be_said_without_the_time(written, few):
    path = written(CASES)
    for form, month in (("%d/%m/%Y", 7), ("%m/%d/%Y", 1)):
        rows = read(path, few, Wishes("tickets", dict(TICKETS), date_form=form)).rows
        assert rows["received"].dt.month.iat[0] == month
    # a form is quoted for the shell
    (question,) = propose(path, few, Wishes("tickets", dict(TICKETS))).questions
    said = question.written(question.answers[0])
    assert said == '--date-form "%d/%m/%Y %H:%M[:%S]"'


def test_moments_whose_header_says_utc_are_not_taken_for_those_of_paris(written, few):
    text = CASES.replace("opened_at", "Opened (UTC)").replace("closed_at", "Closed (UTC)")
    columns = {**TICKETS, "received": "Opened (UTC)", "closed": "Closed (UTC)"}
    wishes = Wishes("tickets", dict(columns), date_form="%d/%m/%Y")
    assert read(written(text), few, wishes).rows["received"].dt.hour.unique().tolist() == [9]
    one = text.replace("Closed (UTC)", "closed_at")
    with pytest.raises(UsageError, match=r"'Opened \(UTC\)' is in UTC, and 'closed_at' does not"):
        propose(written(one), few, Wishes("tickets", {**columns, "closed": "closed_at"}))
