"""A table keeps its meaning on a telephone, and for who listens to it."""

import re
from html import escape
from html.parser import HTMLParser

import great_tables
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from observlib.publish.html import with_stacked_tables
from observlib.publish.pandoc import clean_table

COLUMNS = ("Produit", "Indicateur", "T3 2025", "T3 2026", "Écart en points", "Verdict")
HEAD = "<thead><tr>" + "".join(f'<th scope="col">{name}</th>' for name in COLUMNS) + "</tr></thead>"


def cells(*texts: str) -> str:
    right = "".join(f'<td style="text-align: right">{text}</td>' for text in texts[2:-1])
    name = f'<tr><th scope="row">{texts[0]}</th><td style="text-align: left">{texts[1]}</td>'
    return f'{name}{right}<td style="text-align: left">{texts[-1]}</td></tr>'


def made(*rows: str, head: str = HEAD, french: bool = True) -> str:
    body = "".join(rows)
    return with_stacked_tables(f"<table>{head}<tbody>{body}</tbody></table>", french)


ROW = cells("Un site", "Note", "6,8", "7,9", "+1,0", "en hausse")


def test_a_table_of_three_columns_stays_and_words_become_no_markup():
    head = "<thead><tr><th>A</th><th>B</th><th>C</th></tr></thead>"
    assert "stack" not in made("<tr><th>x</th><td>1</td><td>2</td></tr>", head=head)
    head = HEAD.replace("T3 2025", "A &lt;b&gt; &quot;c&quot;")
    assert 'data-label="A &lt;b&gt; &quot;c&quot;"' in made(ROW, head=head)


def test_a_row_that_stands_over_others_is_a_name_and_its_columns_are_counted():
    group = '<tr><th colspan="6" scope="rowgroup" class="group">Sites</th></tr>'
    text = made(group, ROW)
    assert 'colspan="6" scope="rowgroup" class="name group"' in text
    assert 'data-label="Verdict"' in text


def test_codes_are_spelt_out_for_who_listens_and_seen_as_they_were():
    text = made(cells("Un site", "s", "s", "–", "7,9\u00a0(f)", "nd"))
    for code, words in {
        "s": "secret statistique", "–": "aucune mesure", "(f)": "faible effectif",
        "nd": "donnée non disponible",
    }.items():  # fmt: skip
        assert f'<span aria-hidden="true">{code}</span> <span class="spelt">{words}</span>' in text
    assert "7,9\u00a0<span" in text


def test_letters_of_english_pages_and_of_words_are_no_codes():
    row = cells("Un site", "s", "les avis", "des s", "–", "s")
    assert "spelt" not in made(row, french=False)
    assert "avis<" in made(row) and "des s<" in made(row)


def test_a_table_is_scrolled_once_whichever_publisher_made_it():
    bare = made(ROW)
    assert bare.count('class="scroll"') == 1
    held = '<div class="scroll" tabindex="0" role="group" aria-label="Tableau 1">\n<table></table>'
    assert with_stacked_tables(held) == held


def test_cells_of_groups_name_all_that_heads_them_and_the_table_says_it_has_groups():
    group = '<tr><th colspan="2" scope="rowgroup" class="group">{}</th></tr>'
    row = '<tr><th scope="row">{}</th><td>8</td></tr>'
    head = '<thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead>'
    body = "".join((group.format("Un"), row.format("a"), group.format("Deux"), row.format("b")))
    table = f"<table><caption>Titre</caption>{head}<tbody>{body}</tbody></table>"
    found = with_stacked_tables(table * 2)
    assert found.count("Les lignes vont par groupes") == 2
    named = dict(re.findall(r'<th id="([^"]*)"[^>]*>([^<]*)</th>', found))
    assert len(named) == 12  # none has the name of another
    told = [
        [named[name] for name in names.split()]
        for names in re.findall(r'<td headers="([^"]*)"', found)
    ]
    assert told == [["B", "Un", "a"], ["B", "Deux", "b"]] * 2
    assert "headers" not in with_stacked_tables(table.replace("rowgroup", "colgroup"))


class Text(HTMLParser):
    """The text of each cell, in order, and the attributes met."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.names: set[str] = set()
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names |= {name for name, _ in attrs}
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def test_real_great_tables_output_loses_no_cell():
    frame = pd.DataFrame({"p": ["A & B", "C"], "g": ["x", "y"], "n": [1234.5, 2.0]})
    table = (
        great_tables.GT(frame, rowname_col="p", groupname_col="g")
        .tab_header("Titre", "Sous-titre")
        .tab_spanner("Deux mots", ["n"])
        .tab_source_note("Note 1")
        .fmt_number("n", decimals=1, locale="fr")
    )
    clean = clean_table(table.as_raw_html())
    cells = [cell.strip() for cell in Text(clean.markup).cells]
    assert cells == ["", "Deux mots", "n", "x", "A & B", "1\u202f234,5", "y", "C", "2,0"]
    assert (clean.title, clean.notes) == ("Titre – Sous-titre", ("Note 1",))
    assert "gt_" not in clean.markup and "<div" not in clean.markup


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00\r")), min_size=1))
def test_no_text_of_a_cell_is_lost_or_becomes_markup(texts):
    row = "".join(f'<td class="gt_row gt_right">{escape(text)}</td>' for text in texts)
    clean = clean_table(f"<table><tr>{row}</tr></table>")
    found = [" ".join(cell.split()) for cell in Text(clean.markup).cells]
    assert found == [" ".join(text.replace("'", "’").split()) for text in texts]
