"""Ordinals have their letters above the line in what is read, and nothing else changes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import examples

from observlib.publish import pandoc, publish

REPORTS = Path(__file__).parents[2] / "reports"
FILTER = REPORTS / "ordinals.lua"


def written(markdown: str, to: str = "html") -> str:
    text = pandoc.convert(markdown, to, name="page", filters=[FILTER])
    return re.sub(r"[ \n]+", " ", text).strip()


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("au 3e trimestre", ["e"]),
        ("au 3e\u00a0trimestre", ["e"]),
        ("le 1er, la 1re, le 2nd (4e), « 12e » : 9e.", ["er", "re", "nd", "e", "e", "e"]),
        ("les 1ers et les 21es", ["ers", "es"]),
        ("l’11e jour", ["e"]),
        ("**du 1er au 3e**", ["er", "e"]),
        ("| Au 1er | n |\n|:-------|--:|\n| 3e | 1 |\n", ["er", "e"]),
        ("```{=html}\n<table><tr><th>1er</th><td>3e</td></tr></table>\n```\n", ["er", "e"]),
    ],
)
def test_the_letters_of_an_ordinal_stand_above_the_line(text, letters):
    assert re.findall(r"<sup>(\w+)</sup>", written(text)) == letters


@pytest.mark.parametrize(
    "text",
    [
        "2e5 et 1e-3",
        "a3e, 3eb, 03e, 0e, 1e, 3er, 2re, 1ère, 3e2",
        "version 1.3e, 3e.5, 12:3e, 3e/4, -3e-",
        "`3e trimestre`",
        "```\nau 3e trimestre\n```",
        "<https://exemple.fr/3e> et https://exemple.fr/1er/3e",
        'Voir ![Au 3e trimestre](a.svg){fig-alt="Au 3e trimestre"}',
        '```{=html}\n<table id="3e"><tr><td title="3e"><code>3e</code></td></tr></table>\n```\n',
        "le code 12345e",
        "24 ans, 3 h, 5 g",
    ],
)
def test_what_only_looks_like_an_ordinal_is_left_alone(text):
    assert "<sup>" not in written(text)
    assert written(text) == re.sub(r"[ \n]+", " ", pandoc.convert(text, "html", name="p")).strip()


@examples(15)
@given(st.text("0123456789abcdef", min_size=8, max_size=40))
def test_digests_are_left_alone(digest):
    assert (
        written(f"Empreinte {digest}, {digest[:7]}.") == f"<p>Empreinte {digest}, {digest[:7]}.</p>"
    )


def test_a_caption_is_prose_and_its_alternative_text_is_not():
    figure = written('![Au 3e trimestre](a.svg){#fig-a fig-alt="Au 3e trimestre"}')
    assert 'alt="Au 3e trimestre"' in figure and "Au 3<sup>e</sup> trimestre</figcaption>" in figure


def test_headings_keep_their_anchors_and_paper_has_ordinals_too():
    assert 'id="au-3e-trimestre"' in written("## Au 3e trimestre")
    assert "Au 3#super[e] trimestre" in written("Au 3e trimestre", "typst")


def test_pages_have_ordinals_in_sight_and_plain_ones_where_no_letter_can_be_raised(
    tmp_path, sample
):
    page = sample.study("Le 1er bilan", "Au 3e trimestre, un record.", 1)
    site = publish(sample.make_project(tmp_path / "p", page=page), tmp_path / "site", "embedded")
    text = (site.parent / "page.html").read_text(encoding="utf-8")
    assert "<title>Le 1er bilan – " in text
    assert (
        '<meta name="description" content="Chiffres synthétiques. Au 3e trimestre, un record.">'
        in text
    )
    assert "<h1>Le 1<sup>er</sup> bilan</h1>" in text
    assert "Au 3<sup>e</sup> trimestre, un record." in text
    assert "Le 1<sup>er</sup> bilan</a>" in site.read_text(encoding="utf-8"), "and in lists"


def test_both_publishers_are_told_of_the_filter():
    config = yaml.safe_load((REPORTS / "_quarto.yml").read_text(encoding="utf-8"))
    assert FILTER.name in config["filters"]
