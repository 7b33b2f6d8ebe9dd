"""An edition of exports in which every text is an attack: it is read as text, and does nothing."""

import csv
import io
import json
import re
import shutil
import threading
import zipfile
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pypandoc
import pytest
from tests.language.test_prose import READER
from tests.publish.test_downloads import objects
from tests.site import hostile
from tests.site.axe import violations
from tests.site.conftest import asked, pages_of

from observlib import store
from observlib.base.period import Quarter
from observlib.base.text import as_cell
from observlib.edition import packages
from observlib.edition.plan import check_request
from observlib.edition.release import release
from observlib.edition.staging import stage as project_of
from observlib.pipeline import project
from observlib.publish import standing
from observlib.publish.pandoc import Converted, notebook_to_markdown
from observlib.publish.project import SitePage, read_project
from observlib.publish.publishers import stage_pages

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
NOW = Quarter("2026-T3")
SHORTCODE = re.compile(r"\{\{<")


# the search, which no label writes: what is taken from a text has no `data-root`
OWN = {("script", root) for root in ("", "../", "../../", "2026-T3/")}
# and what walks the values of drawings
VALUES = re.compile(r"(?:\.\./)*(?:2026-T3/)?(?:values|origins|origins-data)\.js")
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


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project of its own that has published the hostile data, and made its packages."""
    root = tmp_path_factory.mktemp("hostile")
    for name in ("catalogue", "formats", "reference", "practices"):
        shutil.copytree(ROOT / "data" / name, root / "data" / name)
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    (root / "docs").mkdir()
    (root / "docs" / "index.md").write_text("# Documentation\n\nÀ lire.\n", encoding="utf-8")
    standing.copy_sources(ROOT, root / "reports")
    data = hostile.write(root / "data" / "hostile")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        done = store.ingest(data / "raw", data, project.catalogue(data))
        assert not done.problems and not done.unclaimed
        _, failed = release(root, data, NOW, publisher="embedded", today=date(2026, 11, 24))
        assert failed == []
        packages.make_packages(root, NOW, root / "packages", today=date(2026, 11, 28))
        yield root


@pytest.fixture(scope="module")
def site(root: Path) -> Path:
    return root / "reports" / "_site"


def test_no_page_holds_anything_active_and_each_attack_is_read_somewhere(site):
    pages = {path: read(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    assert len(pages) > 25
    assert {path.name: page.found for path, page in pages.items() if page.found} == {}
    shown = squeezed("".join(text for page in pages.values() for text in page.text))
    assert [word for word in hostile.ATTACKS if squeezed(word) not in shown] == []


def test_no_page_of_a_whole_edition_breaks_a_rule_of_axe(site, dump, tmp_path):
    copy = shutil.copytree(site, tmp_path / "site")
    found = violations(copy, dump, (1280, 320))
    assert {name: broken for name, broken in found.items() if broken} == {}


def test_nothing_that_turns_or_hides_text_reaches_a_page(site):
    for path in (*site.rglob("*.html"), *site.rglob("*.svg")):
        assert not re.search(
            r"[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\x1b\x07]",
            path.read_text(encoding="utf-8"),
        ), path


HARNESS = Path(__file__).with_name("frame_pages.html").read_text(encoding="utf-8")


@pytest.fixture
def requests() -> Iterator[tuple[str, list[str]]]:
    """A proxy that only notes what it is asked for: its address, and its list."""
    heard: list[str] = []

    class Noting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not re.search(r"\b(?:google|googleapis|gstatic)\.com\b", self.path):
                heard.append(self.path)
            self.send_error(502)

        do_CONNECT = do_POST = do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Noting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}", heard
        server.shutdown()


def through(proxy: str) -> tuple[str, ...]:
    return f"--proxy-server=http://{proxy}", "--proxy-bypass-list=<-loopback>"


CONTROLS = {  # which the harness sees, or no page would mean a thing
    "script.html": "<script>document.documentElement.id='RAN'+7</script>",
    "event.html": "<b onmouseover=\"document.title='RAN'\">x</b>",
    "image.html": '<img src="http://exemple.invalid/x.png">',
}


def test_no_page_runs_anything_or_asks_anybody_for_anything(site, dump, requests, tmp_path):
    proxy, heard = requests
    place = shutil.copytree(site, tmp_path / "site")
    pages = pages_of(place)
    for name in pages:  # without what forbids scripts, as there must be none
        text = (place / name).read_text(encoding="utf-8")
        policy = re.findall(r'<meta http-equiv="Content-Security-Policy"[^>]*>', text)
        assert len(policy) == 1 and "script-src 'self' file:;" in policy[0]
        (place / name).write_text(text.replace(policy[0], ""), encoding="utf-8")
    for name, text in CONTROLS.items():
        (place / name).write_text(text, encoding="utf-8")
    found = asked(dump, place, HARNESS % json.dumps([*pages, *CONTROLS]), *through(proxy))
    assert [found.pop(name)["ran"] for name in CONTROLS] == [True, True, False]
    assert list(found) == pages and all(one["text"] > 200 for one in found.values())
    assert {page: one for page, one in found.items() if one["ran"] or one["odd"]} == {}
    assert all(one["address"].endswith(page) for page, one in found.items())
    assert heard == ["http://exemple.invalid/x.png"]


def test_no_cell_of_a_table_that_people_open_begins_a_formula(site, root):
    files = sorted(site.rglob("*.csv"))
    assert files
    for path in files:
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8"))):
            assert [cell for cell in row if as_cell(cell) != cell] == [], path
    archives = sorted((root / "packages").glob("*.zip"))
    assert archives
    for archive in archives:
        with zipfile.ZipFile(archive) as book:
            (name,) = (name for name in book.namelist() if name.endswith(".xlsx"))
            with zipfile.ZipFile(io.BytesIO(book.read(name))) as sheets:
                for inside in sheets.namelist():
                    text = sheets.read(inside).decode("utf-8")
                    links = re.findall(r"<hyperlink\b[^>]*>", text)
                    assert all("location=" in link and "r:id" not in link for link in links)
                    assert not re.search(r"<f[ >]|externalLink|DDE", text), inside


def test_a_pdf_holds_no_link_that_runs_no_script_and_no_file_of_the_machine(site):
    paths = sorted((site / NOW).glob("*.pdf"))
    assert paths
    for path in paths:
        text = objects(path)
        addresses = re.findall(r"/URI\s*\(((?:[^()\\]|\\.)*)\)", text)
        assert [a for a in addresses if not re.match(r"https?:|mailto:", a)] == [], path
        assert not re.search(r"/(?:JavaScript|JS|Launch|EmbeddedFile|OpenAction|AA)\b", text), path
        assert "root:x:0" not in text


def test_what_quarto_is_given_holds_no_shortcode_and_nothing_active(root, tmp_path):
    """It reads shortcodes in all that it renders; pandoc then its Markdown, with our filters."""
    request = check_request(root, root / "data" / "hostile", NOW, (), {}, date(2026, 11, 24))
    shutil.copytree(request.published, tmp_path / "edition")
    about = json.loads((tmp_path / "edition" / "manifest.json").read_text(encoding="utf-8"))
    given = read_project(project_of(request, tmp_path, about))

    def text(page: SitePage) -> Converted:
        path = given.folder / page.source
        return notebook_to_markdown(path) if page.is_study else Converted(path.read_text("utf-8"))

    stage_pages(given, given.pages, text, tmp_path / "staged")
    found = {}
    for page in given.pages:
        markdown = (tmp_path / "staged" / page.source).with_suffix(".qmd").read_text("utf-8")
        filters = [str(tmp_path / "staged" / name) for name in given.config["filters"]]
        made = pypandoc.convert_text(markdown, "html", READER, filters=filters)
        active = read(made).found
        if active or (page.source.parts[0] != "documentation" and SHORTCODE.search(markdown)):
            found[page.source.name] = (active, SHORTCODE.findall(markdown))
    assert found == {}
