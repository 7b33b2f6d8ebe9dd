"""An edition whose every label is an attack: nothing runs in a reader's browser, nor in a PDF."""

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pandas as pd
import pytest
from tests.copies import demonstration_catalogue
from tests.publish.test_pdf import objects
from tests.site.conftest import asked, pages_of

from observlib import display, estimates
from observlib.catalogue import Catalogue
from observlib.edition.finalise import finalise
from observlib.edition.notices import sheet_page
from observlib.edition.plan import Page
from observlib.publish import publish, standing
from observlib.records.practices import Practices, PracticeSheet
from observlib.study import narratives

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
ATTACKS = (ROOT / "tests" / "attacks.txt").read_text(encoding="utf-8").splitlines()
RAN = "document.documentElement.id='RAN'+7"
# what a colleague may write in a sheet's text and pages must not do; mistakes of reference apart
WRITTEN = [attack for attack in ATTACKS[:35] if "[r]" not in attack]
NOW = "2026-T3"
EDITION = {"quarter": NOW, "kind": "real", "published": "2026-11-24", "site": "Observatoire"}
NONE = pd.DataFrame({"verdict": [], "reason": [], "reference_group_value": []})


def polled(question: str, options: list[str]) -> pd.DataFrame:
    row = {"indicator": "poll_share", "period": NOW, "unit": "%", "group": question, "n": 90}
    row |= {"device": "jdma-legifrance", "estimate": 20.0, "ci_low": 15.0, "ci_high": 25.0}
    return estimates.make([{**row, "group_value": option} for option in options])


def cell(shown: display.Output, label: str = "", tags: tuple[str, ...] = ()) -> Any:
    source = f"#| label: {label}\nshow()" if label else "show()"
    data = json.loads(json.dumps(shown._repr_mimebundle_()))
    output = nbformat.v4.new_output("display_data", data)
    return nbformat.v4.new_code_cell(source, outputs=[output], metadata={"tags": list(tags)})


def study(title: str, attacks: list[str], catalogue: Catalogue) -> Any:
    """A finalised page that tells attacks in a finding, sentences, a chart, a table and notes."""
    first = polled(attacks[0], attacks[:12])
    lead = narratives.polls.leading_option(first, NONE, catalogue)
    cells = [cell(display.text(lead).carrying([first], catalogue), tags=("finding",))]
    for attack in attacks:
        frame = polled(attack, [attack])
        lead = narratives.polls.leading_option(frame, NONE, catalogue)
        cells.append(cell(display.text(lead).carrying([frame], catalogue)))
    drawn = display.bar_chart(first, catalogue, caption=f"Parts : {attacks[1]}")
    cells.append(cell(drawn, "fig-parts"))
    every = polled(attacks[2], attacks)
    told = f"Toutes : {attacks[3]}"
    table = display.table(every, catalogue, caption=told, rows=["group", "group_value"])
    cells += [cell(table, "tbl-parts"), cell(display.notes(every, catalogue))]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_raw_cell("---\n---"), *cells])
    notebook.metadata = {"kernelspec": {"name": "python3"}, "language_info": {"name": "python"}}
    study: Any = SimpleNamespace(question=attacks[4], section=attacks[4], order=1, format="")
    page = Page(study, "page", title, {})
    return finalise(notebook, page, EDITION, ROOT)


def attacked(catalogue: Catalogue, label: str) -> Catalogue:
    """The catalogue with an attack as the label and reservation of a device, and as a peer's."""
    device = catalogue.devices["jdma-legifrance"].model_copy(update={"label": label, "note": label})
    peer = next(iter(catalogue.peers.values())).model_copy(update={"label": label})
    devices, peers = {**catalogue.devices, device.id: device}, {**catalogue.peers, peer.id: peer}
    return catalogue.model_copy(update={"devices": devices, "peers": peers})


def sheet(words: str) -> PracticeSheet:
    made = PracticeSheet.model_validate(
        {
            "title": "T", "department": "numerique", "tool": "t",
            "date": "2026-06-30", "contact": "pôle", "verdict": "à refaire", "cost": "peu",
            "redo": "tout", "avoid": "rien", "slug": "fiche",
            "sources": [{"title": "S", "url": "https://exemple.invalid"}],
        }
    )  # fmt: skip
    sources = (made.sources[0].model_copy(update={"title": words}),)
    told = dict.fromkeys(("title", "redo", "avoid", "cost", "contact"), words)
    body = "\n\n".join(["Un récit.", *WRITTEN])
    return made.model_copy(update={**told, "sources": sources, "body": body})


