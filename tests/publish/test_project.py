"""Both publishers must see the same pages in the same order, and mistakes must be told at once."""

import json
import re
from functools import partial
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath

import pytest
import yaml
from tests.publish.sample import configure, restate

from observlib.base.errors import ObservError
from observlib.publish import html
from observlib.publish.project import (
    MenuEntry,
    PagesError,
    broken_links,
    flat,
    links_of,
    match_pages,
    read_project,
)

GIVEN = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))


def test_a_page_that_a_list_leads_to_needs_no_place_in_the_navigation(project):
    (project / "practices").mkdir()
    for name, order in (("une", 2), ("autre", 1)):
        text = f"---\ntitle: {name}\norder: {order}\nformat: html\n---\nUn récit.\n"
        (project / "practices" / f"{name}.qmd").write_text(text, encoding="utf-8")
    found = read_project(project)
    assert not any("practices" in str(entry.page) for entry in flat(found.navigation))
    ((_, pages),) = found.listings(found.page(PurePosixPath("retours.qmd")))
    assert [page.title for page in pages] == ["autre", "une"]
    listing = MenuEntry("Les retours d’expérience", PurePosixPath("retours.qmd"))
    assert found.trail(pages[0].source) == (MenuEntry("Ce qu’on en fait"), listing)
    edition = found.navigation[-2]  # a section that repeats its page's title is not said twice
    assert (edition.text, edition.entries[0].text) == ("Éditions", "Toutes les éditions")
    assert found.trail(PurePosixPath("methode.qmd")) == (MenuEntry("Comment nous le savons"),)
    assert found.trail(PurePosixPath("index.qmd")) == ()


def test_menu_and_home_page_hold_studies_by_order_in_the_sections_that_they_name(project, sample):
    sections = {"Comment nous le savons": -1, "L'annonce": 0, "Ce qu’ils disent": 9}
    for place, (section, order) in enumerate(sections.items()):
        study = sample.study(f"Étude {place}", "Un constat.", order, section=section)
        sample.add_study(project, f"etude-{place}", study)
    found = read_project(project)
    menu = {entry.text: [inside.text for inside in entry.entries] for entry in found.navigation}
    said, known = menu["Ce qu’ils disent"], menu["Comment nous le savons"]
    assert [*menu][:3] == ["Accueil", "L’annonce", "Ce qu’ils disent"]
    assert said == ["Panorama", "service-public.fr", "Étude 2"]
    assert (
        known[:2] == ["Étude 0", "Méthode et mode d’emploi"]
        and [*menu][-1] == "Comment nous le savons"
    )
    home = html.with_listings("::: {#etudes}\n:::\n", found, found.page(PurePosixPath("index.qmd")))
    titles = ["Comment nous le savons", "L’annonce", "Ce qu’ils disent"]
    assert re.findall("(?m)^### (.+)$", home) == titles


def test_globs_stay_within_a_folder_unless_doubled(project):
    pages = read_project(project).pages
    named = partial(match_pages, project, pages)
    stems = ("index", "retours", "methode", "origines", "glossaire", "accessibilite")
    assert {page.source.name for page in named("*.qmd")} == {f"{stem}.qmd" for stem in stems}
    assert named("editions/*.ipynb") == []
    assert len(named("**")) == len(named("**/*")) == len(pages)
    assert len(named("/pan*.ipynb")) == 1
    assert named("") == named([]) == named("absent.ipynb") == []
    assert [page.title for page in named(["*.ipynb", "!panor*.ipynb"])] == ["service-public.fr"]


def test_navigation_to_nowhere_odd_entries_and_pages_out_of_reach_are_errors(project):
    deep = {"section": "A", "contents": [{"section": "B", "contents": ["index.qmd"]}]}
    configure(project, ["absent.qmd", {"text": "seul"}, deep, {"auto": ["*.qmd", "*.ipynb"]}])
    with pytest.raises(ObservError) as caught:
        read_project(project)
    text = str(caught.value)
    assert "leads to 'absent.qmd', which is no page" in text
    assert "has {'text': 'seul'}; allowed: a page" in text
    assert "section 'A' holds a section" in text
    configure(project, ["index.qmd", "methode.qmd", {"section": "A", "contents": "*.ipynb"}])
    with pytest.raises(ObservError, match=r"glossaire.qmd: website.sidebar.contents .* not lead"):
        read_project(project)
    empty = {"section": "Vide", "contents": [{"auto": "rien-*.ipynb"}]}
    configure(project, [empty, {"auto": ["*.qmd", "*.ipynb"]}])
    assert "Vide" not in [entry.text for entry in read_project(project).navigation]


