"""What a reader meets: pages measured in a real browser, on a phone's screen and on a wide one."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from tests.site.conftest import asked, pages_of

MEASURE = """<!doctype html><meta charset="utf-8"><pre id="found"></pre><script>
const pages = %s, widths = [320, 360, 375, 1280, 1500];
const rgb = text => text.match(/[\\d.]+/g).map(Number);
const luminance = c => c.slice(0, 3).map(v => v / 255)
  .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
function background(el) {
  for (; el; el = el.parentElement) {
    const c = rgb(getComputedStyle(el).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c;
  }
  return [255, 255, 255];
}
function contrasts(doc) {
  const poor = [];
  const walker = doc.createTreeWalker(doc.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const el = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !el.checkVisibility()) continue;
    const [a, b] = [luminance(rgb(getComputedStyle(el).color)), luminance(background(el))]
      .sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) poor.push([walker.currentNode.data.trim(), ratio]);
  }
  return poor;
}
function unseen(doc, view) {  // what the keyboard reaches without a mark that one sees
  const found = [], marked = el => {
    const style = view.getComputedStyle(el);
    return style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 2;
  };
  for (const el of doc.querySelectorAll("a[href], input, summary, [tabindex='0']")) {
    if (!el.checkVisibility()) continue;
    el.focus();
    if (doc.activeElement === el && !marked(el) && !(el.closest("li") && marked(el.closest("li"))))
      found.push(el.outerHTML.slice(0, 80));
  }
  return found;
}
function measure(doc, view, width) {
  const box = name => doc.querySelector(name).getBoundingClientRect();
  const wide = [...doc.querySelectorAll("body *")]
    .filter(el => !el.closest(".scroll") && el.getBoundingClientRect().right > width + 1)
    .map(el => el.tagName + "." + el.className);
  const links = doc.querySelectorAll("nav.menu a");
  const skip = doc.querySelector("a.skip");
  skip.focus();
  doc.querySelectorAll("main details").forEach(el => el.open = true);
  const tables = [...doc.querySelectorAll(".scroll")].map(el => el.scrollWidth - el.clientWidth);
  const menu = links[0].checkVisibility(), scrolling = [...doc.querySelectorAll("nav")].filter(
    el => /auto|scroll/.test(view.getComputedStyle(el).overflowY)).length;
  const spaced = doc.createElement("style");  // those of WCAG 2.1, success criterion 1.4.12
  spaced.textContent = `* { line-height: 1.5 !important; letter-spacing: .12em !important;
    word-spacing: .16em !important } p { margin-bottom: 2em !important }`;
  const overflow = doc.documentElement.scrollWidth - width;
  doc.head.append(spaced);
  const airy = doc.documentElement.scrollWidth - width;
  spaced.remove();
  return {
    overflow, airy, wide, tables, scrolling,
    search: doc.querySelector("[role=search] input")?.getBoundingClientRect().top,
    contrasts: contrasts(doc),
    blank: [...doc.images].filter(i => !i.naturalWidth).map(i => i.getAttribute("src")),
    menu,
    skip: skip.getBoundingClientRect().left,
    first: doc.querySelector("a, button, input, summary, [tabindex='0']").className,
    h1: box("h1").top,
    text: Math.max(0, ...[...doc.querySelectorAll(".text > p, .text > ul")].map(
      el => el.getBoundingClientRect().width)),
    scripts: [...doc.scripts].map(s => s.getAttribute("src")),
    requests: view.performance.getEntriesByType("resource").map(r => r.name),
    size: parseFloat(view.getComputedStyle(doc.body).fontSize),
    unseen: unseen(doc, view),  // last, as it takes the focus
  };
}
(async () => {
  const found = {};
  for (const page of pages) for (const width of widths) {
    const frame = document.createElement("iframe");
    frame.style.cssText = `width:${width}px;height:900px;border:0`;
    frame.src = page;
    await new Promise(done => { frame.onload = done; document.body.append(frame) });
    found[page + " " + width] = measure(frame.contentDocument, frame.contentWindow, width);
    frame.remove();
  }
  document.getElementById("found").textContent = JSON.stringify(found);
})();
</script>"""


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
    """What the keyboard reaches shows it; nothing scrolls sideways, is faint or left blank."""
    for fault in ("unseen", "wide", "contrasts", "blank"):
        assert {name: page[fault] for name, page in found.items() if page[fault]} == {}, fault
    for fault in ("overflow", "airy"):
        assert {name: page[fault] for name, page in found.items() if page[fault] > 0} == {}, fault


def test_no_table_is_cut_on_a_phone_or_a_desk(found):
    assert {
        name: page["tables"] for name, page in found.items() if max(page["tables"], default=0) > 1
    } == {}
    assert any(page["tables"] for page in found.values())


def test_menu_is_open_on_a_desk_and_folded_on_a_phone(found):
    for name, page in found.items():
        assert page["menu"] == name.endswith((" 1280", " 1500")), name
        assert page["scrolling"] == 0, f"{name}: a menu that scrolls does not say so"


def test_keyboard_meets_the_skip_link_first_and_lines_can_be_read(found):
    for name, page in found.items():
        assert page["first"] == "skip", name
        assert page["skip"] >= 0, f"{name}: the skip link stays hidden when it has the focus"
        assert page["text"] <= 46 * 16, name
        assert page["size"] >= 16, name
        assert page["h1"] < 300, f"{name}: its title is not on the first screen of a phone"


def test_search_is_in_the_same_place_of_every_page(found):
    places = {(name.rsplit(" ")[-1], page["search"]) for name, page in found.items()}
    assert len(places) == 5 and None not in dict(places).values()


def test_nothing_is_asked_from_outside_and_no_script_runs_but_those_of_the_site(found):
    for name, page in found.items():
        root = "../" * name.count("/")
        assert page["scripts"][0] == f"{root}search.js", name
        assert page["scripts"][1:] in ([], [f"{root}values.js"]), name
        assert all(address.startswith("file:") for address in page["requests"]), name


ASK = """<!doctype html><meta charset="utf-8"><pre id="found"></pre><script>
(async () => {
  const found = {};
  for (const page of %s) {
    const frame = document.createElement("iframe");
    frame.src = page;
    await new Promise(done => { frame.onload = done; document.body.append(frame) });
    const inside = frame.contentDocument, input = inside.querySelector("[role=search] input");
    const pause = () => new Promise(done => setTimeout(done, 300));
    input.dispatchEvent(new Event("focus"));
    await pause();
    for (const asked of %s) {
      input.value = asked;
      input.dispatchEvent(new Event("input"));
      await pause();
      found[asked + "|" + page] = {
        status: inside.querySelector("[role=search] [role=status]").textContent,
        links: [...inside.querySelectorAll("[role=search] a")].map(a => a.href),
      };
    }
    input.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}));
    await pause();
    const left = [...inside.querySelectorAll("[role=search] a")];
    found["after|" + page] = {status: input.value, links: left};
  }
  document.getElementById("found").textContent = JSON.stringify(found);
})();
</script>"""
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
