import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.language.prose import typography, unbroken

SPACES = re.compile("[ \u00a0\u202f]")
pieces = st.sampled_from(
    [
        *" :;!?%«»a1é`|{}[]()\n\n-$<>&#~*_=./'\t\\",
        "```",
        "---\n",
        ":::",
        "http://a/?b",
        "    ",
        "\xa0",
    ]
)
markdown = st.lists(pieces, max_size=40).map("".join)


@given(markdown)
def test_only_spaces_change_whatever_the_markdown(text):
    assert SPACES.sub("", typography(text)) == SPACES.sub("", text)


@given(markdown)
def test_a_second_pass_changes_nothing(text):
    once = typography(text)
    assert typography(once) == once


@pytest.mark.parametrize(
    "kept",
    [
        "`a : b ; c ? 5 %`",
        "[@little2020; @andridge2019]",
        "```r\nx <- c(a = 1) ; y : z ?\n```",
        "---\ntitle: a : b\nx: y ?\n---\n",
        '::: {.callout-note title="A : b"}',
        "::: {#fig-a layout-ncol=2}",
        "https://example.org/a?b=1;c:d%20e",
        "<https://example.org/?q=a;b>",
        '[id]: https://example.org "Titre : x"',
        "| :--- | ---: | :-: |",
        ": Légende {#tbl-a}",
        "Table: Légende",
        '<span style="color : red ; x">',
        "<!-- à faire : voir ; -->",
        "&nbsp;",
        "$a : b ; c$",
        "à 12:30",
        "[@cle2026]",
        "![image](a.svg)",
    ],
)
def test_what_is_not_prose_stays_as_it_is(kept):
    assert typography(kept) == kept
    assert kept in typography(f"{kept}\n\nTexte : fin !")


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Note : 8 %", "Note\xa0: 8\xa0%"),
        ("Note: 8%", "Note\xa0: 8\xa0%"),
        ("Pourquoi?", "Pourquoi\u202f?"),
        ("un ; deux !", "un\u202f; deux\u202f!"),
        ("«oui»", "«\xa0oui\xa0»"),
        ("« oui » : non", "«\xa0oui\xa0»\xa0: non"),
        ("**gras** : `code` ; fin", "**gras**\xa0: `code`\u202f; fin"),
        ("[lien](https://a.b/?x) : y", "[lien](https://a.b/?x)\xa0: y"),
        ("| Note : | 8 % |", "| Note\xa0: | 8\xa0% |"),
        ("# Titre : suite {#sec-a}", "# Titre\xa0: suite {#sec-a}"),
        ("voir ![a](b.svg)", "voir ![a](b.svg)"),
    ],
)
def test_prose_gets_its_spaces(written, printed):
    assert typography(written) == printed


@given(markdown)
def test_a_second_pass_over_a_label_changes_nothing(text):
    once = unbroken(text)
    assert unbroken(once) == once
    assert SPACES.sub("", once) == SPACES.sub("", text).replace("'", "’")


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("Appels pour 1 000 visites", "Appels pour~1^000~visites"),
        ("12 345 678 €", "12^345^678 €"),
        ("75 ans et plus", "75~ans et plus"),
        ("15 à 24 ans", "15~à~24~ans"),
        ("3e trimestre 2026", "3e~trimestre~2026"),
        ("Utilité (sur 10)", "Utilité (sur~10)"),
        ("T2 2026", "T2~2026"),
        ("Suivi n° 8", "Suivi n°~8"),
        ("Services Publics +, extrait", "Services Publics~+, extrait"),
        ("−17 à +8", "−17~à~+8"),
        ("Où chercher l'aide ; et quand ?", "Où chercher l’aide^; et quand^?"),
    ],
)
def test_a_label_is_not_broken_within_a_number_or_before_its_unit(label, written):
    assert unbroken(label).replace("\xa0", "~").replace("\u202f", "^") == written


def test_a_year_in_a_sentence_may_end_its_line():
    assert typography("En 2025 les visites") == "En 2025 les visites"


def test_apostrophes_are_the_same_in_tables_titles_and_labels_for_one_function_writes_them():
    sources = (Path(__file__).parents[2] / "src").rglob("*.py")
    writing = '.replace("\'", "’")'
    holding = [path.name for path in sources if writing in path.read_text(encoding="utf-8")]
    assert holding == ["prose.py"]
