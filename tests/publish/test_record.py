"""An edition tells strangers' programs, feeds, calendars and reviewers what it is."""

import hashlib
import json
import re
import zipfile
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from tests import said
from tests.review.conftest import Small
from tests.review.conftest import small as small

from observlib import estimates
from observlib.base import addresses
from observlib.base.errors import ObservError
from observlib.estimates import make_comparisons
from observlib.pipeline import archive
from observlib.publish import record
from observlib.publish.record import Calendar, Edition, write_record

# What the validator would load from the network. The terms that we use are the same in the context
# that `rocrate` brings, of a later version.
_CONTEXT = "https://w3id.org/ro/crate/1.2/context"
_LOADS = {"ro-crate-1.2_4.1", "ro-crate-1.2_4.2"}  # checks that the address answers


def edition(quarter: str, published: str, *revisions: str, **more: Any) -> Edition:
    told = {"kind": "real", "headline": "Un chiffre.", "told": "a" * 32, "files": {}} | more
    return Edition(quarter=quarter, published=published, revisions=revisions, **told)


FILES = ("LISEZ-MOI", "donnees/datapackage.json", "donnees/estimates.csv", "panorama.html")
T3 = edition("2026-T3", "2026-11-16")
MANIFEST: dict[str, Any] = {
    "quarter": "2026-T3", "kind": "real", "published": "2026-11-16", "version": "1.0",
    "made_from": {"the notebooks": "1"}, "data": {"a": 2},
    "studies": [
        {"page": "panorama", "title": "Panorama", "description": "Un.", "sha256": "x"},
        {"page": "absente", "title": "Absente", "error": "x"},
    ],
    "errata": {"note": {"digest": "1"}},
}  # fmt: skip


@pytest.fixture
def folder(tmp_path) -> Path:
    """The folder of a small edition in a site, with all that it says of itself."""
    folder = tmp_path / "site" / "2026-T3"
    package = {"title": "Données", "licenses": [{"path": "https://a.example", "title": "Libre"}]}
    package["contributors"] = [{"title": "Une agence"}]
    for name, text in {
        "panorama.html": "l'été", "donnees/estimates.csv": "a,b", "LISEZ-MOI": "",
        "donnees/datapackage.json": json.dumps(package),
    }.items():  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    record.write_crate(T3, MANIFEST, folder)
    write_record(T3, MANIFEST, {"machine": "x"}, folder)
    return folder


@pytest.mark.slow
def test_an_edition_is_a_research_object_with_which_the_validator_is_content(
    small: Small, monkeypatch
) -> None:
    from rdflib.plugins.shared.jsonld import context
    from rocrate_validator import models, services

    terms = json.loads((files("rocrate") / "data" / "ro-crate.jsonld").read_text("utf-8"))
    known = {_CONTEXT: terms["@context"]}
    monkeypatch.setattr(context.Context, "_fetch_context", lambda _, source, *__: known[source])
    found = services.validate(
        services.ValidationSettings(
            rocrate_uri=str(small.edition), profile_identifier="ro-crate-1.2",
            requirement_severity=models.Severity.REQUIRED, skip_availability_check=True,
        )
    )  # fmt: skip
    wrong = [issue for issue in found.get_issues() if issue.check.identifier not in _LOADS]
    assert [f"{issue.check.identifier}: {issue.message}" for issue in wrong] == []


def test_every_file_is_described_by_its_digest_and_its_size(folder):
    described = json.loads((folder / record.CRATE).read_text(encoding="utf-8"))["@graph"]
    told = {thing["@id"]: thing for thing in described if thing["@type"] == "File"}
    assert [*told] == [*FILES]
    for name, thing in told.items():
        content = (folder / name).read_bytes()
        assert thing["sha256"] == hashlib.sha256(content).hexdigest()
        assert thing["contentSize"] == str(len(content))
    record.write_crate(replace(T3, kind="demonstration", headline=""), MANIFEST, folder)
    text = (folder / record.CRATE).read_text(encoding="utf-8")
    assert '"description": "Chiffres synthétiques. Données"' in text


