"""What each page says of itself to a browser, to who shares it and to who listens to it."""

import re
from pathlib import Path

from observlib.publish import html
from observlib.publish.html import index
from observlib.publish.project import read_project

HEAD = '<!doctype html><html lang="fr"><head>{}</head><body><main>'


def head_of(page: str) -> str:
    return html.with_head(page, "Observatoire", "../").split("</head>")[0]


def test_a_description_is_of_thirty_words_at_most_on_every_page(made_site):
    for path in made_site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        (found,) = re.findall(r'<meta name="description" content="([^"]+)">', text)
        assert 3 <= len(found.split()) <= html.WORDS, path
        (shared,) = re.findall(r'<meta property="og:description" content="([^"]+)">', text)
        assert shared == found


def test_a_description_that_is_cut_ends_with_no_open_bracket():
    text = "mot " * 26 + "selon le (intervalle à 95 %), et puis encore"
    assert html.short(text).endswith("mot selon le…")


def test_a_description_ends_with_a_sentence_where_one_says_enough():
    first = "Une phrase de dix mots au moins suffit à une page."
    assert html.short(f"{first} Une autre, {'trop ' * 30}longue.") == first


def test_what_quarto_writes_of_a_page_is_not_said_twice():
    given = (
        '<meta name="description" content="Un constat."><meta property="og:title" content="x">'
        '<link href="favicon.png" rel="icon" type="image/png">'
    )
    head = head_of(HEAD.format(given) + "<h1>Titre &amp; suite</h1></main>")
    assert head.count('name="description"') == head.count("og:title") == 1
    assert head.count('rel="icon"') == 1 and 'href="../favicon.svg"' in head
    assert '<meta property="og:title" content="Titre &amp; suite">' in head


def test_a_page_in_english_says_so_to_who_shares_it():
    text = '<h1>T</h1><div class="text" lang="en"><p>Some words.</p>'
    page = f'<html lang="fr"><head></head><main>{text}'
    assert 'og:locale" content="en_GB"' in head_of(page)
    assert 'og:locale" content="fr_FR"' in head_of(page.replace(' lang="en"', ""))


def test_titles_of_english_works_are_read_in_english_and_others_are_not(tmp_path, sample):
    project = read_project(sample.make_project(tmp_path / "project"))
    works = html.english_works(project)
    assert "wilson1927" in works and len(works) > 10
    text = (
        '<div id="ref-wilson1927" class="csl-entry">W, <span>« Probable »</span>, <em>J</em>.</div>'
        '<div id="ref-autre" class="csl-entry">A, <span>« Un titre »</span>.</div>'
    )
    found = html.with_languages(text, works)
    assert re.findall(r'<span lang="en">(.*?)</span>', found) == ["« Probable »"]


def test_every_work_cited_tells_the_language_of_its_title():
    text = (Path(__file__).parents[2] / "reports" / "references.bib").read_text(encoding="utf-8")
    entries = re.split(r"(?m)^@", text)[1:]
    assert len(entries) > 40
    silent = [entry.split(",")[0] for entry in entries if not re.search(r"\blangid\s*=", entry)]
    assert not silent


def test_a_figure_is_named_by_its_own_caption_and_not_by_the_next_one():
    one = "<figure><svg></svg></figure>"
    two = '<figure id="fig-b"><figcaption>L’<em>âge</em> &amp; 3<sup>e</sup></figcaption></figure>'
    found = html.with_named_figures(one + two)
    assert found.startswith(one)
    assert '<figure role="figure" aria-label="L’âge &amp; 3e" id="fig-b">' in found


def test_only_an_item_that_quotes_and_says_nothing_else_is_a_quotation():
    items = (
        "<li><p>« Le “bon” mot,\nlong. »</p></li>",
        "<li>« Un », « deux »</li>",
        "<li>Non.</li>",
    )
    found = html.with_quotations("".join(items))
    assert found.startswith("<li><p><q>« Le “bon” mot,\nlong. »</q></p></li>")
    assert found.count("<q>") == 1


def test_headings_of_quarto_whose_anchor_is_their_section_are_known():
    page = '<main><h1>T</h1><section id="ici" class="level2">\n<h2 class="a">Ici</h2></section>'
    assert '[["ici","Ici"]]' in index([("a.html", page)])
