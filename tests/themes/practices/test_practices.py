"""Sheets are counted by what they are about, listed where they belong, and told."""

import pytest
from tests.copies import demonstration_practices

from observlib import estimates
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.records.sheets import Practices
from observlib.themes import practices
from observlib.themes.practices.sentences import sheet_list


@pytest.fixture(scope="module")
def shipped(catalogue: Catalogue) -> Practices:
    return demonstration_practices()


@pytest.mark.parametrize("by", ["tool", "method", "department"])
def test_every_sheet_is_listed_once_where_it_belongs_and_all_are_counted(shipped, catalogue, by):
    counts = practices.count_practices(shipped, catalogue, Quarter("2026-T3"))
    made = sheet_list(counts, shipped, catalogue, by=by)
    text = made.shown["text/markdown"]
    carried = estimates.from_json(made.content)
    listed = {sheet.slug for sheet in shipped.sheets if getattr(sheet, by)}
    assert sum(carried["estimate"]) == len(listed) == text.count("](/practices/")
    assert all(f"](/practices/{slug}.qmd)" in text for slug in listed)
    for block in text.split("\n\n"):
        head, *items = block.split("\n")
        (count,) = carried[carried["group_value"] == head]["estimate"]
        assert count == len(items)


def test_brackets_break_no_link_and_another_order_or_none_is_told(shipped, catalogue):
    one = shipped.sheets[0].model_copy(update={"title": "Un [titre] *fort*", "method": "panel"})
    some = Practices((one,), shipped.tools, shipped.methods)
    counts = practices.count_practices(some, catalogue, Quarter("2026-T3"))
    text = sheet_list(counts, some, catalogue, by="method").shown["text/markdown"]
    assert r"[Un \[titre\] \*fort\*](/practices/" in text
    with pytest.raises(ObservError, match="allowed: verdict, tool, method"):
        sheet_list(estimates.make([]), shipped, catalogue, by="colour")
    with pytest.raises(ObservError, match="no sheet to list"):
        sheet_list(estimates.make([]), Practices(), catalogue, by="tool")