def test_what_was_written_of_an_edition_is_read_back(folder):
    (other := folder.with_name("2026-T2")).mkdir()
    write_record(replace(T3, quarter="2026-T2"), {}, {}, other)
    found, before = record.published_editions(folder.parent)
    assert (found.quarter, before.quarter) == ("2026-T3", "2026-T2")
    assert found == record.manifest_of(folder) == replace(T3, files=record.edition_files(folder))
    assert found.files.keys() == {*FILES, record.CRATE}
    assert found.days == {"published": "2026-11-16", "revisions": []}
    assert record.studies(folder) == {"panorama": "Panorama"}
    assert record.errata(folder) == MANIFEST["errata"] and record.errata(other) == {}
    assert record.raw(folder / "none") == {}
    told = record.manifest_tells(MANIFEST)
    assert told == {
        "quarter": "2026-T3", "published": "2026-11-16", "made_from.the notebooks": "1",
        "data.a": "2",
    }  # fmt: skip
    assert told.items() <= record.read_description(folder).items()


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"machine": "y", "digest": "x"}'])
def test_what_was_changed_by_hand_is_not_taken_for_what_was_written(folder, text):
    assert record.build_is_whole(folder)
    for name in (record.BUILD, record.CRATE, record.MANIFEST_FILE):
        (folder / name).write_text(text, encoding="utf-8")
    assert not record.build_is_whole(folder)
    assert record.read_description(folder) == {}
    with pytest.raises(ObservError, match=r"2026-T3/manifest.json: does not say what edition"):
        record.manifest_of(folder)


REVISED = ("2026-11-16", "2026-12-02")


@pytest.mark.parametrize(("changed", "kind", "day", "days"), [
    ("nothing", "real", "2026-12-02", ("2026-11-16",)),
    ("a new export", "real", "2026-12-02", ("2026-11-16",)),
    ("a figure", "real", "2026-12-02", REVISED), ("a figure", "real", "2026-11-16", REVISED[:1]),
    ("a finding", "real", "2026-12-02", REVISED), ("an erratum", "real", "2026-12-02", REVISED),
    ("a figure", "demonstration", "2026-12-02", ("2026-12-02",)),
])  # fmt: skip
def test_an_edition_is_revised_by_what_it_tells_on_a_later_day_alone(
    tmp_path, changed, kind, day, days
):
    manifest = json.loads(json.dumps(MANIFEST))
    row = {"indicator": "visits", "period": "2026-T3", "estimate": 7.0, "source": "a@1"}

    def new(before: Edition | None, today: str) -> Edition:
        tables = (estimates.make([row]), make_comparisons(None))
        for name, content in archive.content(*tables, {}).items():
            (tmp_path / name).write_bytes(content)
        return record.new_edition(manifest, tmp_path, "Un.", before, date.fromisoformat(today))

    first = new(None, "2026-11-16")
    assert (first.quarter, first.kind, first.revisions, len(first.told)) == (
        *("2026-T3", "real", ()), 32,
    )  # fmt: skip
    manifest["kind"] = kind
    if changed == "a finding":
        manifest["studies"][0]["description"] = "Deux."
    elif changed == "an erratum":
        manifest["errata"]["note"]["digest"] = "2"
    row |= {"a figure": {"estimate": 7.1}, "a new export": {"source": "a@2"}}.get(changed, {})
    second = new(first, day)
    assert (second.published, *second.revisions) == days
    assert second.changed == date.fromisoformat(days[-1])
    assert second.is_demonstration == (kind == "demonstration")


