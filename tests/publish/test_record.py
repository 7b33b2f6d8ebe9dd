"""An edition tells strangers' programs, feeds, calendars and reviewers what it is."""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import fsspec
import pytest
from tests.review.conftest import Small
from tests.review.conftest import small as small

from observlib.base import addresses
from observlib.base.errors import ObservError
from observlib.publish import record
from observlib.publish.record import Calendar, Edition, write_record

# What the validator would load from the network. The terms that we use are the same in the context
# that `rocrate` brings, of a later version.
_CONTEXT = "https://w3id.org/ro/crate/1.2/context"
_LOADS = {"ro-crate-1.2_4.1", "ro-crate-1.2_4.2"}  # checks that the address answers


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from rdflib.plugins.shared.jsonld import context

    terms = json.loads((files("rocrate") / "data" / "ro-crate.jsonld").read_text("utf-8"))

    def fetch(_: Any, source: str, *__: Any) -> Any:
        assert source == _CONTEXT
        return terms["@context"]

    monkeypatch.setattr(context.Context, "_fetch_context", fetch)
    yield


@pytest.mark.usefixtures("offline")
def test_an_edition_is_a_research_object_with_which_the_validator_is_content(small: Small) -> None:
    from rocrate_validator import models, services

    found = services.validate(
        services.ValidationSettings(
            rocrate_uri=str(small.edition), profile_identifier="ro-crate-1.2",
            requirement_severity=models.Severity.REQUIRED, skip_availability_check=True,
        )
    )  # fmt: skip
    wrong = [issue for issue in found.get_issues() if issue.check.identifier not in _LOADS]
    assert [f"{issue.check.identifier}: {issue.message}" for issue in wrong] == []


def test_every_file_is_described_by_its_digest_and_its_size(small: Small) -> None:
    described = json.loads((small.edition / record.CRATE).read_text(encoding="utf-8"))
    told = {thing["@id"]: thing for thing in described["@graph"] if thing["@type"] == "File"}
    there = {
        path.relative_to(small.edition).as_posix(): path.read_bytes()
        for path in small.edition.rglob("*")
        if path.is_file()
    }
    assert there.keys() - told.keys() == {record.CRATE, "manifest.json", "build.json"}
    for name, thing in told.items():
        assert thing["sha256"] == hashlib.sha256(there[name]).hexdigest()
        assert thing["contentSize"] == str(len(there[name]))


