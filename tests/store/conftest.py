"""Small exports of two devices, and a clock that says what a test asks."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from observlib import store
from observlib.catalogue import Catalogue

Write = Callable[..., Path]
Take = Callable[..., store.Ingested]


@pytest.fixture(scope="session")
def ratings() -> Write:
    """Write an export of the 3939's questionnaire: answer -> (day, mark of 1-5)."""

    def write(folder: Path, name: str, answers: dict[str, tuple[str, float]]) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"allo-service-public_satisfaction_{name}.csv"
        rows = [f"{key},{day},satisfaction,{mark},1,5\n" for key, (day, mark) in answers.items()]
        header = "answer_id,date,question,value,scale_min,scale_max\n"
        path.write_text(header + "".join(rows), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def visits() -> Write:
    """Write an export of audience: (product, month) -> visits."""

    def write(folder: Path, name: str, counts: dict[tuple[str, str], int]) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"boamp_audience_{name}.csv"
        rows = [f"{product},{month},{count}\n" for (product, month), count in counts.items()]
        path.write_text("product,month,visits\n" + "".join(rows), encoding="utf-8")
        return path

    return write


@pytest.fixture
def take(tmp_path: Path, catalogue: Catalogue, ratings: Write, visits: Write) -> Take:
    """Write exports of answers or of visits, by their names, and ingest them with the others."""

    def run(known: Catalogue = catalogue, **exports: dict[Any, Any]) -> store.Ingested:
        for name, told in exports.items():
            write = visits if isinstance(next(iter(told)), tuple) else ratings
            write(tmp_path / "raw", name, told)
        return store.ingest(tmp_path / "raw", tmp_path, known)

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
