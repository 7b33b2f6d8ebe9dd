"""What families give is kept by what they depend on: never stale, never computed twice."""

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from observlib import disk_cache, frame, inputs, store
from observlib.errors import ObservError
from observlib.families import Given
from observlib.period import Quarter

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "observlib"
LAST = Quarter(2026, 3)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project of its own, where nothing is kept yet."""
    for name in ("catalogue", "reference", "practices"):
        shutil.copytree(ROOT / "data" / name, tmp_path / "data" / name)
    monkeypatch.chdir(tmp_path)
    frame._given.cache_clear()
    yield tmp_path
    frame._given.cache_clear()


def entries(place: Path) -> list[Path]:
    return sorted((place / disk_cache.FOLDER / "families").glob("*"))


def same(one: Given, other: Given) -> None:
    pd.testing.assert_frame_equal(one.estimates, other.estimates)
    pd.testing.assert_frame_equal(one.comparisons, other.comparisons, check_dtype=False)
    assert set(one.words) == set(other.words)


@pytest.mark.parametrize("name", ["satisfaction", "devices", "peers"])
def test_what_is_kept_is_what_was_computed(place, demonstration, name):
    computed = frame.given(demonstration, LAST, name)
    assert frame.is_kept(demonstration, LAST, name)
    frame._given.cache_clear()
    same(frame.given(demonstration, LAST, name), computed)


def test_a_damaged_entry_is_computed_again(place, demonstration):
    computed = frame.given(demonstration, LAST, "satisfaction")
    (path,) = entries(place)
    path.write_bytes(path.read_bytes()[:-9] + b"\0" * 9)
    frame._given.cache_clear()
    same(frame.given(demonstration, LAST, "satisfaction"), computed)


def test_a_family_depends_on_its_own_tables_and_on_no_other(place, demonstration):
    found = frame.depends(demonstration, LAST, "satisfaction")
    assert [name for name in found if name.startswith("the data/")] == ["the data/ratings"]
    assert "the reference/margins.csv" not in found
    surveys = frame.depends(demonstration, LAST, "survey", "enquete-legifrance")
    assert {"the data/responses", "the reference/margins.csv"} <= set(surveys)
    peers = frame.depends(demonstration, LAST, "peers")
    assert {"the estimates/satisfaction", "the estimates/surveys"} <= set(peers)


def test_another_catalogue_another_quarter_or_survey_is_another_entry(place, demonstration):
    def key(quarter: Quarter = LAST, survey: str = "enquete-legifrance") -> str:
        return inputs.key(frame.depends(demonstration, quarter, "survey", survey))

    before = key()
    assert len({before, key(LAST - 1), key(survey="enquete-service-public")}) == 3
    path = place / "data" / "catalogue" / "indicators.yml"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert key() != before


def test_another_word_for_what_is_counted_is_told_at_once_and_computes_nothing_again(
    place, demonstration
):
    before = frame.given(demonstration, LAST, "visits").estimates
    (entry,) = entries(place)
    path = place / "data" / "catalogue" / "indicators.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("unit: visites", "unit: venues"), encoding="utf-8")
    frame._given.cache_clear()
    found = frame.given(demonstration, LAST, "visits").estimates
    assert "visites" in set(before["unit"]) and entries(place) == [entry]
    assert list(found["unit"]) == [unit.replace("visites", "venues") for unit in before["unit"]]


@pytest.mark.parametrize("name", sorted(set(frame.families()) - {"survey"}))
def test_real_data_never_takes_what_a_demonstration_has_kept(
    place, demonstration, monkeypatch, name
):
    """Sheets are told to be invented by the kind of data, and no table need differ."""
    before = frame.depends(demonstration, LAST, name)
    held = {**store.digests(demonstration), "kind": "real"}
    monkeypatch.setattr(store, "digests", lambda _: held)
    assert inputs.key(frame.depends(demonstration, LAST, name)) != inputs.key(before)


def test_a_project_that_cannot_be_written_is_computed_all_the_same(
    place, demonstration, monkeypatch
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk_cache, "put", full)
    assert len(frame.given(demonstration, LAST, "satisfaction").estimates)
    assert not entries(place)


def test_one_of_each_survey_is_asked_with_its_survey_and_the_others_without(place, demonstration):
    with pytest.raises(ObservError, match="'survey': is of one survey; name it"):
        frame.given(demonstration, LAST, "survey")
    with pytest.raises(ObservError, match="'satisfaction': is of no one survey"):
        frame.given(demonstration, LAST, "satisfaction", "enquete-legifrance")


def test_no_code_that_computes_is_left_out_of_what_a_family_depends_on():
    """Else a mended formula would leave the former figures on the pages."""
    declaring = {family.compute.__module__ for family in frame.families().values()}
    waiting = [SOURCE.joinpath(*name.split(".")[1:]).with_suffix(".py") for name in declaring]
    waiting.append(SOURCE / "frame.py")
    seen: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                if name.startswith("observlib."):
                    base = SOURCE.joinpath(*name.split(".")[1:])
                    found = (base.with_suffix(".py"), base / "__init__.py")
                    waiting += [file for file in found if file.exists()]
    code = {name.removeprefix("the library/") for name in frame._code()}
    left_out = {path.relative_to(SOURCE).as_posix() for path in seen} - code
    # what keeps and reads does not compute: a loader's change shows in the store's digests
    assert {name.split("/")[0] for name in left_out} <= {"disk_cache.py", "loaders"}
