"""A study is a finding and its evidence: ten minutes to read, and the rest in annexes below it."""

import html
import importlib.util
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from tests.copies import DEMO
from tests.site.conftest import SAMPLE

from observlib.edition.finalise import finalise
from observlib.edition.plan import Page
from observlib.edition.sheets import write_sheets
from observlib.edition.study import load_studies
from observlib.project import catalogue, practices
from observlib.publish import publish

pytestmark = pytest.mark.slow  # all studies are published, with their PDFs
ROOT = Path(__file__).parents[2]
EDITION = {"quarter": "2026-T3", "kind": "real", "made": "2026-11-24"}
WORDS, SCREENS = 900, 6  # of what is open when a page is opened, on a screen of 1,280 by 800
MEASURE = """<!doctype html><meta charset="utf-8"><pre id="found"></pre><script>
const read = "p, li, dd, dt, h1, h2, h3, figcaption, caption, summary";
const passed = "svg, nav, details:not([open]) > :not(summary), pre, #refs";
function words(main) {
  let count = 0;
  for (const element of main.querySelectorAll(read)) {
    const named = element.matches("figcaption, caption");
    if (element.closest(passed) || !named && element.closest("table, figure")) continue;
    if (element.matches("li:has(p), li:has(li)")) continue;
    count += element.textContent.trim().split(/[ \\n\\t]+/).filter(Boolean).length;
  }
  return count;
}
(async () => {
  const found = {};
  for (const page of %s) {
    const frame = document.createElement("iframe");
    frame.style.cssText = "width:1280px;height:800px;border:0";
    frame.src = page;
    await new Promise(done => { frame.onload = done; document.body.append(frame) });
    const inside = frame.contentDocument;
    const told = {words: words(inside.querySelector("main")),
      screens: inside.documentElement.scrollHeight / 800};
    const tests = inside.querySelector("details.annex :is(.table, figure)[id]");
    if (tests) {
      frame.contentWindow.location.hash = tests.id;
      await new Promise(done => setTimeout(done, 100));
      told.opened = tests.closest("details").open;
    }
    found[page] = told;
    frame.remove();
  }
  document.getElementById("found").textContent = JSON.stringify(found);
})();
</script>"""


@pytest.fixture(scope="module")
def found(
    dump: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """What a browser tells of each committed study, and of the pages that explain them."""
    spec = importlib.util.spec_from_file_location("sample", SAMPLE)
    assert spec and spec.loader
    sample = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sample)
    pages = {}
    for name, study in load_studies(ROOT / "notebooks").items():
        if name == "fiche_produit":  # its screens are laid out otherwise
            continue
        name = f"{name}-une" if name == "fiche_partenaire" else name
        notebook = nbformat.read(study.path, as_version=4)
        page = Page(study, name, study.title, {})
        pages[name] = json.loads(nbformat.writes(finalise(notebook, page, EDITION, ROOT)))
    folder = tmp_path_factory.mktemp("length")
    project = sample.make_project(folder / "project", **pages)
    write_sheets(practices(DEMO, "demonstration"), catalogue(DEMO), project / "practices")
    site = publish(project, folder / "s", "embedded").parent
    names = [f"{name}.html" for name in (*pages, "methode", "accessibilite", "glossaire")]
    measuring = site / "measure.html"
    measuring.write_text(MEASURE % json.dumps(names), encoding="utf-8")
    told = re.search(r'<pre id="found">(.+?)</pre>', dump(measuring), re.S)
    assert told, "no page was measured"
    return dict(json.loads(html.unescape(told[1])))


def test_no_page_is_longer_than_ten_minutes_before_its_annexes(found):
    assert len(found) > 15
    assert min(page["words"] for page in found.values()) > 100, "words are not counted"
    assert {name: page for name, page in found.items() if page["words"] > WORDS} == {}
    assert {name: page for name, page in found.items() if page["screens"] > SCREENS} == {}


def test_a_link_to_a_table_of_an_annex_opens_it(found):
    opened = [page["opened"] for page in found.values() if "opened" in page]
    assert len(opened) > 10 and all(opened)
