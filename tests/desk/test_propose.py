"""An export that no format reads gets one of its own, and what cannot be told is never guessed."""

import pytest

from observlib.base.errors import ObservError, UsageError
from observlib.desk.propose import Proposal, Wishes, propose
from observlib.desk.recognise import by_form

CASES = """N° de dossier;Ouvert le;Première réponse;Résolu le;Rubrique;Agent traitant;Objet
2026-001;02/03/2026 09:14;02/03/2026 11:00;03/03/2026 10:00;Logement;A. Dupuis;Payer
2026-002;05/03/2026 10:14;-;-;Papiers d'identité;A. Dupuis;Perdu
2026-003;25/03/2026 10:14;26/03/2026 09:30;-;Logement;C. Morel;Ma carte
"""
COLUMNS = {"ticket_id": "N° de dossier", "received": "Ouvert le", "closed": "Résolu le",
           "theme": "Rubrique"}  # fmt: skip
CALLS = """Uuid;Début;Statut;Attente;Poste
a-1;2026-03-02 08:14;Décroché;25;12
a-2;2026-03-02 08:20;Débordement;31;12
a-3;2026-03-02 08:25;Abandonné;8;14
"""


def asked(proposal: Proposal) -> list[str]:
    return [one.written("…") for one in proposal.questions]


def test_what_headers_do_not_say_is_asked_for_with_the_columns_that_would_do(written, few):
    found = propose(written(CASES), few, Wishes("tickets"))
    assert asked(found) == [f'--column "{name}=…"' for name in ("ticket_id", "received", "closed")]
    number, received, closed = found.questions
    assert number.guess == "N° de dossier"
    assert received.answers == ("Ouvert le", "Résolu le")
    assert closed.answers == ("Ouvert le", "Résolu le", "-")
    assert [one.key for one in found.offers] == [("extracted",), ("theme",)]
    assert found.offers[1].answers == ("N° de dossier", "Rubrique", "-")
    assert received.written("Ouvert le") == '--column "received=Ouvert le"'
    # a table that is likely is asked for and not taken
    (question,) = propose(written(CASES), few, Wishes()).questions
    assert (question.about, question.guess) == ("table", "tickets")


def test_a_ticket_export_with_unknown_headers_is_read_as_its_team_says(written, few):
    path = written(CASES)
    found = propose(path, few, Wishes("tickets", dict(COLUMNS)), "Dossiers")
    assert found.questions == []
    form = found.form("dossiers")
    assert form.columns["answered"].forms == ("%d/%m/%Y %H:%M[:%S]",)
    assert form.columns["answered"].empty == ("-",)
    assert form.never_read == ("Agent traitant", "Objet")
    assert list(form.unknown) == ["reopened"]
    assert found.unread["Objet"] == "its header is that of what someone wrote"
    match = by_form(path, form, few, {})
    assert match and match.loaded.rejects.empty
    rows = match.loaded.rows
    assert rows["received"].astype(str).tolist()[0] == "2026-03-02 08:14:00"
    assert rows["closed"].notna().tolist() == [True, False, False]
    assert rows["unknown"].tolist() == ["reopened"] * 3


def test_days_that_may_have_their_month_first_are_asked_for(written, few):
    path = written(CASES.replace("25/03", "05/03").replace("26/03", "06/03"))
    found = propose(path, few, Wishes("tickets", dict(COLUMNS)))
    (question,) = found.questions
    forms = ("%d/%m/%Y %H:%M[:%S]", "%m/%d/%Y %H:%M[:%S]")
    assert (question.about, question.answers) == ("date_form", forms)
    wishes = Wishes("tickets", dict(COLUMNS), date_form=forms[1])
    assert propose(path, few, wishes).raw["columns"]["received"]["forms"] == [forms[1]]
    with pytest.raises(UsageError, match="holds no directive"):
        propose(path, few, Wishes("tickets", date_form="jour"))
    # one column with a day above 12 tells of the others
    path = written(CASES.replace("25/03", "05/03"))
    found = propose(path, few, Wishes("tickets", dict(COLUMNS)))
    assert found.questions == []
    assert found.raw["columns"]["received"]["forms"] == ["%d/%m/%Y %H:%M[:%S]"]


def test_words_are_known_or_asked_for_with_how_often_they_are_there(written, few):
    path = written(CALLS)
    columns = {"call_id": "Uuid", "moment": "Début", "outcome": "Statut", "wait": "Attente"}
    units = {"wait": "s"}
    found = propose(path, few, Wishes("calls", columns, units=units))
    assert asked(found) == ['--word "outcome.…=Débordement"']
    assert "'Débordement' in 1 row," in found.questions[0].text
    assert found.questions[0].answers == ("answered", "abandoned", "-")
    words = {"outcome": {"débordement": "abandoned"}}
    found = propose(path, few, Wishes("calls", columns, words, units))
    told = {"answered": ["Décroché"], "abandoned": ["Débordement", "Abandonné"]}
    assert found.questions == [] and found.raw["columns"]["outcome"]["words"] == told
    assert "outcome: Débordement (1) is abandoned" in found.words
    none = {"outcome": {"Débordement": "-", "Décroché": "-", "Abandonné": "-"}}
    with pytest.raises(UsageError, match="none of its words stands for any outcome"):
        propose(path, few, Wishes("calls", columns, none, units))
    with pytest.raises(UsageError, match="no such value; allowed: answered, abandoned"):
        propose(path, few, Wishes("calls", columns, {"outcome": {"Débordement": "lost"}}))


