"""The visits of the demonstration: its truths are those of the files, recounted here."""

import json
import re
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
from tests.recounts import quarter_of, rows_of

from observlib.themes.audience import demonstration as audience

Sums = dict[tuple[str, str], int]


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


def test_only_the_outage_and_the_month_in_progress_are_incomplete(exports):
    truth = exports.truths
    months = {(r["device"], r["month"]) for r in truth["visits_by_month"] if not r["complete"]}
    quarters = {
        (r["device"], r["quarter"]) for r in truth["visits_by_quarter"] if not r["complete"]
    }
    datagouv = [d for d in audience.DEVICES if d.startswith("datagouv-")]
    assert months == {("matomo-entreprendre", "2026-04"), *((d, "2026-10") for d in datagouv)}
    assert quarters == {("matomo-entreprendre", "2026-T2"), *((d, "2026-T4") for d in datagouv)}


def test_the_days_of_the_outage_are_absent(exports):
    days = visits(exports.folder)["matomo-entreprendre"]
    april = [day for day in days if day.startswith("2026-04")]
    assert (april[0], april[-1], len(april)) == ("2026-04-01", "2026-04-12", 12)
    assert len(days) == (date(2026, 9, 30) - date(2022, 12, 31)).days - 18


def test_matomo_exports_have_the_traps_of_the_real_ones(exports):
    matomo = exports.folder / "matomo"
    row = rows_of(matomo / "matomo_service-public_2026-T3.csv", "utf-16")[0]
    assert re.fullmatch(r"\d+%", row["Bounce Rate"])
    assert re.fullmatch(r"\d min \d\ds", row["Avg. Visit Duration (in seconds)"])
    row = rows_of(matomo / "matomo_entreprendre_2026-T3.csv")[0]
    assert re.fullmatch(r"\d+\xa0%", row["Taux de rebond"])
    assert re.fullmatch(r"\d,\d", row["Actions par visite"])
    assert "Date" not in rows_of(matomo / "matomo_legifrance_2026-03.csv", "utf-16")[0]
    last = json.loads((matomo / "matomo_journal-officiel_2026.json").read_text("utf-8"))
    assert list(last)[-1] == "2026-09"