@pytest.fixture(scope="module")
def attacked_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attacked")
    project = folder / "project"
    ignored = shutil.ignore_patterns(*standing.MADE, ".*")
    shutil.copytree(ROOT / "reports", project, ignore=ignored)
    (project / "practices").mkdir()
    catalogue = demonstration_catalogue()
    for number in range(2):
        attacks = ATTACKS[number::2]
        title = f"{attacks[5]} · {attacks[6]} · {attacks[7]}"
        page = study(title, attacks, attacked(catalogue, attacks[8]))
        name = f"fiche_produit-{number}" if number else "page"
        nbformat.write(page, project / f"{name}.ipynb")
    studies = [{"page": "absente", "title": ATTACKS[0], "error": "x"}]
    studies += [{"page": "page"}, {"page": "fiche_produit-1"}]
    manifest = {**EDITION, "studies": studies}
    (project / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    words = " · ".join(ATTACKS[::5])
    practices = Practices((sheet(words),), {"t": words}, {})
    text = sheet_page(practices.sheets[0], practices, attacked(catalogue, words))
    (project / "practices" / "fiche.qmd").write_text(text, encoding="utf-8")
    return publish(project, folder / "_site", "embedded").parent


# the search, which no label writes: what is taken from a text has no `data-root`
OWN = {("script", root) for root in ("", "../", "../../", "2026-T3/")}
# and what walks the values of drawings
VALUES = re.compile(r"(?:\.\./)*(?:2026-T3/)?values\.js")
# what a chart's drawing is made of, which a filter of ours puts into the page (`drawings.lua`)
DRAWN = {"svg", "g", "defs", "path", "use", "text", "clippath", "rect", "pattern"}
DRAWINGS = {("class", "wide"), ("class", "narrow")}


class Active(HTMLParser):
    """What a page holds that could run, load from elsewhere or dress."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text: list[str] = []
        self.drawing = False

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        loads = {"script", "iframe", "object", "embed", "base", "form", "input", "style", "svg"}
        own = (tag, dict(attrs).get("data-root")) in OWN or ("id", "recherche") in attrs
        own |= tag == "script" and bool(VALUES.fullmatch(dict(attrs).get("src") or ""))
        if tag == "svg" and DRAWINGS & {*attrs}:
            self.drawing = own = True
        elif self.drawing and tag not in DRAWN:
            self.found.append(f"<{tag}> in a drawing")
        if (tag in loads and not own) or ("http-equiv", "refresh") in attrs:
            self.found.append(f"<{tag}>")
        for key, value in attrs:
            value = value or ""
            aligned = key == "style" and re.fullmatch(r"(text-align|width): ?[\w.%]+;?", value)
            if self.drawing and key == "style":
                aligned = not re.search(r"url\((?!#)|@|\\|expression|image-set", value)
            if key.startswith("on") or (key in ("style", "srcdoc", "srcset") and not aligned):
                self.found.append(f"{key}={value}")
            if key in ("href", "src", "action") and re.match(
                r"\s*(?!https?:|mailto:)[\w.+-]*:", value
            ):
                self.found.append(f"{key}={value}")
            if key == "src" and "//" in value:
                self.found.append(f"{key}={value}")

    def handle_endtag(self, tag: str) -> None:
        self.drawing = self.drawing and tag != "svg"


def read(page: str) -> Active:
    reader = Active()
    reader.feed(page)
    return reader


def squeezed(text: str) -> str:
    for quote in "'’‘\"«»“”":
        text = text.replace(quote, "")
    return re.sub(r"\s", "", text).replace("—", "---").replace("–", "--")


def test_pages_full_of_attacks_hold_nothing_active_and_show_them_as_they_are_written(attacked_site):
    pages = sorted(attacked_site.rglob("*.html"))
    assert len(pages) == 9
    read_pages = {path.name: read(path.read_text(encoding="utf-8")) for path in pages}
    assert {name: page.found for name, page in read_pages.items() if page.found} == {}
    for number, name in enumerate(("page", "fiche_produit-1")):
        shown = squeezed("".join(read_pages[f"{name}.html"].text))
        attacks = ATTACKS[number::2]
        assert [attack for attack in attacks if squeezed(attack) not in shown] == []
    sheet_ = squeezed("".join(read_pages["fiche.html"].text))
    assert squeezed(" · ".join(ATTACKS[::5])) in sheet_
    home = squeezed("".join(read_pages["index.html"].text))
    assert squeezed(ATTACKS[12]) in home  # the title of a page, in its list


def test_nothing_runs_in_a_real_browser(attacked_site, dump):
    names = ["page", "fiche_produit-1"]
    pages = [attacked_site / f"{name}.html" for name in names]
    for page in (*pages, attacked_site / "practices" / "fiche.html", attacked_site / "index.html"):
        text = page.read_text(encoding="utf-8")
        policy = re.findall(r'<meta http-equiv="Content-Security-Policy"[^>]*>', text)
        assert len(policy) == 1 and "script-src 'self' file:;" in policy[0]
        page.write_text(text.replace(policy[0], ""), encoding="utf-8")
        document = dump(page)  # without what forbids scripts, as there must be none
        assert "</main>" in document
        assert 'id="RAN7"' not in document, page
        assert read(document).found == [], page


MEASURE = Path(__file__).with_name("measure_attacks.html").read_text(encoding="utf-8")


def test_words_without_end_do_not_make_a_page_scroll_sideways_on_a_phone(attacked_site, dump):
    pages = pages_of(attacked_site)
    found = asked(dump, attacked_site, MEASURE % json.dumps(pages))
    assert {page: wide for page, wide in found.items() if wide > 0} == {} and len(found) == 9


def test_the_browser_would_tell_what_runs(tmp_path, dump):
    page = tmp_path / "page.html"
    page.write_text(f'<img src="x" onerror="{RAN}">', encoding="utf-8")
    document = dump(page)
    assert 'id="RAN7"' in document and read(document).found


def test_no_pdf_links_to_what_runs(attacked_site):
    for path in attacked_site.glob("*.pdf"):
        addresses = re.findall(r"/URI\s*\(((?:[^()\\]|\\.)*)\)", objects(path))
        assert addresses  # those of the references
        assert [a for a in addresses if not re.match(r"https?:|mailto:", a)] == [], path