def test_numbers_of_an_unknown_unit_are_not_taken_for_seconds(written, few):
    columns = {"call_id": "Uuid", "moment": "Début", "outcome": "Statut", "wait": "Attente"}
    words = {"outcome": {"Débordement": "-"}}
    found = propose(written(CALLS), few, Wishes("calls", columns, words))
    assert asked(found) == ["--unit wait=…"]
    text = CALLS.replace("Attente", "Attente (min)")
    columns["wait"] = "Attente (min)"
    found = propose(written(text), few, Wishes("calls", columns, words))
    assert found.questions == [] and found.raw["columns"]["wait"]["unit"] == "min"


def test_two_columns_with_one_header_give_nothing(written, few):
    path = written(CASES.replace("Résolu le", "Ouvert le"))
    with pytest.raises(UsageError, match="has two columns 'Ouvert le'; rename one"):
        propose(path, few, Wishes("tickets", {"received": "Ouvert le"}))
    wishes = Wishes("tickets", {"ticket_id": "N° de dossier"})
    (question, *_) = propose(path, few, wishes).questions
    assert question.answers == () and "two columns are headed 'Ouvert le'" in question.text


@pytest.mark.parametrize(("columns", "said"), [
    ({"theme": "Agent traitant"}, "is not read for theme: its header is that of a person"),
    ({"theme": "Absente"}, "has no column 'Absente' for theme; its columns are 'N° de"),
    ({"received": "-"}, "field 'received': the table tickets cannot do without"),
    ({"colour": "Rubrique"}, "field 'colour': the table tickets has none; allowed: ticket_id"),
])  # fmt: skip
def test_a_wish_that_cannot_be_is_told(written, few, columns, said):
    with pytest.raises(UsageError, match=said):
        propose(written(CASES), few, Wishes("tickets", columns))


def test_a_title_above_the_table_and_an_old_encoding_are_found(written, few):
    path = written(f"Dossiers de mars\n\n{CASES}", encoding="cp1252")
    found = propose(path, few, Wishes("tickets", dict(COLUMNS)))
    assert found.raw["layout"] == {"encodings": ["utf-8", "cp1252"], "header_row": 2}
    match = by_form(path, found.form("dossiers"), few, {})
    assert match and len(match.loaded.rows) == 3


def test_a_file_without_a_header_or_of_names_shows_none_of_its_rows(written, few):
    path = written("Zoé Martin;12\nYves Durand;13\n")
    with pytest.raises(ObservError, match="holds values and no names of columns") as caught:
        propose(path, few, Wishes())
    assert "Martin" not in str(caught.value)
    # names only
    for text in [
        "Nom;Prénom;Courriel\nMartin;Zoé;zoe@exemple.invalid\n",
        "Qui;Où\nZoé Martin;192.0.2.1\nYves Durand;192.0.2.2\n",
        "Qui;Combien\nZoé Martin;06 12 34 56 78\nYves Durand;06 12 34 56 79\n",
    ]:
        with pytest.raises(ObservError, match="holds nothing that may be read") as caught:
            propose(written(text), few, Wishes())
        said = str(caught.value)
        assert not any(word in said for word in ("Martin", "Zoé", "192.0", "06 12", "zoe@"))
    # nor a column of names, whatever its header
    text = CASES.replace("Logement", "Zoé Martin").replace("Papiers d'identité", "Yves Durand")
    with pytest.raises(UsageError, match="its cells may be names"):
        propose(written(text), few, Wishes("tickets", {"theme": "Rubrique"}))


def test_days_in_words_are_no_names_and_what_is_not_set_is_empty(written, few):
    rows = [
        "7\tTue Sep 01 09:12:44 2026\tNot set",
        "8\tMon Sep 14 14:05:02 2026\tTue Sep 15 08:00:00 2026",
    ]
    path = written("\n".join(["id\tCreated\tResolved", *rows]) + "\n")
    columns = {"ticket_id": "id", "received": "Created", "closed": "Resolved"}
    form = propose(path, few, Wishes("tickets", columns)).form("rt")
    assert form.columns["closed"].empty == ("Not set",)
    match = by_form(path, form, few, {})
    assert match and match.loaded.rejects.empty
    assert str(match.loaded.rows["closed"].iat[1]) == "2026-09-15 06:00:00"
