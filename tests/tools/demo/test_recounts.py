"""What is true of the exports is what the standard library alone counts in them."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median

import pytest
from python_calamine import CalamineWorkbook
from tests.recounts import quarter_of, rows_of

Sums = dict[tuple[str, str], int]
SMILEYS = {"Très bien": 10, "Moyen": 5, "Pas bien": 0}
HELP = {"Très mauvaise": 0, "Mauvaise": 2.5, "Ni bonne, ni mauvaise": 5, "Bonne": 7.5}
CELLS = {
    "De façon générale": ("satisfaction", SMILEYS),
    "Qu'avez-vous pensé": ("clarity", {str(i): 2.5 * (i - 1) for i in range(1, 6)}),
    "Quand vous avez": ("help_reached", {"Oui": 10, "Non": 0}),
    "Comment évaluez-vous": ("help_satisfaction", {**HELP, "Excellente": 10}),
}


def visits(root: Path) -> dict[str, dict[str, int]]:
    """Visits by device and day or month, recounted from every audience export."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for path in sorted(root.glob("matomo/matomo_*")):
        device = f"matomo-{path.stem.split('_')[1]}"
        if path.suffix == ".json":
            for period, values in json.loads(path.read_text(encoding="utf-8")).items():
                found[device][period] = values["nb_visits"]
            continue
        utf16 = path.read_bytes()[:2] == b"\xff\xfe"
        for row in rows_of(path, "utf-16" if utf16 else "utf-8"):
            period = row.get("Date") or path.stem[-7:]
            count = row.get("Visits") or row.get("Visites") or row.get("nb_visits") or ""
            found[device][period] = int(count)
    for row in rows_of(root / "boamp" / "boamp_audience_2023-2026.csv"):
        times = 2 if row["month"] == "2025-02" else 1  # as the demonstration's correction says
        found["audience-boamp"][row["month"]] = int(row["visits"]) // times
    for device, name in (
        ("datagouv-bodacc", "dila_BODACC_monthly.json"),
        ("datagouv-fiches", "dila_fiches_service_public_monthly.json"),
        ("datagouv-annuaire", "dila_annuaire_administration_monthly.json"),
    ):
        for month in json.loads((root / "datagouv" / name).read_text("utf-8"))["monthlyStats"]:
            found[device][month["month"]] = month["visits"]
    return found


def test_visits_by_month_and_quarter_are_those_of_the_files(exports):
    by_month: Sums = defaultdict(int)
    by_quarter: Sums = defaultdict(int)
    for device, periods in visits(exports.folder).items():
        for period, count in periods.items():
            by_month[device, period[:7]] += count
            by_quarter[device, quarter_of(period)] += count
    truth = exports.truths
    assert by_month == {(r["device"], r["month"]): r["value"] for r in truth["visits_by_month"]}
    assert by_quarter == {
        (r["device"], r["quarter"]): r["value"] for r in truth["visits_by_quarter"]
    }


def test_visits_follow_what_is_expected(exports):
    for record in exports.truths["visits_by_month"]:
        if record["complete"]:
            # 5 standard deviations of a month's noise, and the rounding of small daily counts
            assert record["value"] == pytest.approx(record["expected"], rel=5 * 0.03 / 28**0.5)


def test_ratings_are_those_of_the_files(exports):
    values: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for path in exports.folder.glob("jdma/*.csv"):
        product, named = path.stem.removeprefix("jdma_").split("_")
        for row in rows_of(path):
            assert quarter_of(row["Date de l'avis"]) == named
            for header, cell in row.items():
                for start, (question, marks) in CELLS.items():
                    if header.startswith(start) and cell:
                        value = marks[cell.split(" : ")[-1]]
                        values[f"jdma-{product}", question, named].append(value)
    (calls,) = exports.folder.glob("allo-service-public/*.csv")
    for row in rows_of(calls):
        assert (row["scale_min"], row["scale_max"]) == ("1", "5")
        key = ("satisfaction-3939", row["question"], quarter_of(row["date"]))
        values[key].append(2.5 * (int(row["value"]) - 1))
    truth = {(r["device"], r["question"], r["quarter"]): r for r in exports.truths["ratings"]}
    assert set(values) <= set(truth)
    for key, record in truth.items():
        assert record["answers"] == len(values[key])
        assert record["sum_10"] == sum(values[key])
        assert record["satisfied"] == sum(value >= 7.5 for value in values[key])


def test_realised_means_are_near_the_true_ones(exports):
    sums: dict[tuple[str, str, float], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for record in exports.truths["ratings"]:
        whole = sums[record["device"], record["question"], record["true_mean_10"]]
        whole[0] += record["answers"]
        whole[1] += record["sum_10"]
    for (_, _, mean), (answers, total) in sums.items():
        assert total / answers == pytest.approx(mean, abs=4 * 5 / answers**0.5)


def told(root: Path) -> list[list[str]]:
    """The experiences' rows: a line that does not start with an identifier goes on the last."""
    (path,) = root.glob("services_publics_plus/*.csv")
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    rows: list[str] = []
    for line in lines:
        if re.match(r"\d{7};|ID ", line):
            rows.append(line)
        else:
            rows[-1] += f"\n{line}"
    return [row.split(";") for row in rows]


def test_experiences_are_those_of_the_file(exports):
    header, *rows = told(exports.folder)
    assert all(len(row) == len(header) for row in rows)
    words = {"Positif": "positive", "Neutre": "neutral", "Négatif": "negative"}
    day, feeling = header.index("Date de publication"), header.index("Ressenti usager")
    counts = Counter((quarter_of(row[day]), words[row[feeling]]) for row in rows)
    truth = exports.truths["experiences"]
    assert counts == {(r["quarter"], r["feeling"]): r["value"] for r in truth}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", row[day]) for row in rows)


def test_workbooks_have_the_columns_of_the_real_one(exports, shared_data):
    (real,) = (shared_data / "observatoire_demarches").glob("*.xlsx")
    made = exports.folder / "observatoire" / "observatoire_edition_2026-T3.xlsx"
    headers = [
        CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[0]
        for path in (real, made)
    ]
    assert headers[0] == headers[1]


def test_procedure_marks_are_those_of_the_workbooks(exports):
    truth = exports.truths["procedures"]
    recount: dict[tuple[str, str], list[float]] = defaultdict(list)
    for path in exports.folder.glob("observatoire/*.xlsx"):
        header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        for row in rows:
            cells = dict(zip(header, row, strict=True))
            marks = recount[path.stem[-7:], str(cells["Réf Administration"])]
            if isinstance(cells["Note Satisfaction"], float):
                marks.append(cells["Note Satisfaction"])
    assert {key: sorted(marks) for key, marks in recount.items()} == {
        (r["quarter"], r["administration"]): r["marks"] for r in truth
    }
    for record in truth:
        if record["administration"] in ("AGENCE-FICTIVE", "CAISSE-FICTIVE", "AUTORITE-FICTIVE"):
            assert 0 < median(record["marks"]) < 10
