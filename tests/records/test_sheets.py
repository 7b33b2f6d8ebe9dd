"""What people write, a sheet each, is read whole and right, or every mistake is told at once."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.copies import DEMO
from tests.records.sheets import GOOD, TOLD, write

from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.catalogue.tables import QUESTIONS
from observlib.language import french
from observlib.pipeline import frame
from observlib.records import refuse_personal_data, sheets
from observlib.records.sheets import Action, Decision, Expectation, Reply
from tools.demo import audience

KINDS = {kind.FOLDER: kind for kind in (Action, Decision, Reply, Expectation)}
KNOWN = {"action": ["refonte-des-reponses", "suivi-des-demandes"]}
MISTAKES = [(folder, *one) for folder, told in TOLD["mistakes"].items() for one in told]


def load(folder: str, place: Path, catalogue) -> tuple:
    return KINDS[folder].load(place, catalogue, **(KNOWN if folder == "decisions" else {}))


def faults(folder: str, place: Path, catalogue, table: str = "audience") -> list[str]:
    if folder != "corrections":
        with pytest.raises(ObservError) as caught:
            load(folder, place, catalogue)
        return [*caught.value.problems]
    problems: list[str] = []
    for sheet in sheets.load_corrections(place, problems):
        problems += sheets.misfits(sheet, table)
    return problems


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: f"{one[0]}: {one[1]}")
def test_a_mistake_is_one_line_with_its_file_and_what_is_allowed(catalogue, tmp_path, mistake):
    folder, keys, said, *table = mistake
    path = write(tmp_path, folder, **keys)
    told = faults(folder, tmp_path, catalogue, *table)
    assert any(said in line for line in told), told
    assert all(line.startswith(f"{path}:") and "\n" not in line for line in told)
    assert len(told) == 1 or folder in ("partners", "expectations")


def test_a_correction_may_say_what_its_column_can_hold(catalogue, tmp_path):
    for becomes in (0, 2**53 - 1):
        write(tmp_path, "corrections", becomes=becomes)
        assert faults("corrections", tmp_path, catalogue) == []
    for where in ({"question": "clarity"}, {"area": "75"}):
        write(tmp_path, "corrections", column="value", becomes=-1.5, where=where)
        assert faults("corrections", tmp_path, catalogue, "ratings") == []


def test_all_mistakes_of_all_files_are_told_at_once(catalogue, tmp_path):
    write(tmp_path, "actions", product="bamop", controls=["bodac"])
    write(tmp_path, "actions", "deux", id="trois", date=...)
    (tmp_path / "actions" / "quatre.yml").write_text("- [", encoding="utf-8")
    (tmp_path / "actions" / "cinq.yaml").write_text("", encoding="utf-8")
    told = faults("actions", tmp_path, catalogue)
    names = {line.split("/")[-1][:4] for line in told}
    assert len(told) == 5 and names == {"refo", "deux", "quat", "cinq"}
    assert any("name it cinq.yml" in line for line in told)


def test_actions_of_one_title_are_refused_and_the_latest_decision_stands(catalogue, tmp_path):
    write(tmp_path, "actions")
    write(tmp_path, "actions", "deux", product="bodacc", controls=["boamp"])
    (told,) = faults("actions", tmp_path, catalogue)
    assert "is that of deux.yml; give another" in told
    write(tmp_path, "decisions")
    write(tmp_path, "decisions", "b", date="2026-08-01", decision="refused", due=...)
    found = sheets.standing_decisions(load("decisions", tmp_path, catalogue))
    assert {task: one.decision for task, one in found.items()} == {"suivi": "refused"}


def test_a_long_value_or_one_multiplied_by_aliases_does_not_fill_the_screen(catalogue, tmp_path):
    tenfold = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
        for before, name in zip("abcd", "bcde", strict=True)
    )
    path = write(tmp_path, "actions")
    for title in ("*e", "&t [*t]", f"[{'x' * 10_000}]"):
        path.write_text(f"{tenfold}title: {title}\n", encoding="utf-8")
        lines = faults("actions", tmp_path, catalogue)
        (told,) = (line for line in lines if ":6: the file: title is " in line)
        assert "text is expected" in told and max(map(len, lines)) < 1000


def test_a_record_is_read_and_a_project_without_the_folder_has_none(catalogue, tmp_path):
    write(tmp_path, "actions")
    (action,) = Action.load(tmp_path, catalogue)
    assert (action.product, action.controls) == ("boamp", ("bodacc",))
    assert (action.kind, action.device) == ("action", "")
    for folder in KINDS:
        assert load(folder, tmp_path / "absent", catalogue) == ()


def test_a_change_of_measure_touches_what_its_device_counts_and_what_it_makes(catalogue, tmp_path):
    write(tmp_path, "actions", kind="measure", device="audience-boamp")
    (event,) = Action.load(tmp_path, catalogue)
    row = {"indicator": "visits", "product": "boamp", "device": "audience-boamp"}
    assert sheets.touches(event, row)
    assert sheets.touches(event, {**row, "indicator": "visits_adjusted"})
    others = {"indicator": "visitors", "product": "bodacc", "device": "datagouv-boamp"}
    assert not any(sheets.touches(event, {**row, name: value}) for name, value in others.items())


def test_delays_are_counted_from_the_end_of_the_quarter_or_from_the_message(catalogue, tmp_path):
    write(tmp_path, "decisions")
    write(tmp_path, "partners")
    write(tmp_path, "partners", "m", quarter=..., message="2026-07-01", themes=["Logement"])
    assert [one.days for one in load("decisions", tmp_path, catalogue)] == [10]
    assert [one.days for one in load("partners", tmp_path, catalogue)] == [10, 9]


def test_what_came_or_was_decided_after_the_quarter_is_not_told_in_it():
    second, third = Quarter("2026-T2"), Quarter("2026-T3")
    decided = frame.records_until(Decision, DEMO, second)
    assert {one.task for one in decided} == {"papiers", "compte"}
    (reply,) = frame.records_until(Reply, DEMO, second)
    assert reply.id == "caisse-fictive-2026-t1"
    assert len(frame.records_until(Reply, DEMO, third)) == 3


def test_the_demonstration_s_correction_gives_back_what_its_export_was_made_of():
    problems: list[str] = []
    (sheet,) = sheets.load_corrections(DEMO, problems)
    one, month = sheet.entry, audience.TWICE["month"]
    assert not problems and one.device == audience.TWICE["device"]
    assert f"{one.first:%Y-%m}" == month and one.expect == 2 * int(str(one.becomes))
    assert "inventée" in one.title


# What an expectation is worth hangs on when it was written --------------------------------------


def test_the_order_of_keys_and_comments_change_no_digest_and_a_word_does(catalogue, tmp_path):
    path = write(tmp_path, "expectations")
    (before,) = Expectation.load(tmp_path, catalogue)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("# un mot\n" + "\n".join(reversed(lines)), encoding="utf-8")
    (after,) = Expectation.load(tmp_path, catalogue)
    assert after.digest == before.digest
    write(tmp_path, "expectations", effect=0.4)
    (other,) = Expectation.load(tmp_path, catalogue)
    assert other.digest != before.digest


def test_only_what_was_seen_before_its_data_and_is_unchanged_was_announced(catalogue):
    one = Expectation.model_validate(GOOD["expectations"])
    late = Expectation.model_validate({**GOOD["expectations"], "date": "2026-10-01"})
    assert sheets.exploratory(one, (one.digest, False)) == ""
    assert sheets.exploratory(one, None) == "unseen"
    assert sheets.exploratory(one, ("other", False)) == "edited"
    assert sheets.exploratory(one, (one.digest, True)) == "late"
    assert sheets.exploratory(late, (late.digest, False)) == "after"
    assert set(sheets.EXPLORATORY_REASONS) == {"unseen", "edited", "late", "after"}
    invented = Expectation.load(DEMO, catalogue)
    worth = [sheets.exploratory(one, (one.digest, False)) for one in invented]
    assert worth == ["after", ""] and all("inventé" in one.title for one in invented)


def test_what_may_be_expected_is_what_is_compared_of_marks(catalogue):
    indicators = catalogue.indicators.values()
    compared = [one.id for one in indicators if one.comparison and one.question in QUESTIONS]
    assert sorted(sheets.COMPARED) == sorted(compared)


ENDS = st.tuples(st.floats(-10, 10), st.floats(-10, 10)).map(sorted)
EFFECT = st.floats(0.01, 5)


@given(ends=ENDS, effect=EFFECT, direction=st.sampled_from(["up", "down", "stable"]))
def test_an_effect_within_the_interval_is_never_reached_or_left_out(ends, effect, direction):
    low, high = ends
    said = sheets.outcome(direction, effect, low, high)
    looked_for = {"up": [effect], "down": [-effect], "stable": [-effect, effect]}[direction]
    if any(low < one < high for one in looked_for):
        assert said == "open"
    assert (said == "small") == (-effect < low and high < effect)  # the only equivalence
    if said == "reached":
        assert low * high > 0 and min(abs(low), abs(high)) >= effect
    if said == "short":
        assert direction != "stable" and all(not low <= one <= high for one in looked_for)


# What a page shows: somebody's number stops it, and counts that a page wrote do not --------------

COUNTS = st.integers(0, 10**12 - 1)
NOTHING = {"kind": "table", "columns": [], "rows": []}


@given(value=COUNTS, low=COUNTS, high=COUNTS)
@example(13_609_416, 13_459_158, 13_757_548)  # 13 signs of which are a social security number
def test_no_count_with_its_interval_is_taken_for_somebody_s_number(value, low, high):
    written = f"| {french.number(value)} ({french.number(low)}\xa0à\xa0{french.number(high)}) |"
    refuse_personal_data({**NOTHING, "data_markdown": written}, written)


@pytest.mark.parametrize("written", [
    "1 85 05 78 006 084 91",
    "1\u202f85\u202f05\u202f78\u202f006\u202f084\u202f91",
    "185\u202f057\u202f800\u202f608\u202f491",  # as a table of numbers would write it
    "06\u202f12\u202f34\u202f56\u202f78",
    "12\u202f000 usagers, dont zoe@exemple.invalid",
])  # fmt: skip
def test_a_number_by_which_somebody_is_reached_or_registered_stops_a_page(written):
    with pytest.raises(ObservError, match="take it out"):
        refuse_personal_data(NOTHING, f"Texte : {written}.")
