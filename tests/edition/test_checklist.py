"""Before a release, who releases is told what readers would trip over, and what stops it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.edition import test_release as small

from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.edition import checklist
from observlib.publish import record
from observlib.publish.record import Calendar, Edition
from observlib.store import GRACE
from observlib.store.ledger import LedgerEntry

root, release, kept_site = small.root, small.release, small.kept_site  # fixtures
T3 = Quarter("2026-T3")
DAYS = {"2026-T3": "2026-11-16", "2026-T4": "2027-02-15", "2027-T1": "2027-05-18"}
DAYS |= {"2027-T2": "2027-08-16", "2027-T3": "2027-11-15"}
PLANNED: list[dict[str, str]] = [{"quarter": name, "date": day} for name, day in DAYS.items()]
PLANNED[0]["fixed"] = "2026-10-05"
DATES = Calendar.model_validate({"editions": PLANNED})
PAGE = '<html lang="fr"><title>A</title><main><h1>A</h1>{}</main></html>'


@pytest.mark.parametrize(("quarter", "now", "state", "told"), [
    ("2026-T3", (2026, 11, 16, 7, 44), "blocking", "from 2026-11-16 08:45 (Paris), not before"),
    ("2026-T3", (2026, 11, 16, 7, 45), "ok", "announced for 2026-11-16 08:45"),
    ("2026-T4", (2027, 2, 15, 7, 45), "warning", "planned and never fixed"),
    ("2026-T2", (2027, 2, 15, 7, 45), "blocking", "has no date"),
])  # fmt: skip
def test_an_edition_is_released_from_the_minute_that_readers_were_told(quarter, now, state, told):
    found = checklist.hour(DATES, Quarter(quarter), datetime(*now, tzinfo=UTC))
    assert found.state == state and told in found.told


@pytest.mark.parametrize(("appeared", "now", "quarter"), [
    ({}, (2026, 11, 16, 7, 44), None),
    ({}, (2026, 11, 16, 7, 45), "2026-T3"),
    ({"2026-T3": "2026-11-13"}, (2026, 11, 16, 7, 45), "2026-T3"),  # made before, to be seen
    ({"2026-T3": "2026-11-16"}, (2026, 11, 16, 9, 0), None),
    ({"2026-T3": "2026-11-16"}, (2027, 2, 15, 7, 44), None),
    ({"2026-T3": "2026-11-16"}, (2027, 2, 15, 7, 45), "2026-T4"),
])  # fmt: skip
def test_a_daily_timer_releases_each_edition_once_from_its_hour_on(appeared, now, quarter):
    published = [Edition(one, "real", day, (), "", "", {}) for one, day in appeared.items()]
    found = checklist.due(DATES, published, datetime(*now, tzinfo=UTC))
    assert (found and found.quarter) == quarter


@pytest.mark.parametrize(("quarter", "state", "told"), [
    ("2026-T3", "ok", "a year ahead"), ("2026-T4", "warning", "no date for 2027-T4"),
    ("2027-T3", "blocking", "2027-T4 has no date"),
])  # fmt: skip
def test_no_edition_appears_whose_readers_are_not_told_of_the_next(quarter, state, told):
    found = checklist.next_dates(DATES, Quarter(quarter))
    assert found.state == state and told in found.told


def status(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, dtype=object)  # as `store.status` has it


def given(device: str, **words: Any) -> dict[str, Any]:
    known = {"rhythm": "monthly", "exports": 3, "last": "2026-09-30", "expected": "2026-11-15"}
    return {"device": device, **known, **words}


def test_an_edition_waits_for_a_device_whose_quarter_is_not_whole():
    whole = [given("visites"), given("ateliers", rhythm="occasional", expected=None)]
    assert checklist.imports(status(whole), T3).state == "ok"
    late = given("appels", last="2026-08-31", expected="2026-10-15")
    found = checklist.imports(status([*whole, late]), T3)
    assert found.state == "blocking" and "appels (nothing after 2026-08-31)" in found.told
    assert "visites" not in found.told and "ateliers" not in found.told
    never = [given("visites"), given("sondages", rhythm="occasional", exports=0)]
    assert checklist.never_given(status(never)).state == "ok"
    never.append(given("appels", exports=0, last=None, expected=None))
    found = checklist.never_given(status(never))
    assert (found.state, found.told) == ("warning", "never gave anything: appels")


@pytest.mark.parametrize(("days", "whole"), [(0, 0), (1, 1)])
def test_a_quarter_is_whole_once_what_follows_it_is_expected(days, whole):
    expected = (date(2026, 9, 30) + timedelta(days=GRACE + days)).isoformat()
    found = status([given("visites", expected=expected), given("ateliers", rhythm="occasional")])
    assert checklist.count_complete(found, T3) == (whole, 1)
    assert checklist.imports(found.head(1), T3).state == ("ok" if whole else "blocking")


STANDS = {"page": "panorama", "sha256": "a"}


@pytest.mark.parametrize(("found", "state", "told"), [
    (checklist.pages({"studies": [STANDS]}), "ok", ""),
    (checklist.pages({"studies": [STANDS, {"page": "contacts", "error": "x"}]}),
     "blocking", "contacts"),
    (checklist.pages({"studies": [STANDS, {"page": "contacts", "asked": False}]}),
     "blocking", "contacts"),
    (checklist.disclosure({"tried": 200, "withheld": 3, "pinned": 0}), "ok", ""),
    (checklist.disclosure({"tried": 200, "withheld": 3, "pinned": 1}), "blocking", ""),
    (checklist.disclosure({"tried": 0, "withheld": 3, "pinned": 0}), "warning", ""),
    (checklist.corrections_at_source([{"id": "mois-double", "device": "audience-boamp"}]),
     "warning", "mois-double (audience-boamp)"),
])  # fmt: skip
def test_a_part_a_figure_that_is_worked_back_or_a_wrong_source_is_no_release(found, state, told):
    assert found.state == state and told in found.told and "pano" not in found.told


def entry(device: str, rows: int, rejected: int, span: tuple[str, str] | None) -> LedgerEntry:
    return LedgerEntry(
        device=device, name="x.csv", content="", digest="", catalogue="", read="2026-10-02",
        table="ratings", rejected=rejected, span=span, part="", sha256="", rows=rows, start=None,
        end=None, corrected={},
    )  # fmt: skip


SUMMER, SPRING = ("2026-07-01", "2026-09-30"), ("2026-04-01", "2026-06-30")


@pytest.mark.parametrize(("rejected", "span", "state"), [
    (10, SUMMER, "ok"),  # 1 % of 1000
    (11, SUMMER, "warning"),
    (50, SUMMER, "warning"),
    (51, SUMMER, "blocking"),
    (500, SPRING, "ok"),  # another quarter's
    (500, None, "blocking"),  # nothing could be dated
])  # fmt: skip
def test_an_export_of_which_much_was_rejected_makes_no_edition(rejected, span, state):
    entries = [entry("a", 1000 - rejected, rejected, span), entry("b", 10_000, 0, SUMMER)]
    found = checklist.rejects(entries, T3)
    assert found.state == state
    assert ("a " in found.told) == (state != "ok")


def test_a_link_that_leads_nowhere_stops_a_release(tmp_path: Path):
    for link, state in (("b.html", "blocking"), ("a.html", "ok"), ("#loin", "blocking")):
        text = PAGE.format(f'<a href="{link}">x</a>')
        (tmp_path / "a.html").write_text(text, encoding="utf-8")
        found = checklist.links(tmp_path, {"a.html": text})
        assert found.state == state and (state == "ok" or link in found.told)


@pytest.mark.parametrize(("page", "fault"), [
    (PAGE.format("").replace(' lang="fr"', ""), "no language"),
    (PAGE.format("").replace("<title>A</title>", ""), "no title"),
    (PAGE.format("<main></main>"), "2 main parts"),
    (PAGE.format("<h1>B</h1>"), "2 headings of the first level"),
    (PAGE.format("<h2>B</h2><h4>C</h4>"), "level h3 is left out"),
    (PAGE.format('<img src="x">'), "a picture has no text"),
    (PAGE.format("<table><tr><td>1</td></tr></table>"), "tables have no heads"),
])  # fmt: skip
def test_a_page_that_keeps_some_people_out_stops_a_release(page, fault):
    assert checklist.faults(page) == [fault]
    found = checklist.accessibility({"a.html": page, "b.html": PAGE.format("<h2>B</h2>")})
    assert (found.state, found.told) == ("blocking", f"a.html: {fault}")


def test_data_are_released_with_what_explains_them():
    package = [f"donnees/x{end}" for end in checklist.PACKAGE]
    assert checklist.data_guide([*package, checklist.GUIDE]).state == "ok"
    assert checklist.data_guide(package).state == "warning"
    for name in package:
        found = checklist.data_guide([checklist.GUIDE, *({*package} - {name})])
        assert found.state == "blocking" and name.removeprefix("donnees/x") in found.told


def sheet(verdict: str, answer: str | None = "Oui.") -> record.Review:
    return record.Review.model_validate(
        {
            "id": "x", "edition": "2026-T2", "told": "a" * 32, "date": "2026-09-01",
            "role": "pôle études", "verdict": verdict,
            "points": [{"point": "P.", "answer": answer}],
        }
    )  # fmt: skip


@pytest.mark.parametrize(("read", "state", "told"), [
    ([], "warning", "nobody read 2026-T2 again"),
    ([sheet("reproduced")], "ok", "2026-T2: reproduced"),
    ([sheet("differs")], "warning", "differs"),
    ([sheet("reproduced", None)], "warning", "wait for an answer: 1"),
    ([sheet("differs"), sheet("reproduced")], "ok", "reproduced"),
])  # fmt: skip
def test_who_releases_is_told_whether_a_peer_made_the_edition_before_again(read, state, told):
    published = [
        Edition(quarter, "real", "2026-08-17", (), "", "a" * 32, {})
        for quarter in ("2026-T3", "2026-T2", "2026-T1")
    ]
    found = checklist.earlier_review(published, read, T3)
    assert found.state == state and told in found.told
    assert checklist.earlier_review([], read, T3).state == "ok"


def states(found: list[checklist.Check]) -> dict[str, str]:
    return {one.name: one.state for one in found}


def test_what_can_be_known_before_an_edition_is_made_is_looked_at_first(root):
    text = "editions: [{quarter: 2026-T3, date: 2026-11-16, fixed: 2026-10-05}]"
    small.write(root / "data" / "calendar.yml", text)
    now = datetime(2026, 11, 16, 7, 45, tzinfo=UTC)
    known = {"next dates": "blocking", "devices": "warning"}  # the small project has one export
    fine = ("hour", "imports", "rejects", "corrections", "errata", "review")
    assert (
        states(checklist.before(root / "data", root, T3, now)) == dict.fromkeys(fine, "ok") | known
    )


def test_an_edition_that_is_stopped_at_the_last_leaves_what_was_published(root, release):
    seen = {}

    def approve(*edition: Any) -> None:
        seen.update(states(checklist.after(*edition)))
        raise ObservError("no")

    before = small.published(root)
    with pytest.raises(ObservError, match="no"):
        release(approve=approve)
    assert small.published(root) == before
    assert not (root / "data" / "published").exists()  # nor is it kept as if it were public
    release()
    before = small.published(root)
    with pytest.raises(ObservError, match="no"):
        release(approve=approve)  # which has nothing to make again
    assert small.published(root) == before
    # no page of the small project reads a family, nor has it documentation
    warned = dict.fromkeys(("disclosure", "data guide"), "warning")
    assert seen == dict.fromkeys(("pages", "links", "accessibility"), "ok") | warned
