"""An export that no format reads gets one of its own, and what cannot be told is never guessed."""

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from observlib.base.errors import ObservError, UsageError
from observlib.catalogue import Questionnaire
from observlib.desk.propose import Proposal, Wishes, propose
from observlib.desk.recognise import Look, by_form, equally_good, recognised


def export(name: str) -> str:
    """An export, invented; some are as a tool writes it of which no format is known."""
    return (Path(__file__).parent / "exports" / f"{name}.csv").read_text(encoding="utf-8")


CASES, CALLS, QUEUES, REVIEWS = map(export, ("cases", "calls", "queues", "reviews"))
TRAFFIC, VISITS, SALES = map(export, ("traffic", "visits", "sales"))
COLUMNS = {"ticket_id": "N° de dossier", "received": "Ouvert le", "closed": "Résolu le",
           "theme": "Rubrique"}  # fmt: skip
FORMS = ("%d/%m/%Y %H:%M[:%S]", "%m/%d/%Y %H:%M[:%S]")
OF_CALLS = {"call_id": "Uuid", "moment": "Début", "outcome": "Statut", "wait": "Attente"}
OF_QUEUES = {"ticket_id": "number", "received": "opened_at", "closed": "closed_at", "answered": "-"}
MARKS = {"date": "Review Date", "answer_id": "-", "satisfaction": "Star Rating"}
OF_TRAFFIC = {"moment": "Interval Start", "offered": "Offer", "answered": "Answer",
              "abandoned": "Abandon"}  # fmt: skip
OF_VISITS = {"day": "Date", "visits": "Sessions", "seconds": "Average session duration"}
MEANS = "Par quels moyens nous contactez-vous ?"
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


@pytest.fixture
def proposed(written, few, catalogue):
    """What is proposed for the text of an export; for that of a `tool`, all formats are known."""

    def ask(text: str, table: str | None = None, *, tool: str = "", **decided: object) -> Proposal:
        known = catalogue if tool else few
        return propose(written(export(tool) if tool else text), known, Wishes(table, **decided))

    return ask


@pytest.fixture
def read(proposed, tmp_path, few):
    """What an export holds once all is said."""

    def reading(text: str, table: str, **decided: object):
        found = proposed(text, table, **decided)
        assert found.questions == []
        known = few.model_copy(update={"questionnaires": {"essai": ASKED}})
        own = {"questionnaire": "essai"} if table == "responses" else {}
        match = by_form(tmp_path / "export.csv", found.form("essai"), known, own)
        assert match is not None and match.loaded.rejects.empty
        return match.loaded

    return reading


def asked(proposal: Proposal) -> list[str]:
    return [one.written("…") for one in proposal.questions]


def test_what_headers_do_not_say_is_asked_for_with_the_columns_that_would_do(proposed):
    found = proposed(CASES, "tickets")
    assert asked(found) == [f'--column "{name}=…"' for name in ("ticket_id", "received", "closed")]
    number, received, closed = found.questions
    assert number.guess == "N° de dossier"
    assert received.answers == ("Ouvert le", "Résolu le")
    assert closed.answers == ("Ouvert le", "Résolu le", "-")
    assert [one.key for one in found.offers] == [("extracted",), ("theme",)]
    assert found.offers[1].answers == ("N° de dossier", "Rubrique", "-")
    assert received.written("Ouvert le") == '--column "received=Ouvert le"'


@pytest.mark.parametrize(("text", "guess"), [(CASES, "tickets"), (REVIEWS, None)])
def test_a_table_that_is_likely_is_asked_for_and_one_that_hardly_fits_not_guessed(
    proposed, text, guess
):
    (question,) = proposed(text).questions
    assert (question.about, question.guess) == ("table", guess)


def test_a_column_of_outcomes_is_one_with_words_that_are_known(proposed):
    text = "Identifiant;Début;Résultat;Attente\na1;2026-03-02 08:14;{};25\n"
    known, unknown = (proposed(text.format(word), "calls") for word in ("Décroché", "Bleu"))
    assert known.raw["columns"]["outcome"] == {
        "headers": ["Résultat"], "words": {"answered": ["Décroché"]},
    }  # fmt: skip
    assert '--column "outcome=…"' not in asked(known) and '--column "outcome=…"' in asked(unknown)


