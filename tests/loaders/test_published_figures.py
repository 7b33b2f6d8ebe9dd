"""Noted figures: each with its source written out, none that cannot be true."""

import csv
import io
from pathlib import Path

import pandas as pd
import pytest

from observlib import store

ROOT = Path(__file__).parents[2]
DEVICE = "published-figures"
OURS = ROOT / "data" / "reference" / "published" / "published_figures.csv"
ENGLISH = [
    "organisation", "period", "subject", "indicator", "value", "unit", "n", "mode",
    "definition_note", "source_title", "source_date", "source_url", "licence", "comparable_with",
    "reservation",
]  # fmt: skip
FRENCH = [
    "Organisme", "Période", "Sujet", "Indicateur", "Valeur", "Unité", "n", "Mode de recueil",
    "Définition", "Titre de la source", "Date de la source", "Adresse de la source", "Licence",
    "Comparable avec", "Réserve",
]  # fmt: skip
FIGURE = {
    "organisation": "CAISSE-FICTIVE", "period": "2025", "subject": "ensemble",
    "indicator": "Usagers satisfaits", "value": "71,5", "unit": "%", "n": "1 250",
    "source_title": "Rapport fictif", "source_date": "2026-03",
    "source_url": "https://exemple.invalid/rapport",
}  # fmt: skip


def noted(*figures: dict[str, str], header: list[str] = ENGLISH, sign: str = ",") -> str:
    out = io.StringIO()
    rows = csv.writer(out, delimiter=sign)
    rows.writerows([header, *([figure.get(name, "") for name in ENGLISH] for figure in figures)])
    return out.getvalue()


@pytest.mark.parametrize(
    ("header", "sign", "encoding"),
    [(ENGLISH, ",", "utf-8"), (FRENCH, ";", "utf-8-sig"), (FRENCH, "\t", "utf-16")],
)
def test_a_figure_keeps_its_source_base_and_unit(read, header, sign, encoding):
    loaded = read(noted(FIGURE, header=header, sign=sign), encoding=encoding)
    assert loaded.rejects.empty
    (row,) = loaded.rows.to_dict("records")
    assert (row["organisation"], row["measure"]) == ("CAISSE-FICTIVE", "Usagers satisfaits")
    assert (row["value"], row["unit"], row["n"]) == (71.5, "%", 1250)
    assert (row["source_title"], row["published"]) == ("Rapport fictif", "2026-03")
    assert row["url"] == "https://exemple.invalid/rapport"
    assert (row["start"], row["end"]) == (pd.Timestamp("2025-01-01"), pd.Timestamp("2025-12-31"))


@pytest.mark.parametrize(("period", "start", "end"), [
    ("2009-2012", "2009-01-01", "2012-12-31"), ("2024-T1", "2024-01-01", "2024-03-31"),
    ("2024-11/2025-02", "2024-11-01", "2025-02-28"),
])  # fmt: skip
def test_every_kind_of_period_is_read(read, period, start, end):
    rows = read(noted(FIGURE | {"period": period})).rows
    assert rows["start"].tolist() == [pd.Timestamp(start)]
    assert rows["end"].tolist() == [pd.Timestamp(end)]


def test_same_repeats_the_source_above_even_one_of_a_rejected_row(read):
    same = {"source_title": "same", "source_date": "same", "source_url": "Same"}
    figures = [FIGURE, FIGURE | same | {"value": "x"}, FIGURE | same | {"subject": "site"}]
    loaded = read(noted(*figures))
    assert loaded.rows["source_title"].tolist() == ["Rapport fictif"] * 2
    assert set(loaded.rows["url"]) == {"https://exemple.invalid/rapport"}
    alone = read(noted(FIGURE | same))
    assert alone.rejects["column"].tolist() == ["source_title"]


@pytest.mark.parametrize(("column", "cell", "reason"), [
    ("organisation", "", "is empty"), ("period", "2024-13", "is no period"),
    ("period", "01/02/2024", "is no period"), ("period", "2098", "has not begun"),
    ("value", "environ 70", "is no number"), ("value", "112", "is not from 0 to 100"),
    ("n", "650-800", "is no whole number"), ("source_date", "03/2026", "is no year, month or day"),
    ("source_url", "javascript:alert(1)", "is no address"),
    ("source_url", "https://a.invalid/<b>", "is no address"),
    ("comparable_with", "bonheur", "is no indicator of the catalogue"),
])  # fmt: skip
def test_a_figure_that_cannot_be_is_rejected_alone_with_its_reason(read, column, cell, reason):
    good = FIGURE | {"subject": "site web"}
    loaded = read(noted(good, FIGURE | {column: cell}))
    assert loaded.rows["subject"].tolist() == ["site web"]
    (reject,) = loaded.rejects.to_dict("records")
    assert (reject["row"], reject["column"]) == (3, column) and reason in reject["reason"]


@pytest.mark.parametrize(("unit", "value", "fits"), [
    ("sur 10", "10", True), ("/10", "7,5", True), ("sur 10", "10,5", False),
    ("points", "-40", True), ("points", "140", False), ("visites", "124 500 000", True),
    ("visites", "-1", False),
])  # fmt: skip
def test_a_value_lies_on_the_scale_of_its_unit(read, unit, value, fits):
    loaded = read(noted(FIGURE | {"unit": unit, "value": value}))
    assert (len(loaded.rows), len(loaded.rejects)) == ((1, 0) if fits else (0, 1))


def test_a_figure_of_ours_is_comparable_in_its_indicator_s_unit_or_says_why_not(read, catalogue):
    rows = read(OURS).rows
    assert rows["reservation"].notna().all()
    for row in rows[rows["comparable_with"].notna()].to_dict("records"):
        assert catalogue.indicators[row["comparable_with"]].unit == row["unit"]


def test_the_project_s_reference_folder_is_read_into_a_real_store(tmp_path, catalogue):
    done = store.ingest(OURS.parent, tmp_path, catalogue)
    assert not done.problems and done.rejects.empty and store.kind(tmp_path) == "real"
    assert not done.unclaimed, "the folder that docs/how-to/peer.md names holds nothing else"
    assert done.devices["device"].tolist() == ["published-figures"]
    rows = store.read(tmp_path, "figures")
    assert len(rows) == 26
    assert rows["source"].str.startswith("published-figures@").all()  # and the titles are beside
    assert rows["source_title"].nunique() > 10
