"""Readers find when editions appear, what moved and why, what was kept, who reads before them."""

from observlib.publish.editions import feeds
from observlib.publish.editions.feeds import Calendar
from observlib.publish.editions.record import Edition

T2 = Edition("2026-T2", "real", "2026-08-17", (), "", "a", {})
T3 = Edition("2026-T3", "real", "2026-11-18", ("2026-12-02",), "", "b", {})
MOVED = {"from": "2026-11-12", "decided": "2026-10-26", "reason": "Un export tardif."}
DATES = Calendar.model_validate(
    {
        "editions": [
            {"quarter": "2026-T2", "date": "2026-08-17", "fixed": "2026-07-06"},
            {"quarter": "2026-T3", "date": "2026-11-16", "fixed": "2026-10-05", "changed": [MOVED]},
            {"quarter": "2026-T4", "date": "2027-02-15", "fixed": "2027-01-04"},
            {"quarter": "2027-T1", "date": "2027-05-18", "hour": "14:00"},
        ],
        "access": [
            {"role": "direction de l'agence", "why": "répondre", "since": "2026-01-05"},
            {"role": "cabinet", "why": "lire", "since": "2026-01-05", "until": "2026-06-30"},
        ],
    }
)


def lines(name: str, dates: Calendar = DATES) -> list[str]:
    text = feeds.calendar_parts([T3, T2], dates)[name].replace("\xa0", " ")
    return [line.strip("| ") for line in text.splitlines() if not line.startswith("|:")]


def test_a_changed_date_tells_both_days_and_its_reason():
    assert lines("changements") == [
        "- Édition du 3e trimestre 2026 : le 16 novembre 2026, et non plus le 12 novembre 2026. "
        "Un export tardif. Décision du 26 octobre 2026."
    ]


def test_readers_see_by_how_much_an_edition_missed_its_day():
    assert [line.split(" | ")[1:] for line in lines("tenues")[1:]] == [
        ["18 novembre 2026", "16 novembre 2026", "2 jours après"],
        ["17 août 2026", "17 août 2026", "le jour dit"],
    ]


def test_who_read_an_edition_before_stays_listed_when_that_is_over():
    assert lines("acces") == [
        "- direction de l'agence, depuis le 5 janvier 2026 : répondre",
        "- cabinet, du 5 janvier 2026 au 30 juin 2026 : lire",
    ]


def test_a_project_without_dates_says_so_instead_of_empty_tables():
    found = {name: lines(name, Calendar()) for name in ("prochaines", "changements", "tenues")}
    assert all(len(told) == 1 and told[0].endswith(".") for told in found.values())
    assert lines("acces", Calendar())[0].startswith("Personne ne lit une édition")
