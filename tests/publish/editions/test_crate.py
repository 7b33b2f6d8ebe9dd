"""An edition is a research object that a stranger's program reads without knowing ours."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import fsspec
import pytest
from tests.review.conftest import Small
from tests.review.conftest import small as small

from observlib.base import addresses
from observlib.base.errors import ObservError
from observlib.publish.editions import record
from observlib.publish.editions.record import Edition

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
def test_an_edition_is_a_research_object_with_which_the_validator_is_content(small: Small) -> None:
    from rocrate_validator import models, services

    found = services.validate(
        services.ValidationSettings(
            rocrate_uri=str(small.edition), profile_identifier="ro-crate-1.2",
            requirement_severity=models.Severity.REQUIRED, skip_availability_check=True,
        )
    )  # fmt: skip
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


@pytest.fixture
def small_edition(tmp_path) -> Path:
    folder = tmp_path / "site" / "2026-T3"
    (folder / "donnees").mkdir(parents=True)
    (folder / "index.html").write_text("l'été", encoding="utf-8")
    (folder / "donnees" / "estimates.csv").write_text("a,b", encoding="utf-8")
    about = {"published": "2026-11-24", "revisions": []}
    (folder / "manifest.json").write_text(json.dumps(about), encoding="utf-8")
    return folder


def test_an_edition_is_the_same_file_in_a_folder_and_at_an_address(small_edition, where, tmp_path):
    path = Path(record.put_edition(small_edition, str(tmp_path / "out")))
    target = record.put_edition(small_edition, where)
    assert target == f"{where}/2026-T3.zip" and path.name == "2026-T3.zip"
    files = fsspec.filesystem(where.partition("://")[0], skip_instance_cache=True)
    assert files.cat_file(target) == path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert archive.read("2026-T3/index.html").decode() == "l'été"
        assert len(archive.namelist()) == 3


def test_an_edition_that_never_arrives_leaves_one(small_edition, where, tmp_path, monkeypatch):
    target = record.put_edition(small_edition, where)
    before = addresses.copy_from(target, tmp_path / "before").read_bytes()
    (small_edition / "index.html").write_text("une autre", encoding="utf-8")

    def broken(*_: object, **__: object) -> None:
        raise ConnectionError("the line is cut")

    monkeypatch.setattr(addresses.files(where), "put_file", broken)
    with pytest.raises(ObservError, match="the line is cut"):
        record.put_edition(small_edition, where)
    assert addresses.copy_from(target, tmp_path / "after").read_bytes() == before


TOLD = "a" * 32
T3 = Edition("2026-T3", "real", "2026-11-16", (), "Un chiffre.", TOLD, {})
STUDIES = {"2026-T3": {"panorama": "Panorama", "satisfaction": "Satisfaction"}}
SHEET = f"""id: 2026-t3-une-ville
edition: 2026-T3
told: {TOLD}
date: 2026-12-03
role: statisticienne d'une ville
verdict: reproduced
"""


def load(place: Path, text: str, name: str = "2026-t3-une-ville") -> tuple[record.Review, ...]:
    (place / record.Review.FOLDER).mkdir(exist_ok=True)
    (place / record.Review.FOLDER / f"{name}.yml").write_text(text, encoding="utf-8")
    return record.Review.load(place)


def part(read: tuple[record.Review, ...], edition: Edition = T3) -> str:
    return record.reviews_page([edition], STUDIES, read).replace("\u00a0", " ")


def test_an_edition_that_nobody_read_again_says_so_and_so_does_each_study() -> None:
    text = part(())
    assert text.count("[Pas encore relue]{.badge .badge-none}") == 3


def test_a_review_is_of_its_study_alone_and_told_if_it_no_longer_holds(tmp_path):
    text = part(load(tmp_path, SHEET + "studies: [satisfaction]\n"))
    assert "| Satisfaction | [Relue le 3 décembre 2026 : reproduite]{.badge .badge-good}" in text
    assert "| Panorama | [Pas encore relue]" in text
    read = load(tmp_path, SHEET)
    revised = Edition("2026-T3", "real", "2026-11-16", ("2026-12-09",), "Un.", "b" * 32, {})
    assert "[Relue avant sa révision]{.badge .badge-none}" in part(read, revised)
    assert "[Relue le 3 décembre 2026 : reproduite]" in part(read)


def test_points_are_told_with_their_answers_and_what_waits_for_one(tmp_path: Path) -> None:
    points = """points:
  - study: satisfaction
    point: Le graphique cache les petits effectifs.
    answer: Ils sont marqués.
  - point: La méthode est longue.
"""
    text = part(load(tmp_path, SHEET.replace("reproduced", "differs") + points))
    assert "Ils sont marqués." in text and "en attente" in text
    assert "statisticienne d'une ville" in text.replace("’", "'")
    assert "{.badge .badge-bad}" in text


@pytest.mark.parametrize(("change", "told"), [
    (("reproduced", "fine"), "verdict"), (("2026-T3", "T3"), "edition"),
    (("statisticienne d'une ville", "a@example.org"), "role"),
    (("id: 2026-t3-une-ville", "id: other"), "the file's name says"),
    (("told: ", "tell: "), "tell"),
])  # fmt: skip
def test_a_sheet_that_is_wrong_is_told_by_file_and_line(tmp_path, change, told) -> None:
    with pytest.raises(ObservError, match=rf"2026-t3-une-ville\.yml:\d+: .*{told}"):
        load(tmp_path, SHEET.replace(*change))


def test_what_review_begins_is_a_sheet_and_is_never_written_over(tmp_path: Path) -> None:
    role = "statisticienne d'une ville"
    path = record.review_file(tmp_path, "2026-T3", role)
    text = record.review_begun(path, "2026-T3", TOLD, "reproduced", role, date(2026, 12, 3))
    (sheet,) = load(tmp_path, text, path.stem)
    assert (sheet.role, sheet.date, sheet.points) == (role, date(2026, 12, 3), ())
    with pytest.raises(ObservError, match="is there already"):
        record.review_file(tmp_path, "2026-T3", role)


@pytest.mark.parametrize("role", ["Mme Durand", "a@example.org", "!!!"])
def test_a_name_is_no_role(tmp_path: Path, role: str) -> None:
    with pytest.raises(ObservError, match="--write"):
        record.review_file(tmp_path, "2026-T3", role)
