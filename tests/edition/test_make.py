"""The making of an edition: its pages, what it remembers of itself, and its failures."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.copies import demonstration_catalogue

import observlib
from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.confidentiality.control import Decision
from observlib.edition import make as module
from observlib.edition.execute import Outcome
from observlib.edition.plan import Page, Request
from observlib.pipeline import archive
from observlib.records.practices import Practices

CATALOGUE = demonstration_catalogue()
DECIDED = Decision(estimates.make([]), (), pd.DataFrame())
Making = Callable[..., dict[str, Any]]


@pytest.fixture
def making(tmp_path: Path, make: Any, monkeypatch: pytest.MonkeyPatch) -> Making:
    """An edition of three pages, whose kernels are not started: they show what they hold."""
    errors: dict[str, str] = {}

    def execute(pages: list[Page], folder: Path, *words: Any, **named: Any) -> list[Outcome]:
        outcomes = []
        for page in pages:
            path = folder / f"{page.name}.ipynb"
            if errors.get(page.name) != "not begun":
                shutil.copy(page.study.path, path)
            outcomes.append(Outcome(page, path, errors.get(page.name, "")))
        return outcomes

    monkeypatch.setattr(module, "execute", execute)
    monkeypatch.setattr(module, "is_computed", lambda _: True)
    frame = {archive.ESTIMATES: estimates.make([]).to_parquet(index=False)}
    monkeypatch.setattr(module, "frame_files", lambda *_: frame)
    monkeypatch.setattr(module.store, "digests", lambda _: {})
    monkeypatch.setattr(module.disclosed, "decisions", lambda *_: DECIDED)

    def run(keep_going: bool = False, mute: str = "", **failing: str) -> dict[str, Any]:
        errors.clear()
        errors.update(failing)
        pages = []
        for name in ("a", "b", "c"):
            cells = [] if name == mute else [make.finding(f"Voici : l'essai « {name} ».")]
            path = make.write(tmp_path / "notebooks" / f"{name}.ipynb", *cells)
            pages.append(make.page(path, quarter="2026-T3", data="/srv/secret", years=3))
        folder = tmp_path / "work" / "2026-T3"
        shutil.rmtree(folder, ignore_errors=True)
        return module.make(request(tmp_path, pages), folder, keep_going=keep_going)[0]

    (tmp_path / "reports").mkdir()
    return run


def request(root: Path, pages: list[Page]) -> Request:
    return Request(
        root=root,
        data=root / "data",
        quarter=Quarter.parse("2026-T3"),
        today=date(2026, 11, 24),
        kind="demonstration",
        digest="abc123",
        catalogue=CATALOGUE,
        practices=Practices((), {}, {}),
        pages=tuple(pages),
        wanted=frozenset(page.name for page in pages),
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_an_edition_is_its_pages_and_its_manifest_and_nothing_else(making, tmp_path):
    made = making()
    folder = tmp_path / "work" / "2026-T3"
    assert names(folder) == ["a.ipynb", "b.ipynb", "c.ipynb", "estimates.parquet", "manifest.json"]
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8")) == made
    assert not (tmp_path / "reports" / "_failed").exists()


def test_the_manifest_says_what_was_made_of_which_data_by_which_version(making):
    made = making()
    assert {key: made[key] for key in ("quarter", "kind")} == {
        "quarter": "2026-T3",
        "kind": "demonstration",
    }
    assert made["version"] == observlib.__version__
    assert [entry["page"] for entry in made["studies"]] == ["a", "b", "c"]


def test_a_page_s_entry_has_its_words_as_they_are_read_and_not_where_its_data_was(making, tmp_path):
    entry = making()["studies"][0]
    content = (tmp_path / "work" / "2026-T3" / "a.ipynb").read_bytes()
    assert entry == {
        "page": "a",
        "study": "a",
        "title": "Essai",
        "parameters": {"quarter": "2026-T3", "years": 3},
        "data": {},
        "description": "Voici\xa0: l'essai «\xa0a\xa0».",
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def test_the_same_edition_twice_is_the_same_bytes(making, tmp_path):
    def content() -> dict[str, bytes]:
        making()
        return {p.name: p.read_bytes() for p in (tmp_path / "work" / "2026-T3").iterdir()}

    assert content() == content()


def test_pages_are_linked_in_the_plan_s_order_whichever_were_made_first(making, monkeypatch):
    """Else an edition of which some pages were kept would list a page's curves otherwise."""
    execute, linked, orders = module.execute, module.linked, []

    def seen(pages: Any, wanted: Any) -> dict[str, str]:
        orders.append([*pages])
        return linked(pages, wanted)

    monkeypatch.setattr(module, "execute", lambda *x, **y: execute(*x, **y)[::-1])
    monkeypatch.setattr(module, "linked", seen)
    making()
    assert orders == [["a", "b", "c"]]


