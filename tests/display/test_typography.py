from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observlib.display.typography import typography

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
def test_only_spaces_change_whatever_the_markdown(text: str) -> None:
    assert SPACES.sub("", typography(text)) == SPACES.sub("", text)


@given(markdown)
def test_a_second_pass_changes_nothing(text: str) -> None:
    once = typography(text)
    assert typography(once) == once


@pytest.mark.parametrize(
    "kept",
    [
        "`a : b ; c ? 5 %`",
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
def test_what_is_not_prose_stays_as_it_is(kept: str) -> None:
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
def test_prose_gets_its_spaces(written: str, printed: str) -> None:
    assert typography(written) == printed