def test_a_ticket_export_with_unknown_headers_is_read_as_its_team_says(proposed, read):
    found = proposed(CASES, "tickets", columns=dict(COLUMNS))
    form = found.form("dossiers")
    assert form.columns["answered"].forms == FORMS[:1] and form.columns["answered"].empty == ("-",)
    assert form.never_read == ("Agent traitant", "Objet") and list(form.unknown) == ["reopened"]
    assert found.unread["Objet"] == "its header is that of what someone wrote"
    rows = read(CASES, "tickets", columns=dict(COLUMNS)).rows
    assert rows["received"].astype(str).tolist()[0] == "2026-03-02 08:14:00"
    assert rows["closed"].notna().tolist() == [True, False, False]
    assert rows["unknown"].tolist() == ["reopened"] * 3


def test_days_that_may_have_their_month_first_are_asked_for(proposed, read):
    text = CASES.replace("25/03", "05/03").replace("26/03", "06/03")
    (question,) = proposed(text, "tickets", columns=dict(COLUMNS)).questions
    assert (question.about, question.answers) == ("date_form", FORMS)
    assert question.written(FORMS[0]) == f'--date-form "{FORMS[0]}"'  # quoted for the shell
    found = proposed(text, "tickets", columns=dict(COLUMNS), date_form=FORMS[1])
    assert found.raw["columns"]["received"]["forms"] == [FORMS[1]]
    (question,) = proposed(QUEUES, "tickets", columns=dict(OF_QUEUES)).questions
    assert question.text.count("/07/2026") == 3  # of nine days
    for form, month in (("%d/%m/%Y", 7), ("%m/%d/%Y", 1)):  # which may be said without the time
        rows = read(QUEUES, "tickets", columns=dict(OF_QUEUES), date_form=form).rows
        assert rows["received"].dt.month.iat[0] == month
    # one column with a day above 12 tells of the others
    found = proposed(CASES.replace("25/03", "05/03"), "tickets", columns=dict(COLUMNS))
    assert found.questions == []
    assert found.raw["columns"]["received"]["forms"] == [FORMS[0]]


def test_words_are_known_or_asked_for_with_how_often_they_are_there(proposed):
    units = {"wait": "s"}
    found = proposed(CALLS, "calls", columns=OF_CALLS, units=units)
    assert asked(found) == ['--word "outcome.…=Débordement"']
    assert "'Débordement' in 1 row," in found.questions[0].text
    assert found.questions[0].answers == ("answered", "abandoned", "-")
    words = {"outcome": {"débordement": "abandoned"}}
    found = proposed(CALLS, "calls", columns=OF_CALLS, words=words, units=units)
    told = {"answered": ["Décroché"], "abandoned": ["Débordement", "Abandonné"]}
    assert found.questions == [] and found.raw["columns"]["outcome"]["words"] == told
    assert "outcome: Débordement (1) is abandoned" in found.words


def test_numbers_of_an_unknown_unit_are_not_taken_for_seconds(proposed):
    words = {"outcome": {"Débordement": "-"}}
    assert asked(proposed(CALLS, "calls", columns=OF_CALLS, words=words)) == ["--unit wait=…"]
    text, columns = CALLS.replace("Attente", "Attente (min)"), {**OF_CALLS, "wait": "Attente (min)"}
    found = proposed(text, "calls", columns=columns, words=words)
    assert found.questions == [] and found.raw["columns"]["wait"]["unit"] == "min"


def test_two_columns_with_one_header_give_nothing(proposed):
    text = CASES.replace("Résolu le", "Ouvert le")
    (question, *_) = proposed(text, "tickets", columns={"ticket_id": "N° de dossier"}).questions
    assert question.answers == () and "two columns are headed 'Ouvert le'" in question.text


def test_the_scale_of_marks_is_asked_for_and_marks_are_read_on_it(proposed, read):
    (question,) = proposed(REVIEWS, "ratings", columns=dict(MARKS)).questions
    assert (question.about, question.guess) == ("scales", "1,5")
    assert "0,10" in question.answers and "1,4" not in question.answers
    assert question.written("1,5") == "--scale satisfaction=1,5"
    rows = read(REVIEWS, "ratings", columns=dict(MARKS), scales={"satisfaction": "1,5"}).rows
    assert rows["value"].tolist() == [1, 5, 4, 5] * 3
    assert rows[["scale_min", "scale_max"]].drop_duplicates().values.tolist() == [[1, 5]]


