"""What a page tells is found where it stands: by its cell, or the section around it."""

import nbformat
import pandas as pd
from tests.edition.test_origins import BEFORE, MARK, NOW, ROWS, WITHHELD, notebook, shows

from observlib import estimates
from observlib.estimates import comparisons
from observlib.publish.origins import FINDING, page_of


def test_figures_are_found_by_the_cell_and_the_section_that_tell_them():
    told = page_of(
        notebook(
            shows(ROWS[:1], tags=(FINDING,)),
            nbformat.v4.new_markdown_cell("::: {.callout-note}\n## Pas une section\n:::"),
            nbformat.v4.new_markdown_cell("## Nos produits {.annex}"),
            shows(ROWS[1:2], "#| label: tbl-notes\nshow()"),
            shows(ROWS[2:], markdown="### Un point\n\nTexte"),
        ),
        set(),
    )
    assert told.cells == {FINDING: [NOW], "tbl-notes": [BEFORE]}
    assert told.sections == {"": [NOW], "nos produits": [WITHHELD], "un point": [WITHHELD]}


def test_the_others_than_a_group_are_no_figure_and_lead_to_their_comparison():
    """A side of a comparison that no row of the edition is has no identifier of its own."""
    side = estimates.make([{**MARK, "group": "âge", "group_value": "Les autres", "estimate": 7.0}])
    pair = pd.concat([ROWS[:1], side.add_prefix("reference_")], axis=1)
    pairs = comparisons.make(pair.assign(against="others", difference=0.9, verdict="unknown"))
    cell = shows(ROWS[:1])
    content = {"comparisons": comparisons.to_json(pairs)}
    cell.outputs[0].data[estimates.MIME] = {**cell.outputs[0].data[estimates.MIME], **content}
    told = page_of(notebook(cell), {NOW})
    (one,) = comparisons.identifiers(pairs)
    assert [*told.rows] == [NOW, one]
    assert 7.0 in told.rows[one].numbers and 7.9 not in told.rows[one].numbers