def test_an_edition_is_one_file_anywhere_and_one_that_never_arrives_leaves_it(
    folder, where, tmp_path, monkeypatch
):
    path = Path(record.put_edition(folder, str(tmp_path / "out")))
    target = record.put_edition(folder, where)
    assert target == f"{where}/2026-T3.zip" and path.name == "2026-T3.zip"
    with zipfile.ZipFile(path) as book:
        assert book.read("2026-T3/panorama.html").decode() == "l'été"
        assert len(book.namelist()) == 7
    (folder / "panorama.html").write_text("une autre", encoding="utf-8")

    def broken(*_: object, **__: object) -> None:
        raise ConnectionError("the line is cut")

    monkeypatch.setattr(addresses.files(where), "put_file", broken)
    with pytest.raises(ObservError, match="the line is cut"):
        record.put_edition(folder, where)
    found = addresses.copy_from(target, tmp_path / "after")
    assert found.read_bytes() == path.read_bytes()


STUDIES = {"2026-T3": {"panorama": "Panorama", "satisfaction": "Satisfaction"}}
SHEET = f"""id: 2026-t3-une-ville
edition: 2026-T3
told: {T3.told}
date: 2026-12-03
role: statisticienne d'une ville
verdict: reproduced
"""


def load(place: Path, text: str, name: str = "2026-t3-une-ville") -> tuple[record.Review, ...]:
    (place / record.Review.FOLDER).mkdir(exist_ok=True)
    (place / record.Review.FOLDER / f"{name}.yml").write_text(text, encoding="utf-8")
    return record.Review.load(place)


def reviewed(edition: Edition = T3, **more: Any) -> str:
    """The page of reviews of an edition, with one that says more than the sheet."""
    read = record.Review.model_validate(yaml.safe_load(SHEET) | more)
    return record.reviews_page([edition], STUDIES, [read] if more else [])


POINTS = [{"study": "satisfaction", "point": "a", "answer": "Corrigé."}, {"point": "b"}]


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
    text = record.review_begun(path, "2026-T3", T3.told, "reproduced", role, date(2026, 12, 3))
    (sheet,) = load(tmp_path, text, path.stem)
    assert (sheet.role, sheet.date, sheet.points) == (role, date(2026, 12, 3), ())
    with pytest.raises(ObservError, match="is there already"):
        record.review_file(tmp_path, "2026-T3", role)
    for name in ("Mme Durand", "!!!"):
        with pytest.raises(ObservError, match="--write"):
            record.review_file(tmp_path, "2026-T3", name)


ATOM = "{http://www.w3.org/2005/Atom}"
TITLE = "Observatoire ; des usagers"
BEFORE = edition("2026-T2", "2026-08-17", "2026-12-02", headline="Les visites <& reculent>")
NOW = edition("2026-T3", "2026-11-16", kind="demonstration", headline="Les notes progressent.")


def entries(*editions: Edition, **more: Any) -> list[dict[str, str]]:
    root = ElementTree.fromstring(record.feed(editions, TITLE, "", **more))
    return [
        {child.tag.removeprefix(ATOM): child.text or [*child.attrib.values()][-1] for child in one}
        for one in root.iter(f"{ATOM}entry")
    ]


ERRATA = [("note", "2026-12-03", "Un erratum", "Il faut lire 7,9.")]


def test_what_a_reader_of_feeds_has_seen_is_not_announced_again():
    before = {entry["title"]: entry["id"] for entry in entries(BEFORE)}
    after = {entry["title"]: entry["id"] for entry in entries(NOW, BEFORE, errata=ERRATA)}
    assert before.items() <= after.items()
    assert len(set(after.values())) == 4