def test_each_word_of_a_column_of_marks_gets_the_mark_that_its_team_says(proposed, read):
    columns, scales = {**MARKS, "satisfaction": "-", "clarity": "Wording"}, {"clarity": "1,2"}
    questions = proposed(REVIEWS, "ratings", columns=columns, scales=scales).questions
    assert {one.key for one in questions} == {("clarity", word) for word in ("Clair", "Flou", "?")}
    assert questions[0].answers == ("1", "2", "-")
    words = {"clarity": {"Clair": "2", "Flou": "1", "?": "-"}}
    rows = read(REVIEWS, "ratings", columns=columns, words=words, scales=scales).rows
    assert rows["value"].tolist() == [2, 1, 2] * 3


def test_the_mean_duration_of_visits_makes_their_total(read):
    rows = read(VISITS, "audience", columns=OF_VISITS, units={"seconds": "s"}).rows
    assert rows["seconds"].tolist() == [6050, 300, 200]
    assert str(rows["start"].iat[1]) == "2026-07-02 00:00:00"


def test_a_mean_and_a_buyer_are_not_offered(proposed):
    found = proposed(TRAFFIC, "call_intervals", columns=dict(OF_TRAFFIC))
    assert found.questions == [] and not {"wait", "talk"} & {one.key[0] for one in found.offers}
    means = [Look(title, Counter()).is_mean for title in ("Temps d'attente", "Durée moyenne")]
    assert means == [False, True]
    found = proposed(SALES, "sales", columns={"title": "Item Name"})
    assert "Item Name" not in found.unread
    offered = {one for question in found.questions for one in question.answers}
    assert not {"Buyer", "Ship Name"} & offered


OF_CLARITY = {**MARKS, "satisfaction": "-", "clarity": "Wording"}
THREE = {"clarity": {"Clair": "3", "Flou": "1", "?": "-"}}
NONE = {"outcome": {"Débordement": "-", "Décroché": "-", "Abandonné": "-"}}
OF_NAMES = CASES.replace("Logement", "Zoé Martin").replace("Papiers d'identité", "Yves Durand")
NAMED_QUEUE = QUEUES.replace("DROITS ACCES", "Marie Dupont")
IN_UTC = QUEUES.replace("opened_at", "Opened (UTC)")
A_PERSON = "is not read for {}: its header is that of a pers"


@pytest.mark.parametrize(("text", "table", "decided", "said"), [
    (CASES, "tickets", {"columns": {"theme": "Agent traitant"}}, A_PERSON.format("theme")),
    (CASES, "tickets", {"columns": {"theme": "Absente"}},
     "has no column 'Absente' for theme; its columns are 'N° de"),
    (CASES, "tickets", {"columns": {"received": "-"}}, "the table tickets cannot do without"),
    (CASES, "tickets", {"columns": {"colour": "Rubrique"}}, "tickets has none; allowed: ticket_id"),
    (CASES, "tickets", {"date_form": "jour"}, "holds no directive"),
    (CASES.replace("Résolu", "Ouvert"), "tickets", {"columns": {"received": "Ouvert le"}},
     "has two columns 'Ouvert le'; rename one"),
    (OF_NAMES, "tickets", {"columns": {"theme": "Rubrique"}}, "its cells may be names"),
    (QUEUES, "tickets", {"columns": {**OF_QUEUES, "theme": "handled"}}, "its cells may be names"),
    (NAMED_QUEUE, "tickets", {"columns": {**OF_QUEUES, "theme": "category"}},
     "'category' is not read for theme"),
    (IN_UTC, "tickets", {"columns": {**OF_QUEUES, "received": "Opened (UTC)"}},
     r"'Opened \(UTC\)' is in UTC, and 'closed_at' does not"),
    (CALLS, "calls", {"columns": OF_CALLS, "words": NONE}, "of its words stands for any outcome"),
    (CALLS, "calls", {"columns": OF_CALLS, "words": {"outcome": {"Débordement": "lost"}}},
     "no such value; allowed: answered, abandoned"),
    *((REVIEWS, "ratings", {"columns": MARKS, "scales": {"satisfaction": wrong}},
       "write its worst mark and its best, such as 1,5") for wrong in ("5,1", "5", "1,2,3", "a,b")),
    (REVIEWS, "ratings", {"columns": OF_CLARITY, "words": THREE, "scales": {"clarity": "1,2"}},
     "is no mark from 1 to 2"),
    (TRAFFIC, "call_intervals", {"columns": {**OF_TRAFFIC, "talk": "Avg Talk"}},
     "'Avg Talk' is not read for talk: .* of a mean"),
    (VISITS, "audience", {"columns": {**OF_VISITS, "bounces": "Bounce rate"}},
     "'Bounce rate' is not read for bounces"),
    (SALES, "sales", {"columns": {"title": "Buyer"}}, A_PERSON.format("title")),
    (SALES, "sales", {"columns": {"title": "Ship Name"}}, A_PERSON.format("title")),
])  # fmt: skip
def test_a_wish_that_cannot_be_is_told_and_not_carried_out(proposed, text, table, decided, said):
    with pytest.raises(UsageError, match=said):
        proposed(text, table, **decided)


