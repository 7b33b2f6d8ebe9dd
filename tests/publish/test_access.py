"""What each page says of itself to a browser, to who shares it and to who listens to it."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.links import broken_links_of

from observlib.publish import html
from observlib.publish.html import index
from observlib.publish.project import links_of

HEAD = '<!doctype html><html lang="fr"><head>{}</head><body><main>'


def head_of(page: str) -> str:
    return html.with_head(page, "Observatoire", "../").split("</head>")[0]


def test_a_description_is_of_thirty_words_at_most_on_every_page(made_site):
    for path in made_site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        (found,) = re.findall(r'<meta name="description" content="([^"]+)">', text)
        assert 3 <= len(found.split()) <= html.DESCRIPTION_WORDS, path
        (shared,) = re.findall(r'<meta property="og:description" content="([^"]+)">', text)
        assert shared == found


def test_a_description_ends_with_a_sentence_or_without_an_open_bracket():
    text = "mot " * 26 + "selon le (intervalle à 95 %), et puis encore"
    assert html.first_sentences(text).endswith("mot selon le…")
    first = "Une phrase de dix mots au moins suffit à une page."
    assert html.first_sentences(f"{first} Une autre, {'trop ' * 30}longue.") == first


def test_what_quarto_writes_of_a_page_is_not_said_twice():
    given = (
        '<meta name="description" content="Un constat."><meta property="og:title" content="x">'
        '<link href="favicon.png" rel="icon" type="image/png">'
    )
    head = head_of(HEAD.format(given) + "<h1>Titre &amp; suite</h1></main>")
    assert head.count('name="description"') == head.count("og:title") == 1
    assert head.count('rel="icon"') == 1 and 'href="../favicon.svg"' in head
    assert '<meta property="og:title" content="Titre &amp; suite">' in head


def test_a_page_or_a_cited_title_says_its_language():
    text = '<h1>T</h1><div class="text" lang="en"><p>Some words.</p>'
    page = f'<html lang="fr"><head></head><main>{text}'
    assert 'og:locale" content="en_GB"' in head_of(page)
    assert 'og:locale" content="fr_FR"' in head_of(page.replace(' lang="en"', ""))
    text = (Path(__file__).parents[2] / "reports" / "references.bib").read_text(encoding="utf-8")
    entries = re.split(r"(?m)^@", text)[1:]
    assert len(entries) > 40
    silent = [entry.split(",")[0] for entry in entries if not re.search(r"\blangid\s*=", entry)]
    assert not silent


def test_figures_and_headings_are_named_by_their_own():
    one = "<figure><svg></svg></figure>"
    two = '<figure id="fig-b"><figcaption>L’<em>âge</em> &amp; 3<sup>e</sup></figcaption></figure>'
    found = html.with_named_figures(one + two)
    assert found.startswith(one)
    assert '<figure role="figure" aria-label="L’âge &amp; 3e" id="fig-b">' in found
    page = '<main><h1>T</h1><section id="ici" class="level2">\n<h2 class="a">Ici</h2></section>'
    assert '[["ici","Ici"]]' in index([("a.html", page)])


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


@pytest.mark.parametrize("page", [
    "<a href='a.html' id=b>both kinds of quotes</a><img SRC = \"c&amp;d.png\">",
    '<!-- <a href="no"> --><script src="yes.js">"<a href=\'no\'>"</script><p id="e">',
    '<style>a[href="no"] {}</style><a title="a > b" href="f">',
    '<img alt="<!-- a > href=no src=no" src="h"><a title=\'<b id="no">\' href="i">--></a>',
    '<a data-href="no" xlink:href="no" href="">x</a><A HREF="g" data-id="no">1 < 2</A>',
])  # fmt: skip
def test_what_a_page_leads_to_is_what_the_standard_parser_finds(page):
    found, parsed = links_of(page), Parsed(page)
    assert (found.ids, found.targets) == (parsed.ids, parsed.targets)


def test_what_a_reader_would_hit_is_found(tmp_path):
    page = '<p id="a"></p><p id="a"></p><a href="x.html">x</a><img src="y.png"><a href="#b">b</a>'
    (tmp_path / "index.html").write_text(page + '<a href="#a">a</a>', encoding="utf-8")
    assert broken_links_of(tmp_path) == [
        "index.html: identifier 'a' is given twice",
        "index.html: 'x.html' leads to no file of the site",
        "index.html: 'y.png' leads to no file of the site",
        "index.html: '#b' leads to no place of its page",
    ]


def test_a_link_to_a_file_beside_the_site_is_broken_where_the_site_is_read(tmp_path):
    site = tmp_path / "site"
    (site / "editions").mkdir(parents=True)
    (tmp_path / "private.html").write_text("here, and on no server", encoding="utf-8")
    (site / "a.html").write_text("<p>", encoding="utf-8")
    page = '<a href="../../private.html">no</a><a href="../a.html">yes</a><a href="..">no</a>'
    (site / "editions" / "b.html").write_text(page, encoding="utf-8")
    assert broken_links_of(site) == [
        "editions/b.html: '../../private.html' leads to no file of the site",
        "editions/b.html: '..' leads to no file of the site",
    ]


TEXT = (Path(__file__).parents[2] / "reports" / "accessibilite.qmd").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+\.\d+) \| (.+?) \| (.+?) \| (.+?) \|$", TEXT, re.M)
CRITERIA = (9, 2, 3, 13, 8, 2, 5, 10, 4, 14, 13, 11, 12)  # of each of the 13 topics
VERDICTS = ("conforme", "non conforme", "non applicable", "non testé")


def test_each_of_the_106_criteria_is_there_once():
    expected = [f"{t}.{n}" for t, many in enumerate(CRITERIA, 1) for n in range(1, many + 1)]
    assert len(expected) == 106 and [row[0] for row in ROWS] == expected


def test_the_counts_of_the_page_are_those_of_its_tables():
    counts = Counter(row[2] for row in ROWS)
    assert set(counts) <= set(VERDICTS)
    told = re.search(
        r"Des 106 critères du référentiel, (\d+) sont tenus pour conformes et (\d+) ne l’est pas\. "
        r"Parmi les autres,\s+(\d+) ne s’appliquent pas et (\d+) n’ont pas été testés",
        TEXT,
    )
    assert told and list(map(int, told.groups())) == [counts[verdict] for verdict in VERDICTS]


def test_what_is_said_to_conform_says_how_it_was_seen():
    for number, _, verdict, how in ROWS:
        if verdict == "conforme":
            assert re.search(
                r"[Cc]ontrôle|axe-core|lecture|examiné|dans Chromium|sans couleur|comparés"
                r"|même script|quand|au moment",
                how,
            ), number
