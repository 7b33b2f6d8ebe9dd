"""Sections that hold no result are told in one sentence, and a section that shows one stays."""

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


def test_several_sections_without_result_become_one_sentence():
    found = written(
        f"## A\n\nUn résultat.\n\n## B\n\n{ABSENT}\n\n## C\n\n{ABSENT}\n\n{ABSENT}\n\n"
        f"## D\n\nUn autre.\n\n## E\n\n{ABSENT}\n"
    )
    assert re.findall(r"<h2[^>]*>([^<]+)</h2>", found) == ["A", "D", "Sans donnée ce trimestre"]
    assert "pour\u00a0: «\u00a0B\u00a0», «\u00a0C\u00a0» et «\u00a0E\u00a0»." in found
    assert "Un résultat." in found and "Un autre." in found


def test_a_lone_section_keeps_its_sentence():
    assert headings(f"## A\n\nUn résultat.\n\n## B\n\n{ABSENT}\n") == ["A", "B"]


def test_a_section_that_shows_anything_else_stays():
    withheld = "Aucune note n’est publiée (secret statistique)."
    for more in ("Un mot.", withheld, "- un", "### F", "*Aucun mois ne s’écarte.*"):
        shown = f"::: {{.cell}}\n{more}\n:::"
        page = f"## A\n\n{ABSENT}\n\n{shown}\n\n## B\n\n{ABSENT}\n\n## C\n\n{ABSENT}\n"
        assert headings(page)[0] == "A", more
        assert headings(page)[-1] == "Sans donnée ce trimestre"
    for table in ("```\ncode\n```", "| a |\n|---|\n| 1 |"):
        page = f"## A\n\n{ABSENT}\n\n{table}\n\n## B\n\n{ABSENT}\n\n## C\n\n{ABSENT}\n"
        assert headings(page)[0] == "A", table


def test_prose_that_presents_results_goes_with_them():
    prose = f"Une présentation.\n\n- un\n\n::: {{.cell}}\n{ABSENT}\n:::\n\n### F\n\nDeux."
    found = written(f"## A\n\n{prose}\n\n## B\n\n{ABSENT}\n\n## C\n\nUne présentation seule.\n")
    assert re.findall(r"<h\d[^>]*>([^<]+)</h\d>", found) == ["Sans donnée ce trimestre", "C"]
    assert "Une présentation." not in found and "Une présentation seule." in found


def test_what_tells_of_the_whole_page_is_never_said_to_be_missing():
    for title in ("L’essentiel", "Méthode et limites"):
        page = f"## A\n\n{ABSENT}\n\n## B\n\n{ABSENT}\n\n## {title}\n\n{ABSENT}\n"
        found = written(page)
        assert "«\u00a0A\u00a0» et «\u00a0B\u00a0»." in found and title not in found
        assert headings(f"## A\n\nUn résultat.\n\n## {title}\n\n{ABSENT}\n") == ["A"]


def test_one_sentence_is_said_once_where_its_section_stays():
    found = written(f"## A\n\n{ABSENT}\n\n```\n1\n```\n\n{ABSENT}\n\n## B\n\n{ABSENT}\n")
    assert found.count("Aucune note") == 2  # one a section


def test_a_lone_section_without_several_results_is_told_in_one_sentence():
    other = ABSENT.replace("note", "donnée")
    found = written(f"## A\n\nUn résultat.\n\n## B\n\n{ABSENT}\n\n{other}\n")
    assert "n’est disponible pour\u00a0: «\u00a0B\u00a0»." in found and "Aucune note" not in found


def test_the_sentence_of_the_library_is_the_one_that_is_looked_for():
    from observlib import estimates
    from observlib.study import narratives

    said = repr(narratives.absent("note", "2026-T3", estimates.make([])))
    assert headings(f"## A\n\n{said}\n\n## B\n\n{said}\n") == ["Sans donnée ce trimestre"]
