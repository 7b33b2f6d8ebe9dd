"""Tiny exports, as texts, and what their loaders make of them, to the row."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from tests.formats.test_samples import device as sample

from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue, Device, Format, Questionnaire
from observlib.loaders import load

_GIVEN = ("device", "keys", "file", "format", "questions", "weight", "text")


def every_case() -> dict[str, dict[str, Any]]:
    """The cases of the files of `cases/`: of each, what is said of `all` and what is its own."""
    found = {}
    for path in sorted((Path(__file__).parent / "cases").glob("*.yml")):
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        every = told.pop("all")
        for name, case in told.items():
            found[f"{path.stem}: {name}"] = every | case.pop("given", {}) | case
    return found


CASES = every_case()


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_tiny_export_is_read_as_it_means(case, catalogue):
    assert read(case, catalogue) == {name: case[name] for name in case if name not in _GIVEN}


def read(case: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Any]:
    """What is loaded of the text of a case, by a device of the catalogue, or any `of` a format.

    The device has the case's keys; its `format` and `questions` may be the case's own.
    """
    name, known = case["device"], {}
    if "format" in case:
        form = Format.model_validate({"id": "own", "label": "Essai", **case["format"]})
        known["formats"] = {**catalogue.formats, "own": form}
    base = sample(name.removeprefix("of ")) if name.startswith("of ") else catalogue.devices[name]
    keys = {**base.model_dump(), **case["keys"]}
    if "questions" in case:
        asked = {name: case[name] for name in ("questions", "weight") if name in case}
        asked = Questionnaire.model_validate({"id": "own", "label": "Essai", **asked})
        known["questionnaires"] = {"own": asked}
        keys["questionnaire"] = "own"
    device = Device.model_validate(keys)
    return outcome(device, case["file"], case["text"], catalogue.model_copy(update=known))


def outcome(device: Device, name: str, text: str, catalogue: Catalogue) -> dict[str, Any]:
    """What is loaded of a text, without columns that say nothing but the device's own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(text.encode())
        try:
            found = load(path, device, catalogue)
        except ObservError as error:
            return {"error": str(error).replace(f"{folder}/", "")}
    rows = shown(found.rows, device)
    refused = found.rejects.drop(columns="file").to_csv(index=False, header=False)
    told = {"rows": rows, "refused": refused, "notices": list(found.notices)}
    told["texts"] = "" if found.texts is None else shown(found.texts, device)
    return {name: value for name, value in told.items() if value}


def shown(frame: pd.DataFrame, device: Device) -> str:
    """A table as CSV, days and moments in ISO, and whole numbers without a point."""
    texts = pd.DataFrame(index=frame.index)
    own = {"device": device.id, "product": device.product, "channel": device.channel}
    own |= {"complete": "True"}
    for name, values in frame.items():
        if pd.api.types.is_datetime64_any_dtype(values):
            cells = values.astype(str).str.removesuffix(" 00:00:00")
        else:
            cells = values.astype(object).map(_cell)
        cells = cells.replace({"NaT": "", "nan": "", "None": "", "<NA>": ""}).fillna("")
        if not cells.isin({own.get(str(name), "")}).all():
            texts[name] = cells
    return "" if texts.empty else texts.to_csv(index=False, lineterminator="\n")


def _cell(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
