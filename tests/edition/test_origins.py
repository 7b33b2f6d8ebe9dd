"""The page of origins says of each figure how it was made, and nothing that may not be told."""

import json
from types import SimpleNamespace
from typing import Any

import nbformat
import pandas as pd
import pytest
from tests.copies import DEMO

from observlib import estimates, store
from observlib.base.period import Quarter
from observlib.edition import origins
from observlib.estimates import (
    COMPARISON_COLUMNS,
    comparison_identifiers,
    comparisons_from_json,
    make_comparisons,
)
from observlib.pipeline import project
from observlib.publish.origins import FINDING, ORIGINS_FOLDER, page_of, shown_identifiers
from observlib.publish.project import PageLinks, broken_links

KNOWN = project.catalogue(DEMO)
DEVICE = "jdma-service-public"
MARK = {"indicator": "satisfaction_10", "product": "service-public", "channel": "web"}
MARK |= {"device": DEVICE, "period": "2026-T3", "unit": "sur 10", "source": f"{DEVICE}@0a1b2c3d"}
ROWS = estimates.make([
    {**MARK, "estimate": 7.9, "ci_low": 7.4, "ci_high": 8.4, "n": 240},
    {**MARK, "period": "2025-T3", "estimate": 6.8, "ci_low": 6.3, "ci_high": 7.3, "n": 240},
    {**MARK, "period": "2026-T2", "status": "suppressed"},
])  # fmt: skip
NOW, BEFORE, WITHHELD = estimates.identifiers(ROWS)


def exports(*rows: int) -> pd.DataFrame:
    return pd.DataFrame({"device": DEVICE, "table": "ratings", "rows": rows})


def notebook(*cells):
    return nbformat.v4.new_notebook(cells=list(cells))


def shows(rows: pd.DataFrame, source: str = "", markdown: str = "", tags: tuple[str, ...] = ()):
    data = {"text/markdown": markdown, estimates.MIME: estimates.to_json(rows)}
    output = nbformat.v4.new_output("execute_result", data)
    return nbformat.v4.new_code_cell(source, outputs=[output], metadata={"tags": list(tags)})


def request(known: Any = KNOWN, **more: Any) -> Any:
    return SimpleNamespace(data=DEMO, catalogue=known, **more)


def page(monkeypatch, tmp_path, held: pd.DataFrame | None = None, known: Any = KNOWN) -> str:
    """The page of origins of three figures, and what its script shows of them."""
    monkeypatch.setattr(store, "exports", lambda _: exports(5000, 3634) if held is None else held)
    told = page_of(notebook(shows(ROWS)), {NOW, BEFORE, WITHHELD})
    rows, pages = origins._texts_of(told.rows, known), {"page-avis": ("Avis", [*told.rows])}
    path = tmp_path / "origines.qmd"
    path.write_text("---\ntitle: Origines\n---\n", encoding="utf-8")
    origins._complete_page(tmp_path, rows, pages, request(known), ())
    return path.read_text(encoding="utf-8")


def test_words_of_the_catalogue_are_no_markup_on_a_page_of_origins_and_methods_may_cite(
    monkeypatch, tmp_path
):
    device = KNOWN.devices[DEVICE].model_copy(update={"label": "Avis <b>& plus"})
    name = ROWS["indicator"].iloc[0]
    method = "Note de <i>1</i> à 5, [source](https://exemple.invalid)."
    indicator = KNOWN.indicators[name].model_copy(update={"method": method})
    devices, indicators = {**KNOWN.devices, DEVICE: device}, {**KNOWN.indicators, name: indicator}
    known = KNOWN.model_copy(update={"devices": devices, "indicators": indicators})
    text = page(monkeypatch, tmp_path, known=known)
    assert "Avis &lt;b&gt;&amp; plus" in text and "<b>" not in text
    assert "\\<i>1\\</i>" in text and "[source](https://exemple.invalid)" in text


def test_a_withheld_figure_has_an_identifier_and_no_number():
    told = page_of(notebook(shows(ROWS)), set())
    _, value, ends, base, status, *_ = origins._texts_of(told.rows, KNOWN)[WITHHELD]
    assert (value, ends, base) == ("", "", "") and "secret statistique" in status
    assert told.rows[WITHHELD].numbers == (None,) * 4


@pytest.mark.parametrize(
    ("rows", "said"),
    [((5000, 3634), "environ 8 600"), ((7,), "moins de 100"), ((49,), "moins de 100"), ((), "")],
)
def test_rows_of_exports_are_told_in_hundreds_so_that_nobody_is_found_by_what_is_left(
    rows, said, monkeypatch, tmp_path
):
    text = page(monkeypatch, tmp_path, exports(*rows)).replace("\xa0", " ").replace("\u202f", " ")
    assert said in text
    assert not any(f" {x} " in text for x in (7, 49, 3634))


def test_each_figure_of_a_page_is_shown_and_one_of_too_many_has_no_links(tmp_path, monkeypatch):
    monkeypatch.setattr(origins, "MOST_TRACED", 2)
    monkeypatch.setattr(store, "exports", lambda _: exports(5000))
    (tmp_path / "data" / "catalogue").mkdir(parents=True)  # it is a project
    (tmp_path / "origines.qmd").write_text("---\ntitle: Origines\n---\n", encoding="utf-8")
    for name, rows in (("apercu", ROWS), ("fiche", ROWS[:2])):
        text = json.dumps(notebook(shows(rows, "#| label: tbl-notes\nshow()")))
        (tmp_path / f"{name}.ipynb").write_text(text, encoding="utf-8")
    studies = [{"page": name, "title": name} for name in ("apercu", "fiche")]
    of = (ROWS, comparisons_from_json({"columns": COMPARISON_COLUMNS, "rows": []}))
    asked = request(root=tmp_path, digest="", pages=(), quarter=Quarter("2026-T3"))
    origins.write_origins(asked, tmp_path, studies, *of)
    assert not (tmp_path / ORIGINS_FOLDER / "apercu.json").exists()
    told = json.loads((tmp_path / ORIGINS_FOLDER / "fiche.json").read_text("utf-8"))
    assert [one for one, *_ in told["figures"]] == [NOW, BEFORE]
    shown = {NOW, BEFORE, WITHHELD, "page-apercu", "page-fiche"}
    assert shown_identifiers(tmp_path / "origines.html") == shown
    assert shown_identifiers(tmp_path / "autre.html") == set()
    links = {"origines.html": PageLinks([], [f"#{NOW}", "#fabsentabsent"])}
    (tmp_path / "origines.html").touch()
    assert broken_links(tmp_path, links) == {
        "origines.html": ["'#fabsentabsent' leads to no place of its page"]
    }


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
    side = estimates.make([{**MARK, "group": "âge", "group_value": "Les autres", "estimate": 7.0}])
    pair = pd.concat([ROWS[:1], side.add_prefix("reference_")], axis=1)
    pairs = make_comparisons(pair.assign(against="others", difference=0.9, verdict="unknown"))
    cell = shows(ROWS[:1])
    table = {"columns": estimates.COMPARISON_COLUMNS, "rows": estimates.csv_lines(pairs)}
    content = {"comparisons": table}
    cell.outputs[0].data[estimates.MIME] = {**cell.outputs[0].data[estimates.MIME], **content}
    told = page_of(notebook(cell), {NOW})
    (one,) = comparison_identifiers(pairs)
    assert [*told.rows] == [NOW, one]
    assert 7.0 in told.rows[one].numbers and 7.9 not in told.rows[one].numbers
