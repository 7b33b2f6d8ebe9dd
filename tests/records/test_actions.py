"""Actions are read whole and right, or every mistake in them is told at once."""

from pathlib import Path

import pytest
import yaml
from tests.copies import DEMO

from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.records.actions import Action, touches
from tools.demo import audience
from tools.demo import satisfaction as ratings

ACTIONS = DEMO / "actions"
GOOD = {
    "id": "refonte", "title": "Une refonte", "product": "boamp", "date": "2026-01-15",
    "done": "Tout a été refait.", "expected": [{"indicator": "visits", "direction": "up"}],
    "controls": ["bodacc"], "contact": "pôle études",
}  # fmt: skip


def write(folder: Path, name: str = "refonte", **keys: object) -> None:
    content = {key: value for key, value in {**GOOD, **keys}.items() if value is not ...}
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    path = folder / Action.FOLDER / f"{name}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def faults(folder: Path, catalogue: Catalogue) -> str:
    with pytest.raises(ObservError) as caught:
        Action.load(folder, catalogue)
    return str(caught.value)


def test_the_invented_actions_are_those_whose_effect_is_known(catalogue):
    found = {action.id: action for action in Action.load(DEMO, catalogue)}
    robots, answers = found["mesure-sans-robots"], found["refonte-des-reponses"]
    assert f"{robots.date:%Y-%m-%d}" == f"{audience.BREAK['from_month']}-01"
    assert audience.SITES[audience.BREAK["device"]].product == robots.product
    assert str(Quarter.of(answers.date)) == ratings.CHANGE["from_quarter"]
    assert ratings.RATED[ratings.CHANGE["device"]].product == answers.product
    changed = {robots.product, answers.product}
    assert found["lettre-des-avis"].product not in changed  # it changes nothing
    assert robots.product not in robots.controls


def test_an_action_is_read_and_a_project_without_the_folder_has_none(catalogue, tmp_path):
    write(tmp_path)
    (action,) = Action.load(tmp_path, catalogue)
    assert (action.product, action.controls) == ("boamp", ("bodacc",))
    assert Action.load(tmp_path / "absent", catalogue) == ()
    assert (action.kind, action.device) == ("action", "")


def test_a_change_of_measure_touches_what_its_device_counts_and_what_is_made_of_it(
    catalogue, tmp_path
):
    write(tmp_path, kind="measure", device="audience-boamp")
    (event,) = Action.load(tmp_path, catalogue)
    row = {"indicator": "visits", "product": "boamp", "device": "audience-boamp"}
    assert touches(event, row) and touches(event, {**row, "indicator": "visits_adjusted"})
    others = {"indicator": "visitors", "product": "bodacc", "device": "datagouv-boamp"}
    assert not any(touches(event, {**row, name: value}) for name, value in others.items())


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"product": "bamop"}, "unknown product 'bamop'; allowed: service-public"),
        ({"controls": ["bodac"]}, "unknown control 'bodac'; allowed: service-public"),
        ({"tasks": ["papier"]}, "unknown task 'papier'; allowed: papiers, carte-grise"),
        ({"controls": ["boamp"]}, "holds the product 'boamp' itself"),
        ({"controls": ["bodacc", "bodacc"]}, "'controls' holds bodacc twice"),
        ({"expected": [{"indicator": "visit", "direction": "up"}]}, "unknown indicator 'visit'"),
        ({"expected": [{"indicator": "visits", "direction": "mieux"}]}, "'up' or 'down'"),
        ({"expected": []}, "'expected' is empty"),
        ({"expected": "visits"}, "expected is 'visits': a list is expected: [a, b], or a line"),
        ({"expected": ["visits"]}, "a mapping is expected, of indicator, direction"),
        (
            {"expected": [{"indicator": "subscribers", "direction": "up"}]},
            "'subscribers' is counted on one day and not over a month, and no effect on it can be "
            "followed; allowed: visits, downloads, satisfaction_10",
        ),
        (
            {"expected": [{"indicator": "visits_yoy", "direction": "up"}]},
            "'visits_yoy' has no monthly series, and no effect on it can be followed; allowed: vi",
        ),
        ({"controls": "bodacc"}, "controls is 'bodacc': a list is expected: [a, b]"),
        ({"kind": "panne"}, "'action', 'measure' or 'outage'"),
        ({"device": "matomo-legifrance"}, "unknown device 'matomo-legifrance'; allowed: "),
        ({"contact": 12}, "contact is 12: text is expected"),
        ({"date": 2026}, "date is 2026: a date is expected: YYYY-MM-DD"),
        ({"date": "janvier"}, "date is 'janvier'"),
        ({"date": ...}, "key 'date' is missing"),
        ({"contact": "Jeanne Martin"}, "names a person"),
        ({"done": "Écrire à jeanne@exemple.invalid"}, "an e-mail address"),
        ({"title": "Un bouton <Suivant>"}, "title: holds '<', which a page reads as markup"),
        ({"done": "Un prix à 5 $."}, "done: holds '$', which a page reads as markup"),
        (
            {"done": "Une ligne.\n\n# Un titre"},
            "done: holds a tab or a line break; write it on one line",
        ),
        ({"id": "autre"}, "the file's name says 'refonte'"),
        ({"effect": 3}, "unknown key 'effect'; allowed: id, title, product"),
    ],
)
def test_a_mistake_is_one_line_with_file_and_line(catalogue, tmp_path, keys, said):
    write(tmp_path, **keys)
    told = faults(tmp_path, catalogue)
    assert said in told and told.count("\n") == 0 and "refonte.yml:" in told


def test_a_value_that_is_long_or_multiplied_by_aliases_does_not_fill_the_screen(
    catalogue, tmp_path
):
    tenfold = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
        for before, name in zip("abcd", "bcde", strict=True)
    )
    write(tmp_path)
    for title in ("*e", "&t [*t]", f"[{'x' * 10_000}]"):
        (tmp_path / "actions" / "refonte.yml").write_text(
            f"{tenfold}title: {title}\n", encoding="utf-8"
        )
        lines = faults(tmp_path, catalogue).splitlines()
        (told,) = (line for line in lines if ":6: the file: title is " in line)
        assert "text is expected" in told and max(map(len, lines)) < 1000


def test_two_actions_of_one_title_are_refused_as_a_page_would_exchange_their_effects(
    catalogue, tmp_path
):
    write(tmp_path)
    write(tmp_path, "deux", id="deux", product="bodacc", controls=["boamp"])
    assert "is that of deux.yml; give another" in faults(tmp_path, catalogue)


def test_all_mistakes_of_all_files_are_told_at_once(catalogue, tmp_path):
    write(tmp_path, product="bamop", controls=["bodac"])
    write(tmp_path, "deux", id="trois", date=...)
    (tmp_path / "actions" / "quatre.yml").write_text("- [", encoding="utf-8")
    told = faults(tmp_path, catalogue).splitlines()
    assert len(told) == 4 and {line.split("/")[-1][:4] for line in told} == {"refo", "deux", "quat"}
