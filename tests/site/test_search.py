"""The search, used as a reader would in a real browser, on pages opened from a disk."""

import html
import json
import re
import shutil
from urllib.parse import unquote

import pytest

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
ASKED = [
    "VERIFICATION intervalle",
    "vérifications des intervalles",
    "dispositifs ecoute",
    "Accessibilités critères",
    "zzz",
    "<b>",
    "e",
    "la de",
]


@pytest.fixture(scope="module")
def answers(site, dump, tmp_path_factory):
    copy = shutil.copytree(site, tmp_path_factory.mktemp("search") / "site")
    (copy / "ask.html").write_text(ASK % (json.dumps(PAGES), json.dumps(ASKED)), encoding="utf-8")
    match = re.search(r'<pre id="found">(.+?)</pre>', dump(copy / "ask.html"), re.S)
    assert match, "the search answered nothing"
    return json.loads(html.unescape(match[1]))


def test_words_are_found_without_their_accents_and_in_the_plural(answers):
    one, other = (
        answers["VERIFICATION intervalle|index.html"],
        answers["vérifications des intervalles|index.html"],
    )
    assert one == other and one["links"]


def test_links_lead_to_pages_that_are_there_and_to_their_headings(answers, site):
    for name, answer in answers.items():
        for link in answer["links"]:
            place, _, anchor = unquote(link).split("/site/")[1].partition("#")
            page = (site / place).read_text(encoding="utf-8")
            assert not anchor or f'id="{anchor}"' in page, name
    assert any("#" in link for answer in answers.values() for link in answer["links"])


def test_each_page_gives_the_same_answers(answers):
    for asked in ASKED:
        one, other = (answers[f"{asked}|{page}"] for page in PAGES)
        assert one == other, asked


def test_how_many_pages_are_found_is_told(answers):
    assert answers["zzz|index.html"] == {"status": "Aucune page trouvée", "links": []}
    count = len(answers["dispositifs ecoute|index.html"]["links"])
    expected = f"{count} pages trouvées" if count > 1 else "1 page trouvée"
    assert count and answers["dispositifs ecoute|index.html"]["status"] == expected


def test_a_letter_finds_nothing_yet_and_escape_empties_the_search(answers):
    assert answers["e|index.html"] == {"status": "", "links": []}
    assert answers["after|index.html"] == {"status": "", "links": []}
