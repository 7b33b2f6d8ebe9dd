"""Programs learn of editions: a feed reader shows each once, a calendar keeps its days."""

import re
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from observlib.base.errors import ObservError
from observlib.publish.editions import feeds
from observlib.publish.editions.feeds import Calendar
from observlib.publish.editions.record import Edition, write_record

ATOM = "{http://www.w3.org/2005/Atom}"
TITLE = "Observatoire ; des usagers"
T2 = Edition("2026-T2", "real", "2026-08-17", ("2026-12-02",), "Les visites <& reculent>.", "a", {})
T3 = Edition("2026-T3", "demonstration", "2026-11-16", (), "Les notes progressent.", "b", {})


def entries(*editions: Edition, site: str = "") -> list[dict[str, str]]:
    root = ElementTree.fromstring(feeds.feed(editions, TITLE, site))
    return [
        {child.tag.removeprefix(ATOM): child.text or child.attrib["href"] for child in entry}
        for entry in root.iter(f"{ATOM}entry")
    ]


def test_a_reader_of_feeds_meets_each_edition_and_each_revision_the_newest_first():
    found = entries(T3, T2)
    assert [entry["title"] for entry in found] == [
        "Édition du 2e trimestre 2026, révision 1",
        "Édition du 3e trimestre 2026 (chiffres synthétiques)",
        "Édition du 2e trimestre 2026",
    ]
    assert [entry["updated"][:10] for entry in found] == ["2026-12-02", "2026-11-16", "2026-08-17"]
    assert found[0]["summary"] == "Les visites <& reculent>."


def test_what_a_reader_has_seen_is_not_announced_again_when_another_edition_appears():
    before = {entry["title"]: entry["id"] for entry in entries(T2)}
    after = {entry["title"]: entry["id"] for entry in entries(T3, T2)}
    assert before.items() <= after.items()
    assert len(set(after.values())) == 3


@pytest.mark.parametrize(
    ("site", "link"),
    [("https://obs.example.org/", "https://obs.example.org/2026-T3/index.html"),
     ("", "2026-T3/index.html")],
)  # fmt: skip
def test_the_feed_has_what_rfc_4287_asks_and_leads_to_the_pages(site, link):
    root = ElementTree.fromstring(feeds.feed([T3], TITLE, site))
    assert root.tag == f"{ATOM}feed"
    names = [child.tag.removeprefix(ATOM) for child in root]
    for name in ("id", "title", "updated", "author"):  # 4.1.1: exactly one of each
        assert names.count(name) == 1
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    (entry,) = root.iter(f"{ATOM}entry")
    for element in (root, entry):
        assert re.fullmatch(moment, element.findtext(f"{ATOM}updated", ""))
        assert element.findtext(f"{ATOM}id", "").startswith("urn:uuid:")
    (found,) = entry.findall(f"{ATOM}link")
    assert (found.get("rel"), found.get("href")) == ("alternate", link)
    own = [one.get("href") for one in root.findall(f"{ATOM}link") if one.get("rel") == "self"]
    assert own == ([f"{site}feed.xml"] if site else [])


T4: dict[str, Any] = {"quarter": "2026-T4", "date": "2027-02-15"}
FIXED = T4 | {"fixed": "2027-01-11"}
WHY = {"from": "2027-02-15", "decided": "2027-01-25", "reason": "Un export, en retard."}
MOVED = FIXED | {"date": "2027-02-18", "changed": [WHY]}
T1 = {"quarter": "2027-T1", "date": "2027-05-18", "hour": "14:00"}


def calendar(*planned: dict[str, Any]) -> Calendar:
    return Calendar.model_validate({"editions": planned})


def events(*editions: Edition, planned: tuple[dict[str, Any], ...] = ()) -> list[dict[str, str]]:
    raw = feeds.calendar(editions, calendar(*planned), TITLE, "")
    text = raw.decode("utf-8").replace("\r\n ", "")
    found = re.findall(r"BEGIN:VEVENT\r\n(.*?)\r\nEND:VEVENT", text, re.S)
    return [dict(line.split(":", 1) for line in event.split("\r\n")) for event in found]


def test_the_calendar_holds_what_appeared_and_the_editions_to_come_at_their_hour():
    found = events(T3, T2, planned=(T4, T1))
    days = [event.get("DTSTART;VALUE=DATE", event.get("DTSTART")) for event in found]
    assert days == [
        *("20260817", "20261202", "20261116"),
        *("20270215T074500Z", "20270518T120000Z"),  # winter, and summer, in Paris
    ]
    states = [event["STATUS"] for event in found]
    assert states == ["CONFIRMED"] * 3 + ["TENTATIVE"] * 2


