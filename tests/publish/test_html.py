"""What each page says of itself, and its tables, to a browser, on a telephone, to who listens."""

import re
from collections import Counter
from html import escape
from pathlib import Path
from typing import Any

import great_tables
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import fragment_fromstring
from tests import said

from observlib.publish import html
from observlib.publish.html import index, with_stacked_tables
from observlib.publish.pandoc import clean_table

HEAD = '<!doctype html><html lang="fr"><head>{}</head><body><main>'


def head_of(page: str) -> str:
    return html.with_head(page, "Observatoire", "../").split("</head>")[0]


def test_a_description_is_of_thirty_words_at_most_on_every_page(made_site):
    for path in made_site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        (found,) = re.findall(r'<meta name="description" content="([^"]+)">', text)
        assert 3 <= len(found.split()) <= html.DESCRIPTION_WORDS, path
        is_front = path.name == "index.html"
        assert f'og:type" content="{"website" if is_front else "article"}"' in text
        assert found.startswith("Ce que les usagers" if is_front else "Chiffres synthétiques. ")
        (shared,) = re.findall(r'<meta property="og:description" content="([^"]+)">', text)
        assert shared == found


def test_the_menu_is_unfolded_where_studies_are_and_where_the_page_is(made_site):
    opened = r'<details class="section" open>\s*<summary>(.*?)</summary>'
    for name, here in {"panorama": [], "methode": ["Comment nous le savons"]}.items():
        page = (made_site / f"{name}.html").read_text(encoding="utf-8")
        assert re.findall(opened, page) == ["Ce qu’ils disent", *here]


def test_a_description_ends_with_a_sentence_or_without_an_open_bracket():
    text = "mot " * 26 + "selon le (intervalle à 95 %), et puis encore"
    assert html.first_sentences(text).endswith("mot selon le…")
    first = "Une phrase de dix mots au moins suffit à une page."
    assert html.first_sentences(f"{first} Une autre, {'trop ' * 30}longue.") == first


def test_figures_and_headings_are_named_by_their_own():
    one = "<figure><svg></svg></figure>"
    two = '<figure id="fig-b"><figcaption>L’<em>âge</em> &amp; 3<sup>e</sup></figcaption></figure>'
    found = html.with_named_figures(one + two)
    assert found.startswith(one)
    assert '<figure role="figure" aria-label="L’âge &amp; 3e" id="fig-b">' in found


TEXT = (Path(__file__).parents[2] / "reports" / "accessibilite.qmd").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+\.\d+) \| (.+?) \| (.+?) \| (.+?) \|$", TEXT, re.M)
CRITERIA = (9, 2, 3, 13, 8, 2, 5, 10, 4, 14, 13, 11, 12)  # of each of the 13 topics
VERDICTS = ("conforme", "non conforme", "non applicable", "non testé")


def test_the_counts_of_the_page_are_those_of_its_tables():
    expected = [f"{t}.{n}" for t, many in enumerate(CRITERIA, 1) for n in range(1, many + 1)]
    assert [row[0] for row in ROWS] == expected and len(expected) == 106
    counts = Counter(row[2] for row in ROWS)
    assert set(counts) <= set(VERDICTS)
    told = re.search(
        r"Des 106 critères du référentiel, (\d+) sont tenus pour conformes et (\d+) ne l’est pas\. "
        r"Parmi les autres,\s+(\d+) ne s’appliquent pas et (\d+) n’ont pas été testés",
        TEXT,
    )
    assert told and list(map(int, told.groups())) == [counts[verdict] for verdict in VERDICTS]


COLUMNS = ("Produit", "Indicateur", "T3 2025", "T3 2026", "Écart en points", "Verdict")
COLUMN_HEADS = (
    "<thead><tr>" + "".join(f'<th scope="col">{name}</th>' for name in COLUMNS) + "</tr></thead>"
)


def cells(*texts: str) -> str:
    right = "".join(f'<td style="text-align: right">{text}</td>' for text in texts[2:-1])
    name = f'<tr><th scope="row">{texts[0]}</th><td style="text-align: left">{texts[1]}</td>'
    return f'{name}{right}<td style="text-align: left">{texts[-1]}</td></tr>'


def made(*rows: str, head: str = COLUMN_HEADS, french: bool = True) -> str:
    body = "".join(rows)
    return with_stacked_tables(f"<table>{head}<tbody>{body}</tbody></table>", french)


ROW = cells("Un site", "Note", "6,8", "7,9", "+1,0", "en hausse")


