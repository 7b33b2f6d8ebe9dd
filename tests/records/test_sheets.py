"""Actions, decisions and replies are read whole and right, or every mistake is told at once."""

from pathlib import Path

import pytest
from tests.copies import DEMO
from tests.records.sheets import faults, write

from observlib.base.period import Quarter
from observlib.pipeline import frame
from observlib.records.sheets import Action, Decision, Reply, standing_decisions, touches

ACTION = {
    "id": "refonte", "title": "Une refonte", "product": "boamp", "date": "2026-01-15",
    "done": "Tout a été refait.", "expected": [{"indicator": "visits", "direction": "up"}],
    "controls": ["bodacc"], "contact": "pôle études",
}  # fmt: skip
DECISION = {
    "id": "suivi-t2", "task": "suivi", "quarter": "2026-T2", "date": "2026-07-10",
    "decision": "will_do", "answer": "Le statut sera affiché.", "due": "2026-12-31",
    "role": "pôle des démarches",
}  # fmt: skip
DONE = {"decision": "done", "due": ..., "action": "refonte-des-reponses"}
REFUSED = {"decision": "refused", "due": ...}
PARTNER = {"decision": "partner", "due": ...}
REPLY = {
    "id": "caisse-t2", "partner": "caisse-fictive", "quarter": "2026-T2", "date": "2026-07-10",
    "themes": ["Famille"], "role": "pôle des allocataires", "will_do": "La page sera réécrite.",
}  # fmt: skip
KINDS = {Action: ACTION, Decision: DECISION, Reply: REPLY}
ALLOWED = {Decision: {"action": ["refonte-des-reponses", "suivi-des-demandes"]}}


def put(folder: Path, kind: type, name: str = "", /, **keys: object) -> None:
    write(folder, kind.FOLDER, KINDS[kind], name, **keys)


def load(kind: type, folder: Path, catalogue) -> tuple:
    return kind.load(folder, catalogue, **ALLOWED.get(kind, {}))


def expecting(indicator: object, direction: str = "up") -> dict[str, object]:
    return {"expected": [{"indicator": indicator, "direction": direction}]}


@pytest.mark.parametrize(("kind", "keys", "said"), [
    (Action, {"product": "bamop"}, "unknown product 'bamop'; allowed: service-public"),
    (Action, {"tasks": ["papier"]}, "unknown task 'papier'; allowed: papiers, carte-grise"),
    (Action, {"controls": ["boamp"]}, "holds the product 'boamp' itself"),
    (Action, {"controls": ["bodacc", "bodacc"]}, "'controls' holds bodacc twice"),
    (Action, {"controls": "bodacc"}, "controls is 'bodacc': a list is expected: [a, b]"),
    (Action, expecting("visit"), "unknown indicator 'visit'"),
    (Action, expecting("visits", "mieux"), "'up' or 'down'"),
    (Action, {"expected": []}, "'expected' is empty"),
    (Action, {"expected": "visits"}, "expected is 'visits': a list is expected: [a, b], or a line"),
    (Action, {"expected": ["visits"]}, "a mapping is expected, of indicator, direction"),
    (Action, expecting("subscribers"), "'subscribers' is counted on one day and not over a month, "
     "and no effect on it can be followed; allowed: visits, downloads, satisfaction_10"),
    (Action, expecting("visits_yoy"), "'visits_yoy' has no monthly series, and no effect on it can "
     "be followed; allowed: vi"),
    (Action, {"device": "matomo-legifrance"}, "unknown device 'matomo-legifrance'; allowed: "),
    (Action, {"date": 2026}, "date is 2026: a date is expected: YYYY-MM-DD"),
    (Action, {"date": ...}, "key 'date' is missing"),
    (Action, {"contact": "Jeanne Martin"}, "names a person"),
    (Action, {"done": "Écrire à jeanne@exemple.invalid"}, "an e-mail address"),
    (Action, {"done": "Un prix à 5 $."}, "done: holds '$', which a page reads as markup"),
    (Action, {"done": "Une ligne.\n\n# Un titre"}, "done: holds a tab or a line break; write it"),
    (Action, {"id": "autre"}, "id is 'autre', and the file's name says 'refonte'"),
    (Action, {"effect": 3}, "unknown key 'effect'; allowed: id, title, product"),
    (Decision, {"task": "suivre"}, "unknown task 'suivre'; allowed: papiers, carte-grise"),
    (Decision, {**DONE, "action": "x"}, "unknown action 'x'; allowed: refonte-des-reponses"),
    (Decision, {**DONE, "action": ...}, "done needs 'action'"),
    (Decision, {"due": ...}, "will_do needs 'due'"),
    (Decision, {"partner": "agence-des-titres"}, "will_do has no 'partner'; leave it out"),
    (Decision, {**REFUSED, "due": "2026-12-31"}, "refused has no 'due'; leave it out"),
    (Decision, PARTNER, "partner needs 'partner'"),
    (Decision, {"date": "2026-06-30"}, "its date 2026-06-30 is not after 2026-06-30"),
    (Decision, {"due": "2026-07-01"}, "it is due on 2026-07-01, before its date 2026-07-10"),
    (Decision, {"answer": "Appeler le 01 99 00 12 34."}, "holds a telephone number"),
    (Reply, {"themes": ["Impôts"]}, "unknown theme 'Impôts' of caisse-fictive; allowed: Famille"),
    (Reply, {"themes": []}, "themes is []"),
    (Reply, {"role": "zoe@exemple.invalid"}, "an e-mail address"),
    (Reply, {"will_do": "Appeler le 01 99 00 12 34."}, "holds a telephone number"),
    (Reply, {"message": "2026-07-01"}, "give `quarter` or `message`, and not both"),
    (Reply, {"quarter": ...}, "give `quarter` or `message`, and not both"),
    (Reply, {"quarter": "0001-T1"}, "quarter is '0001-T1'"),
    (Reply, {"date": "2026-06-01"}, "its date 2026-06-01 is before 2026-06-30, which it answers"),
])  # fmt: skip
def test_a_mistake_is_one_line_with_file_and_line(catalogue, tmp_path, kind, keys, said):
    put(tmp_path, kind, **keys)
    told = faults(kind, tmp_path, catalogue, **ALLOWED.get(kind, {}))
    assert said in told and f"{KINDS[kind]['id']}.yml:" in told
    assert kind is Reply or "\n" not in told