def test_a_failed_page_stops_the_edition_and_its_notebook_is_kept_to_be_looked_at(making, tmp_path):
    with pytest.raises(ObservError) as caught:
        making(b="cell 3: ValueError: no")
    kept = tmp_path / "reports" / "_failed" / "b.ipynb"
    assert caught.value.problems == (
        f"study b: cell 3: ValueError: no; see {kept}",
        "nothing was published; mend what failed, or publish the others with --keep-going",
    )
    assert kept.is_file() and names(tmp_path / "reports" / "_failed") == ["b.ipynb"]
    assert not (tmp_path / "work" / "2026-T3" / "manifest.json").exists()


def test_a_page_that_ran_and_states_no_finding_has_failed_too(making, tmp_path):
    with pytest.raises(ObservError, match="study b: states no finding"):
        making(mute="b")
    assert names(tmp_path / "reports" / "_failed") == ["b.ipynb"]


def test_two_pages_that_tell_one_quantity_differently_stop_the_edition(
    making, tmp_path, monkeypatch
):
    seen = {}

    def look(pages: dict[str, str]) -> list[str]:
        if "the edition's frame" in pages:
            return []
        seen.update(pages)
        return [f"nps {n}: a tells 1 points, and b tells 2 points" for n in range(7)]

    monkeypatch.setattr(module.consistency, "told_differently", look)
    with pytest.raises(ObservError) as caught:
        making()
    assert set(seen) == {"a", "b", "c"} and '"cells"' in seen["a"]
    assert len(caught.value.problems) == 7 and caught.value.problems[5] == "and 2 more"
    assert not (tmp_path / "work" / "2026-T3" / "manifest.json").exists()


def test_a_page_in_easy_french_that_is_hard_to_read_is_refused_with_its_words(
    making, tmp_path, make
):
    (tmp_path / "reports" / "glossaire.qmd").write_text("Usager\n:   Une personne.\n", "utf-8")
    path = make.write(
        tmp_path / "facile.ipynb",
        make.finding("Le quantile bouge."),
        make.markdown("Il y a 2 pages et 3 livres. Un **usager** lit."),
    )
    page = Page(make.study(path, easy=True), "facile", "Essai", {})
    outcome = Outcome(page, path, "")
    with pytest.raises(module.PageError) as failed:
        module.made_page(outcome, request(tmp_path, [page]))
    assert "'quantile' of 'Le quantile bouge.' is no common word" in str(failed.value)
    assert "has 2 numbers" in str(failed.value) and "usager" not in str(failed.value)
    plain = Page(make.study(path), "facile", "Essai", {})
    assert module.made_page(Outcome(plain, path, ""), request(tmp_path, [plain])).description


def test_a_table_that_calls_unmeasured_what_the_edition_tells_stops_the_edition(
    making, tmp_path, monkeypatch
):
    def look(pages: dict[str, str], frame: pd.DataFrame) -> list[str]:
        assert set(pages) == {"a", "b", "c"} and list(frame.columns) == estimates.COLUMNS
        return ["a: a table says that no device measures nps, and b tells it"]

    monkeypatch.setattr(module.consistency, "hidden", look)
    with pytest.raises(ObservError, match="no device measures nps, and b tells it"):
        making()
    assert not (tmp_path / "work" / "2026-T3" / "manifest.json").exists()


def test_every_failed_page_is_told(making):
    with pytest.raises(ObservError) as caught:
        making(mute="c", a="cell 3: E: 1")
    assert [problem.split(":")[0] for problem in caught.value.problems[:-1]] == [
        "study a",
        "study c",
    ]


def test_a_page_whose_kernel_never_started_has_no_notebook_to_see(making, tmp_path):
    with pytest.raises(ObservError) as caught:
        making(b="not begun")
    assert caught.value.problems[0] == "study b: not begun"
    assert not (tmp_path / "reports" / "_failed").exists()


def test_an_edition_goes_on_without_what_failed_and_remembers_why(making, tmp_path):
    error = f"cell 3: FileNotFoundError: {tmp_path}/data/x"
    made = making(keep_going=True, b=error)
    assert names(tmp_path / "work" / "2026-T3") == [
        "a.ipynb",
        "c.ipynb",
        "estimates.parquet",
        "manifest.json",
    ]
    assert [("error" in e, "sha256" in e) for e in made["studies"]] == [
        (False, True),
        (True, False),
        (False, True),
    ]
    assert made["studies"][1]["error"] == "cell 3: FileNotFoundError: data/x"
    assert str(tmp_path) not in json.dumps(made)


def test_an_edition_of_nothing_but_failures_is_none_and_no_flag_is_advised_that_was_given(
    making, tmp_path
):
    with pytest.raises(ObservError) as caught:
        making(keep_going=True, a="x", b="y", c="z")
    assert caught.value.problems[-1] == "nothing was published; mend what failed"
    assert len(caught.value.problems) == 4
    assert names(tmp_path / "reports" / "_failed") == ["a.ipynb", "b.ipynb", "c.ipynb"]


def test_what_failed_last_time_is_cleared_away_by_the_next_run(making, tmp_path):
    with pytest.raises(ObservError):
        making(b="x")
    making()
    assert not (tmp_path / "reports" / "_failed").exists()
