"""An edition is a research object that a stranger's program reads without knowing ours."""

import hashlib
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from tests.review.conftest import Small
from tests.review.conftest import small as small

from observlib.publish.editions import record

# What the validator would load from the network. The terms that we use are the same in the context
# that `rocrate` brings, of a later version.
_CONTEXT = "https://w3id.org/ro/crate/1.2/context"
_LOADS = {"ro-crate-1.2_4.1", "ro-crate-1.2_4.2"}  # checks that the address answers


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from rdflib.plugins.shared.jsonld import context

    terms = json.loads((files("rocrate") / "data" / "ro-crate.jsonld").read_text("utf-8"))

    def fetch(_: Any, source: str, *__: Any) -> Any:
        assert source == _CONTEXT
        return terms["@context"]

    monkeypatch.setattr(context.Context, "_fetch_context", fetch)
    yield


@pytest.mark.usefixtures("offline")
def test_an_edition_is_a_research_object_of_which_the_validator_finds_nothing_wrong(
    small: Small,
) -> None:
    from rocrate_validator import models, services

    found = services.validate(
        services.ValidationSettings(
            rocrate_uri=str(small.edition),
            profile_identifier="ro-crate-1.2",
            requirement_severity=models.Severity.REQUIRED,
            skip_availability_check=True,
        )
    )
    wrong = [issue for issue in found.get_issues() if issue.check.identifier not in _LOADS]
    assert [f"{issue.check.identifier}: {issue.message}" for issue in wrong] == []


def test_the_validator_would_see_what_is_wrong(small: Small, offline, tmp_path: Path) -> None:
    from rocrate_validator import services

    described = json.loads((small.edition / record.CRATE).read_text(encoding="utf-8"))
    for thing in described["@graph"]:
        if thing["@id"] == "./":
            del thing["license"], thing["datePublished"]
            thing["hasPart"] = []
    described["@graph"] = [x for x in described["@graph"] if x["@type"] != "File"]
    (tmp_path / record.CRATE).write_text(json.dumps(described), encoding="utf-8")
    found = services.validate(
        services.ValidationSettings(
            rocrate_uri=str(tmp_path),
            profile_identifier="ro-crate-1.2",
            skip_availability_check=True,
        )
    )
    wrong = {issue.check.identifier for issue in found.get_issues()} - _LOADS
    assert len(wrong) >= 1


def test_every_file_is_described_by_its_digest_and_its_size(small: Small) -> None:
    described = json.loads((small.edition / record.CRATE).read_text(encoding="utf-8"))
    told = {thing["@id"]: thing for thing in described["@graph"] if thing["@type"] == "File"}
    there = {
        path.relative_to(small.edition).as_posix(): path.read_bytes()
        for path in small.edition.rglob("*")
        if path.is_file()
    }
    assert there.keys() - told.keys() == {record.CRATE, "manifest.json", "build.json"}
    for name, thing in told.items():
        assert thing["sha256"] == hashlib.sha256(there[name]).hexdigest()
        assert thing["contentSize"] == str(len(there[name]))
