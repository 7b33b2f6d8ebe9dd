"""A correction is read whole and right, or every mistake in its file is told at once."""

from pathlib import Path

import pytest
from tests.copies import DEMO
from tests.records import sheets

from observlib.catalogue.tables import Column
from observlib.records.sheets import _misfit, load_corrections, misfits
from tools.demo import audience

GOOD = {
    "id": "double", "title": "Un mois compté deux fois", "device": "audience-boamp",
    "first": "2026-05-01", "last": "2026-05-31", "column": "visits", "expect": 100, "becomes": 50,
    "reason": "L'outil a compté deux fois.", "date": "2026-06-12",
    "provider": "équipe des annonces", "status": "open",
}  # fmt: skip


def write(data: Path, name: str = "double", **keys: object) -> Path:
    return sheets.write(data, "corrections", GOOD, name, **keys)


def faults(data: Path, table: str = "audience") -> str:
    problems: list[str] = []
    for sheet in load_corrections(data, problems):
        problems += misfits(sheet, table)
    return "\n".join(problems)


def test_the_demonstration_s_correction_gives_back_what_its_export_was_made_of():
    problems: list[str] = []
    (sheet,) = load_corrections(DEMO, problems)
    one, month = sheet.entry, audience.TWICE["month"]
    assert not problems and one.device == audience.TWICE["device"]
    assert f"{one.first:%Y-%m}" == month and one.expect == 2 * int(str(one.becomes))
    assert "inventée" in one.title


@pytest.mark.parametrize(("keys", "said"), [
    ({"last": "2026-04-30"}, "'last' is 2026-04-30, before 'first'"),
    ({"expect": ...}, "one guard is expected: expect, total or rows; given: none"),
    ({"total": 3.5}, "one guard is expected: expect, total or rows; given: expect, total"),
    ({"becomes": ...}, "one of becomes, times, drop is expected; given: none"),
    ({"drop": True}, "one of becomes, times, drop is expected; given: becomes, drop"),
    ({"column": ...}, "'column' is missing"),
    ({"becomes": 100}, "'becomes' is the same as 'expect'"),
    ({"times": 0, "becomes": ...}, "times is 0"),
    ({"provider": "Zoé Martin"}, "names a person"),
    ({"title": "De zoe@exemple.invalid"}, "an e-mail address"),
    ({"column": "vists"}, ":6: 'double': no correction speaks of a column 'vists' of"),
    ({"becomes": -4}, ":8: 'double': -4 cannot stand in visits; allowed: a whole number"),
    ({"expect": 2.5}, "2.5 cannot stand in visits"),
    ({"where": {"area": 75}}, "75 cannot stand in area; allowed: a text, in quotes"),
    ({"where": {"end": "2026"}}, "'2026' cannot stand in end; allowed: no value: use first"),
    ({"column": "product", "expect": "boamp", "becomes": ..., "times": 2}, "holds texts"),
])  # fmt: skip
def test_a_mistake_is_told_with_its_file_and_what_is_allowed(tmp_path, keys, said):
    path = write(tmp_path, **keys)
    told = faults(tmp_path)
    assert said in told and told.startswith(f"{path}:") and "\n" not in told


def test_no_correction_speaks_of_a_person_or_of_what_people_wrote(tmp_path):
    write(tmp_path, column="answer_id", expect="a", becomes="b")
    assert "no correction speaks of a column 'answer_id'" in faults(tmp_path, "ratings")
    write(tmp_path, where={"answer_id": "a"}, column="value")
    assert "no correction speaks of a column 'answer_id'" in faults(tmp_path, "ratings")
    assert "gives texts, which no correction changes" in faults(tmp_path, "verbatims")


@pytest.mark.parametrize(("column", "value", "wrong"), [
    ({"kind": "count"}, 0, ""), ({"kind": "count"}, 2**53 - 1, ""),
    ({"kind": "count"}, -1, "a whole number, 0 or more"),
    ({"kind": "count"}, 2**53, "a whole number, 0 or more"),
    ({"kind": "count"}, 1.5, "a whole number, 0 or more"), ({"kind": "number"}, -1.5, ""),
    ({"kind": "number"}, "1", "a number"), ({"kind": "text"}, "a", ""),
    ({"kind": "text"}, 1, "a text, in quotes where it is a number"),
    ({"kind": "text", "allowed": ["a", "b"]}, "b", ""),
    ({"kind": "text", "allowed": ["a", "b"]}, "c", "a, b"),
    ({"kind": "day"}, "2026-01-01", "no value: use first and last"),
])  # fmt: skip
def test_a_value_stands_in_the_columns_of_its_kind(column, value, wrong):
    told = f"{value!r} cannot stand in x; allowed: {wrong}" if wrong else ""
    assert _misfit("x", Column(**column), value) == told
