"""What the documentation says can be done, is done here: a page that rots fails."""

import re

import pytest
from tests.docs.following import ROOT, blocks, changed, copy_project, follow
from tests.publish import sample

from observlib.catalogue.entries import Entry, Named
from observlib.edition.notices import write_documentation
from observlib.publish import publish
from observlib.records import Record
from tools.reference import FOLDER, FORMAT_MODELS, MEANINGS, MODELS, pages

DOCS = ROOT / "docs"
# which execute studies, or compute what is told of surveys
LONG = (
    "analysis", "beyond-one-machine", "chart", "decision", "edition", "indicator", "partner",
    "peer", "plan", "sentence", "theme", "tutorial", "watch",
)  # fmt: skip
CHANGED = ("correction", "expectation")  # figures of what the edition tells, in their cells alone


@pytest.mark.parametrize("page", [
    pytest.param(page, id=page.stem, marks=[pytest.mark.slow] * (page.stem in LONG + CHANGED))
    for page in sorted(DOCS.rglob("*.md"))
    if page.parent != FOLDER and any(blocks(page))
])  # fmt: skip
def test_who_follows_a_page_to_the_letter_gets_what_it_says(page, tmp_path):
    follow(page, copy_project(tmp_path, is_new=page.stem == "tutorial"))
    _, table, rest = page.read_text(encoding="utf-8").partition("| file | what |")
    if table:
        told = set(re.findall(r"(?m)^\| `([^`]+)` \|", rest))
        assert changed(tmp_path) <= told, "the page says that no other file changes"
        assert all((tmp_path / name).exists() for name in told)


@pytest.mark.parametrize("name", CHANGED)
def test_what_a_page_has_people_write_is_accepted_and_listed(name, tmp_path):
    follow(DOCS / "how-to" / f"{name}.md", copy_project(tmp_path, is_new=False), with_cells=False)


def test_who_looks_up_a_key_a_column_or_a_command_reads_what_the_code_has():
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert written == pages(), "run `make reference`"
    bases = (Entry, Named, Record)
    kinds = {kind for base in bases for kind in base.__subclasses__()} - {*bases}
    told = {*MODELS.values(), *FORMAT_MODELS.values()}
    assert kinds <= told, "add it to `tools/reference.py`"
    assert MEANINGS.keys() <= {kind.__name__ for model in told for kind in model.mro()}


def test_a_newcomer_finds_every_page_from_the_first():
    found, reached = {DOCS / "index.md"}, set()
    while found:
        page = found.pop()
        reached.add(page)
        names = re.findall(r"\]\(([^)#:]+\.md)", page.read_text(encoding="utf-8"))
        found |= {(page.parent / name).resolve() for name in names} - reached
    assert reached == set(DOCS.rglob("*.md"))
    for name in ("README.md", "CONTRIBUTING.md"):
        links = re.findall(r"\]\(([^)#:]+)[)#]", (ROOT / name).read_text(encoding="utf-8"))
        assert links and [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.slow
def test_the_documentation_is_published_whole_and_no_link_of_it_is_dead(tmp_path):
    one = sample.notebook(sample.front(title="Une", description="Un.", format="html"))
    project = sample.make_project(tmp_path / "project", une=one)
    write_documentation(DOCS, project / "documentation")
    publish(project, tmp_path / "site", "embedded")
    made = {path.stem for path in (tmp_path / "site" / "documentation").rglob("*.html")}
    assert made == {path.stem for path in DOCS.rglob("*.md")}
    page = (tmp_path / "site" / "documentation" / "architecture.html").read_text(encoding="utf-8")
    assert '<h1 lang="en">' in page and '<div class="text" lang="en">' in page
    theme = (tmp_path / "site" / "documentation" / "how-to" / "theme.html").read_text("utf-8")
    assert '<a href="../../documentation/index.html">Documentation</a>' in theme
    assert "« " not in re.sub(r"<pre.*?</pre>|<nav.*?</nav>", "", theme, flags=re.S), "in English"
    assert re.search(r'<img src="architecture\.svg"\s+alt="[^"]{80}', page)