@pytest.mark.parametrize("site", ["https://obs.example.org/", ""])
def test_the_feed_has_what_rfc_4287_asks_and_leads_to_the_pages(site):
    root = ElementTree.fromstring(record.feed([NOW], TITLE, site))
    names = [child.tag.removeprefix(ATOM) for child in root]
    for name in ("id", "title", "updated", "author"):  # 4.1.1: exactly one of each
        assert names.count(name) == 1
    moment = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    (entry,) = root.iter(f"{ATOM}entry")
    for element in (root, entry):
        assert re.fullmatch(moment, element.findtext(f"{ATOM}updated", ""))
        assert element.findtext(f"{ATOM}id", "").startswith("urn:uuid:")
    (found,) = entry.findall(f"{ATOM}link")
    assert (found.get("rel"), found.get("href")) == ("alternate", f"{site}2026-T3/index.html")
    own = [one.get("href") for one in root.findall(f"{ATOM}link") if one.get("rel") == "self"]
    assert own == ([f"{site}feed.xml"] if site else [])


T4: dict[str, Any] = {"quarter": "2026-T4", "date": "2027-02-15"}
FIXED = T4 | {"fixed": "2027-01-11"}
WHY = {"from": "2027-02-15", "decided": "2027-01-25", "reason": "Un export, en retard."}
MOVED = FIXED | {"date": "2027-02-18", "changed": [WHY]}
T1 = {"quarter": "2027-T1", "date": "2027-05-18", "hour": "14:00"}


def calendar(*planned: dict[str, Any], access: Any = ()) -> Calendar:
    return Calendar.model_validate({"editions": planned, "access": access})


def unfolded(raw: bytes) -> str:
    return raw.decode("utf-8").replace("\r\n ", "")


def events(*editions: Edition, planned: tuple[dict[str, Any], ...] = ()) -> list[dict[str, str]]:
    text = unfolded(record.calendar(editions, calendar(*planned), TITLE, ""))
    found = re.findall(r"BEGIN:VEVENT\r\n(.*?)\r\nEND:VEVENT", text, re.S)
    return [dict(line.split(":", 1) for line in event.split("\r\n")) for event in found]


def test_a_date_that_is_fixed_then_moved_then_kept_replaces_the_event_in_every_agenda():
    """A program keeps of two events of one UID that of the higher SEQUENCE (RFC 5545, 3.8.7.4)."""
    told = [events(NOW, planned=(one,))[-1] for one in (T4, FIXED, MOVED)]
    told += events(edition("2026-T4", "2027-02-18"), planned=(MOVED,))
    assert len({event["UID"] for event in told}) == 1
    assert [int(event["SEQUENCE"]) for event in told] == [0, 1, 2, 3]


def test_calendars_read_every_line_of_a_long_name_with_signs_of_their_own():
    name = "Observatoire ; des usagers, " + "é" * 80
    raw = record.calendar([NOW], calendar(), name, "https://a.example/")
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert max(map(len, raw.split(b"\r\n"))) == 75
    assert f"PRODID:-//Observatoire \\; des usagers\\, {'é' * 80}//" in unfolded(raw)
    assert "URL:https://a.example/2026-T3/index.html" in unfolded(raw)


FAR, FIRM, SOON = date(2027, 1, 18), date(2027, 1, 19), date(2027, 2, 1)


@pytest.mark.parametrize(("told", "now", "today", "is_refused"), [
    pytest.param(FIXED, FIXED, SOON, False, id="kept"),
    pytest.param(T4, T4 | {"date": "2027-02-18"}, FAR, False, id="planned, and far"),
    pytest.param(T4, T4 | {"date": "2027-02-18"}, FIRM, True, id="four weeks before"),
    pytest.param(FIXED, FIXED | {"date": "2027-02-18"}, FAR, True, id="fixed"),
    pytest.param(FIXED, T1, FAR, True, id="taken out"),
    pytest.param(FIXED, MOVED, SOON, False, id="with its reason"),
])  # fmt: skip
def test_no_reader_finds_a_firm_date_moved_without_a_word(tmp_path, told, now, today, is_refused):
    (tmp_path / "2026-T3").mkdir()
    write_record(NOW, {}, {}, tmp_path / "2026-T3")
    text = record.calendar([NOW], calendar(told), TITLE, "")
    (tmp_path / record.CALENDAR).write_bytes(text)
    record.check_kept(calendar(T1), tmp_path, "real", FAR)  # a demonstration's dates bind no data
    record.check_kept(calendar(now), tmp_path / "none", "demonstration", today)
    if not is_refused:
        record.check_kept(calendar(now), tmp_path, "demonstration", today)
        return
    with pytest.raises(ObservError, match=r"2026.*was announced for 2027-02-15, which is firm"):
        record.check_kept(calendar(now), tmp_path, "demonstration", today)


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
    found = problems(
        data,
        """editions:
  - {quarter: 2026-T4, date: 2027-02-13}
  - {quarter: 2027-1, date: soon}
  - {quarter: 2027-T2, date: 2027-08-16, hour: 14:00, day: x}
access:
  - {role: Camille Martin, why: lire, since: 2026-01-01}
  - {role: cabinet}
""",
    )
    assert [re.match(r":(\d+)", line)[1] for line in found] == [*"23344", *"677"]
    assert "is no working day" in found[0] and "names a person" in found[5]


