"""A study as a document of word processors: what its page shows is there, and told to readers."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest

from observlib.display.style import Brand
from observlib.publish.downloads import reference


@pytest.fixture(scope="module")
def document(made_site: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(made_site / "panorama.docx")


def part(document: zipfile.ZipFile, name: str) -> str:
    return document.read(name).decode("utf-8")


def test_properties_tell_title_edition_language_and_nothing_of_the_machine(document):
    core = part(document, "docProps/core.xml")
    assert "<dc:title>Panorama</dc:title>" in core
    assert "édition 2026-T3 – données de démonstration</dc:subject>" in core
    assert "<dc:language>fr-FR</dc:language>" in core
    assert 'w:val="fr-FR"' in part(document, "word/styles.xml")
    for name in document.namelist():
        assert b".bib" not in document.read(name) and b"/tmp/" not in document.read(name), name


def test_tables_have_heads_and_captions(document):
    text = part(document, "word/document.xml")
    assert text.count("<w:tbl>") == text.count("<w:tblHeader") == 1
    assert re.search(r'w:tblCaption w:val="Tableau\u00a01\u00a0: Usagers satisfaits par', text)
    assert "Source : essai." in re.sub(r"<[^>]+>", "", text).replace("\u00a0", " ")


def test_pictures_are_dots_with_their_alternative_text(document):
    text = part(document, "word/document.xml")
    assert re.search(r'descr="Barres[^"]*82 %[^"]*71 %', text.replace("\u00a0", " "))
    pictures = [name for name in document.namelist() if "/media/" in name]
    assert [document.read(name)[1:4] for name in pictures] == [b"PNG"]


def test_the_warning_of_invented_data_stands_before_all_figures(document):
    text = re.sub(r"<[^>]+>", "", part(document, "word/document.xml"))
    assert 0 < text.index("Données de démonstration") < text.index("Huit usagers sur dix")
    assert "Références" in text


def test_page_is_a4_and_a_caption_stays_with_its_figure():
    looks = zipfile.ZipFile(io.BytesIO(reference(Brand())))
    assert 'w:w="11906" w:h="16838"' in looks.read("word/document.xml").decode()
    styles = looks.read("word/styles.xml").decode()
    caption = styles[styles.index('w:styleId="ImageCaption"') :].split("</w:style>")[0]
    assert "<w:keepNext />" in caption
