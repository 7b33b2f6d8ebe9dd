"""Whoever writes something wrong is told what to write, in no programmer's words."""

import re
import typing
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ValidationError

from observlib import catalogue
from observlib.base.yaml_files import parse
from observlib.catalogue import entries
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
TOLD = yaml.safe_load(Path(__file__).with_name("mistakes.yml").read_text(encoding="utf-8"))


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


@pytest.mark.parametrize(("name", "raw", "said"), TOLD["words"])
def test_a_mistake_says_what_to_write(name, raw, said):
    assert any(line.startswith(said) or said in line for line in explained(MODELS[name], **raw))


@pytest.mark.parametrize(("text", "said"), TOLD["no_yaml"])
def test_a_file_that_is_no_yaml_says_what_to_write(text, said):
    assert said in parse(text, "f.yml", dict, "a mapping")[2][0]


def test_who_adds_a_device_is_told_what_to_write(catalogue):
    said = "id is 'Mon Avis': a-z and 0-9, with - or _ between them, is expected, such as"
    assert str(fault_of("id", "Mon Avis", catalogue)).startswith(said)
    assert fault_of("id", "mon-avis", catalogue) is None
    assert fault_of("quotes", "peut-être", catalogue) == (
        "quotes is 'peut-être': true or false is expected"
    )
