"""The release calendar: who writes it is told each mistake; nobody is told a date that is none."""

import re
from pathlib import Path

import pytest

from observlib.base.errors import ObservError
from observlib.publish.editions import feeds

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


def test_a_project_without_a_calendar_announces_nothing(data):
    assert feeds.load_calendar(data, data.parent) == feeds.Calendar()


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


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
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
    ],
)  # fmt: skip
def test_a_date_that_readers_could_not_rely_on_is_refused(data, keys, fault):
    (line,) = problems(data, f"editions:\n  - {{quarter: 2026-T4, {keys}}}\n")
    assert fault in line and line.startswith(":2: ")


def test_a_date_may_be_fixed_four_weeks_before_to_the_day_and_moved_with_a_reason(data):
    (data / "calendar.yml").write_text(
        "editions: [{quarter: 2026-T4, date: 2027-02-18, fixed: 2027-01-18, changed: "
        "[{from: 2027-02-15, decided: 2027-02-12, reason: Une panne.}]}]",
        encoding="utf-8",
    )
    assert feeds.load_calendar(data, data.parent).of("2026-T4").is_firm


@pytest.mark.parametrize(
    ("second", "fault"),
    [
        ("{quarter: 2026-T4, date: 2027-05-18}", "has 2026-T4 twice"),
        ("{quarter: 2026-T3, date: 2027-05-18}", "2026-T3 of 2027-05-18 stands after 2026-T4"),
        ("{quarter: 2027-T1, date: 2027-05-18}", "put them in order"),
    ],
)
def test_an_edition_has_one_date_after_that_of_the_edition_before(data, second, fault):
    (line,) = problems(
        data, f"editions:\n  - {{quarter: 2026-T4, date: 2027-05-19}}\n  - {second}\n"
    )
    assert fault in line


@pytest.mark.parametrize("folder", ["data", "data/demo"])
def test_what_the_project_announces_goes_a_year_ahead(folder):
    found = feeds.load_calendar(Path(folder), ROOT)
    assert len(found.after("2026-T3")) >= 4
