"""What a reader meets: pages measured in a real browser, on a phone's screen and on a wide one."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from tests.site.conftest import asked, pages_of

MEASURE = Path(__file__).with_name("measure_pages.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def found(
    site: Path, dump: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """What the browser measured, by page and width."""
    copy = shutil.copytree(site, tmp_path_factory.mktemp("browser") / "site")
    pages = pages_of(copy)
    result: dict[str, dict[str, Any]] = asked(dump, copy, MEASURE % json.dumps(pages))
    assert len(result) == 5 * len(pages) == 40
    return result


def test_no_page_measured_shows_any_of_these_faults(found):
    for fault in ("unseen", "wide", "contrasts", "blank"):
        assert {name: page[fault] for name, page in found.items() if page[fault]} == {}, fault
    for fault in ("overflow", "airy"):
        assert {name: page[fault] for name, page in found.items() if page[fault] > 0} == {}, fault


def test_no_table_is_cut_and_the_menu_is_open_on_a_desk_alone(found):
    assert {
        name: page["tables"] for name, page in found.items() if max(page["tables"], default=0) > 1
    } == {}
    assert any(page["tables"] for page in found.values())
    for name, page in found.items():
        assert page["menu"] == name.endswith((" 1280", " 1500")), name
        assert page["scrolling"] == 0, f"{name}: a menu that scrolls does not say so"
    places = {(name.rsplit(" ")[-1], page["search"]) for name, page in found.items()}
    assert len(places) == 5 and None not in dict(places).values()


def test_keyboard_meets_the_skip_link_first_and_lines_can_be_read(found):
    for name, page in found.items():
        assert page["first"] == "skip", name
        assert page["skip"] >= 0, f"{name}: the skip link stays hidden when it has the focus"
        assert page["text"] <= 46 * 16, name
        assert page["size"] >= 16, name
        assert page["h1"] < 300, f"{name}: its title is not on the first screen of a phone"


def test_nothing_is_asked_from_outside_and_no_script_runs_but_those_of_the_site(found):
    for name, page in found.items():
        root = "../" * name.count("/")
        assert page["scripts"][0] == f"{root}search.js", name
        assert page["scripts"][1:] in ([], [f"{root}values.js"]), name
        assert all(address.startswith("file:") for address in page["requests"]), name


ASK = Path(__file__).with_name("ask_pages.html").read_text(encoding="utf-8")
PAGES = ["index.html", "panorama.html"]
ASKED = ["VERIFICATION intervalle", "vérifications des intervalles", "dispositifs ecoute"]
ASKED += ["Accessibilités critères", "zzz", "<b>", "e", "la de"]


@pytest.fixture(scope="module")
def answers(site, dump, tmp_path_factory):
    copy = shutil.copytree(site, tmp_path_factory.mktemp("search") / "site")
    return asked(dump, copy, ASK % (json.dumps(PAGES), json.dumps(ASKED)))


def test_words_are_found_without_their_accents_and_in_the_plural_on_each_page(answers):
    one, other = (answers[f"{words}|index.html"] for words in ASKED[:2])
    assert one == other and one["links"]
    for words in ASKED:
        first, second = (answers[f"{words}|{page}"] for page in PAGES)
        assert first == second, words


def test_links_lead_to_pages_that_are_there_and_to_their_headings(answers, site):
    for name, answer in answers.items():
        for link in answer["links"]:
            place, _, anchor = unquote(link).split("/site/")[1].partition("#")
            page = (site / place).read_text(encoding="utf-8")
            assert not anchor or f'id="{anchor}"' in page, name
    assert any("#" in link for answer in answers.values() for link in answer["links"])


def test_how_many_pages_are_found_is_told(answers):
    assert answers["zzz|index.html"] == {"status": "Aucune page trouvée", "links": []}
    count = len(answers["dispositifs ecoute|index.html"]["links"])
    expected = f"{count} pages trouvées" if count > 1 else "1 page trouvée"
    assert count and answers["dispositifs ecoute|index.html"]["status"] == expected
    for name in ("e", "after"):  # a letter finds nothing yet, and Escape empties the search
        assert answers[f"{name}|index.html"] == {"status": "", "links": []}
