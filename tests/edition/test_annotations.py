"""Who sees a curve finds what happened to it, and who reads what happened finds the curves."""

import json

import pytest
from nbformat import writes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from observlib import estimates
from observlib.edition.consistency import linked

EVENT = {"id": "robots", "title": "Les robots", "words": "Les robots (changement de mesure)"}


def notebook(title: str, *cells: object) -> str:
    first = new_raw_cell(f"---\ntitle: {title}\n---", id="front-matter")
    return writes(new_notebook(cells=[first, *cells])) + "\n"


def shown(source: str, **content: object) -> object:
    data = {estimates.MIME: {"rows": [], **content}, "text/plain": "x"}
    return new_code_cell(source, outputs=[new_output("display_data", data)])


def curve(page: str, label: str = "fig-visites", *events: dict[str, str]) -> list[object]:
    files = f"::: {{.figure-files}}\n[SVG]({page}/{label}.svg)\n:::"
    return [
        shown(f"#| label: {label}", kind="chart", title="Visites", events=list(events)),
        new_markdown_cell(files),
    ]


@pytest.fixture
def pages() -> dict[str, str]:
    return {
        "actions": notebook("Actions", shown("each", kind="text", tells=["robots", "lettre"])),
        "audience": notebook("Audience", *curve("audience", "fig-visites", EVENT)),
        "fiche": notebook("Fiche", *curve("fiche", "fig-a", EVENT), *curve("fiche", "fig-b")),
    }


def prose(text: str) -> str:
    cells = json.loads(text)["cells"]
    found = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    return "\n".join(found).replace("\xa0", " ")


def test_below_a_curve_a_link_leads_to_what_happened_to_it(pages):
    found = linked(pages, pages)
    link = "Sur la courbe : [Les robots (changement de mesure)](actions.ipynb#action-robots)."
    assert f"::: {{.figure-files}}\n{link}\n\n[SVG](audience/" in prose(found["audience"])
    assert prose(found["fiche"]).count(link) == 1  # and none below the other figure


def test_from_what_happened_links_lead_to_each_curve_that_shows_it(pages):
    told = prose(linked(pages, pages)["actions"])
    assert "- Les robots\n  - [Audience : Visites](audience.ipynb#fig-visites)" in told
    assert "  - [Fiche : Visites](fiche.ipynb#fig-a)" in told
    assert "fig-b" not in told and "lettre" not in told


def test_no_link_leads_to_what_no_page_tells(pages):
    alone = {"audience": pages["audience"]}
    assert linked(alone, alone) == alone


def test_a_page_that_is_not_made_again_stays_to_the_byte(pages):
    found = linked(pages, ["actions"])
    assert list(found) == ["actions"] and "fiche.ipynb#fig-a" in prose(found["actions"])


def test_a_page_without_a_marked_curve_stays_to_the_byte(pages):
    pages["autre"] = notebook("Autre", *curve("autre"))
    assert linked(pages, pages)["autre"] == pages["autre"]