def test_a_title_above_the_table_and_an_old_encoding_are_found(written, few):
    path = written(f"Dossiers de mars\n\n{CASES}", encoding="cp1252")
    found = propose(path, few, Wishes("tickets", dict(COLUMNS)))
    assert found.raw["layout"] == {"encodings": ["utf-8", "cp1252"], "header_row": 2}
    match = by_form(path, found.form("dossiers"), few, {})
    assert match and len(match.loaded.rows) == 3


@pytest.mark.parametrize(("text", "said"), [
    ("Zoé Martin;12\nYves Durand;13\n", "holds values and no names of columns"),
    ("Nom;Prénom;Courriel\nMartin;Zoé;zoe@exemple.invalid\n", "holds nothing that may be read"),
    ("Qui;Où\nZoé Martin;192.0.2.1\nYves Durand;192.0.2.2\n", "holds nothing that may be read"),
    ("Qui;Combien\nZoé Martin;06 12 34 56 78\nYves Durand;06 12 34 56 79\n", "holds nothing"),
])  # fmt: skip
def test_a_file_without_a_header_or_of_persons_shows_none_of_its_rows(proposed, text, said):
    with pytest.raises(ObservError, match=said) as caught:
        proposed(text)
    shown = str(caught.value)
    assert not any(word in shown for word in ("Martin", "Zoé", "192.0", "06 12", "zoe@"))


def test_days_in_words_are_no_names_and_what_is_not_set_is_empty(read):
    rows = ["7\tTue Sep 01 09:12:44 2026\tNot set",
            "8\tMon Sep 14 14:05:02 2026\tTue Sep 15 08:00:00 2026"]  # fmt: skip
    columns = {"ticket_id": "id", "received": "Created", "closed": "Resolved"}
    closed = read("\n".join(["id\tCreated\tResolved", *rows]), "tickets", columns=columns).rows
    assert [*map(str, closed["closed"])] == ["NaT", "2026-09-15 06:00:00"]


@pytest.mark.parametrize(("words", "times", "are_themes"), [(12, 3, 1), (13, 3, 0), (12, 2, 0)])
def test_capitals_are_themes_where_few_words_stand_more_than_twice_each(words, times, are_themes):
    cells = Counter({f"DROITS AC{chr(65 + n)}ES": times for n in range(words)})
    assert Look("Category", cells).hidden("theme") == (
        None if are_themes else "its cells may be names"
    )


def test_moments_whose_header_says_utc_are_not_taken_for_those_of_paris(read):
    text = IN_UTC.replace("closed_at", "Closed (UTC)")
    columns = {**OF_QUEUES, "received": "Opened (UTC)", "closed": "Closed (UTC)"}
    rows = read(text, "tickets", columns=columns, date_form="%d/%m/%Y").rows
    assert rows["received"].dt.hour.unique().tolist() == [9]


# Exports in layouts of tools of which no format is known


@pytest.mark.parametrize(("tool", "columns", "answered", "closed"), [
    ("osticket", {"received": "Date Created", "answered": "-", "closed": "-"}, [], []),
    ("freshdesk", {"received": "Created time", "answered": "Initial response time",
                   "closed": "Resolved time"}, [0, 2], [0, 2]),
    ("help_scout", {}, [], [0, 2]),
])  # fmt: skip
def test_a_help_desk_s_deadline_is_no_answer(read, tool, columns, answered, closed):
    rows = read("", "tickets", tool=tool, columns=columns).rows
    for name, told in (("answered", answered), ("closed", closed)):
        assert [*rows.index[rows[name].notna()] - rows.index[0]] == told and len(rows) == 3
        assert (name in rows["unknown"].fillna("").iat[0].split()) == (not told)


