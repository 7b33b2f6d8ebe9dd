"""Calls, half hours and tickets: exports of real call centres and their faults."""

from datetime import date

import pytest

from observlib.base.errors import ObservError

DEVICE = "audience-boamp"
KEYS = {"table": None, "extracted": None, "zone": None}
HEADERS = {
    "calls": "Identifiant;Début;Issue;Attente;Conversation;Motif",
    "call_intervals": "Tranche horaire;Présentés;Décrochés;Abandonnés;Attente totale",
    "tickets": "Numéro;Reçu le;Première réponse le;Clos le;Rouvert;Motif;Extrait le",
}
ROWS = {
    "calls": "a1;2026-07-01 10:00:00;Décroché;1:05;300;Logement",
    "call_intervals": "01/07/2026 10:00;1 250;1 200;50;00:40:00",
    "tickets": "T1;01/07/2026 10:00;02/07/2026 09:00;03/07/2026 09:00;non;Alertes;02/10/2026 08:00",
}
BAD = {
    "calls": [
        ("a1;2026-07-01 10:00:00;Peut-être;5;0;", "is no outcome"),
        ("a1;2026-07-01 10:00:00;Décroché;-5;0;", "is no time up to a day"),
        ("a1;2026-07-01 10:00:00;Abandonné;5;20;", "the call was abandoned"),
        (";2026-07-01 10:00:00;Décroché;5;0;", "is empty"),
        ("a1;2026-03-29 02:15:00;Décroché;5;0;", "this hour was skipped"),
        ("a1;2026-07-01 10:00:00;Décroché;5;0;Rappeler au 06 12 34 56 78", "is no theme but a text")
    ],
    "call_intervals": [
        ("01/07/2026 10:00;10;11;0;5", "is more than the calls offered"),
        ("01/07/2026 10:00;10,5;5;5;5", "is no whole number"),
        ("01/07/2026 10:00;-10;5;5;5", "is more than the calls offered"),
    ],
    "tickets": [
        ("T1;02/07/2026 10:00;01/07/2026 09:00;;non;;02/10/2026 08:00", "is before the ticket"),
        ("T1;02/10/2026 10:00;;;non;;02/10/2026 08:00", "is after the export"),
        ("T1;01/10/2026 10:00;03/10/2026 08:00;;non;;02/10/2026 08:00", "is after the export"),
        ("T1;02/07/2026 10:00;;;parfois;;02/10/2026 08:00", "is neither oui, non"),
        ("T1;2026-07-02;;;non;;02/10/2026 08:00", "is no moment"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("loader", "row", "reason"),
    [(loader, row, reason) for loader, cases in BAD.items() for row, reason in cases],
)
def test_a_bad_row_is_rejected_with_its_reason_and_the_others_stay(read, loader, row, reason):
    good = ROWS[loader].replace("a1", "z9").replace("T1", "T9")
    found = read(f"{HEADERS[loader]}\n{row}\n{good}\n", loader=loader)
    assert len(found.rows) == 1
    (told,) = found.rejects.to_dict("records")
    assert told["row"] == 2 and reason in told["reason"]
    assert "06 12" not in str(told) and "@" not in str(told)


def test_open_tickets_are_seen_at_the_latest_moment_or_the_device_s_day(read):
    text = "ticket;received;answered;closed\nT1;2026-07-01 10:00;;\nT2;2026-07-09 10:00;;\n"
    found = read(text, loader="tickets")
    assert "its latest moment, 2026-07-09" in found.notices[0]
    assert set(found.rows["extracted"].astype(str)) == {"2026-07-09 08:00:00"}
    text = "ticket;received;answered;closed\nT1;2026-07-01 10:00;;\n"
    found = read(text, extracted=date(2026, 7, 3), loader="tickets")
    assert str(found.rows["extracted"].iat[0]) == "2026-07-03 21:59:00"
    assert found.notices == ("reopened is left unknown: the export has no such column",)
    assert found.rows["reopened"].isna().all()


def test_one_wrong_year_does_not_make_the_whole_file_wait_until_then(read):
    text = "ticket;received;answered;closed\n"
    text += "T1;2026-07-01 10:00;;\nT2;2026-07-09 10:00;2126-07-10 10:00;\n"
    found = read(text, loader="tickets")
    assert found.rows["ticket_id"].tolist() == ["T1"]
    assert str(found.rows["extracted"].iat[0]) == "2026-07-09 08:00:00"
    assert found.rejects[["row", "column"]].values.tolist() == [[3, "answered"]]


@pytest.mark.parametrize("nothing", ["-", "–", "n.d.", "N/A", "NC"])
def test_a_sign_for_nothing_does_not_become_the_theme_of_many_calls(read, nothing):
    text = f"{HEADERS['calls']}\n" + ROWS["calls"].replace("Logement", nothing)
    found = read(text, loader="calls")
    assert found.rows["theme"].isna().all() and found.rejects.empty


@pytest.mark.parametrize("loader", ["calls", "tickets"])
def test_the_subject_that_someone_wrote_is_never_a_theme(read, loader):
    titled = HEADERS[loader].replace("Motif", "Sujet")
    row = ROWS[loader].replace("Logement", "Je suis souffrante").replace("Alertes", "Ma grossesse")
    found = read(f"{titled}\n{row}\n", loader=loader)
    assert found.rows["theme"].isna().all()


@pytest.mark.parametrize("loader", ["calls", "tickets"])
def test_a_column_of_hundreds_of_themes_is_what_people_wrote_and_is_refused(read, loader):
    first, theme = ("a1", "Logement") if loader == "calls" else ("T1", "Alertes")
    rows = [ROWS[loader].replace(first, f"n{i}").replace(theme, f"Texte {i}") for i in range(101)]
    with pytest.raises(ObservError, match="101 different texts, which is no list of themes"):
        read("\n".join([HEADERS[loader], *rows]), loader=loader)
