"""What two pages tell differently, or a table calls unmeasured, stops an edition."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pandas as pd
import pytest
from nbformat import writes
from nbformat.v4 import new_code_cell, new_notebook, new_output
from tests.copies import demonstration_catalogue

from observlib import display, estimates
from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.edition.consistency import check, hidden, told_differently
from observlib.estimates import comparisons

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
        table = display.dashboard(columns, catalogue, caption="Notes", rows="product")
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


@pytest.mark.parametrize(
    "other",
    [
        {"period": "2026-T2"},
        {"channel": "phone"},
        {"group": "age", "group_value": "18-24"},
        {"estimate": float("nan"), "n": float("nan"), "status": "suppressed"},
    ],
    ids=["another quarter", "another channel", "a group", "withheld"],
)
def test_what_is_of_another_thing_or_withheld_is_not_hidden(other, opinions):
    asked = estimates.make([SURVEY])
    more = estimates.make([mark("boamp", "enquete-boamp", **other)])
    rows = pd.concat([RATINGS, asked, more], ignore_index=True)
    assert not hidden({"panorama": opinions(RATINGS, asked)}, rows)


def test_a_column_without_any_value_hides_too(catalogue):
    shown = estimates.make([mark("boamp", "jdma-boamp")])
    more = mark("boamp", "jdma-boamp", 8.0, indicator="clarity_10")
    asked = ["satisfaction_10", "clarity_10"]
    board = display.board(shown, catalogue, indicators=asked, caption="Notes", rows="channel")
    rows = pd.concat([shown, estimates.make([more])], ignore_index=True)
    assert len(hidden({"boamp": notebook(board)}, rows)) == 1
    elsewhere = estimates.make([{**more, "product": "legifrance"}])  # the board is of one product
    assert not hidden({"boamp": notebook(board)}, elsewhere)


def test_columns_by_device_hide_what_their_own_device_measures_only(catalogue):
    age = {"group": "age"}
    rows = estimates.make(
        [
            mark("boamp", "jdma-boamp", **age, group_value="18-24"),
            mark("boamp", "jdma-boamp", **age, group_value="25-34"),
            mark("legifrance", "jdma-legifrance", **age, group_value="18-24"),
        ]
    )
    table = display.table(rows, catalogue, caption="Notes", rows="group_value", columns="device")
    assert not hidden({"a": notebook(table)}, rows)
    more = mark("legifrance", "jdma-legifrance", **age, group_value="25-34")
    found = hidden({"a": notebook(table)}, estimates.make([more]))
    assert len(found) == 1 and "jdma-legifrance" in found[0]


def test_one_estimate_told_twice_with_two_values_names_both_pages():
    pages = {
        name: notebook(
            display.text("Note").carrying(
                [estimates.make([mark("boamp", "jdma-boamp", value)])], demonstration_catalogue()
            )
        )
        for name, value in (("a", 7.0), ("b", 7.4))
    }
    assert not told_differently({"a": pages["a"], "c": pages["a"]})
    (found,) = told_differently(pages)
    assert found.startswith("satisfaction_10, boamp, web, jdma-boamp, 2026-T3")
    assert "a tells 7 sur 10, and b tells 7.4 sur 10" in found


def test_one_page_alone_may_not_tell_its_edition_s_estimate_otherwise_nor_compare_it(catalogue):
    frame = estimates.make([mark("boamp", "jdma-boamp", 7.0)])
    halved = estimates.make([mark("boamp", "jdma-boamp", 3.5)])
    own = estimates.make([mark("boamp", "jdma-boamp", 3.5, group="age", group_value="18-24")])
    pair = {**halved.iloc[0], **halved.iloc[0].add_prefix("reference_")}
    pairs = comparisons.make(pd.DataFrame([{**pair, "against": "before", "verdict": "unknown"}]))
    others = {"b": notebook(display.text("Note").carrying([halved], catalogue))}
    line = r"the edition's frame tells 7 sur 10, and a tells 3\.5 sur 10; select both"
    for shown, is_told in ((frame, False), (halved, True), (own, False), (pairs, True)):
        now = {"a": notebook(display.text("Note").carrying([shown], catalogue))}
        with pytest.raises(ObservError, match=line) if is_told else nullcontext():
            check(now, {}, frame)
    check({}, others, frame)  # it was made of another frame