LEFT = {"EMAIL_BLACKLISTED": {"No": "counts", "Yes": "-"}}
FLAGS = {"blacklisted": {"0": "counts", "1": "-"}, "confirmed": {"1": "counts", "0": "-"},
         "htmlemail": {"0": "counts", "1": "counts"}}  # fmt: skip


@pytest.mark.parametrize(("tool", "joined", "words", "stock"), [
    ("brevo", "ADDED_TIME", LEFT, 3), ("phplist", "entered", FLAGS, 2),
])  # fmt: skip
def test_who_left_or_never_confirmed_counts_in_no_stock(read, tool, joined, words, stock):
    loaded = read("", "subscriptions", tool=tool, columns={"joined": joined}, words=words)
    last = loaded.rows[loaded.rows["start"] == pd.Timestamp("2026-03-01")]
    assert last["stock"].sum() == stock and "does not count" in " ".join(loaded.notices)


def test_whether_rows_in_a_state_count_is_asked_for(proposed):
    found = proposed("", "subscriptions", tool="brevo", columns={"joined": "ADDED_TIME"})
    written = {one.key: one.written("-") for one in found.questions}
    assert {*written} == {("EMAIL_BLACKLISTED", "No"), ("EMAIL_BLACKLISTED", "Yes")}
    assert written["EMAIL_BLACKLISTED", "Yes"] == '--word "EMAIL_BLACKLISTED.-=Yes"'


@pytest.mark.parametrize(("tool", "columns", "separator"), [
    ("google_form", {"date": "Horodateur"}, ", "),
    ("microsoft_form", {"response_id": "ID", "date": "Completion time", "started": "Start time",
                        "finished": "-"}, ";"),
    ("tally", {"response_id": "Submission ID", "date": "Submitted at"}, ", "),
])  # fmt: skip
def test_each_answer_of_a_multiple_choice_is_loaded(proposed, read, tool, columns, separator):
    (question,) = proposed("", "responses", tool=tool, columns=columns).questions
    assert question.answers == (separator, "-")
    assert question.written(separator) == f'--separator "{separator}"'
    loaded = read("", "responses", tool=tool, columns=columns, separator=separator)
    count = loaded.rows.groupby(["variable", "category"]).size()
    assert count["means"].to_dict() == {"Courriel": 2, "Guichet": 2, "Téléphone": 2}
    assert count["satisfied"].to_dict() == {"Non": 1, "Oui": 3}
    assert (loaded.rows["variable"] == "response").sum() == 4
    assert sorted(loaded.rows["date"].dt.day.unique()) == [2, 3, 28, 30]
    assert not any(MEANS in notice or "no column answers" in notice for notice in loaded.notices)


def test_the_state_of_a_call_is_no_person_s_and_its_codes_are_asked_for(proposed, read):
    columns = {"call_id": "Session ID", "moment": "Call Start Time",
               "outcome": "Contact Disposition"}  # fmt: skip
    by_key = {one.key: one for one in proposed("", "calls", tool="cisco").questions}
    assert by_key["outcome",].answers == ("Contact Disposition",)
    decided = {"tool": "cisco", "columns": columns, "units": {"wait": "s", "talk": "s"}}
    questions = proposed("", "calls", **decided).questions
    names = ("outcome", "Contact Type")
    assert {one.key for one in questions} == {(name, code) for name in names for code in "12"}
    words = {"outcome": {"1": "abandoned", "2": "answered"},
             "Contact Type": {"1": "counts", "2": "-"}}  # fmt: skip
    rows = read("", "calls", words=words, **decided).rows
    assert rows["outcome"].tolist() == ["answered", "abandoned", "answered"]
    assert rows["wait"].tolist() == [25, 60, 12]


@pytest.mark.parametrize(("tool", "answers"), [
    ("ga4", ("Sessions", "Engaged sessions")), ("search", ()), ("jstor", ("Item Requests",)),
])  # fmt: skip
def test_clicks_impressions_years_and_numbers_are_no_visits(proposed, tool, answers):
    by_key = {one.key: one for one in proposed("", "audience", tool=tool).questions}
    assert by_key["visits",].answers == answers
    assert ("cannot be read" in by_key["visits",].text) == (not answers)


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