WRONG = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
FROM, KEPT = "from: 2027-02-15", "date: 2027-02-18, fixed: 2027-01-18"


@pytest.mark.parametrize(("keys", "fault"), WRONG["dates"])
def test_a_date_that_readers_could_not_rely_on_is_refused(data, keys, fault):
    (line,) = problems(data, f"editions:\n  - {{quarter: 2026-T4, {keys}}}\n")
    assert fault in line and line.startswith(":2: ")


def test_a_date_may_be_fixed_four_weeks_before_to_the_day_and_moved_with_a_reason(data):
    changed = f"[{{{FROM}, decided: 2027-02-12, reason: Une panne.}}]"
    text = f"editions: [{{quarter: 2026-T4, {KEPT}, changed: {changed}}}]"
    (data / "calendar.yml").write_text(text, encoding="utf-8")
    assert record.load_calendar(data, data.parent).of("2026-T4").fixed


@pytest.mark.parametrize(("second", "fault"), WRONG["second"])
def test_an_edition_has_one_date_after_that_of_the_edition_before(data, second, fault):
    (line,) = problems(
        data, f"editions:\n  - {{quarter: 2026-T4, date: 2027-05-19}}\n  - {second}\n"
    )
    assert fault in line


EARLIER = {"from": "2026-11-12", "decided": "2026-10-26", "reason": "Un export tardif."}
DATES = calendar(
    {"quarter": "2026-T2", "date": "2026-08-17"},
    {"quarter": "2026-T3", "date": "2026-11-16", "fixed": "2026-10-05", "changed": [EARLIER]},
    FIXED, T1,
    access=[
        {"role": "direction de l'agence", "why": "répondre", "since": "2026-01-05"},
        {"role": "cabinet", "why": "lire", "since": "2026-01-05", "until": "2026-06-30"},
    ],
)  # fmt: skip
LATE = [edition("2026-T3", "2026-11-18", "2026-12-02"), edition("2026-T2", "2026-08-17")]
CASES: said.Cases = {
    "no review": lambda _: reviewed(),
    "a review of one study": lambda _: reviewed(studies=["satisfaction"]),
    "a review of a whole edition": lambda _: reviewed(studies=[]),
    "a review of what was revised since": lambda _: reviewed(
        edition("2026-T3", "2026-11-16", "2026-12-09", told="b" * 32), studies=[]
    ),
    "a review with points": lambda _: reviewed(verdict="differs", points=POINTS),
    "the feed": lambda _: record.feed([NOW, BEFORE], TITLE, "", ERRATA).decode(),
    "the calendar": lambda _: unfolded(
        record.calendar([NOW, BEFORE], calendar(MOVED, T1), TITLE, "")
    ),
    "the page of the calendar": lambda _: "\n\n".join(record.calendar_parts(LATE, DATES).values()),
}
test_what_readers_and_programs_are_told = said.test("record", CASES, by_line=True)
