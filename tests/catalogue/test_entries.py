"""Whoever writes something wrong is told what to write, in no programmer's words."""

import re
import typing
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from observlib import catalogue
from observlib.base.yaml_files import parse
from observlib.catalogue import Coded, Device, entries
from observlib.catalogue.entries import Department
from observlib.catalogue.formats import Format
from observlib.catalogue.questionnaires import Questionnaire
from observlib.desk.device import fault_of
from observlib.edition import plan
from observlib.pipeline import revisions
from observlib.publish import record
from observlib.records import sheets
from observlib.review import rebuild

MODELS: dict[str, type[BaseModel]] = {
    **catalogue._LISTS, "formats": Format, "questionnaires": Questionnaire,
    "actions": sheets.Action, "decisions": sheets.Decision, "replies": sheets.Reply,
    "expectations": sheets.Expectation, "corrections": sheets.Correction,
    "errata": revisions.Erratum, "practices": sheets.PracticeSheet, "reviews": record.Review,
    "calendar": record.Calendar, "notebooks": plan.PlannedStudy, "bundle": rebuild.ReviewedManifest
}  # fmt: skip
WRONG: list[Any] = [
    *(None, [], {}, 1, 0, -1, 0.5, 1e400, True, "", "x", "É é!", "2026-13-45", 10**30, "é" * 300),
    *(date(2026, 1, 1), datetime(2026, 1, 1, 12, 30), [[1]], [None], {"b": 1}, {1: None}),
]
FOREIGN = re.compile(
    r"None|null|\b(?:int|str|float|bool|dict|tuple|datetime|constrained|isoformat|instance|NaN)\b"
    r"|[Ii]nput|[Ss]tring|[Ii]nteger|should|[Vv]alid |unable|type=|_type\b|_parsing|\[key\]"
    r"|\(\?|\\[dw]|\[a-z|\^[\[(]|\)\$|\+\)"
)
Wrap = Callable[[Any], Any]


def within(annotation: Any, wrap: Wrap) -> Iterator[tuple[type[BaseModel], Wrap]]:
    """The models inside the type of a field, each with what puts one where it belongs."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, wrap
    elif typing.get_origin(annotation) in (tuple, list):
        yield from within(typing.get_args(annotation)[0], lambda one: wrap([one]))
    elif typing.get_origin(annotation) is dict:
        yield from within(typing.get_args(annotation)[1], lambda one: wrap({"a": one}))
    else:
        for part in typing.get_args(annotation):
            yield from within(part, wrap)


def wrongs(model: type[BaseModel], wrap: Wrap = lambda one: one) -> Iterator[Any]:
    """Entries of which one key has a wrong value, at every depth."""
    for name, field in model.model_fields.items():
        key = field.alias or name
        for wrong in WRONG:
            for value in (wrong, [wrong], {"a": wrong}, {"a": [wrong]}):
                yield wrap({key: value})
        for inner, put in within(field.annotation, lambda one, key=key: wrap({key: one})):
            yield from wrongs(inner, put)


def without_values(line: str) -> str:
    """A message without what somebody wrote, which is repeated in it."""
    said = re.sub(r"'(?:é{3,}|É é!|2026-13-45|é*\.\.\.é*)'", "…", line)
    return re.sub(r"\bid is [^:]*: |allowed: .*", "", said)


@pytest.mark.parametrize("name", MODELS)
def test_no_message_on_what_people_write_has_a_programmer_s_words(name):
    model, found = MODELS[name], list[str]()
    for raw in wrongs(model):
        entries.validated(model, raw, Path("f.yml"), {}, found)
    assert found
    told = {*found}
    foreign = [line for line in told if FOREIGN.search(without_values(line))]
    classes = {one.__name__ for one in MODELS.values()} - {"Format", "Study", "Coded", "Sheet"}
    assert not foreign + [x for x in told if re.search(rf"\b({'|'.join(classes)})\b", x)]


def explained(model: type[BaseModel], **raw: Any) -> list[str]:
    try:
        model.model_validate(raw)
    except ValidationError as error:
        return [
            said for _, said in entries.fault_texts(error, model, raw) if "is missing" not in said
        ]
    return []


@pytest.mark.parametrize(("model", "raw", "said"), [
    (Device, {"id": "Mon Avis"}, "id is 'Mon Avis': a-z and 0-9, with - or _ between them, is "
                                 "expected, such as service-public"),
    (Device, {"period": "mars"}, "period is 'mars': a month (without its day) or a day is "
                                 "expected, such as 2026-09-30"),
    (Device, {"dataset_id": "x"}, "an identifier of 24 characters is expected, such as 5f1b"),
    (Device, {"label": None}, "label is empty: text is expected"),
    (Device, {"label": date(2026, 1, 31)}, "label is 2026-01-31: text is expected"),
    (Device, {"quotes": "peut-être"}, "true or false is expected"),
    (Device, {"minimum_people": 3}, "minimum_people is 3: a number of 11 or more is expected"),
    (Device, {"promise_days": "deux"}, "a whole number is expected, such as 12"),
    (Device, {"family": "avis"}, "family is 'avis': allowed: 'feedback', 'consultation', "),
    (Department, {"mail": "accueil"}, "an address of mail is expected, such as pole@"),
    (sheets.Decision, {"quarter": "T3 2026"}, "a quarter is expected, such as 2026-T3"),
    (record.Calendar, {"editions": [{"hour": "8h45"}]},
     'editions.0.hour is \'8h45\': an hour, in quotes, is expected, such as "08:45"'),
    (record.Review, {"told": "abc"}, "a digest of 32 characters is expected, such as 2a3d"),
    (sheets.PracticeSheet, {"sources": [{"url": "site"}]},
     "an address of the web is expected"),
    (sheets.Correction, {"expect": [1]}, "expect is [1]: a whole number is expected, such "
     "as 12, or a number is expected, such as 12.5, or text is expected"),
    (revisions.Erratum, {"what": "court"}, "what is 'court': at least 20 are expected"),
    (Coded, {"codes": "oui"}, "a mapping is expected: a line `key: value` for each"),
    (Questionnaire, {"questions": []}, "questions is []: at least 1 are expected"),
])  # fmt: skip
def test_a_mistake_says_what_to_write(model, raw, said):
    assert any(line.startswith(said) or said in line for line in explained(model, **raw))


@pytest.mark.parametrize(("text", "said"), [
    ("", "f.yml: holds nothing; a mapping is expected"),
    ("- a", "f.yml: holds a list; a mapping is expected"),
    ("a: !x y", "f.yml:1: not valid YAML: a tag (!) is not read; put a text that begins with"),
    ("[a]: b", "f.yml:1: not valid YAML: found a key that is a list or a mapping; "),
    ("a: *gras*", "put a text with *, @ or `: ` in quotes"),
    ("a: b\nc: *d", "f.yml:2: not valid YAML: found undefined alias; indent"),
])  # fmt: skip
def test_a_file_that_is_no_yaml_says_what_to_write(text, said):
    assert said in parse(text, "f.yml", dict, "a mapping")[2][0]


def test_who_adds_a_device_is_told_what_to_write(catalogue):
    said = "id is 'Mon Avis': a-z and 0-9, with - or _ between them, is expected, such as"
    assert str(fault_of("id", "Mon Avis", catalogue)).startswith(said)
    assert fault_of("id", "mon-avis", catalogue) is None
    assert fault_of("quotes", "peut-être", catalogue) == (
        "quotes is 'peut-être': true or false is expected"
    )
