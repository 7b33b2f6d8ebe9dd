"""What an edition says can be read at once, as a newspaper can."""

from pathlib import Path

import pytest
from tests.edition.conftest import NOW
from tests.plain_french import faults, sentences

from observlib.errors import bounded


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Les visites augmentent de 5 %.", []),
        ("mot " * 26, ["26 words"]),
        ("Les notes sont de 7,1, 7,2, 7,3 et 7,4 sur 10.", ["4 numbers"]),
        ("3 produits baissent.", ["begins with digits"]),
        ("« Le « bon » mot. »", ["a quotation inside a quotation"]),
    ],
)
def test_each_fault_of_a_sentence_is_seen(sentence, told):
    assert faults(sentence) == told


def test_captions_and_lists_are_read_and_quotations_and_references_are_not():
    page = """<main><p>Un. Deux <b>mots</b>.</p><ul><li>« Les siens. »</li><li>Trois</li></ul>
    <figure><svg><text>4</text></svg><figcaption>Quatre.</figcaption></figure>
    <p lang="en">Five.</p><div id="refs"><p>Six.</p></div></main>"""
    assert [*sentences(page)] == ["Un.", "Deux mots.", "Trois", "Quatre."]


@pytest.mark.slow
def test_every_sentence_of_the_demonstration_is_plain(root: Path) -> None:
    pages = sorted((root / "reports" / "_site" / str(NOW)).glob("*.html"))
    wrong = [
        f"{page.stem}: {', '.join(found)}: {sentence}"
        for page in pages
        for sentence in sentences(page.read_text(encoding="utf-8"))
        if (found := faults(sentence))
    ]
    assert len(pages) > 35
    assert not wrong, f"{len(wrong)} sentences:\n{bounded(wrong, 20, chr(10))}"
