"""What two pages tell differently, or a table calls unmeasured, stops an edition."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pandas as pd
import pytest
from nbformat import writes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from tests.copies import demonstration_catalogue

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.edition.finalise import check_pages, hidden, linked, told_differently
from observlib.estimates import make_comparisons

MARK = {"indicator": "satisfaction_10", "unit": "sur 10", "n": 200}


def mark(product: str, device: str, estimate: float = 7.0, **more: Any) -> dict[str, Any]:
    row = {**MARK, "product": product, "channel": "web", "device": device, "period": "2026-T3"}
    return {**row, "estimate": estimate, **more}


def notebook(*outputs: display.Output) -> str:
    shown = [new_output("display_data", output._repr_mimebundle_()) for output in outputs]
    return writes(new_notebook(cells=[new_code_cell("", outputs=shown)]))


@pytest.fixture
def opinions(catalogue: Catalogue) -> Callable[..., str]:
    """A page whose table has the marks of ratings and those of surveys in a column each."""

    def made(ratings: pd.DataFrame, surveys: pd.DataFrame, **more: Any) -> str:
        columns = {"Avis": ratings, "Enquêtes": surveys}
        table = display.dashboard_table(columns, catalogue, caption="Notes", rows="product")
        return notebook(table)

    return made


RATINGS = estimates.make(
    [mark("service-public", "jdma-service-public"), mark("boamp", "jdma-boamp")]
)
SURVEY = mark("service-public", "enquete-service-public", 6.8)


def test_a_survey_that_a_table_calls_unmeasured_is_told_with_both_pages(opinions):
    """The panorama said that nothing measures what the page of the survey tells."""
    asked = estimates.make([mark("legifrance", "enquete-legifrance")])
    rows = pd.concat([RATINGS, asked, estimates.make([SURVEY])], ignore_index=True)
    panorama = opinions(RATINGS, asked)
    other = notebook(
        display.text("6,8 sur 10").carrying([estimates.make([SURVEY])], demonstration_catalogue())
    )
    found = hidden({"panorama": panorama, "enquete": other}, rows)
    assert len(found) == 1
    assert found[0].startswith("panorama: a table says that no device measures satisfaction_10")
    assert "enquete-service-public" in found[0] and "and enquete tells it" in found[0]
    alone = hidden({"panorama": panorama}, rows)
    assert "the edition's frame tells it" in alone[0]


def test_a_cell_is_empty_in_peace_where_its_row_tells_the_estimate_elsewhere_or_none_is(opinions):
    asked = estimates.make([SURVEY])
    rows = pd.concat([RATINGS, asked], ignore_index=True)
    assert not hidden({"panorama": opinions(RATINGS, asked)}, rows)  # no survey of BOAMP


@pytest.mark.parametrize("other", [
    {"period": "2026-T2"}, {"channel": "phone"}, {"group": "age", "group_value": "18-24"},
    {"estimate": float("nan"), "n": float("nan"), "status": "suppressed"},
], ids=["another quarter", "another channel", "a group", "withheld"])  # fmt: skip
def test_what_is_of_another_thing_or_withheld_is_not_hidden(other, opinions):
    asked = estimates.make([SURVEY])
    more = estimates.make([mark("boamp", "enquete-boamp", **other)])
    rows = pd.concat([RATINGS, asked, more], ignore_index=True)
    assert not hidden({"panorama": opinions(RATINGS, asked)}, rows)


def test_one_estimate_told_twice_with_two_values_names_both_pages():
    pages = {}
    for name, value in (("a", 7.0), ("b", 7.4)):
        told = estimates.make([mark("boamp", "jdma-boamp", value)])
        pages[name] = notebook(display.text("Note").carrying([told], demonstration_catalogue()))
    assert not told_differently({"a": pages["a"], "c": pages["a"]})
    (found,) = told_differently(pages)
    assert found.startswith("satisfaction_10, boamp, web, jdma-boamp, 2026-T3")
    assert "a tells 7 sur 10, and b tells 7.4 sur 10" in found


def test_one_page_alone_may_not_tell_its_edition_s_estimate_otherwise_nor_compare_it(catalogue):
    frame = estimates.make([mark("boamp", "jdma-boamp", 7.0)])
    halved = estimates.make([mark("boamp", "jdma-boamp", 3.5)])
    own = estimates.make([mark("boamp", "jdma-boamp", 3.5, group="age", group_value="18-24")])
    pair = {**halved.iloc[0], **halved.iloc[0].add_prefix("reference_")}
    pairs = make_comparisons(pd.DataFrame([{**pair, "against": "before", "verdict": "unknown"}]))
    others = {"b": notebook(display.text("Note").carrying([halved], catalogue))}
    line = r"the edition's frame tells 7 sur 10, and a tells 3\.5 sur 10; select both"
    for shown, is_told in ((frame, False), (halved, True), (own, False), (pairs, True)):
        now = {"a": notebook(display.text("Note").carrying([shown], catalogue))}
        with pytest.raises(ObservError, match=line) if is_told else nullcontext():
            check_pages(now, {}, frame)
    check_pages({}, others, frame)  # it was made of another frame


EVENT = {"id": "robots", "title": "Les robots", "words": "Les robots (changement de mesure)"}


def study(title: str, *cells: object) -> str:
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
        "actions": study("Actions", shown("each", kind="text", tells=["robots", "lettre"])),
        "audience": study("Audience", *curve("audience", "fig-visites", EVENT)),
        "fiche": study("Fiche", *curve("fiche", "fig-a", EVENT), *curve("fiche", "fig-b")),
    }


def prose(text: str) -> str:
    cells = json.loads(text)["cells"]
    found = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    return "\n".join(found).replace("\xa0", " ")


def test_links_lead_from_a_curve_to_what_happened_to_it_and_back(pages):
    pages["autre"] = study("Autre", *curve("autre"))
    found = linked(pages, pages)
    link = "Sur la courbe : [Les robots (changement de mesure)](actions.ipynb#action-robots)."
    assert f"::: {{.figure-files}}\n{link}\n\n[SVG](audience/" in prose(found["audience"])
    assert prose(found["fiche"]).count(link) == 1  # and none below the other figure
    told = prose(found["actions"])
    assert "- Les robots\n  - [Audience : Visites](audience.ipynb#fig-visites)" in told
    assert "  - [Fiche : Visites](fiche.ipynb#fig-a)" in told
    assert "fig-b" not in told and "lettre" not in told
    assert found["autre"] == pages["autre"]  # which has no marked curve
    alone = {"audience": pages["audience"]}
    assert linked(alone, alone) == alone  # no link leads to what no page tells


def test_a_page_that_is_not_made_again_stays_to_the_byte(pages):
    found = linked(pages, ["actions"])
    assert list(found) == ["actions"] and "fiche.ipynb#fig-a" in prose(found["actions"])