@pytest.fixture
def small_edition(tmp_path) -> Path:
    folder = tmp_path / "site" / "2026-T3"
    (folder / "donnees").mkdir(parents=True)
    (folder / "index.html").write_text("l'été", encoding="utf-8")
    (folder / "donnees" / "estimates.csv").write_text("a,b", encoding="utf-8")
    about = {"published": "2026-11-24", "revisions": []}
    (folder / "manifest.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


def test_an_edition_is_the_same_file_in_a_folder_and_at_an_address(small_edition, where, tmp_path):
    path = Path(record.put_edition(small_edition, str(tmp_path / "out")))
    target = record.put_edition(small_edition, where)
    assert target == f"{where}/2026-T3.zip" and path.name == "2026-T3.zip"
    files = fsspec.filesystem(where.partition("://")[0], skip_instance_cache=True)
    assert files.cat_file(target) == path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert archive.read("2026-T3/index.html").decode() == "l'été"
        assert len(archive.namelist()) == 3


def test_an_edition_that_never_arrives_leaves_one(small_edition, where, tmp_path, monkeypatch):
    target = record.put_edition(small_edition, where)
    before = addresses.copy_from(target, tmp_path / "before").read_bytes()
    (small_edition / "index.html").write_text("une autre", encoding="utf-8")

    def broken(*_: object, **__: object) -> None:
        raise ConnectionError("the line is cut")

    monkeypatch.setattr(addresses.files(where), "put_file", broken)
    with pytest.raises(ObservError, match="the line is cut"):
        record.put_edition(small_edition, where)
    assert addresses.copy_from(target, tmp_path / "after").read_bytes() == before


TOLD = "a" * 32
T3 = Edition("2026-T3", "real", "2026-11-16", (), "Un chiffre.", TOLD, {})
STUDIES = {"2026-T3": {"panorama": "Panorama", "satisfaction": "Satisfaction"}}
SHEET = f"""id: 2026-t3-une-ville
edition: 2026-T3
told: {TOLD}
date: 2026-12-03
role: statisticienne d'une ville
verdict: reproduced
"""


def load(place: Path, text: str, name: str = "2026-t3-une-ville") -> tuple[record.Review, ...]:
    (place / record.Review.FOLDER).mkdir(exist_ok=True)
    (place / record.Review.FOLDER / f"{name}.yml").write_text(text, encoding="utf-8")
    return record.Review.load(place)


def part(read: tuple[record.Review, ...], edition: Edition = T3) -> str:
    return record.reviews_page([edition], STUDIES, read).replace("\u00a0", " ")


def test_a_review_is_of_its_study_alone_and_told_if_it_no_longer_holds(tmp_path):
    assert part(()).count("[Pas encore relue]{.badge .badge-none}") == 3
    text = part(load(tmp_path, SHEET + "studies: [satisfaction]\n"))
    assert "| Satisfaction | [Relue le 3 décembre 2026 : reproduite]{.badge .badge-good}" in text
    assert "| Panorama | [Pas encore relue]" in text
    read = load(tmp_path, SHEET)
    revised = Edition("2026-T3", "real", "2026-11-16", ("2026-12-09",), "Un.", "b" * 32, {})
    assert "[Relue avant sa révision]{.badge .badge-none}" in part(read, revised)
    assert "[Relue le 3 décembre 2026 : reproduite]" in part(read)
    points = "points: [{study: satisfaction, point: a, answer: Corrigé.}, {point: b}]\n"
    text = part(load(tmp_path, SHEET.replace("reproduced", "differs") + points))
    assert "{.badge .badge-bad}" in text and "Corrigé." in text and "en attente" in text


@pytest.mark.parametrize(("change", "told"), [
    (("reproduced", "fine"), "verdict"),
    (("statisticienne d'une ville", "a@example.org"), "role"),
    (("id: 2026-t3-une-ville", "id: other"), "the file's name says"),
    (("told: ", "tell: "), "tell"),
])  # fmt: skip
def test_a_sheet_that_is_wrong_is_told_by_file_and_line(tmp_path, change, told) -> None:
    with pytest.raises(ObservError, match=rf"2026-t3-une-ville\.yml:\d+: .*{told}"):
        load(tmp_path, SHEET.replace(*change))


def test_what_review_begins_is_a_sheet_and_is_never_written_over(tmp_path: Path) -> None:
    role = "statisticienne d'une ville"
    path = record.review_file(tmp_path, "2026-T3", role)
    text = record.review_begun(path, "2026-T3", TOLD, "reproduced", role, date(2026, 12, 3))
    (sheet,) = load(tmp_path, text, path.stem)
    assert (sheet.role, sheet.date, sheet.points) == (role, date(2026, 12, 3), ())
    with pytest.raises(ObservError, match="is there already"):
        record.review_file(tmp_path, "2026-T3", role)
    for name in ("Mme Durand", "!!!"):
        with pytest.raises(ObservError, match="--write"):
            record.review_file(tmp_path, "2026-T3", name)


ATOM = "{http://www.w3.org/2005/Atom}"
TITLE = "Observatoire ; des usagers"
BEFORE = Edition(
    "2026-T2", "real", "2026-08-17", ("2026-12-02",), "Les visites <& reculent>", "a", {}
)
NOW = Edition("2026-T3", "demonstration", "2026-11-16", (), "Les notes progressent.", "b", {})


def entries(*editions: Edition, site: str = "") -> list[dict[str, str]]:
    root = ElementTree.fromstring(record.feed(editions, TITLE, site))
    return [
        {child.tag.removeprefix(ATOM): child.text or child.attrib["href"] for child in entry}
        for entry in root.iter(f"{ATOM}entry")
    ]


def test_a_reader_of_feeds_meets_each_edition_and_each_revision_the_newest_first():
    found = entries(NOW, BEFORE)
    assert [entry["title"] for entry in found] == [
        "Édition du 2e trimestre 2026, révision 1",
        "Édition du 3e trimestre 2026 (chiffres synthétiques)",
        "Édition du 2e trimestre 2026",
    ]
    assert [entry["updated"][:10] for entry in found] == ["2026-12-02", "2026-11-16", "2026-08-17"]
    assert found[0]["summary"] == "Les visites <& reculent>"


def test_what_a_reader_has_seen_is_not_announced_again_when_another_edition_appears():
    before = {entry["title"]: entry["id"] for entry in entries(BEFORE)}
    after = {entry["title"]: entry["id"] for entry in entries(NOW, BEFORE)}
    assert before.items() <= after.items()
    assert len(set(after.values())) == 3


@pytest.mark.parametrize(
    ("site", "link"),
    [("https://obs.example.org/", "https://obs.example.org/2026-T3/index.html"),
     ("", "2026-T3/index.html")],
)  # fmt: skip
def test_the_feed_has_what_rfc_4287_asks_and_leads_to_the_pages(site, link):
    root = ElementTree.fromstring(record.feed([NOW], TITLE, site))
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
    raw = record.calendar(editions, calendar(*planned), TITLE, "")
    text = raw.decode("utf-8").replace("\r\n ", "")
    found = re.findall(r"BEGIN:VEVENT\r\n(.*?)\r\nEND:VEVENT", text, re.S)
    return [dict(line.split(":", 1) for line in event.split("\r\n")) for event in found]


def test_the_calendar_holds_what_appeared_and_the_editions_to_come_at_their_hour():
    found = events(NOW, BEFORE, planned=(T4, T1))
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
    told = [events(NOW, planned=(one,))[-1] for one in (T4, FIXED, MOVED)]
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


def test_calendars_read_every_line_of_a_long_name_with_signs_of_their_own():
    raw = record.calendar([NOW], calendar(), "Observatoire ; des usagers, " + "é" * 80, "")
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    text = raw.decode("utf-8").replace("\r\n ", "")
    assert r"Observatoire \; des usagers\, ééé" in text


def site_that_announces(place: Path, *planned: dict[str, Any]) -> Path:
    (place / "2026-T3").mkdir(exist_ok=True)
    write_record(NOW, {}, {}, place / "2026-T3")
    text = record.calendar([NOW], calendar(*planned), TITLE, "")
    (place / record.CALENDAR).write_bytes(text)
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
    record.check_kept(calendar(T1), site, "real", FAR)  # a demonstration's dates bind no real data
    record.check_kept(calendar(now), tmp_path / "none", "demonstration", today)
    if not is_refused:
        record.check_kept(*asked)
        return
    with pytest.raises(ObservError, match=r"2026.*was announced for 2027-02-15, which is firm"):
        record.check_kept(*asked)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder of a project that has no calendar yet."""
    (tmp_path / "data" / "catalogue").mkdir(parents=True)
    return tmp_path / "data"


def problems(data: Path, text: str) -> list[str]:
    (data / "calendar.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ObservError) as told:
        record.load_calendar(data, data.parent)
    return [line.removeprefix(str(data / "calendar.yml")) for line in told.value.problems]


def test_a_demonstration_s_calendar_stands_alone_and_another_folder_has_the_project_s(data):
    assert record.load_calendar(data, data.parent) == record.Calendar()
    (data / "demo").mkdir()
    for place, quarter in ((data, "2026-T4"), (data / "demo", "2027-T1")):
        line = f"editions: [{{quarter: {quarter}, date: 2027-05-18}}]"
        (place / "calendar.yml").write_text(line, encoding="utf-8")
    found = {
        name: [one.quarter for one in record.load_calendar(data / name, data.parent).editions]
        for name in ("", "demo", "other")
    }
    assert found == {"": ["2026-T4"], "demo": ["2027-T1"], "other": ["2026-T4"]}


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
    ("date: 2027-05-17", "no working day"),  # Whit Monday
    ("date: 2027-02-15, fixed: 2027-01-19", FOUR_WEEKS),
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


def test_a_date_may_be_fixed_four_weeks_before_to_the_day_and_moved_with_a_reason(data):
    (data / "calendar.yml").write_text(
        "editions: [{quarter: 2026-T4, date: 2027-02-18, fixed: 2027-01-18, changed: "
        "[{from: 2027-02-15, decided: 2027-02-12, reason: Une panne.}]}]",
        encoding="utf-8",
    )
    assert record.load_calendar(data, data.parent).of("2026-T4").fixed


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
    text = record.calendar_parts([LATE, KEPT], dates)[name].replace("\xa0", " ")
    return [line.strip("| ") for line in text.splitlines() if not line.startswith("|:")]


def test_readers_see_by_how_much_an_edition_missed_its_day_and_who_reads_it_before():
    assert lines("acces") == [
        "- direction de l'agence, depuis le 5 janvier 2026 : répondre",
        "- cabinet, du 5 janvier 2026 au 30 juin 2026 : lire",
    ]
    assert [line.split(" | ")[1:] for line in lines("tenues")[1:]] == [
        ["18 novembre 2026", "16 novembre 2026", "2 jours après"],
        ["17 août 2026", "17 août 2026", "le jour dit"],
    ]
