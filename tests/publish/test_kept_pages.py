"""A page that is taken from what is kept is the one that would be made."""

import functools
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from observlib.base.errors import ObservError
from observlib.publish import embedded, publish

STUDY = Path("panorama.ipynb")
EVERY = {
    *("index.qmd", "methode.qmd", "glossaire.qmd", "accessibilite.qmd", "retours.qmd"),
    "origines.qmd",
    *("panorama.ipynb", "produit.ipynb"),
}


def tree(site: Path) -> dict[str, bytes]:
    found = [path for path in sorted(site.rglob("*")) if path.is_file()]
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in found}


@pytest.fixture
def project(tmp_path: Path, sample: ModuleType) -> Path:
    folder: Path = sample.make_project(tmp_path / "project")
    return folder


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The pages that were made, and not taken from what is kept."""
    return noted(monkeypatch)


def noted(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    names: set[str] = set()
    page = embedded._page

    @functools.wraps(page)
    def note(
        project: embedded.Project, one: embedded.Page, frames: Path | None
    ) -> dict[str, bytes]:
        names.add(str(one.source))
        return page(project, one, frames)

    monkeypatch.setattr(embedded, "_page", note)
    return names


def replace(name: str | Path, before: str, after: str) -> Callable[[Path], None]:
    def act(project: Path) -> None:
        text = (project / name).read_text(encoding="utf-8")
        assert before in text
        (project / name).write_text(text.replace(before, after), encoding="utf-8")

    return act


def add_package(project: Path) -> None:
    manifest = project / "manifest.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.with_name("donnees").mkdir()
    manifest.with_name("donnees").joinpath("x.zip").write_bytes(b"PK")
    told["frame"] = {"donnees/x.zip": "digest"}
    manifest.write_text(json.dumps(told), encoding="utf-8")


CHANGES: dict[str, tuple[Callable[[Path], None], set[str]]] = {
    "nothing": (lambda project: None, set()),
    "a sentence": (replace(STUDY, "prudence !", "patience !"), {str(STUDY)}),
    "a finding": (replace(STUDY, "reste en retrait", "progresse"), {str(STUDY), "index.qmd"}),
    "a title": (replace(STUDY, "Panorama", "Vue"), EVERY),
    "a fixed page": (replace("glossaire.qmd", "---\n\n", "---\n\nUn mot.\n\n"), {"glossaire.qmd"}),
    "the day": (replace("manifest.json", "2026-11-24", "2026-12-02"), EVERY),
    "the data": (replace("manifest.json", "demonstration", "real"), EVERY),
    "a package": (add_package, EVERY),
    "settings": (replace("_quarto.yml", "Contenus sous", "Textes sous"), EVERY),
    "a filter": (lambda project: (project / "ordinals.lua").write_text("\n"), EVERY),
    "the bibliography": (replace("references.bib", "Wilson", "Autre"), EVERY),
    "a picture": (lambda project: (project / "a.svg").write_text("<svg/>"), EVERY),
}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, sample: ModuleType) -> Path:
    """A project, its site, and what was kept of it when it was first made."""
    place = tmp_path_factory.mktemp("first")
    with pytest.MonkeyPatch.context() as patch:
        names = noted(patch)
        publish(
            sample.make_project(place / "project"), place / "site", "embedded", cache=place / "kept"
        )
    assert names == EVERY
    return place


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
def test_what_changed_is_made_again_and_every_file_is_that_of_a_new_site(
    tmp_path, first, made, name
):
    shutil.copytree(first, tmp_path, dirs_exist_ok=True)
    project, site, kept = (tmp_path / each for each in ("project", "site", "kept"))
    act, expected = CHANGES[name]
    act(project)
    publish(project, site, "embedded", cache=kept)
    assert made == expected
    publish(project, tmp_path / "other", "embedded")
    assert tree(site) == tree(tmp_path / "other")


def test_a_page_that_is_refused_is_refused_again_and_the_others_are_kept(tmp_path, project, made):
    replace(STUDY, "@fig-parts)", "@fig-nowhere)")(project)
    for expected in (EVERY, {str(STUDY)}):
        made.clear()
        with pytest.raises(ObservError, match="unresolved reference @fig-nowhere"):
            publish(project, tmp_path / "site", "embedded", cache=tmp_path / "kept")
        assert made == expected


@pytest.mark.slow
def test_a_library_that_changes_meanwhile_keeps_nothing(tmp_path, project, made, monkeypatch):
    monkeypatch.setattr(embedded.kept, "library", lambda: {"the library/publish/html.py": "2"})
    for _ in range(2):
        made.clear()
        publish(project, tmp_path / "site", "embedded", cache=tmp_path / "kept")
        assert made == EVERY
