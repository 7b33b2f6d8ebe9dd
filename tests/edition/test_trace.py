"""A published number is followed to the exports that made it, and nobody is seen on the way."""

import hashlib
import json

import pandas as pd
import pytest
from tests.review.conftest import T3
from tests.review.conftest import small as small

from observlib import estimates, store
from observlib.base.errors import ObservError
from observlib.edition.origins import identifier_in, trace_figure
from observlib.estimates import MINIMUM_PEOPLE, comparison_identifiers
from observlib.pipeline import archive, project


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