def test_missing_title_finding_and_format_are_told_together(project, sample):
    sample.add_study(project, "bad", sample.notebook(sample.front(title="", format="docx")))
    (project / "glossaire.qmd").write_text("---\ntitle: [\n---\n", encoding="utf-8")
    with pytest.raises(ObservError) as caught:
        read_project(project)
    text = str(caught.value)
    assert "bad.ipynb: front matter has no 'title'" in text
    assert "bad.ipynb: front matter has no 'description'" in text
    assert "bad.ipynb: unknown format docx; allowed: html, typst, and with Quarto its own" in text
    assert "glossaire.qmd:3: not valid YAML" in text


@pytest.mark.parametrize(("wrong", "message"), [
    ({"published": None}, "not a manifest"), ({"published": "hier"}, "not a manifest"),
    ({"studies": None}, "not a manifest"), ({"studies": [{"title": "A"}]}, "not a manifest"),
    ({"kind": "draft"}, "unknown kind 'draft'"), ({"revisions": ["hier"]}, "not a manifest"),
])  # fmt: skip
def test_a_wrong_manifest_is_told(project, wrong, message):
    restate(project, **wrong)
    with pytest.raises(ObservError, match=message):
        read_project(project)


def test_an_edition_of_which_something_is_missing_or_in_the_way_is_told(project, sample):
    sample.add_study(project, "methode", sample.study("Une étude", "Un constat.", 3))
    with pytest.raises(ObservError, match=r"methode\.ipynb: would be published as methode\.html"):
        read_project(project)
    (project / "produit.ipynb").unlink()
    with pytest.raises(ObservError, match=r"produit.ipynb: cannot be read: No such file"):
        read_project(project)
    (project / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(ObservError, match="not a manifest"):
        read_project(project)
    (project / "manifest.json").unlink()
    with pytest.raises(ObservError, match="holds no edition; `observ edition` makes"):
        read_project(project)
    with pytest.raises(ObservError, match=r"_quarto.yml: cannot be read: No such file"):
        read_project(project / "practices")


def test_of_many_problems_the_first_are_told_and_the_others_are_counted():
    pages = {PurePosixPath("a.ipynb"): [f"{n:02d}" for n in range(22)]}
    assert len(PagesError(pages).problems) == 21
    assert PagesError(pages).problems[19:] == ("a.ipynb: 19", "and 2 more problems")
    whole = {PurePosixPath("a.ipynb"): [*pages[PurePosixPath("a.ipynb")][:20], "00"]}
    assert PagesError(whole).problems[-1] == "a.ipynb: 19"


def test_each_page_tells_the_last_revision_of_its_edition(project):
    assert read_project(project).manifest.label == "Édition 2026-T3"
    restate(project, revisions=["2026-12-01", "2027-01-04"])
    assert read_project(project).manifest.label == "Édition 2026-T3, révision 2 du 4 janvier 2027"


@pytest.mark.parametrize("name", ["absent.lua", "lightbox", {"path": "ordinals.lua"}])
def test_a_filter_that_only_quarto_could_run_is_told(project, name):
    configure(project, filters=["ordinals.lua", name])
    with pytest.raises(ObservError, match=r"filters: .* is no Lua file beside it"):
        read_project(project)
    assert name not in [path.name for path in read_project(project, "a quarto").filters]


@pytest.mark.parametrize("settings", GIVEN["scripts"])
def test_a_setting_that_puts_a_script_on_pages_is_refused(project, sample, settings):
    study = sample.study("Panorama", "Un constat.", 1)
    script = {"include-in-header": {"text": "<script>x()</script>"}}
    study["cells"][0] = sample.front(title="Panorama", description="Un.", **script)
    (project / "panorama.ipynb").write_text(json.dumps(study), encoding="utf-8")
    configure(project, **settings)
    with pytest.raises(ObservError, match="pages run no script but the site's") as caught:
        read_project(project, "a quarto")
    assert len(caught.value.problems) == 2, "of the site, and of the study"


class Parsed(HTMLParser):
    """The identifiers of a page and where it leads, as the standard library reads it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for key, value in attrs:
            if value and key in ("id", "href", "src"):
                (self.ids if key == "id" else self.targets).append(value)


@pytest.mark.parametrize("page", GIVEN["markup"])
def test_what_a_page_leads_to_is_what_the_standard_parser_finds(page):
    found, parsed = links_of(page), Parsed(page)
    assert (found.ids, found.targets) == (parsed.ids, parsed.targets)


@pytest.mark.parametrize(("page", "told"), GIVEN["links"])
def test_what_a_reader_would_hit_is_found(tmp_path, page, told):
    """A file beside the site is on no server."""
    site = tmp_path / "site"
    (site / "b").mkdir(parents=True)
    for name in ("../private.html", "a.csv", "a.html", "b/c d.html"):
        (site / name).write_text("", encoding="utf-8")
    pages = {"a.html": links_of(page), "b/c d.html": links_of('<p id="é">')}
    assert broken_links(site, pages) == ({"a.html": told} if told else {})
