"""A device whose marks fall, then fall silent; and a server that stands in for a webhook."""

import csv
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.desk.fetching.conftest import standin

from observlib import store
from observlib.catalogue import Catalogue
from tools.demo.formats import declared

__all__ = ["standin"]
DEVICE = "jdma-legifrance"
FIRST = date(2025, 1, 1)
Heard = Callable[[Sequence[Sequence[str]]], Path]
GOOD = ["Très bien"] * 26 + ["Moyen"] * 8 + ["Pas bien"] * 6
POOR = ["Très bien"] * 18 + ["Moyen"] * 8 + ["Pas bien"] * 14


@pytest.fixture
def heard(tmp_path: Path, catalogue: Catalogue) -> Heard:
    """A data folder in which one device was given such answers on each day from 1 January 2025."""

    def made(days: Sequence[Sequence[str]]) -> Path:
        rows = [
            (f"{FIRST + timedelta(place)} 10:00:00", "Formulaire fictif", "Bouton", f"{place}-{i}",
             said, "3", "Je n'ai pas eu besoin d'aide", "", "", "")
            for place, answers in enumerate(days)
            for i, said in enumerate(answers)
        ]  # fmt: skip
        raw = tmp_path / "raw"
        raw.mkdir(exist_ok=True)
        with (raw / "jdma_legifrance_2025.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([declared("satisfaction")["header"], *rows])
        done = store.ingest(raw, tmp_path, catalogue)
        assert not done.problems and done.rejects.empty
        return tmp_path

    return made


def steady(days: int, answers: Sequence[str] = tuple(GOOD)) -> list[list[str]]:
    """Days of about as many answers, of which some change from day to day."""
    return [[*answers, *["Moyen", "Très bien", "Pas bien"][: 1 + day % 3]] for day in range(days)]
