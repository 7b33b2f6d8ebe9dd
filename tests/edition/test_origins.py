"""Of each figure the page of origins says how it was made, and `observ trace` from what export.

Neither says what may not be told.
"""

import hashlib
import json
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from nbformat.v4 import new_output
from tests.copies import DEMO
from tests.edition.conftest import Make
from tests.review.conftest import T3
from tests.review.conftest import small as small

from observlib import estimates, store
from observlib.base.errors import ObservError
from observlib.base.period import Quarter
from observlib.edition import origins
from observlib.edition.origins import identifier_in, trace_figure
from observlib.estimates import (
    COMPARISON_COLUMNS,
    MINIMUM_PEOPLE,
    comparison_identifiers,
    comparisons_from_json,
    make_comparisons,
)
from observlib.pipeline import archive, project
from observlib.publish.origins import (
    FINDING,
    ORIGINS_FOLDER,
    PageOrigins,
    page_of,
    shown_identifiers,
)
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


def shows(rows: pd.DataFrame, source: str = "", markdown: str = "", tags: tuple[str, ...] = ()):
    data = {"text/markdown": markdown, estimates.MIME: estimates.to_json(rows)}
    return Make.shows(source, new_output("execute_result", data), tags=tags)


def page_with(*cells: Any, known: tuple[str, ...] = ()) -> PageOrigins:
    return page_of(Make.notebook(*cells), {*known})


def request(known: Any = KNOWN, **more: Any) -> Any:
    return SimpleNamespace(data=DEMO, catalogue=known, **more)


def page(monkeypatch, tmp_path, held: pd.DataFrame | None = None, known: Any = KNOWN) -> str:
    """The page of origins of three figures, and what its script shows of them."""
    monkeypatch.setattr(store, "exports", lambda _: exports(5000, 3634) if held is None else held)
    told = page_with(shows(ROWS), known=(NOW, BEFORE, WITHHELD))
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
    told = page_with(shows(ROWS))
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
        text = json.dumps(Make.notebook(shows(rows, "#| label: tbl-notes\nshow()")))
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
    told = page_with(
        shows(ROWS[:1], tags=(FINDING,)),
        Make.markdown("::: {.callout-note}\n## Pas une section\n:::"),
        Make.markdown("## Nos produits {.annex}"),
        shows(ROWS[1:2], "#| label: tbl-notes\nshow()"),
        shows(ROWS[2:], markdown="### Un point\n\nTexte"),
    )
    assert told.cells == {FINDING: [NOW], "tbl-notes": [BEFORE]}
    assert told.sections == {"": [NOW], "nos produits": [WITHHELD], "un point": [WITHHELD]}


def test_the_others_than_a_group_are_no_figure_and_lead_to_their_comparison():
    side = estimates.make([{**MARK, "group": "âge", "group_value": "Les autres", "estimate": 7.0}])
    pair = pd.concat([ROWS[:1], side.add_prefix("reference_")], axis=1)
    pairs = make_comparisons(pair.assign(against="others", difference=0.9, verdict="unknown"))
    cell = shows(ROWS[:1])
    table = {"columns": COMPARISON_COLUMNS, "rows": estimates.csv_lines(pairs)}
    cell.outputs[0].data[estimates.MIME]["comparisons"] = table
    told = page_with(cell, known=(NOW,))
    (one,) = comparison_identifiers(pairs)
    assert [*told.rows] == [NOW, one]
    assert 7.0 in told.rows[one].numbers and 7.9 not in told.rows[one].numbers


@pytest.fixture(scope="module")
def told(small) -> tuple[pd.DataFrame, pd.DataFrame]:
    return archive.archive_tables(small.root / "reports" / "editions" / T3)


def follow(small, one: str, edition: str = ""):
    known = project.catalogue(small.data, small.root)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(small.root)
        return trace_figure(small.root, small.data, one, known, edition)


def of(rows: pd.DataFrame, **names: str) -> str:
    for column, name in names.items():
        rows = rows[rows[column] == name]
    return estimates.identifiers(rows)[0]


def test_a_mark_is_followed_from_its_sentence_to_the_bytes_of_its_export(small, told):
    one = of(told[0], indicator="satisfaction_10", period=T3, device="avis-portail")
    found = follow(small, one)
    assert found.edition == T3 and found.row["estimate"] > 0
    assert found.families == {"satisfaction": "observlib.themes.satisfaction.satisfaction_"}
    assert any(text.page == "avis.html" for text in found.texts)
    assert [vintage.edition for vintage in found.vintages] == [T3]
    raw = {path.name: path for path in (small.data / "raw").rglob("*") if path.is_file()}
    assert len(found.exports)
    for export in found.exports.to_dict("records"):
        content = raw[export["name"]].read_bytes()
        assert export["content"] == hashlib.sha256(content).hexdigest()
    (rows,) = found.rows
    table = store.read(small.data, "ratings", device=rows.device)
    assert rows.table == "ratings" and rows.rows == len(table)
    assert rows.own == table["date"].between("2026-07-01", "2026-09-30").sum()


def test_a_count_of_few_rows_is_not_told(small, told, monkeypatch):
    one = of(told[0], indicator="satisfaction_10", period=T3, device="avis-portail")
    monkeypatch.setattr(store, "count_rows", lambda *_, **__: MINIMUM_PEOPLE - 1)
    (rows,) = follow(small, one).rows
    assert (rows.rows, rows.own) == (None, None)


def test_a_comparison_leads_to_both_its_figures_and_an_unknown_one_is_told(small, told):
    pairs = told[1][told[1]["against"] == "before"]
    one = comparison_identifiers(pairs)[0]
    found = follow(small, one)
    assert len(found.compares) == 2 and not found.vintages and found.families
    assert follow(small, found.compares[0]).row["indicator"] == found.row["indicator"]
    with pytest.raises(ObservError, match=r"column `id` of an edition's estimates\.csv"):
        follow(small, "faaaaaaaaaaa")
    with pytest.raises(ObservError, match="the edition 2020-T1 does not tell it"):
        follow(small, "faaaaaaaaaaa", "2020-T1")


@pytest.mark.parametrize("text", ["7,2", "f123", "figyqnddwfrf; rm", "../figyqnddwfrf"])
def test_what_is_no_identifier_is_refused_in_a_line(text):
    with pytest.raises(ObservError, match="is no identifier") as error:
        identifier_in(text)
    assert len(error.value.problems) == 1


def test_the_command_takes_the_address_of_a_link_and_shows_no_row(small, told, observ, monkeypatch):
    monkeypatch.chdir(small.root)
    one = of(told[0], indicator="satisfaction_10", period=T3, device="avis-portail")
    address = f"https://www.example.org/{T3}/origines.html#{one}"
    code, shown, err = observ("trace", address)
    assert code == 0, err
    for step in ("Texts of its pages", "Method", "Rows of tables", "Exports"):
        assert step in shown
    answers = store.read(small.data, "ratings")
    assert not {*map(str, answers["answer_id"].dropna())} & {*shown.split()}
    content = json.loads(observ("trace", one, "--json")[1])
    assert content["id"] == one and content["exports"][0]["content"]
    code, shown, err = observ("trace", one, "--data", "elsewhere")
    assert code != 0 and shown == "" and "Traceback" not in err