def test_a_date_that_is_fixed_then_moved_then_kept_replaces_the_event_in_every_agenda():
    """A program keeps of two events of one UID that of the higher SEQUENCE (RFC 5545, 3.8.7.4)."""
    appeared = Edition("2026-T4", "real", "2027-02-18", (), "x", "c", {})
    told = [events(T3, planned=(one,))[-1] for one in (T4, FIXED, MOVED)]
    told += events(appeared, planned=(MOVED,))
    assert len({event["UID"] for event in told}) == 1
    assert [int(event["SEQUENCE"]) for event in told] == [0, 1, 2, 3]
    assert [event["STATUS"] for event in told] == ["TENTATIVE", *["CONFIRMED"] * 3]
    assert [event["DTSTAMP"][:8] for event in told] == [
        *("20261116", "20270111", "20270125"),
        "20270218",
    ]
    said = told[2]["DESCRIPTION"].replace("\xa0", " ").replace("\\,", ",")
    assert "le 18 février 2027, et non plus le 15 février 2027" in said
    assert "Un export\\, en retard." in told[2]["DESCRIPTION"]


def test_an_edition_that_appears_moves_its_planned_day_and_adds_no_second_event():
    now = T4 | {"quarter": "2026-T3", "date": "2026-11-16"}
    names = {event["UID"]: event["SUMMARY"] for event in events(T2, planned=(now,))}
    appeared = next(event for event in events(T3, T2) if event["STATUS"] == "CONFIRMED"
                    and "3e trimestre" in event["SUMMARY"])  # fmt: skip
    assert names[appeared["UID"]] == "Édition du 3e trimestre 2026 (date prévue)"


def test_calendars_read_every_line_of_a_long_name_with_signs_of_their_own():
    raw = feeds.calendar([T3], calendar(), "Observatoire ; des usagers, " + "é" * 80, "")
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    text = raw.decode("utf-8").replace("\r\n ", "")
    assert r"Observatoire \; des usagers\, ééé" in text


def site_that_announces(place: Path, *planned: dict[str, Any]) -> Path:
    (place / "2026-T3").mkdir(exist_ok=True)
    write_record(T3, {}, {}, place / "2026-T3")
    text = feeds.calendar([T3], calendar(*planned), TITLE, "")
    (place / feeds.CALENDAR).write_bytes(text)
    return place


SOON, FAR = date(2027, 2, 1), date(2026, 12, 1)


@pytest.mark.parametrize(("told", "now", "today", "is_refused"), [
    pytest.param(FIXED, FIXED, SOON, False, id="kept"),
    pytest.param(T4, T4 | {"date": "2027-02-18"}, FAR, False, id="planned, and far"),
    pytest.param(T4, T4 | {"date": "2027-02-18"}, SOON, True, id="four weeks before"),
    pytest.param(FIXED, FIXED | {"date": "2027-02-18"}, FAR, True, id="fixed"),
    pytest.param(FIXED, T1, FAR, True, id="taken out"),
    pytest.param(FIXED, MOVED, SOON, False, id="with its reason"),
])  # fmt: skip
def test_no_reader_finds_a_firm_date_moved_without_a_word(tmp_path, told, now, today, is_refused):
    site = site_that_announces(tmp_path, told)
    asked = (calendar(now), site, "demonstration", today)
    feeds.check_kept(calendar(T1), site, "real", FAR)  # a demonstration's dates bind no real data
    feeds.check_kept(calendar(now), tmp_path / "none", "demonstration", today)
    if not is_refused:
        feeds.check_kept(*asked)
        return
    with pytest.raises(ObservError, match=r"2026.*was announced for 2027-02-15, which is firm"):
        feeds.check_kept(*asked)


ROOT = Path(__file__).parents[3]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder of a project that has no calendar yet."""
    (tmp_path / "data" / "catalogue").mkdir(parents=True)
    return tmp_path / "data"


def problems(data: Path, text: str) -> list[str]:
    (data / "calendar.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ObservError) as told:
        feeds.load_calendar(data, data.parent)
    return [line.removeprefix(str(data / "calendar.yml")) for line in told.value.problems]


def test_a_demonstration_s_calendar_stands_alone_and_another_folder_has_the_project_s(data):
    (data / "demo").mkdir()
    for place, quarter in ((data, "2026-T4"), (data / "demo", "2027-T1")):
        line = f"editions: [{{quarter: {quarter}, date: 2027-05-18}}]"
        (place / "calendar.yml").write_text(line, encoding="utf-8")
    found = {
        name: [one.quarter for one in feeds.load_calendar(data / name, data.parent).editions]
        for name in ("", "demo", "other")
    }
    assert found == {"": ["2026-T4"], "demo": ["2027-T1"], "other": ["2026-T4"]}


def test_the_hour_is_that_of_paris_in_winter_and_summer(data):
    (data / "calendar.yml").write_text(
        "editions:\n"
        "  - {quarter: 2026-T4, date: 2027-02-15}\n"
        '  - {quarter: 2027-T1, date: 2027-05-18, hour: "14:00"}\n',
        encoding="utf-8",
    )
    found = [one.moment.isoformat() for one in feeds.load_calendar(data, data.parent).editions]
    assert found == ["2027-02-15T08:45:00+01:00", "2027-05-18T14:00:00+02:00"]


def test_who_writes_a_calendar_is_told_all_that_is_wrong_each_at_its_line(data):
    text = """editions:
  - {quarter: 2026-T4, date: 2027-02-13}
  - {quarter: 2027-1, date: soon}
  - {quarter: 2027-T2, date: 2027-08-16, hour: 14:00, day: x}
