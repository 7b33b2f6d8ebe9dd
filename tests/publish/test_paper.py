"""Key figures on paper: side by side in a PDF, large in a document, and untouched on screens."""

from __future__ import annotations

from pathlib import Path

import pytest
import typst

from observlib.display.dots import point, points, small_line
from observlib.publish import pandoc

FILTER = Path(__file__).parents[2] / "reports" / "paper.lua"
MADE = points(
    point(f"Titre {n}", "86,7 & 2", ["en petit"], "line.svg", "Un trait", verdict="Stable")
    for n in range(6)
)


def written(markdown: str, to: str) -> str:
    return pandoc.convert(f"## Un\n\n{markdown}", to, name="page", filters=[FILTER])


def test_a_pdf_has_them_in_a_grid_with_their_headings_and_alternatives(tmp_path):
    text = written(MADE, "typst")
    assert text.count("point[") == 6 and text.count("#heading(") == 6
    assert text.count('alt: "Un trait"') == 6 and text.count("weight: ") == 12
    (tmp_path / "line.svg").write_text(small_line([1, 2, 1]), encoding="utf-8")
    main = tmp_path / "main.typ"
    head = '#let accent = black\n#set document(title: "T")\n#set text(lang: "fr")\n= Page'
    main.write_text(f"{head}\n{text}", encoding="utf-8")
    assert bytes(typst.compile(main, pdf_standards=["ua-1"]))[:4] == b"%PDF"  # type: ignore[arg-type]


def test_a_screen_has_them_as_they_are():
    text = written(MADE, "html")
    assert text.count('class="number"') == text.count('class="verdict"') == 6
    assert "openxml" not in text and text.count("<h3") == 6


@pytest.mark.parametrize(("to", "large"), [("typst", True), ("html", False)])
def test_a_page_in_easy_french_has_clear_letters_on_paper_to_its_end(to, large):
    text = written("::: {.easy}\nUn mot.\n:::\n\nUn autre.", to)
    assert ("#set text(size: 14pt" in text) is large
    assert "#block[" not in text  # or what follows would be small again
