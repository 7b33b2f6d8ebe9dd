"""The edition's frame: all that its families give, each row once, beside the notebooks."""

import json
import shutil
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from tests.copies import demonstration_catalogue

from observlib import dataset, estimates
from observlib.base import kept
from observlib.base.period import Quarter
from observlib.confidentiality.disclosure import Published
from observlib.edition import compute
from observlib.edition.plan import Request
from observlib.estimates.comparisons import COMPARISON_COLUMNS, check_comparisons
from observlib.pipeline import archive, disclosed, frame
from observlib.pipeline.archive import Publication
from observlib.records.practices import Practices

ROOT = Path(__file__).parents[2]
PACKAGE = (
    *("estimates.csv", "comparisons.csv", "dictionary.csv", "datapackage.json", "dataset.jsonld"),
    *("observatoire-2026-t3.xlsx", "observatoire-2026-t3.zip"),
)
FILES = {
    "estimates.parquet": (estimates.COLUMNS, estimates.check),
    "comparisons.parquet": (COMPARISON_COLUMNS, check_comparisons),
}


@pytest.fixture
def request_(tmp_path: Path, demonstration: Path, monkeypatch: pytest.MonkeyPatch) -> Request:
    """A request for the demonstration's edition, in a project where nothing is kept yet."""
    for name in ("catalogue", "formats", "reference", "practices"):
        shutil.copytree(ROOT / "data" / name, tmp_path / "data" / name)
    monkeypatch.chdir(tmp_path)
    frame._given.cache_clear()
    return Request(
        root=tmp_path, data=demonstration, quarter=Quarter("2026-T3"), today=date(2026, 11, 24),
        kind="demonstration", digest="abc123", catalogue=demonstration_catalogue(),
        practices=Practices((), {}, {}), pages=(), wanted=frozenset(),
    )  # fmt: skip


def written(request: Request, folder: Path) -> dict[str, bytes]:
    """The files of the frame."""
    folder.mkdir()
    found = compute.frame_files(request, request.today)
    assert set(found) == {*FILES, "disclosure.json", *(f"donnees/{name}" for name in PACKAGE)}
    for name, content in found.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    return found


def test_the_frame_has_rows_of_the_contracts_and_the_same_bytes(request_, tmp_path, monkeypatch):
    few = [("visits", ""), ("polls", "")]
    monkeypatch.setattr(disclosed, "jobs", lambda _: few)
    first = written(request_, tmp_path / "first")
    for name, (columns, check) in FILES.items():
        rows = pd.read_parquet(tmp_path / "first" / name)
        assert list(rows.columns) == columns and len(rows)
        check(rows)
        assert not rows.duplicated().any()
        said = dataset.read_table(first[f"donnees/{Path(name).stem}.csv"])
        assert estimates.csv_lines(said[columns]) == estimates.csv_lines(rows)
    assert written(request_, tmp_path / "kept") == first
    shutil.rmtree(tmp_path / kept.KEPT_FOLDER)
    frame._given.cache_clear()
    assert written(request_, tmp_path / "again") == first


def test_a_package_marks_what_is_revised_and_the_frame_stays(request_, tmp_path, monkeypatch):
    monkeypatch.setattr(disclosed, "jobs", lambda _: [("visits", "")])
    first = written(request_, tmp_path / "first")
    rows = pd.read_parquet(tmp_path / "first" / archive.ESTIMATES)
    before = rows.assign(estimate=rows["estimate"].where(rows.index > 0, 1.0))
    kept = Publication("0001-2026-T2", Published(before, []), "2026-08-17")
    monkeypatch.setattr(archive, "earlier", lambda _: [kept])
    again = written(request_, tmp_path / "again")
    assert {name: again[name] for name in FILES} == {name: first[name] for name in FILES}
    flags = dataset.read_table(again["donnees/estimates.csv"])["flags"]
    assert flags[0] == "r" and not flags[1:].str.contains("r").any()


@pytest.mark.slow
def test_whatever_a_page_shows_is_a_row_of_the_frame_and_no_quantity_has_two(root: Path) -> None:
    edition = root / "reports" / "editions" / "2026-T3"
    rows, pairs = (pd.read_parquet(edition / name) for name in FILES)
    quantity = ["indicator", "product", "channel", "device", "period", "group", "group_value"]
    assert not rows.duplicated(quantity).any()
    known = {*estimates.csv_lines(rows), *estimates.csv_lines(pairs)}
    shown: list[str] = []
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                carried = output.get("data", {}).get(estimates.MIME, {})
                shown += carried.get("rows", [])
                shown += carried.get("comparisons", {}).get("rows", [])
    assert len(shown) > 1000 and set(shown) <= known
