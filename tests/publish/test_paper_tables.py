"""Where tables are cut on paper, whatever stands above them: asked of typst, row by row."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import typst

from observlib.display.style import Brand
from observlib.publish import pandoc
from observlib.publish.pdf import fonts, literal

ABOVE = range(0, 700, 35)  # points between the top of the first page and the table
PLACE = "`#context [#metadata(here().page()) <{}>]`{{=typst}}"
HEAD = "| Réponse | Part |\n|:--------|-----:|\n"


def pages(source: str, label: str, folder: Path) -> list[int]:
    """The pages on which the marks of a label are, in order."""
    main = folder / "page.typ"
    main.write_text(source, encoding="utf-8")
    found = typst.query(
        main, f"<{label}>", field="value", font_paths=fonts(), ignore_system_fonts=True
    )
    return [int(page) for page in json.loads(found)]


def document(markdown: str) -> str:
    """Typst's source of a page, in which `{above}` points stand before the text."""
    text = "\n```{=typst}\n#v(ABOVEpt)\n```\n\n" + markdown
    names = ("name", "title-text", "document-text", "description-text", "sitetitle", "edition")
    quoted = {name: '"x"' for name in names}
    quoted |= {name: literal(look) for name, look in Brand().for_paper().items()}
    return pandoc.convert(
        text, "typst", name="page", template=pandoc.TEMPLATES / "page.typ", variables=quoted
    )


@pytest.fixture
def looked_at(tmp_path: Path) -> Callable[[str, str], list[list[int]]]:
    """The pages of the marks of a label, with the table ever lower on the first page."""

    def look(markdown: str, label: str) -> list[list[int]]:
        source = document(markdown)
        return [pages(source.replace("ABOVE", str(above)), label, tmp_path) for above in ABOVE]

    return look


def rows(count: int, text: str = "une réponse") -> str:
    return "".join(f"| {PLACE.format('row')}{text} | 1 |\n" for _ in range(count))


@pytest.mark.parametrize("text", ["une réponse", "une réponse longue " * 12])
def test_no_page_holds_a_lone_row_of_a_table_that_is_cut(looked_at, text):
    markdown = f"## Titre\n\nUne phrase.\n\n{HEAD}{rows(24, text)}\n: Des parts {{#tbl-a}}\n"
    cuts = 0
    for found in looked_at(markdown, "row"):
        assert len(found) == 24
        shares = [count for _, count in sorted(Counter(found).items())]
        cuts += len(shares) > 1
        assert shares[0] >= 2 and (len(shares) == 1 or shares[-1] >= 3), shares
    assert cuts > 5, "or the test tests nothing"


def test_notes_and_heads_of_groups_are_never_cut_from_their_rows(tmp_path):
    groups = "".join(
        f'<tr><th colspan="2">Groupe {g}</th></tr>'
        + "".join(f"<tr><th>Réponse {g}{i}</th><td>1</td></tr>" for i in range(size))
        for g, size in enumerate((1, 9, 2, 8, 1))
    )
    table = f"<table><thead><tr><th>Réponse</th><th>Part</th></tr></thead><tbody>{groups}</tbody>"
    markdown = f"::: {{#tbl-a}}\n```{{=html}}\n{table}</table>\n```\n\n"
    markdown += "```{=html}\n<p>Une note.</p>\n```\n\nTitre\n:::\n"
    source = document(markdown)
    marked = {"Une note.": "note", "Réponse 40": "last"}
    marked |= {f"Groupe {g}": f"group-{g}" for g in range(5)}
    marked |= {f"Réponse {g}0": f"row-{g}" for g in range(4)}
    for words, label in marked.items():
        at = f"{words}#context [#metadata(here().page()) <{label}>]"
        assert source.count(words) == 1
        source = source.replace(words, at)
    seen = set()
    for above in ABOVE:
        text = source.replace("ABOVE", str(above))
        at = {label: pages(text, label, tmp_path) for label in marked.values()}
        assert at["note"] == at["last"] == at["group-4"]
        for group in range(4):
            assert at[f"group-{group}"] == at[f"row-{group}"], f"{above} points above"
        seen.add((*at["row-0"], *at["last"]))
    assert {(1, 1), (1, 2), (2, 2)} <= seen, "or the test tests nothing"


def test_columns_of_long_texts_are_the_wider_and_all_words_fit():
    long = "Verbatims libres, jamais chargés ; identifiant d’avis sans lien avec la personne"
    text = pandoc.convert(
        f"| Dispositif | Rythme | Données | n |\n|:--|:--|:--|--:|\n"
        f"| Entreprendre.Service-public.fr | en continu | {long} | 1 |\n\n: Titre {{#tbl-a}}\n",
        "typst",
        name="page",
    )
    found = re.search(r"columns: \((.*),\),", text)
    assert found
    name, rhythm, words, count = (int(part.removesuffix("fr")) for part in found[1].split(", "))
    assert words > 2 * rhythm and name >= len("Entreprendre.Service-") and count < rhythm


def test_a_table_too_wide_for_a_page_does_not_stop_the_text(tmp_path):
    heads = "".join(f" Recommandation{i} |" for i in range(9))
    table = f"| Produit |{heads}\n|:--|{'--:|' * 9}\n| BOAMP |{' 1 |' * 9}\n\n: Neuf {{#tbl-a}}\n"
    marks = [PLACE.format("text"), PLACE.format("end-of-text")]
    source = document(f"{marks[0]}Avant.\n\n{table}\nAprès. {marks[1]}\n").replace("ABOVE", "0")
    assert pages(source, "text", tmp_path) == pages(source, "end-of-text", tmp_path) == [1]
    in_table = source.replace("[1]", "[#context [#metadata(here().page()) <cell>]]", 1)
    assert pages(in_table, "cell", tmp_path) == [2]
