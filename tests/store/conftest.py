"""Small exports of two devices, and a clock that says what a test asks."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import pytest
from tests.copies import as_written

from observlib import store
from observlib.catalogue import Catalogue

Write = Callable[..., Path]
Take = Callable[..., store.Ingested]
Counts = dict[tuple[str, str], int]


def held(data: Path) -> dict[str, float]:
    """The marks of a store, by the answer's identifier as its export has it; each is once there."""
    rows = store.read(data, "ratings")
    assert rows["answer_id"].is_unique
    answers = as_written(data, "satisfaction-3939", ascii_lowercase, rows["answer_id"])
    return dict(zip(answers, rows["value"], strict=True))


def counted(data: Path) -> Counts:
    """The visits of a store by product and month."""
    rows = store.read(data, "audience")
    months = rows["start"].dt.strftime("%Y-%m")
    return dict(zip(zip(rows["product"], months, strict=True), rows["visits"], strict=True))


def export(folder: Path, name: str, text: str) -> Path:
    """Write the file of an export."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.fixture(scope="session")
def ratings() -> Write:
    """Write an export of the 3939's questionnaire: answer -> (day, mark of 1-5)."""

    def write(folder: Path, name: str, answers: dict[str, tuple[str, float]]) -> Path:
        rows = [f"{key},{day},satisfaction,{mark},1,5\n" for key, (day, mark) in answers.items()]
        header = "answer_id,date,question,value,scale_min,scale_max\n"
        return export(
            folder, f"allo-service-public_satisfaction_{name}.csv", header + "".join(rows)
        )

    return write


@pytest.fixture(scope="session")
def visits() -> Write:
    """Write an export of audience: (product, month) -> visits."""

    def write(folder: Path, name: str, counts: Counts) -> Path:
        rows = [f"{product},{month},{count}\n" for (product, month), count in counts.items()]
        return export(
            folder, f"boamp_audience_{name}.csv", "product,month,visits\n" + "".join(rows)
        )

    return write


@pytest.fixture
def take(tmp_path: Path, catalogue: Catalogue, ratings: Write, visits: Write) -> Take:
    """Write exports of answers or of visits, by their names, and ingest their folder."""

    def run(
        known: Catalogue = catalogue, data: Path = tmp_path, raw: str = "raw", **exports: Any
    ) -> store.Ingested:
        for name, told in exports.items():
            write = visits if isinstance(next(iter(told)), tuple) else ratings
            write(tmp_path / raw, name, told)
        return store.ingest(tmp_path / raw, data, known)

    return run


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make an ingestion believe that it is another day."""

    def show(day: str) -> None:
        class Fixed(date):
            @classmethod
            def today(cls) -> date:  # type: ignore[override]
                return date.fromisoformat(day)

        for module in ("store.ingestion", "loaders._moments", "catalogue.contract"):
            monkeypatch.setattr(f"observlib.{module}.date", Fixed)

    return show
