"""A table must read the same without great-tables' looks, on a page and in a screen reader."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from observlib.publish.responsive_tables import clean_table


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
    import great_tables
    import pandas as pd

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
    from html import escape

    row = "".join(f'<td class="gt_row gt_right">{escape(text)}</td>' for text in texts)
    clean = clean_table(f"<table><tr>{row}</tr></table>")
    found = [" ".join(cell.split()) for cell in Text(clean.markup).cells]
    assert found == [" ".join(text.replace("'", "’").split()) for text in texts]