def test_a_table_of_three_columns_stays_and_words_become_no_markup():
    head = "<thead><tr><th>A</th><th>B</th><th>C</th></tr></thead>"
    assert "stack" not in made("<tr><th>x</th><td>1</td><td>2</td></tr>", head=head)
    head = COLUMN_HEADS.replace("T3 2025", "A &lt;b&gt; &quot;c&quot;")
    assert 'data-label="A &lt;b&gt; &quot;c&quot;"' in made(ROW, head=head)


def test_a_table_is_scrolled_once_whichever_publisher_made_it():
    bare = made(ROW)
    assert bare.count('class="scroll"') == 1
    held = '<div class="scroll" tabindex="0" role="group" aria-label="Tableau 1">\n<table></table>'
    assert with_stacked_tables(held) == held


def texts_of(markup: str) -> list[str]:
    """The text of each cell of a table, in order."""
    found = fragment_fromstring(markup).iter("td", "th")
    return [" ".join(cell.text_content().split()) for cell in found]


LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Co"])


@given(st.lists(st.text(LETTERS), min_size=1))
def test_no_text_of_a_cell_is_lost_or_becomes_markup(texts):
    row = "".join(f'<td class="gt_row gt_right">{escape(text)}</td>' for text in texts)
    clean = clean_table(f"<table><tr>{row}</tr></table>")
    assert texts_of(clean.markup) == [" ".join(text.replace("'", "’").split()) for text in texts]


def of_great_tables() -> Any:
    """A table with all that great-tables may put into one."""
    frame = pd.DataFrame({"p": ["A & B", "C"], "g": ["x", "y"], "n": [1234.5, 2.0]})
    table = great_tables.GT(frame, rowname_col="p", groupname_col="g")
    table = table.tab_header("Titre", "Sous-titre").tab_spanner("Deux mots", ["n"])
    return table.tab_source_note("Note 1").fmt_number("n", decimals=1, locale="fr").as_raw_html()


def grouped(caption: str = "", span: str = "") -> str:
    """A table of groups of rows; a cell of one may span columns."""
    head = "".join(f"<th>{name}</th>" for name in ("A", "B", "C", "Valeur"))
    group = '<tr><th colspan="4" scope="rowgroup">{}</th></tr>'
    row = f"<tr><td>{{}}</td><td{span}>b</td>{'' if span else '<td></td>'}<td>8</td></tr>"
    body = group.format("Un") + row.format("a") + group.format("Deux") + row.format("<b>c</b>")
    table = f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return with_stacked_tables(table)


FRENCH = (
    '<html lang="fr"><main><h1>T</h1><section id="ici" class="level2">\n<h2 class="a">Ici</h2>'
    '</section><nav><h2 id="n">No</h2></nav><li><strong>Mot.</strong> a</li><p><strong>No'
    f"</strong></p><dl><dt>{'x' * 120}</dt><dt>{'x' * 121}</dt><dt>12</dt></dl>"
    '<th scope="row">Ligne</th><th>no</th></main>'
)
ENGLISH = '<html lang="en"><head><meta name="description" content="Une &amp; deux."></head>'
QUARTO = (
    '<meta name="description" content="Un constat."><meta property="og:title" content="x">'
    '<link href="favicon.png" rel="icon" type="image/png">'
)
UNTOLD = '<h1>T</h1><p>No.</p><div class="text" lang="en"><table><p>No.</p></table><p>A word.</p>'
NAMES = [cells("Un site", "x" * length, "6,8", "–", "+1,0", "en hausse") for length in (59, 60)]
CODES = cells("Un site", "s", "les avis", "des s", "7,9\u00a0(f)", "nd")
CASES: said.Cases = {
    "the index of a search": lambda _: index([("b/a.html", FRENCH), ("e.html", ENGLISH)]),
    "what Quarto wrote is not said twice": lambda _: head_of(
        HEAD.format(QUARTO) + "<h1>Titre &amp; suite</h1></main>"
    ),
    "a page without a description": lambda _: head_of(HEAD.format("") + UNTOLD),
    "a stacked table": lambda _: made(*NAMES),
    "codes": lambda _: made(CODES),
    "codes of a page in English": lambda _: made(CODES, french=False),
    "groups of rows": lambda _: grouped(),
    "groups of rows with a caption": lambda _: grouped("<caption>T</caption>"),
    "groups of rows with a cell of two columns": lambda _: grouped(span=' colspan="2"'),
    "a table of great-tables": lambda _: "\n".join(clean_table(of_great_tables()).blocks()),
}
test_what_browsers_are_given = said.test(
    "html",
    {name: lambda _, make=make: make(_).replace("><", ">\n<") for name, make in CASES.items()},
    by_line=True,
)
