"""What invented neighbours publish: noted figures, a baromètre, a list of counters."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from tools.demo import calendar, formats
from tools.demo.chance import between, normal, pick, stream
from tools.demo.formats import Files, Truth, Truths

DEVICES = ("published-figures", "barometre-resultats", "barometre-indicateur", "france-services")

# A draw in which every true share lies in the interval that is published for it.
_SALT = "2"
_DECLARED = formats.declared("peers")
FIGURES: list[list[Any]] = _DECLARED["figures"]
_RATE = "tx-satisfaction-services-fictifs"
_YEARS = range(2019, 2026)
_LEVEL = 70  # of the yearly rate, in percent
_DEPARTMENTS, _REGIONS = _DECLARED["departments"], _DECLARED["regions"]
_MEASURED = ("2025-07-01", "2026-01-01", "2026-07-01")
_LISTS = (date(2025, 9, 1), date(2026, 9, 1))


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """The exports of one device, by path, and what is true of them (`peers`)."""
    makers = (_published, _barometre, _by_area, _counters)
    files, found = dict(zip(DEVICES, makers, strict=True))[device](seed)
    common = {"device": device, "quarter": str(calendar.LAST)}
    named = {f"voisins/{name}": content for name, content in files.items()}
    return named, {"peers": [{**common, **truth} for truth in found]}


def _published(seed: int) -> tuple[Files, list[Truth]]:
    """Noted figures, in French, with semicolons, a BOM and decimal commas."""
    rows, found = [], []
    for figure in FIGURES:
        *place, value, unit, base = figure[:7]
        if isinstance(value, int):
            source = stream(seed, "published-figures", _SALT, *place)
            shown = f"{drawn(base, value, source):.1f}"
            truth = dict(zip(("organisation", "period", "subject"), place, strict=False))
            truth |= {"kind": "share", "answers": base, "share": value / 100}
            found.append({**truth, "published": float(shown)})
            value = shown.replace(".", ",")
        *source_of, alike, reservation = figure[7:]
        is_same = "same" in source_of
        address = "same" if is_same else f"https://exemple.invalid/{place[0].lower()}"
        rows.append([*place, value, unit, base, *source_of, address, "", alike, reservation])
    content = formats.french_csv([_DECLARED["header"], *rows])
    return {"published_figures_demonstration.csv": content}, found


def drawn(base: int, percent: int, source: Random) -> float:
    """The share, in % cut to tenths, of those satisfied among as many people."""
    satisfied = sum(between(source, 1, 100) <= percent for _ in range(base))
    return satisfied * 1000 // base / 10


def _barometre(seed: int) -> tuple[Files, list[Truth]]:
    """A yearly rate of the country, and yearly counts of the régions."""
    source = stream(seed, "barometre-resultats", _RATE)
    measure = "Mesure fictive de démonstration"
    rate = (measure, "Usagers satisfaits des services fictifs", _RATE)
    counters = (measure, "Guichets fictifs ouverts", "nb-guichets-fictifs")
    values = {year: _LEVEL + round(2 * normal(source)) for year in _YEARS}
    rows: dict[str, list[tuple[str, ...]]] = {
        "national": [
            (*rate, "national", f"{year}-12-31", f"{value}.0", "% de satisfaction")
            for year, value in values.items()
        ],
        "regional": [
            (*counters, region, f"Région fictive {region}", f"{year}-12-31",
             f"{between(source, 5, 60)}.0", "guichets")
            for region in _REGIONS
            for year in _YEARS
        ],
    }  # fmt: skip
    areas = {"national": ["maille_geographique"], "regional": ["code_region", "libelle_region"]}
    measured = ("mesure", "indicateur", "id_indicateur")
    files = {
        f"barometre-resultats-fictif-detail-{kind}.csv": formats.table_csv(
            [(*measured, *areas[kind], "date", "valeur", "unite"), *own]
        )
        for kind, own in rows.items()
    }
    about = {"kind": "yearly", "organisation": _RATE}
    years = [{**about, "period": str(y), "published": float(value)} for y, value in values.items()]
    return files, years


def _by_area(seed: int) -> tuple[Files, list[Truth]]:
    """One indicator with its initial values, targets and actual values, area by area."""
    rows: list[tuple[str, ...]] = [
        ("indic_id", "enforce_zone_id", "metric_enforce_date", "maille", "indic_vi", "indic_va",
         "indic_vc", "indic_ta")
    ]  # fmt: skip
    latest: list[float] = []
    for department in _DEPARTMENTS:
        source = stream(seed, "barometre-indicateur", department)
        zone, level = f"D{department}", 9400 + round(250 * normal(source))
        rows.append(("IND-000", zone, "2025-01-01", "DEPT", "0.0", "", "", ""))
        for day in _MEASURED:
            shown = min(10_000, level + round(60 * normal(source))) / 100
            target = "100.0" if day == _MEASURED[-1] else ""
            rows.append(("IND-000", zone, day, "DEPT", "", f"{shown:.2f}", "", target))
        latest.append(shown)
        rows.append(("IND-000", zone, "2026-12-01", "DEPT", "", "", "95.0", ""))
    for i, day in enumerate(_MEASURED):
        rows.append(("IND-000", "FRANCE", day, "NAT", "", f"{94 + i / 2:.2f}", "", ""))
    rows += [("IND-000", f"R{region}", "", "REG", "", "", "", "") for region in _REGIONS]
    truth: Truth = {"kind": "areas", "organisation": "IND-000", "period": _MEASURED[-1]}
    return {"ind-000.csv": formats.table_csv(rows)}, [{**truth, "published": sorted(latest)}]


def _counters(seed: int) -> tuple[Files, list[Truth]]:
    """Two lists of counters, the second with those that opened in a year."""
    files: Files = {}
    found = []
    for place, day in enumerate(_LISTS):
        counts, header = {}, [*_DECLARED["counter"]]
        for department in _DEPARTMENTS:
            source = stream(seed, "france-services", department)
            counts[department] = between(source, 0, 3)
            counts[department] += between(source, 0, 1) if place else 0
        rows = [_counter(department, i) for department, n in counts.items() for i in range(n)]
        files[f"liste-fs-{day:%Y%m%d}.csv"] = formats.table_csv([header, *rows])
        truth = {"kind": "counters", "period": day.isoformat(), "counters": len(rows)}
        found.append({**truth, "by_departement": counts})
    return files, found


def _counter(department: str, number: int) -> list[object]:
    identifier = 10 * (_DEPARTMENTS.index(department) + 1) + number
    shape = stream(identifier, "france-services", "format")
    formats_of = ("Fixe", "Multisites", "Bus_équivalent", "Itinérante")
    values = {"id": identifier, "departement": department, "commune": f"{department[:2]}999"}
    values["format"] = formats_of[pick(shape, (80, 8, 8, 4))]
    return [*formats.filled(_DECLARED["counter"], values).values()]
