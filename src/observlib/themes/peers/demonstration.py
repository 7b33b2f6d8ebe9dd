"""What invented neighbours publish: noted figures, a baromètre, a list of counters."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from observlib.demo import calendar, formats
from observlib.demo.chance import between, normal, pick, stream
from observlib.demo.formats import Files, Truths

DEVICES = ("published-figures", "barometre-resultats", "barometre-indicateur", "france-services")

# A draw in which every true share lies in the interval that is published for it.
_SALT = "2"
_FOLDER = "voisins"
_HEADER = (
    "Organisme", "Période", "Sujet", "Indicateur", "Valeur", "Unité", "n", "Mode de recueil",
    "Définition", "Titre de la source", "Date de la source", "Adresse de la source", "Licence",
    "Comparable avec", "Réserve",
)  # fmt: skip
_SUBJECT = ("organisation", "period", "subject")
_REPORT = ("Rapport annuel fictif de la Caisse fictive", "2026-03-12")
_CARE = "Note donnée directement sur 10 par un échantillon tiré au hasard (invention)"
_DRAWN = "Même seuil que le nôtre, sur cinq échelons ; échantillon tiré au hasard (invention)"
# Organisation, period, subject, indicator, value (or the true share in percent, to draw), unit,
# base, mode, definition, title and date of the source, comparable with, reservation.
FIGURES: tuple[tuple[Any, ...], ...] = (
    ("CAISSE-FICTIVE", "2025", "ensemble", "Satisfaction moyenne", "7,4", "sur 10", "2 400",
     "téléphone", "chiffre fictif", *_REPORT, "satisfaction_10", _CARE),
    ("CAISSE-FICTIVE", "2025", "site web", "Satisfaction moyenne", "7,62", "/10", "",
     "téléphone", "chiffre fictif", "same", "same", "satisfaction_10", _CARE),
    ("CAISSE-FICTIVE", "2025", "ensemble", "Usagers satisfaits", 71, "%", 1250,
     "téléphone", "deux échelons du haut sur cinq", "same", "same", "satisfied_share", _DRAWN),
    ("BIBLIOTHEQUE-FICTIVE", "2026-T2", "salles de lecture", "Usagers satisfaits", 83, "%", 420,
     "sur place", "deux échelons du haut sur cinq", "Enquête fictive de la bibliothèque", "2026-09",
     "satisfied_share", _DRAWN),
    ("SERVICES-FICTIFS", "2026-05", "tous les services", "Usagers satisfaits", 66, "%", 2000,
     "en ligne", "chiffre fictif", "Sondage fictif", "2026-06-30", "",
     "Échelle à quatre échelons sans milieu, quand la nôtre en a un (invention)"),
    ("AGENCE-FICTIVE", "2021", "tous les sites", "Satisfaction moyenne", "7,2", "sur 10", "",
     "en ligne, sur le site", "chiffre fictif", "Lettre fictive de l'agence", "2022",
     "satisfaction_10", "Questionnaire fictif, plus ancien ; effectif non publié (invention)"),
    ("AGENCE-FICTIVE", "2021", "tous les sites", "Recommandation nette (NPS)", "22", "points", "",
     "en ligne, sur le site", "chiffre fictif", "same", "same", "nps",
     "Même question, cinq ans plus tôt (invention)"),
    ("AUTORITE-FICTIVE", "2025", "ensemble", "Réclamations reçues", "12\u202f400", "réclamations",
     "", "comptage", "environ 12 400", "Bilan fictif", "2026", "",
     "Nombre de réclamations : c'est une activité, et non un avis d'usagers (invention)"),
    ("VILLE-FICTIVE", "2023-2024", "services municipaux", "Taille du panel d'habitants", "500",
     "personnes", "500", "face à face", "chiffre fictif", "Page fictive de la ville", "2024", "",
     "Aucun taux de satisfaction n'est publié (invention)"),
)  # fmt: skip
_RATE = "tx-satisfaction-services-fictifs"
_YEARS = range(2019, 2026)
_LEVEL = 70  # of the yearly rate, in percent
_DEPARTMENTS = (
    *(f"{code:02d}" for code in range(1, 20)), "2A", "2B",
    *(str(code) for code in range(21, 96)), "971", "972", "973", "974", "976",
)  # fmt: skip
_REGIONS = ("01", "02", "03", "04", "06", "11", "24", "27", "28", "32", "44", "52", "53", "75",
            "76", "84", "93", "94")  # fmt: skip
_MEASURED = ("2025-07-01", "2026-01-01", "2026-07-01")
_LISTS = (date(2025, 9, 1), date(2026, 9, 1))
_COUNTER_HEADER = (
    "id_fs", "insee_dep", "lib_fs", "adresse", "complement_adresse", "insee_com", "code_postal",
    "lib_com", "latitude", "longitude", "mail", "telephone", "h_lundi", "h_mardi", "h_mercredi",
    "h_jeudi", "h_vendredi", "h_samedi", "prise_rdv", "commentaire", "type_fs", "format_fs",
    "groupe_fs", "labellisation_fs",
)  # fmt: skip


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """The exports of one device, by path, and what is true of them (`peers`)."""
    makers = {
        "published-figures": _published,
        "barometre-resultats": _barometre,
        "barometre-indicateur": _by_area,
        "france-services": _counters,
    }
    files, found = makers[device](seed)
    common = {"device": device, "quarter": str(calendar.LAST)}
    named = {f"{_FOLDER}/{name}": content for name, content in files.items()}
    return named, {"peers": [{**common, **truth} for truth in found]}


def _published(seed: int) -> tuple[Files, list[dict[str, Any]]]:
    """Noted figures, in French, with semicolons, a BOM and decimal commas."""
    rows, found = [], []
    for figure in FIGURES:
        *place, value, unit, base = figure[:7]
        if isinstance(value, int):
            source = stream(seed, "published-figures", _SALT, *place)
            shown = f"{drawn(base, value, source):.1f}"
            truth = dict(zip(_SUBJECT, place, strict=False)) | {"kind": "share", "answers": base}
            found.append({**truth, "share": value / 100, "published": float(shown)})
            value = shown.replace(".", ",")
        mode, definition, title, day, same, reservation = figure[7:]
        address = "same" if title == "same" else f"https://exemple.invalid/{place[0].lower()}"
        rows.append(
            (*place, value, unit, base, mode, definition, title, day, address, "", same,
             reservation)
        )  # fmt: skip
    return {"published_figures_demonstration.csv": formats.french_csv([_HEADER, *rows])}, found


def drawn(base: int, percent: int, source: Random) -> float:
    """The share, in % cut to tenths, of those satisfied among as many people."""
    satisfied = 0
    for _ in range(base):
        satisfied += between(source, 1, 100) <= percent
    return satisfied * 1000 // base / 10


def _barometre(seed: int) -> tuple[Files, list[dict[str, Any]]]:
    """A yearly rate of the country, and yearly counts of the régions."""
    source = stream(seed, "barometre-resultats", _RATE)
    header = ("mesure", "indicateur", "id_indicateur")
    about = ("Mesure fictive de démonstration", "Usagers satisfaits des services fictifs", _RATE)
    values = [_LEVEL + round(2 * normal(source)) for _ in _YEARS]
    national = [
        (*about, "national", f"{year}-12-31", f"{value}.0", "% de satisfaction")
        for year, value in zip(_YEARS, values, strict=True)
    ]
    counters = (
        "Mesure fictive de démonstration",
        "Guichets fictifs ouverts",
        "nb-guichets-fictifs",
    )
    regional = [
        (*counters, region, f"Région fictive {region}", f"{year}-12-31",
         f"{between(source, 5, 60)}.0", "guichets")
        for region in _REGIONS
        for year in _YEARS
    ]  # fmt: skip
    last = ("date", "valeur", "unite")
    files = {
        "barometre-resultats-fictif-detail-national.csv": formats.table_csv(
            [(*header, "maille_geographique", *last), *national]
        ),
        "barometre-resultats-fictif-detail-regional.csv": formats.table_csv(
            [(*header, "code_region", "libelle_region", *last), *regional]
        ),
    }
    years = [
        {"kind": "yearly", "organisation": _RATE, "period": str(year), "published": float(value)}
        for year, value in zip(_YEARS, values, strict=True)
    ]
    return files, years


def _by_area(seed: int) -> tuple[Files, list[dict[str, Any]]]:
    """One indicator with its initial values, targets and actual values, area by area."""
    rows: list[tuple[str, ...]] = []
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
    rows += [
        ("IND-000", "FRANCE", day, "NAT", "", f"{94 + i / 2:.2f}", "", "")
        for i, day in enumerate(_MEASURED)
    ]
    rows += [("IND-000", f"R{region}", "", "REG", "", "", "", "") for region in _REGIONS]
    header = ("indic_id", "enforce_zone_id", "metric_enforce_date", "maille", "indic_vi",
              "indic_va", "indic_vc", "indic_ta")  # fmt: skip
    truth: dict[str, Any] = {"kind": "areas", "organisation": "IND-000", "period": _MEASURED[-1]}
    truth["published"] = sorted(latest)
    return {"ind-000.csv": formats.table_csv([header, *rows])}, [truth]


def _counters(seed: int) -> tuple[Files, list[dict[str, Any]]]:
    """Two lists of counters, the second with those that opened in a year."""
    files: Files = {}
    found = []
    for place, day in enumerate(_LISTS):
        rows: list[tuple[str, ...]] = []
        counts = {}
        for department in _DEPARTMENTS:
            source = stream(seed, "france-services", department)
            counts[department] = between(source, 0, 3)
            counts[department] += between(source, 0, 1) if place else 0
            rows += [_counter(department, i) for i in range(counts[department])]
        files[f"liste-fs-{day:%Y%m%d}.csv"] = formats.table_csv([_COUNTER_HEADER, *rows])
        truth = {"kind": "counters", "period": day.isoformat(), "counters": len(rows)}
        found.append({**truth, "by_departement": counts})
    return files, found


def _counter(department: str, number: int) -> tuple[str, ...]:
    identifier = 10 * (_DEPARTMENTS.index(department) + 1) + number
    shape = stream(identifier, "france-services", "format")
    hours = ("09:00 - 12:00 / 14:00 - 16:30",) * 5
    return (
        str(identifier), department, f"Guichet fictif n°\u00a0{identifier}",
        "1 rue de l'Invention", "", f"{department[:2]}999", f"{department[:2]}999",
        "Commune-Fictive", "46.0", "2.0", f"guichet-{identifier}@exemple.invalid",
        "00 00 00 00 00", *hours, "", "Non", "", "Principal",
        ("Fixe", "Multisites", "Bus_équivalent", "Itinérante")[pick(shape, (80, 8, 8, 4))], "",
        "Espace labellisé 01/01/2020",
    )  # fmt: skip
