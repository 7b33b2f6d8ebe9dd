"""What a reader meets: pages measured in a real browser, on a phone's screen and on a wide one."""

import html
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
    copy = tmp_path_factory.mktemp("browser") / "site"
    shutil.copytree(site, copy)
    pages = sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*.html"))
    harness = copy / "measure.html"
    harness.write_text(MEASURE % json.dumps(pages), encoding="utf-8")
    match = re.search(r'<pre id="found">(.+?)</pre>', dump(harness), re.S)
    assert match, "the browser measured nothing"
    result: dict[str, dict[str, Any]] = json.loads(html.unescape(match[1]))
    assert len(result) == 5 * len(pages) == 40
    return result


def test_what_the_keyboard_reaches_shows_it(found):
    assert {name: page["unseen"] for name, page in found.items() if page["unseen"]} == {}


def test_no_page_scrolls_sideways_on_a_phone_or_a_desk(found):
    assert {name: page["wide"] for name, page in found.items() if page["wide"]} == {}
    assert {name: page["overflow"] for name, page in found.items() if page["overflow"] > 0} == {}
    assert {name: page["airy"] for name, page in found.items() if page["airy"] > 0} == {}


def test_no_table_is_cut_on_a_phone_or_a_desk(found):
    assert {
        name: page["tables"] for name, page in found.items() if max(page["tables"], default=0) > 1
    } == {}
    assert any(page["tables"] for page in found.values())


def test_every_text_stands_out_from_its_background(found):
    assert {name: page["contrasts"] for name, page in found.items() if page["contrasts"]} == {}


def test_every_picture_is_drawn(found):
    assert {name: page["blank"] for name, page in found.items() if page["blank"]} == {}


def test_menu_is_open_on_a_desk_and_folded_on_a_phone(found):
    for name, page in found.items():
        assert page["menu"] == name.endswith((" 1280", " 1500")), name
        assert page["scrolling"] == 0, f"{name}: a menu that scrolls does not say so"


def test_keyboard_meets_the_skip_link_first_and_sees_it(found):
    for name, page in found.items():
        assert page["first"] == "skip", name
        assert page["skip"] >= 0, f"{name}: the skip link stays hidden when it has the focus"


def test_lines_are_short_enough_to_read(found):
    for name, page in found.items():
        assert page["text"] <= 46 * 16, name
        assert page["size"] >= 16, name


def test_title_is_on_the_first_screen_of_a_phone(found):
    for name, page in found.items():
        assert page["h1"] < 300, name


def test_search_is_in_the_same_place_of_every_page(found):
    places = {(name.rsplit(" ")[-1], page["search"]) for name, page in found.items()}
    assert len(places) == 5 and None not in dict(places).values()


def test_nothing_is_asked_from_outside_and_no_script_runs_but_those_of_the_site(found):
    for name, page in found.items():
        root = "../" * name.count("/")
        assert page["scripts"][0] == f"{root}search.js", name
        assert page["scripts"][1:] in ([], [f"{root}values.js"]), name
        assert all(address.startswith("file:") for address in page["requests"]), name
