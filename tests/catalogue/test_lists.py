"""Partners, tasks and rules of revisions: what contradicts itself is told with its line."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.copies import copy_catalogue

from observlib.base.errors import ObservError
from observlib.catalogue import load_catalogue

ROOT = Path(__file__).parents[2]
CAISSE = {"id": "caisse", "label": "Caisse", "domain": "les aides", "themes": ["Famille"]}
MAIRIE = {"id": "mairie", "label": "Mairie", "domain": "la ville", "themes": ["État civil"]}
PAPERS = {"id": "papers", "label": "Refaire ses papiers", "themes": ["Papiers"]}
COURT = {"id": "court", "label": "Saisir un tribunal", "words": ["tribunal"]}
SEASONS = {
    "id": "seasons", "kind": "routine", "why": "La saison est estimée de nouveau.",
    "indicator": ["visits_adjusted"], "at_most": 1,
}  # fmt: skip
MENDED = {
    "id": "mended", "kind": "correction", "why": "Des robots étaient comptés parmi les visites.",
    "product": ["boamp"], "since": "2026-12-02",
}  # fmt: skip


def loaded(place: Path, name: str, *entries: dict[str, Any]) -> dict[str, Any]:
    folder = copy_catalogue(place)
    text = yaml.safe_dump(list(entries), allow_unicode=True, sort_keys=False)
    (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    if name == "partners":
        (folder / "tasks.yml").unlink()  # which name other partners
    return dict(getattr(load_catalogue(folder), name))


def told(place: Path, name: str, *entries: dict[str, Any]) -> list[str]:
    with pytest.raises(ObservError) as error:
        loaded(place, name, *entries)
    return [problem.partition("catalogue/")[2] for problem in error.value.problems]


@pytest.mark.parametrize(("keys", "said"), [
    ({"shared": ["Logement"]}, "theme 'Logement' is shared with no other partner"),
    ({"shared": ["Famille"]}, "theme 'Famille' is also that of mairie; leave it to one"),
    ({"label": "Caisse"}, "label 'Caisse' is that of 'caisse'; give another"),
    ({"label": "Aucun organisme"}, "label 'Aucun organisme' means no partner"),
    ({"themes": []}, "nothing leads to it; give themes, shared, words or entities"),
    ({"shared": ["État civil"]}, "theme 'État civil' is in themes and in shared"),
    ({"entities": ["AIDE"]}, "'AIDE' leads to 'caisse' already; leave it to one"),
])  # fmt: skip
def test_what_partners_say_against_each_other_is_told(tmp_path, keys, said):
    found = told(tmp_path, "partners", {**CAISSE, "words": ["aide"]}, {**MAIRIE, **keys})
    assert any(said in problem for problem in found), found


def test_a_theme_of_two_partners_is_refused_where_neither_says_that_it_is_shared(tmp_path):
    assert told(tmp_path, "partners", CAISSE, {**MAIRIE, "themes": ["famille"]}) == [
        f"partners.yml:{line}: {name!r}: theme {theme!r} is also that of {other}; leave it to one, "
        "or list it in the `shared` of each"
        for line, name, theme, other in (
            (4, "caisse", "Famille", "mairie"), (9, "mairie", "famille", "caisse"),
        )
    ]  # fmt: skip


def test_a_theme_that_each_of_two_partners_shares_is_taken(tmp_path):
    both = {"shared": ["Logement"]}
    assert len(loaded(tmp_path, "partners", {**CAISSE, **both}, {**MAIRIE, **both})) == 2


@pytest.mark.parametrize(("keys", "said"), [
    ({"owner": "nobody"}, "tasks.yml:9: 'court': unknown owner 'nobody'; allowed: rens"),
    ({"partner": "nobody"}, "tasks.yml:9: 'court': unknown partner 'nobody'; allowed: caisse"),
    ({"answers": ["Rien"]}, "'Rien' is no category of the variable reason; allowed: Autre"),
    ({"label": "REFAIRE ses papiers"}, "label 'REFAIRE ses papiers' is that of 'papers'"),
    ({"themes": ["papiers"]}, "'papiers' leads to 'papers' already; leave it to one"),
    ({"words": []}, "nothing leads to it; give sections, themes, answers, tests or words"),
])  # fmt: skip
def test_what_tasks_say_against_each_other_or_of_nothing_is_told(tmp_path, keys, said):
    found = told(tmp_path, "tasks", PAPERS, {**COURT, **keys})
    assert any(said in problem for problem in found), found


@pytest.mark.parametrize("route", ["sections", "words"])
def test_a_contact_is_never_counted_of_two_tasks(tmp_path, route):
    (found,) = told(tmp_path, "tasks", {**PAPERS, route: ["L’un"]}, {**COURT, route: ["l'UN"]})
    assert found.endswith("'court': \"l'UN\" leads to 'papers' already; leave it to one")


def test_the_shipped_policy_of_revisions_is_read_and_each_routine_has_a_limit():
    found = load_catalogue(ROOT / "data" / "catalogue").revisions
    assert found and all(one.kind == "routine" for one in found.values())
    assert all(one.at_most is not None and one.at_most <= 1 for one in found.values())


@pytest.mark.parametrize(("entry", "said"), [
    (SEASONS | {"at_most": None}, "a routine has a limit: give months, at_most or both"),
    (SEASONS | {"indicator": []}, "a routine names its figures: give indicator or device"),
    (SEASONS | {"since": "2026-12-02"}, "key 'since' goes with a correction or a method alone"),
    (SEASONS | {"at_most": 0}, "at_most is 0: a number greater than 0 is expected"),
    (MENDED | {"months": 3}, "key 'months' goes with a routine alone"),
    (MENDED | {"since": None}, "a correction says since which day: give since"),
    (MENDED | {"product": []}, "a correction names its figures: give one of indicator"),
    (MENDED | {"period": ["T3 2026"]}, "'T3 2026' is no period, such as 2026, 2026-T3"),
    (MENDED | {"product": ["bomp", "boamp"]}, "unknown product 'bomp'; allowed: a"),
])  # fmt: skip
def test_what_is_wrong_with_a_rule_of_revisions_is_told_with_its_line(tmp_path, entry, said):
    other = {**MENDED, "id": "other"}
    (found,) = told(tmp_path, "revisions", other, entry)
    assert said in found and found.startswith("revisions.yml:")
    assert int(found.split(":")[1]) > len(other)


def test_a_shared_rule_of_devices_does_not_stop_a_data_folder_that_has_others(tmp_path):
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
