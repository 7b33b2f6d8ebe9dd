"""Sections that hold no result are told in one sentence, and a section that says more stays."""

from __future__ import annotations

import re
from pathlib import Path

from observlib.publish import pandoc

FILTER = Path(__file__).parents[2] / "reports" / "empty_sections.lua"
ABSENT = "*Aucune note n’est disponible au 3e trimestre 2026.*"


def headings(markdown: str) -> list[str]:
    return re.findall(r"<h\d[^>]*>([^<]+)</h\d>", written(markdown))


def written(markdown: str) -> str:
    text = pandoc.convert(markdown, "html", name="page", filters=[FILTER])
    return re.sub(r"[ \n]+", " ", text)


def test_several_sections_without_result_become_one_sentence() -> None:
    found = written(
        f"## A\n\nUn résultat.\n\n## B\n\n{ABSENT}\n\n## C\n\n{ABSENT}\n\n{ABSENT}\n\n"
        f"## D\n\nUn autre.\n\n## E\n\n{ABSENT}\n"
    )
    assert re.findall(r"<h2[^>]*>([^<]+)</h2>", found) == ["A", "D", "Sans donnée ce trimestre"]
    assert "pour\u00a0: «\u00a0B\u00a0», «\u00a0C\u00a0» et «\u00a0E\u00a0»." in found
    assert "Un résultat." in found and "Un autre." in found


def test_a_lone_section_keeps_its_sentence() -> None:
    assert headings(f"## A\n\nUn résultat.\n\n## B\n\n{ABSENT}\n") == ["A", "B"]


def test_a_section_that_says_anything_else_stays() -> None:
    for more in ("Un mot.", "Aucune note n’est publiée (secret statistique).", "- un", "### F"):
        page = f"## A\n\n{ABSENT}\n\n{more}\n\n## B\n\n{ABSENT}\n\n## C\n\n{ABSENT}\n"
        assert headings(page)[0] == "A", more
        assert headings(page)[-1] == "Sans donnée ce trimestre"


def test_the_sentence_of_the_library_is_the_one_that_is_looked_for() -> None:
    from observlib import estimates
    from observlib.display import findings

    said = repr(findings.absent("note", "2026-T3", estimates.make([])))
    assert headings(f"## A\n\n{said}\n\n## B\n\n{said}\n") == ["Sans donnée ce trimestre"]
