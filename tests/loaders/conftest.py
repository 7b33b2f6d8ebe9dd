"""A questionnaire and a device for the tests of the loaders of surveys."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from observlib.catalogue import Catalogue, Device, Questionnaire
from observlib.loaders import Loaded, load

Survey = Callable[..., tuple[Device, Catalogue]]
Answers = Callable[[Loaded, str], dict[str, list[Any]]]


def asked(variable: str, code: str, text: str, kind: str, **keys: Any) -> dict[str, Any]:
    """A question, as a questionnaire has it."""
    return {"variable": variable, "code": code, "text": text, "kind": kind, **keys}


_CASES = Path(__file__).parent / "cases" / "survey.yml"
QUESTIONS: list[dict[str, Any]] = yaml.safe_load(_CASES.read_text("utf-8"))["all"]["questions"]


@pytest.fixture
def survey(catalogue: Catalogue) -> Survey:
    """Make a device of a loader, with keys of its own, and a catalogue with its questionnaire."""

    def make(
        loader: str,
        questions: list[dict[str, Any]] = QUESTIONS,
        weight: str | None = None,
        **keys: Any,
    ) -> tuple[Device, Catalogue]:
        entry = {
            "id": "enquete-test", "label": "Enquête", "family": "consultation", "channel": "web",
            "owner": "numerique", "product": "service-public", "frequency": "continuous",
            "personal_data": "Aucune.", "pattern": "enquete-test_*.csv", "loader": loader,
            "questionnaire": "enquete-test",
        }  # fmt: skip
        device = Device.model_validate(entry | keys)
        asked = Questionnaire.model_validate(
            {"id": "enquete-test", "label": "Enquête", "questions": questions, "weight": weight}
        )
        known = {"devices": {device.id: device}, "questionnaires": {asked.id: asked}}
        return device, catalogue.model_copy(update=known)

    return make


@pytest.fixture
def read(request: pytest.FixtureRequest, tmp_path: Path, catalogue: Catalogue) -> Any:
    """Load a content, or a file as it stands, as an export of the `DEVICE` that a module names."""
    module = request.module

    def loaded(
        content: Any,
        name: str = "",
        encoding: str = "utf-8",
        known: Catalogue = catalogue,
        **keys: Any,
    ) -> Loaded:
        device = catalogue.devices[module.DEVICE]
        device = device.model_copy(update={**getattr(module, "KEYS", {}), **keys})
        path = tmp_path / (name or getattr(module, "FILE", "export.csv"))
        if isinstance(content, list | dict):
            content = json.dumps(content)
        if isinstance(content, Path):
            path = content
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return load(path, device, known)

    return loaded


@pytest.fixture
def answers() -> Answers:
    """Read the values or categories of a variable, by response."""

    def read(loaded: Loaded, variable: str) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for row in loaded.rows[loaded.rows["variable"] == variable].itertuples():
            said = row.category if pd.notna(row.category) else row.value
            found.setdefault(str(row.response_id), []).append(said)
        return found

    return read