access:
  - {role: Camille Martin, why: lire, since: 2026-01-01}
  - {role: cabinet}
"""
    found = [*problems(data, text)]
    assert [re.match(r":(\d+)", line)[1] for line in found] == [*"23344", *"677"]
    assert "is no working day" in found[0] and "names a person" in found[5]


FOUR_WEEKS = "fixed on 2027-01-19, less than four weeks before 2027-02-15"


@pytest.mark.parametrize(("keys", "fault"), [
    ("date: 2026-12-31", "is before the quarter's end"),
    ("date: 2027-02-14", "no working day"),  # a Sunday
    ("date: 2027-05-17", "no working day"),  # Whit Monday
    ("date: 2027-02-15, fixed: 2027-01-19", FOUR_WEEKS),
    ("date: 2027-02-18, fixed: 2027-01-19, changed: [{from: 2027-02-15, "
     "decided: 2027-01-25, reason: x}]", FOUR_WEEKS),
    ("date: 2027-02-18, changed: [{from: 2027-02-15, decided: 2027-01-25, reason: x}]",
     "never fixed"),
    ("date: 2027-02-18, fixed: 2027-01-18, changed: [{from: 2027-02-15, "
     "decided: 2027-01-11, reason: x}]", "put them in order"),
    ("date: 2027-02-15, fixed: 2027-01-18, changed: [{from: 2027-02-15, "
     "decided: 2027-01-25, reason: x}]", "to the same day"),
    ("date: 2027-02-18, fixed: 2027-01-18, changed: [{from: 2027-02-15, "
     "decided: 2027-01-25}]", "reason' is missing"),
])  # fmt: skip
def test_a_date_that_readers_could_not_rely_on_is_refused(data, keys, fault):
    (line,) = problems(data, f"editions:\n  - {{quarter: 2026-T4, {keys}}}\n")
    assert fault in line and line.startswith(":2: ")


def test_a_project_without_a_calendar_announces_nothing(data):
    assert feeds.load_calendar(data, data.parent) == feeds.Calendar()


def test_a_date_may_be_fixed_four_weeks_before_to_the_day_and_moved_with_a_reason(data):
    (data / "calendar.yml").write_text(
        "editions: [{quarter: 2026-T4, date: 2027-02-18, fixed: 2027-01-18, changed: "
        "[{from: 2027-02-15, decided: 2027-02-12, reason: Une panne.}]}]",
        encoding="utf-8",
    )
    assert feeds.load_calendar(data, data.parent).of("2026-T4").is_firm


@pytest.mark.parametrize(("second", "fault"), [
    ("{quarter: 2026-T4, date: 2027-05-18}", "has 2026-T4 twice"),
    ("{quarter: 2026-T3, date: 2027-05-18}", "2026-T3 of 2027-05-18 stands after 2026-T4"),
    ("{quarter: 2027-T1, date: 2027-05-18}", "put them in order"),
])  # fmt: skip
def test_an_edition_has_one_date_after_that_of_the_edition_before(data, second, fault):
    (line,) = problems(
        data, f"editions:\n  - {{quarter: 2026-T4, date: 2027-05-19}}\n  - {second}\n"
    )
    assert fault in line


@pytest.mark.parametrize("folder", ["data", "data/demo"])
def test_what_the_project_announces_goes_a_year_ahead(folder):
    found = feeds.load_calendar(Path(folder), ROOT)
    assert len(found.after("2026-T3")) >= 4


KEPT = Edition("2026-T2", "real", "2026-08-17", (), "", "a", {})
LATE = Edition("2026-T3", "real", "2026-11-18", ("2026-12-02",), "", "b", {})
BROUGHT_FORWARD = {"from": "2026-11-12", "decided": "2026-10-26", "reason": "Un export tardif."}
DATES = Calendar.model_validate({
    "editions": [
        {"quarter": "2026-T2", "date": "2026-08-17", "fixed": "2026-07-06"},
        {
            "quarter": "2026-T3", "date": "2026-11-16", "fixed": "2026-10-05",
            "changed": [BROUGHT_FORWARD],
        },
        {"quarter": "2026-T4", "date": "2027-02-15", "fixed": "2027-01-04"},
        {"quarter": "2027-T1", "date": "2027-05-18", "hour": "14:00"},
    ],
    "access": [
        {"role": "direction de l'agence", "why": "répondre", "since": "2026-01-05"},
        {"role": "cabinet", "why": "lire", "since": "2026-01-05", "until": "2026-06-30"},
    ],
})  # fmt: skip


def lines(name: str, dates: Calendar = DATES) -> list[str]:
    text = feeds.calendar_parts([LATE, KEPT], dates)[name].replace("\xa0", " ")
    return [line.strip("| ") for line in text.splitlines() if not line.startswith("|:")]


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
