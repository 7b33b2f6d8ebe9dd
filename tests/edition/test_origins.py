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
from observlib.estimates import comparisons
from observlib.pipeline import project
from observlib.publish.origins import FOLDER, page_of

KNOWN = project.catalogue(DEMO)
DEVICE = "jdma-service-public"
MARK = {"indicator": "satisfaction_10", "product": "service-public", "channel": "web"}
MARK |= {"device": DEVICE, "period": "2026-T3", "unit": "sur 10", "source": f"{DEVICE}@0a1b2c3d"}
ROWS = estimates.make(
    [
        {**MARK, "estimate": 7.9, "ci_low": 7.4, "ci_high": 8.4, "n": 240},
        {**MARK, "period": "2025-T3", "estimate": 6.8, "ci_low": 6.3, "ci_high": 7.3, "n": 240},
        {**MARK, "period": "2026-T2", "status": "suppressed"},
    ]
)
NOW, BEFORE, WITHHELD = estimates.identifiers(ROWS)


def exports(*rows: int) -> pd.DataFrame:
    return pd.DataFrame({"device": DEVICE, "table": "ratings", "rows": rows})


def notebook(*cells):
    return nbformat.v4.new_notebook(cells=list(cells))


def shows(rows: pd.DataFrame, source: str = "", markdown: str = "", tags: tuple[str, ...] = ()):
    data = {"text/markdown": markdown, estimates.MIME: estimates.to_json(rows)}
    output = nbformat.v4.new_output("execute_result", data)
    return nbformat.v4.new_code_cell(source, outputs=[output], metadata={"tags": list(tags)})


def page(rows: pd.DataFrame = ROWS, held: pd.DataFrame | None = None) -> str:
    told = page_of(notebook(shows(rows)), set(estimates.identifiers(rows)))
    given = exports(5000, 3634) if held is None else held
    return origins._page("satisfaction", "Satisfaction", 1, told, {DEVICE: given}, KNOWN, False)


def test_a_figure_is_told_with_its_method_its_source_and_its_identifier():
    text = page().replace("\xa0", " ").replace("\u202f", " ")
    assert f'<span id="{NOW}"><code>{NOW}</code></span>' in text
    assert "7,9 sur 10" in text and "7,4 à 8,4" in text
    assert KNOWN.indicators["satisfaction_10"].method.split(".")[0] in text
    assert f'<a href="#source-{DEVICE}">' in text and f'<span id="source-{DEVICE}">' in text
    assert "<code>0a1b2c3d</code>" in text and "<code>ratings</code>" in text


def test_words_of_the_catalogue_are_no_markup_on_a_page_of_origins():
    device = KNOWN.devices[DEVICE].model_copy(update={"label": "Avis <b>& plus"})
    devices = {**KNOWN.devices, DEVICE: device}
    known = KNOWN.model_copy(update={"devices": devices})
    told = page_of(notebook(shows(ROWS)), set(estimates.identifiers(ROWS)))
    text = origins._page("a", "A", 1, told, {DEVICE: exports(5000)}, known, False)
    assert "Avis &lt;b&gt;&amp; plus" in text and "<b>" not in text


def test_a_method_may_cite_its_sources_and_holds_no_html_on_a_page_of_origins():
    name = ROWS["indicator"].iloc[0]
    method = "Note de <i>1</i> à 5, [source](https://exemple.invalid)."
    indicator = KNOWN.indicators[name].model_copy(update={"method": method})
    known = KNOWN.model_copy(update={"indicators": {**KNOWN.indicators, name: indicator}})
    told = page_of(notebook(shows(ROWS)), set(estimates.identifiers(ROWS)))
    text = origins._page("a", "A", 1, told, {DEVICE: exports(5000)}, known, False)
    assert "\\<i>1\\</i>" in text and "[source](https://exemple.invalid)" in text


def test_a_withheld_figure_has_an_identifier_and_no_number():
    line = next(line for line in page().splitlines() if WITHHELD in line)
    assert "secret statistique" in line
    told = page_of(notebook(shows(ROWS)), set())
    assert told.rows[WITHHELD].numbers == (None,) * 4


@pytest.mark.parametrize(
    ("rows", "said"),
    [((5000, 3634), "environ 8 600"), ((7,), "moins de 100"), ((49,), "moins de 100"), ((), "")],
)
def test_rows_of_exports_are_told_in_hundreds_so_that_nobody_is_found_by_what_is_left(rows, said):
    text = page(held=exports(*rows)).replace("\xa0", " ").replace("\u202f", " ")
    assert said in text
    assert not any(f" {x} " in text for x in (7, 49, 3634))


def test_numbers_are_matched_by_the_names_that_sentences_use():
    told = page_of(notebook(shows(ROWS)), set())
    content = origins.told_of(told, {one: f"a#{one}" for one in told.rows}, KNOWN, "2026-T3")
    first = content["figures"][0]
    assert first[:3] == [NOW, f"a#{NOW}", (7.9, 7.4, 8.4, 240.0)]
    assert {"service-public.fr", "web", "3e trimestre 2026", "note de satisfaction"} <= {*first[3]}
    assert [figure[4] for figure in content["figures"]] == [True, False, False]


def test_a_page_of_more_figures_than_anyone_reads_sends_to_the_data_and_stops_no_edition(
    tmp_path, monkeypatch
):
    """Other pages that tell one of its figures still lead to its origin."""
    monkeypatch.setattr(origins, "MOST", 2)
    monkeypatch.setattr(store, "exports", lambda _: exports(5000))
    (tmp_path / "data" / "catalogue").mkdir(parents=True)  # it is a project
    for name, rows in (("apercu", ROWS), ("fiche", ROWS[:2])):
        text = json.dumps(notebook(shows(rows, "#| label: tbl-notes\nshow()")))
        (tmp_path / f"{name}.ipynb").write_text(text, encoding="utf-8")
    about: dict[str, Any] = {
        "data": DEMO,
        "root": tmp_path,
        "digest": "",
        "catalogue": KNOWN,
        "pages": (),
        "quarter": Quarter(2026, 3),
    }
    studies = [{"page": name, "title": name} for name in ("apercu", "fiche")]
    of = (ROWS, comparisons.from_json({"columns": comparisons.COLUMNS, "rows": []}))
    origins.write(SimpleNamespace(**about), tmp_path, studies, *of)  # type: ignore[arg-type]
    long, short = ((tmp_path / FOLDER / f"{n}.qmd").read_text("utf-8") for n in ("apercu", "fiche"))
    assert NOW not in long and "[données de l'édition](../index.html)" in long
    assert NOW in short
    assert not (tmp_path / FOLDER / "apercu.json").exists()
    told = json.loads((tmp_path / FOLDER / "fiche.json").read_text("utf-8"))
    assert [address for _, address, *_ in told["figures"]] == [
        f"{FOLDER}/fiche.html#{one}" for one in (NOW, BEFORE)
    ]
