"""A rule of revisions that lets anything pass, or names nothing, is told with its line."""

from pathlib import Path

import pytest
import yaml
from tests.copies import copy_catalogue

from observlib.base.errors import ObservError
from observlib.catalogue import Revision, load_catalogue

SEASONS = {
    "id": "seasons",
    "kind": "routine",
    "why": "La saison est estimée de nouveau.",
    "indicator": ["visits_adjusted"],
    "at_most": 1,
}
MENDED = {
    "id": "mended",
    "kind": "correction",
    "why": "Des robots étaient comptés parmi les visites.",
    "product": ["boamp"],
    "since": "2026-12-02",
}


def loaded(place: Path, *entries: dict[str, object]) -> dict[str, Revision]:
    folder = copy_catalogue(place)
    text = yaml.safe_dump(list(entries), allow_unicode=True, sort_keys=False)
    (folder / "revisions.yml").write_text(text, encoding="utf-8")
    return load_catalogue(folder).revisions


def told(place: Path, *entries: dict[str, object]) -> list[str]:
    with pytest.raises(ObservError) as error:
        loaded(place, *entries)
    return [problem.partition("catalogue/")[2] for problem in error.value.problems]


def test_the_shipped_policy_is_read_and_each_routine_has_a_limit():
    found = load_catalogue(Path(__file__).parents[2] / "data" / "catalogue").revisions
    assert found and all(one.kind == "routine" for one in found.values())
    assert all(one.at_most is not None and one.at_most <= 1 for one in found.values())


def test_a_project_without_a_policy_has_none(tmp_path):
    folder = copy_catalogue(tmp_path)
    (folder / "revisions.yml").unlink()
    assert load_catalogue(folder).revisions == {}


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (SEASONS | {"at_most": None}, "a routine has a limit: give months, at_most or both"),
        (SEASONS | {"indicator": []}, "a routine names its figures: give indicator or device"),
        (SEASONS | {"since": "2026-12-02"}, "key 'since' goes with a correction or a method alone"),
        (SEASONS | {"period": ["2026"]}, "key 'period' goes with a correction or a method alone"),
        (SEASONS | {"at_most": 0}, "at_most is 0: a number greater than 0 is expected"),
        (SEASONS | {"months": 0}, "months is 0: a number of 1 or more is expected"),
        (MENDED | {"months": 3}, "key 'months' goes with a routine alone"),
        (MENDED | {"since": None}, "a correction says since which day: give since"),
        (MENDED | {"since": "2026-T3"}, "a date is expected: YYYY-MM-DD"),
        (MENDED | {"product": []}, "a correction names its figures: give one of indicator"),
        (MENDED | {"period": ["T3 2026"]}, "'T3 2026' is no period, such as 2026, 2026-T3"),
        (MENDED | {"period": ["2026-13"]}, "'2026-13' is no period"),
        (MENDED | {"why": ""}, "why is '': at least 20 characters are expected"),
        (MENDED | {"kind": "erratum"}, "kind is 'erratum': allowed: 'routine', 'correc"),
        (MENDED | {"products": ["boamp"]}, "unknown key 'products'; allowed: id, kind, why, ind"),
        (MENDED | {"product": ["bomp", "boamp"]}, "unknown product 'bomp'; allowed: a"),
        (MENDED | {"indicator": ["notes"]}, "unknown indicator 'notes'; allowed: "),
        (MENDED | {"device": ["jdma"]}, "unknown device 'jdma'; allowed: "),
    ],
)
def test_what_is_wrong_with_an_entry_is_told_with_its_line(tmp_path, entry, said):
    other = {**MENDED, "id": "other"}
    found = told(tmp_path, other, entry)
    assert len(found) == 1 and said in found[0], found
    assert found[0].startswith("revisions.yml:") and int(found[0].split(":")[1]) > len(other)


def test_a_shared_rule_of_devices_does_not_stop_a_data_folder_that_has_others(tmp_path):
    """Else a correction of real exports would stop the demonstration."""
    folder = copy_catalogue(tmp_path)
    own = tmp_path / "own"
    own.mkdir()
    (own / "devices.yml").write_text((folder / "devices.yml").read_text(encoding="utf-8"))
    (folder / "devices.yml").write_text("[]\n", encoding="utf-8")
    text = yaml.safe_dump([MENDED | {"device": ["of-real-exports"]}], allow_unicode=True)
    (folder / "revisions.yml").write_text(text, encoding="utf-8")
    assert "mended" in load_catalogue(folder, own=own).revisions
    (own / "revisions.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ObservError, match=r"own/revisions.yml:\d+: 'mended': unknown device"):
        load_catalogue(folder, own=own)
