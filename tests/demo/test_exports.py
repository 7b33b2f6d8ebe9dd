"""The truths must be those of the files: each file is recounted here by the standard library.

Nothing of `observlib` but the catalogue is used, so that a fault of a loader is not hidden by the
same fault here.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from observlib.catalogue import Catalogue
from observlib.demo import audience, experiences, folder, procedures, ratings, truths

Sums = dict[tuple[str, str], int]
DEVICES = {
    device: maker
    for maker in (audience, ratings, experiences, procedures)
    for device in maker.DEVICES
}


def quarter(day: str) -> str:
    return f"{day[:4]}-T{(int(day[5:7]) + 2) // 3}"


def rows_of(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, strict=True))


def visits(root: Path) -> dict[str, dict[str, int]]:
    """Visits by device and day or month, recounted from every audience export."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for path in sorted(root.glob("matomo/*")):
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
        found["audience-boamp"][row["month"]] = int(row["visits"])
    for device, name in (
        ("datagouv-bodacc", "dila_BODACC_monthly.json"),
        ("datagouv-fiches", "dila_fiches_service_public_monthly.json"),
        ("datagouv-annuaire", "dila_annuaire_administration_monthly.json"),
    ):
        for month in json.loads((root / "datagouv" / name).read_text("utf-8"))["monthlyStats"]:
            found[device][month["month"]] = month["visits"]
    return found


def test_every_export_is_that_of_one_device(demonstration: Any, catalogue: Catalogue) -> None:
    owners: Counter[str] = Counter()
    for path in demonstration.folder.rglob("*.*"):
        if path.name == "demonstration.json":
            continue
        (owner,) = [d.id for d in catalogue.devices.values() if path.match(d.pattern)]
        owners[owner] += 1
    assert set(owners) == set(catalogue.devices) - {"sp-plus-extrait", "insee-population"}
    assert owners["matomo-service-public"] == owners["jdma-legifrance"] == 15
    assert (owners["matomo-legifrance"], owners["matomo-journal-officiel"]) == (45, 4)


def test_truths_name_the_product_that_the_catalogue_gives(
    demonstration: Any, catalogue: Catalogue
) -> None:
    for part in ("changes", "visits_by_month", "visits_by_quarter", "ratings"):
        for record in demonstration.truths[part]:
            assert record["product"] == catalogue.devices[record["device"]].product


def test_visits_by_month_and_quarter_are_those_of_the_files(demonstration: Any) -> None:
    by_month: Sums = defaultdict(int)
    by_quarter: Sums = defaultdict(int)
    for device, periods in visits(demonstration.folder).items():
        for period, count in periods.items():
            by_month[device, period[:7]] += count
            by_quarter[device, quarter(period)] += count
    truth = demonstration.truths
    assert by_month == {(r["device"], r["month"]): r["value"] for r in truth["visits_by_month"]}
    assert by_quarter == {
        (r["device"], r["quarter"]): r["value"] for r in truth["visits_by_quarter"]
    }


def test_visits_follow_what_is_expected(demonstration: Any) -> None:
    for record in demonstration.truths["visits_by_month"]:
        if record["complete"]:
            # 5 standard deviations of a month's noise, and the rounding of small daily counts
            assert record["value"] == pytest.approx(record["expected"], rel=5 * 0.03 / 28**0.5)


def test_only_the_outage_and_the_month_in_progress_are_incomplete(demonstration: Any) -> None:
    truth = demonstration.truths
    months = {(r["device"], r["month"]) for r in truth["visits_by_month"] if not r["complete"]}
    quarters = {
        (r["device"], r["quarter"]) for r in truth["visits_by_quarter"] if not r["complete"]
    }
    datagouv = [d for d in audience.DEVICES if d.startswith("datagouv-")]
    assert months == {("matomo-entreprendre", "2026-04"), *((d, "2026-10") for d in datagouv)}
    assert quarters == {("matomo-entreprendre", "2026-T2"), *((d, "2026-T4") for d in datagouv)}


def test_the_days_of_the_outage_are_absent(demonstration: Any) -> None:
    days = visits(demonstration.folder)["matomo-entreprendre"]
    april = [day for day in days if day.startswith("2026-04")]
    assert (april[0], april[-1], len(april)) == ("2026-04-01", "2026-04-12", 12)
    assert len(days) == (date(2026, 9, 30) - date(2022, 12, 31)).days - 18


def test_matomo_exports_have_the_traps_of_the_real_ones(demonstration: Any) -> None:
    matomo = demonstration.folder / "matomo"
    row = rows_of(matomo / "matomo_service-public_2026-T3.csv", "utf-16")[0]
    assert re.fullmatch(r"\d+%", row["Bounce Rate"])
    assert re.fullmatch(r"\d min \d\ds", row["Avg. Visit Duration (in seconds)"])
    row = rows_of(matomo / "matomo_entreprendre_2026-T3.csv")[0]
    assert re.fullmatch(r"\d+\xa0%", row["Taux de rebond"])
    assert re.fullmatch(r"\d,\d", row["Actions par visite"])
    assert "Date" not in rows_of(matomo / "matomo_legifrance_2026-03.csv", "utf-16")[0]
    last = json.loads((matomo / "matomo_journal-officiel_2026.json").read_text("utf-8"))
    assert list(last)[-1] == "2026-09"


SMILEYS = {"Très bien": 10, "Moyen": 5, "Pas bien": 0}
HELP = {"Très mauvaise": 0, "Mauvaise": 2.5, "Ni bonne, ni mauvaise": 5, "Bonne": 7.5}
CELLS = {
    "De façon générale": ("satisfaction", SMILEYS),
    "Qu'avez-vous pensé": ("clarity", {str(i): 2.5 * (i - 1) for i in range(1, 6)}),
    "Quand vous avez": ("help_reached", {"Oui": 10, "Non": 0}),
    "Comment évaluez-vous": ("help_satisfaction", {**HELP, "Excellente": 10}),
}


def test_ratings_are_those_of_the_files(demonstration: Any) -> None:
    values: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for path in demonstration.folder.glob("jdma/*.csv"):
        product, named = path.stem.removeprefix("jdma_").split("_")
        for row in rows_of(path):
            assert quarter(row["Date de l'avis"]) == named
            for header, cell in row.items():
                for start, (question, marks) in CELLS.items():
                    if header.startswith(start) and cell:
                        value = marks[cell.split(" : ")[-1]]
                        values[f"jdma-{product}", question, named].append(value)
    (calls,) = demonstration.folder.glob("allo-service-public/*.csv")
    for row in rows_of(calls):
        assert (row["scale_min"], row["scale_max"]) == ("1", "5")
        key = ("satisfaction-3939", row["question"], quarter(row["date"]))
        values[key].append(2.5 * (int(row["value"]) - 1))
    truth = {(r["device"], r["question"], r["quarter"]): r for r in demonstration.truths["ratings"]}
    assert set(values) <= set(truth)
    for key, record in truth.items():
        assert record["answers"] == len(values[key])
        assert record["sum_10"] == sum(values[key])
        assert record["satisfied"] == sum(value >= 7.5 for value in values[key])


def test_realised_means_are_near_the_true_ones(demonstration: Any) -> None:
    sums: dict[tuple[str, str, float], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for record in demonstration.truths["ratings"]:
        whole = sums[record["device"], record["question"], record["true_mean_10"]]
        whole[0] += record["answers"]
        whole[1] += record["sum_10"]
    for (_, _, mean), (answers, total) in sums.items():
        assert total / answers == pytest.approx(mean, abs=4 * 5 / answers**0.5)


def test_small_devices_stay_under_the_thresholds_they_show(demonstration: Any) -> None:
    for record in demonstration.truths["ratings"]:
        if record["question"] == "satisfaction":
            low, high = truths.RATED[record["device"]].answers
            assert low <= record["answers"] <= high
    assert truths.RATED["jdma-journal-officiel"].answers == (5, 9)  # suppressed under 11
    assert truths.RATED["jdma-vie-publique"].answers[1] < 30  # low base


def test_answer_identifiers_are_never_given_twice_by_a_device(demonstration: Any) -> None:
    for product in ("service-public", "journal-officiel"):
        paths = demonstration.folder.glob(f"jdma/jdma_{product}_*.csv")
        given = [row["Identifiant Avis"] for path in paths for row in rows_of(path)]
        assert len(given) == len(set(given))


def test_free_texts_are_plainly_invented_and_hold_no_personal_data(demonstration: Any) -> None:
    seen = set()
    for path in demonstration.folder.glob("jdma/*.csv"):
        for row in rows_of(path):
            assert "fictif" in row["Nom du formulaire"]
            seen.add(row["Souhaitez-vous nous en dire plus ?"])
    seen.remove("")
    assert any("\n" in text for text in seen)
    for text in seen:
        assert re.search("fictif|inventé", text)
        assert not re.search(r"@|\d", text)


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


def test_experiences_are_those_of_the_file(demonstration: Any) -> None:
    header, *rows = told(demonstration.folder)
    assert all(len(row) == len(header) for row in rows)
    words = {"Positif": "positive", "Neutre": "neutral", "Négatif": "negative"}
    day, feeling = header.index("Date de publication"), header.index("Ressenti usager")
    counts = Counter((quarter(row[day]), words[row[feeling]]) for row in rows)
    truth = demonstration.truths["experiences"]
    assert counts == {(r["quarter"], r["feeling"]): r["value"] for r in truth}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", row[day]) for row in rows)


def test_experiences_have_the_traps_of_the_official_export(demonstration: Any) -> None:
    header, *rows = told(demonstration.folder)
    (path,) = demonstration.folder.glob("services_publics_plus/*.csv")
    assert path.read_bytes()[:3] == b"\xef\xbb\xbf"
    texts = {row[header.index("Description")] for row in rows}
    assert any("\n" in text for text in texts)
    assert all("inventé" in text for text in texts)
    organisations = {row[header.index("Intitulé structure 1")] for row in rows}
    assert "Service-public.fr" in organisations
    assert all(re.search("fictive", name) for name in organisations - {"Service-public.fr"})


def test_experiences_have_the_columns_of_the_real_export(
    demonstration: Any, shared_data: Path
) -> None:
    path = shared_data / "services_publics_plus" / "sp_plus_experiences_subset.csv"
    with path.open(encoding="utf-8", newline="") as file:
        real = next(csv.reader(file))
    assert (
        told(demonstration.folder)[0] == real[1:-2]
    )  # without the columns of the subset's authors


def test_workbooks_have_the_columns_of_the_real_one(demonstration: Any, shared_data: Path) -> None:
    (real,) = (shared_data / "observatoire_demarches").glob("*.xlsx")
    made = demonstration.folder / "observatoire" / "observatoire_edition_2026-T3.xlsx"
    headers = [
        CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[0]
        for path in (real, made)
    ]
    assert headers[0] == headers[1]


def test_procedure_marks_are_those_of_the_workbooks(demonstration: Any) -> None:
    truth = demonstration.truths["procedures"]
    recount: dict[tuple[str, str], list[float]] = defaultdict(list)
    for path in demonstration.folder.glob("observatoire/*.xlsx"):
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


def test_administrations_are_peers_of_the_catalogue(catalogue: Catalogue) -> None:
    codes = {code for peer in catalogue.peers.values() for code in peer.codes}
    assert {"AGENCE-FICTIVE", "CAISSE-FICTIVE", "AUTORITE-FICTIVE"} <= codes
    named = {name for name, _, _ in procedures._ADMINISTRATIONS if name in codes}
    assert named == {"AGENCE-FICTIVE", "CAISSE-FICTIVE", "AUTORITE-FICTIVE"}


@pytest.mark.parametrize(
    ("edition", "sheet"),
    [
        ("2025-T4", "Chiffres VDE T4-25 (janvier-26)"),
        ("2026-T1", "Chiffres VDE T1-26 (avril-26)"),
        ("2026-T2", "Chiffres VDE T2-26 (juillet-26)"),
        ("2026-T3", "Chiffres VDE T3-26 (octobre-26)"),
    ],
)
def test_workbooks_have_the_mixed_cells_of_the_real_one(
    demonstration: Any, edition: str, sheet: str
) -> None:
    path = demonstration.folder / "observatoire" / f"observatoire_edition_{edition}.xlsx"
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == [sheet]
    _, *rows = book.get_sheet_by_index(0).to_python()
    assert len(rows) == 40
    cells = [cell for row in rows for cell in row]
    texts = {cell for cell in cells if isinstance(cell, str)}
    assert {"À venir", "–", "Nombre d'avis insuffisant", "Non applicable", ""} <= texts
    assert "Démarche proactive" in texts
    assert any(re.fullmatch(r"\d\d/\d\d/\d{4}\n\(périmée\)", text) for text in texts)
    assert any(isinstance(cell, date) for cell in cells)


def test_a_new_device_changes_the_exports_of_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {device: maker.make(device, folder.SEED) for device, maker in DEVICES.items()}
    new_site, new_form = truths.SITES["audience-boamp"], truths.RATED["jdma-legifrance"]
    monkeypatch.setattr(truths, "SITES", {"matomo-new": new_site, **truths.SITES})
    monkeypatch.setattr(truths, "RATED", {"jdma-new": new_form, **truths.RATED})
    assert {d: maker.make(d, folder.SEED) for d, maker in DEVICES.items()} == before