def test_all_mistakes_of_all_files_are_told_at_once(catalogue, tmp_path):
    put(tmp_path, Action, product="bamop", controls=["bodac"])
    put(tmp_path, Action, "deux", id="trois", date=...)
    (tmp_path / "actions" / "quatre.yml").write_text("- [", encoding="utf-8")
    (tmp_path / "actions" / "cinq.yaml").write_text("", encoding="utf-8")
    told = faults(Action, tmp_path, catalogue)
    names = {line.split("/")[-1][:4] for line in told.splitlines()}
    assert len(told.splitlines()) == 5 and names == {"refo", "deux", "quat", "cinq"}
    assert "name it cinq.yml" in told


def test_actions_of_one_title_are_refused_and_the_latest_decision_stands(catalogue, tmp_path):
    put(tmp_path, Action)
    put(tmp_path, Action, "deux", product="bodacc", controls=["boamp"])
    assert "is that of deux.yml; give another" in faults(Action, tmp_path, catalogue)
    put(tmp_path, Decision)
    put(tmp_path, Decision, "b", date="2026-08-01", **REFUSED)
    found = standing_decisions(load(Decision, tmp_path, catalogue))
    assert {task: one.decision for task, one in found.items()} == {"suivi": "refused"}


def test_a_long_value_or_one_multiplied_by_aliases_does_not_fill_the_screen(catalogue, tmp_path):
    tenfold = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
        for before, name in zip("abcd", "bcde", strict=True)
    )
    put(tmp_path, Action)
    for title in ("*e", "&t [*t]", f"[{'x' * 10_000}]"):
        text = f"{tenfold}title: {title}\n"
        (tmp_path / "actions" / "refonte.yml").write_text(text, encoding="utf-8")
        lines = faults(Action, tmp_path, catalogue).splitlines()
        (told,) = (line for line in lines if ":6: the file: title is " in line)
        assert "text is expected" in told and max(map(len, lines)) < 1000


def test_a_record_is_read_and_a_project_without_the_folder_has_none(catalogue, tmp_path):
    put(tmp_path, Action)
    (action,) = Action.load(tmp_path, catalogue)
    assert (action.product, action.controls) == ("boamp", ("bodacc",))
    assert (action.kind, action.device) == ("action", "")
    for kind in KINDS:
        assert load(kind, tmp_path / "absent", catalogue) == ()


def test_a_change_of_measure_touches_what_its_device_counts_and_what_it_makes(catalogue, tmp_path):
    put(tmp_path, Action, kind="measure", device="audience-boamp")
    (event,) = Action.load(tmp_path, catalogue)
    row = {"indicator": "visits", "product": "boamp", "device": "audience-boamp"}
    assert touches(event, row) and touches(event, {**row, "indicator": "visits_adjusted"})
    others = {"indicator": "visitors", "product": "bodacc", "device": "datagouv-boamp"}
    assert not any(touches(event, {**row, name: value}) for name, value in others.items())


def test_delays_are_counted_from_the_end_of_the_quarter_or_from_the_message(catalogue, tmp_path):
    put(tmp_path, Decision)
    put(tmp_path, Reply)
    put(tmp_path, Reply, "m", quarter=..., message="2026-07-01", themes=["Logement"])
    assert [one.days for one in load(Decision, tmp_path, catalogue)] == [10]
    assert [one.days for one in load(Reply, tmp_path, catalogue)] == [10, 9]


def test_what_came_or_was_decided_after_the_quarter_is_not_told_in_it():
    second, third = Quarter("2026-T2"), Quarter("2026-T3")
    decided = frame.records_until(Decision, DEMO, second)
    assert {one.task for one in decided} == {"papiers", "compte"}
    (reply,) = frame.records_until(Reply, DEMO, second)
    assert reply.id == "caisse-fictive-2026-t1"
    assert len(frame.records_until(Reply, DEMO, third)) == 3
