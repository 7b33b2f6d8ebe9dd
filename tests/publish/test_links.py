"""A reader hits no link that leads nowhere: the site is refused before it is published."""

from html.parser import HTMLParser

import pytest
from tests.links import broken_links_of

from observlib.publish.project import links_of


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


@pytest.mark.parametrize(
    "page",
    [
        "<a href='a.html' id=b>both kinds of quotes</a><img SRC = \"c&amp;d.png\">",
        '<!-- <a href="no"> --><script src="yes.js">"<a href=\'no\'>"</script><p id="e">',
        '<style>a[href="no"] {}</style><a title="a > b" href="f">',
        '<img alt="<!-- a > href=no src=no" src="h"><a title=\'<b id="no">\' href="i">--></a>',
        '<a data-href="no" xlink:href="no" href="">x</a><A HREF="g" data-id="no">1 < 2</A>',
    ],
)
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
