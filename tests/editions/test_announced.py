"""Programs learn of editions: a feed reader shows each once, a calendar keeps its days."""

import re
from datetime import date
from xml.etree import ElementTree

import pytest

from observlib.editions import announced
from observlib.editions.record import Edition
from observlib.period import Quarter

ATOM = "{http://www.w3.org/2005/Atom}"
TITLE = "Observatoire ; des usagers"
T2 = Edition("2026-T2", "real", "2026-08-17", ("2026-12-02",), "Les visites <& reculent>.", "a", {})
T3 = Edition("2026-T3", "demonstration", "2026-11-16", (), "Les notes progressent.", "b", {})


def entries(*editions: Edition, site: str = "") -> list[dict[str, str]]:
    root = ElementTree.fromstring(announced.feed(editions, TITLE, site))
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
def test_the_feed_has_what_rfc_4287_asks_and_leads_to_the_pages_with_or_without_an_address(
    site, link
):
    root = ElementTree.fromstring(announced.feed([T3], TITLE, site))
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


def events(*editions: Edition) -> list[dict[str, str]]:
    text = announced.calendar(editions, TITLE, "").decode("utf-8").replace("\r\n ", "")
    found = re.findall(r"BEGIN:VEVENT\r\n(.*?)\r\nEND:VEVENT", text, re.S)
    return [dict(line.split(":", 1) for line in event.split("\r\n")) for event in found]


def test_the_calendar_holds_what_appeared_and_the_next_four_editions():
    found = [(event["DTSTART;VALUE=DATE"], event["STATUS"]) for event in events(T3, T2)]
    assert found == [
        *(("20260817", "CONFIRMED"), ("20261202", "CONFIRMED"), ("20261116", "CONFIRMED")),
        *(("20270215", "TENTATIVE"), ("20270518", "TENTATIVE"), ("20270816", "TENTATIVE")),
        ("20271115", "TENTATIVE"),
    ]


def test_an_edition_that_appears_moves_its_planned_day_and_adds_no_second_event():
    names = {event["UID"]: event["SUMMARY"] for event in events(T2)}
    appeared = next(event for event in events(T3, T2) if event["STATUS"] == "CONFIRMED"
                    and "3e trimestre" in event["SUMMARY"])  # fmt: skip
    assert names[appeared["UID"]] == "Édition du 3e trimestre 2026 (date prévue)"


def test_calendars_read_every_line_of_a_long_name_with_signs_of_their_own():
    raw = announced.calendar([T3], "Observatoire ; des usagers, " + "é" * 80, "")
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    text = raw.decode("utf-8").replace("\r\n ", "")
    assert r"Observatoire \; des usagers\, ééé" in text


def test_an_edition_is_due_on_a_working_day():
    days = [announced.due(Quarter(2020, 1) + i) for i in range(40)]
    assert all(day.weekday() < 5 for day in days)
    assert announced.due(Quarter(2028, 3)) == date(2028, 11, 14)
    assert announced.due(Quarter(2027, 1)) == date(2027, 5, 18)  # after Whit Monday
