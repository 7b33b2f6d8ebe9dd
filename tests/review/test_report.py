"""Who reads the report of a review sees at once which studies are reproduced, and what differs."""

from __future__ import annotations

import re

import pytest
from tests.site.axe import violations
from tests.site.conftest import dump as dump  # a real browser

from observlib.review import Review, report
from observlib.review.comparison import WHOLE, Difference, Place, Word

STUDIES = {"satisfaction": "Satisfaction", "contacts": "Appels", "panorama": "Panorama", "x": "X_y"}
FILES = tuple(f"{name}.html" for name in STUDIES)
MARK = Difference("satisfaction.csv", Place("cell", 3, "estimate", "visits"), "7.9", "7.8")
NEAR = Difference("x/a.svg", Place("attribute", 9, "d", "<path>"), "10.001", "10.002", True)
GONE = Difference("contacts.pdf", WHOLE, Word("absent"), Word("not_absent"))
SHARED = [Difference(f"{x}.html", Place("text", 3), "le <b>", "un") for x in STUDIES if x != "x"]


def review(*differences: Difference, not_run: tuple[str, ...] = ()) -> Review:
    about = {"python": "3.13.1", "platform": "Linux"}
    of = ("2026-T3", "demonstration", "2026-11-16", "0a" * 20, "0" * 32, STUDIES, FILES)
    return Review(*of, differences, not_run, {"files": 3}, about)


def read(one: Review) -> str:
    return report.page(one).replace("\u00a0", " ")


def test_the_page_says_first_which_studies_are_reproduced_and_which_differ():
    text = read(review(MARK, NEAR, GONE, *SHARED))
    first = text[: text.index("## ")]
    assert (
        "**Verdict : différente.**" in first
        and "Études (4) : 3 différentes et 1 reproduite, à la" in first
    )
    assert "**Différentes (2)** : [Satisfaction](#satisfaction) et [Appels](#contacts)." in first
    assert "seulement par ce qui change dans plusieurs études (1)** : Panorama." in first
    assert "**Reproduites à la tolérance près (1)** : X\\_y." in first


def test_the_page_says_what_differs_old_against_new_and_where_in_french():
    text = read(review(MARK, NEAR, GONE, *SHARED, not_run=("data: the store is another",)))
    assert "| satisfaction.csv | ligne 3, estimate (visits) | 7.9 | 7.8 |" in text
    assert "| contacts.pdf | le fichier | est absent | est dans son manifeste |" in text
    assert "le \\<b\\> | un | Satisfaction, Appels et Panorama |" in text
    assert "## Dans la tolérance" in text and "## Ce qui manque pour la refaire" in text
    assert not re.search(r"\bline \d|\(nothing\)|is absent", text)
    assert "Ses chiffres sont synthétiques." in text


def test_an_edition_that_is_reproduced_is_told_in_a_few_lines():
    text = read(review())
    assert "**Verdict : reproduite.**" in text and "| Fichier | Endroit |" not in text
    assert "**Reproduites (4)** : Satisfaction, Appels, Panorama et X\\_y." in text


def test_the_terminal_and_json_are_in_english_and_name_the_study():
    found = review(MARK, GONE, *SHARED)
    told = report.lines(found)
    assert told[0].startswith("Satisfaction, Appels, Panorama: satisfaction.html: line 3, text: ")
    assert "Appels: contacts.pdf: the file: published 'is absent'" in told[2]
    known = found.as_dict()
    assert known["differences"][0]["where"] == "line 3, estimate of visits"
    assert known["studies"][1] == {
        "name": "contacts", "title": "Appels", "verdict": "differs", "files": 2,
        "differing": ["contacts.html", "contacts.pdf"],
    }  # fmt: skip


@pytest.mark.parametrize("differences", [(), (MARK, NEAR, GONE, *SHARED)], ids=["none", "many"])
def test_no_page_of_a_review_breaks_a_rule_of_axe(differences, dump, tmp_path):
    report.write(review(*differences, not_run=("data: is another",)), tmp_path)
    (tmp_path / report.JSON).unlink()
    assert [*violations(tmp_path, dump).values()] == [[]] * 3
