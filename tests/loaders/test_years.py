"""A year that nobody meant, in any column of days or months of any loader, costs its row alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from observlib.catalogue import Catalogue
from observlib.loaders import Loaded, load, names

YEARS = ("0001", "0024", "1899", "2201", "9998", "9999")
# Of each loader with a cell of a day or month: the header, the good row with its day
# written `{day}`, and the ways in which that day may be written.
CELLS: dict[str, tuple[str, str, list[str]]] = {
    "barometre": ("indicateur;id_indicateur;maille_geographique;date;valeur;unite",
        "Satisfaction;tx-fictif-{n};national;{day};71,5;%", ["{year}-12-31", "31/12/{year}"]),
    "call_intervals": ("Tranche horaire;Présentés;Décrochés;Abandonnés;Attente",
        "{day};12;11;1;600", ["01/07/{year} 10:{n}0", "{year}-07-01 10:{n}0"]),
    "calls": ("Identifiant;Début;Issue;Attente;Conversation;Motif",
        "a{n};{day};Décroché;1:05;300;Logement",
        ["{year}-07-01 10:00:00", "01/07/{year} 10:00", "{year}-07-01T10:00:00Z"]),
    "jdma": ("Date de l'avis,Identifiant Avis,satisfaction", "{day},a{n},Bien",
        ["{year}-03-12 09:30:00", "{year}-01-01 00:00:00", "{year}-12-31 23:59:59"]),
    "limesurvey": ("id,submitdate,Q01", "{n},{day},A5",
        ["{year}-03-12 23:50:00", "12/03/{year} 10:00"]),
    "matomo_csv": ("Date,Visites", '"{day}",120', ["{year}-0{n}", "{year}-03-0{n}",
        "{year}-03-0{n},{year}-03-3{n}", "{n} mars {year}", "mars {year}"]),
    "plain_csv": ("month;visits", "{day};120", ["{year}-0{n}"]),
    "plain_csv by days": ("start;visits", "{day};120", ["{year}-03-0{n}"]),
    "plain_csv of moments": ("call_id;date;moment;outcome;wait",
        "a{n};2025-03-03;{day};answered;60", ["{year}-03-03T10:00"]),
    "polls": ("sondage;date;réseau;question;réponse;voix",
        "a{n};{day};Réseau;Q ?;Oui;12\na{n};{day};Réseau;Q ?;Non;12",
        ["05/03/{year}", "{year}-03-05"]),
    "published_figures": ("organisme;période;sujet;indicateur;valeur;unité;source",
        "CAISSE-FICTIVE;{day};ensemble;Satisfaits {n};71,5;%;Rapport",
        ["{year}", "{year}-T1", "{year}-12", "{year}-01-01", "2009-{year}", "2009-01/{year}-12"]),
    "published_figures by their source": (
        "organisme;période;sujet;indicateur;valeur;unité;source;source date",
        "CAISSE-FICTIVE;2025;ensemble;Satisfaits {n};71,5;%;Rapport;{day}",
        ["{year}", "{year}-05", "{year}-05-02"]),
    "sales": ("Mois;ISBN;Titre;Support;Exemplaires", "{day};REF-{n};Un titre;papier;12",
        ["{year}-03", "03/{year}", "mars {year}", "{year}-03-01"]),
    "services_publics_plus": (
        "ID expérience;Date de publication;Description;Posté comme;Ressenti usager;"
        "Code INSEE Région usager;Intitulé Typologie 1;Accessibilité",
        "{n};{day};Récit;La personne concernée;Négatif;53;Préfecture;Positif",
        ["{year}-03-12T09:30:00", "{year}-12-31T23:30:00Z", "12/03/{year}", "{year}-01-01"]),
    "subscriptions": ("Mois;Liste;Abonnés;Inscriptions;Désabonnements",
        "{day};La lettre {n};12450;310;120", ["{year}-03", "03/{year}", "mars {year}"]),
    "subscriptions by cohort": ("Mois;Liste;Cohorte;Abonnés;Inscriptions;Désabonnements",
        "2025-03;La lettre {n};{day};12450;0;120", ["{year}-02", "02/{year}"]),
    "tickets": ("Numéro;Reçu le;Première réponse le;Clos le;Motif;Extrait le",
        "T{n};{day};;;Alertes;02/10/2025 08:00", ["01/07/{year} 10:00"]),
    "tickets when closed": ("Numéro;Reçu le;Première réponse le;Clos le;Motif;Extrait le",
        "T{n};01/07/2025 10:00;;{day};Alertes;02/10/2025 08:00", ["01/08/{year} 10:00"]),
    "user_tests": ("participant;date;tâche;réussite;temps", "P0{n};{day};Chercher;oui;1:05",
        ["25/03/{year}", "{year}-03-25"]),
}  # fmt: skip
TABLES = {"plain_csv": "audience", "plain_csv by days": "audience", "plain_csv of moments": "calls"}
Read = Callable[..., Loaded]


@pytest.fixture
def read(tmp_path: Path, catalogue: Catalogue, survey: Any) -> Read:
    """Load a content with a loader, whose device has some keys of its own."""

    def loaded(loader: str, name: str, content: str, **keys: Any) -> Loaded:
        device, known = survey(loader)
        if loader != "limesurvey":
            known = catalogue
            device = device.model_copy(update={"questionnaire": None, **keys})
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return load(path, device, known)

    return loaded


def only_the_good_row(found: Loaded, bad: set[int]) -> None:
    """Every year but the one meant was rejected, with a reason."""
    assert set(found.rejects["row"]) == bad and found.rejects["reason"].str.len().gt(0).all()
    assert len(found.rows) >= 1
    days = found.rows.select_dtypes("datetime").stack().dropna()
    assert days.dt.year.between(2009, 2026).all()


@pytest.mark.parametrize("kind", CELLS)
def test_a_year_that_nobody_meant_costs_its_row_alone(read, kind):
    header, row, ways = CELLS[kind]
    table = TABLES.get(kind)
    for way in ways:
        days = [way.format(year=year, n=1) for year in ("2025", *YEARS)]
        lines = [row.format(day=day, n=number) for number, day in enumerate(days)]
        found = read(kind.split()[0], "export.csv", "\n".join([header, *lines]), table=table)
        good = 1 + row.count("\n")  # lines
        only_the_good_row(found, set(range(2 + good, 2 + good * len(days))))


@pytest.mark.parametrize("loader", ["matomo_json", "datagouv_metrics"])
def test_a_year_that_nobody_meant_costs_its_record_alone(read, loader):
    months = [f"{year}-03" for year in ("2025", *YEARS)]
    if loader == "matomo_json":
        content: Any = {month: {"nb_visits": 3} for month in months}
    else:
        content = {"monthlyStats": [{"month": month, "visits": 3} for month in months]}
    found = read(loader, "export.json", json.dumps(content))
    assert len(found.rejects) == len(YEARS) and len(found.rows) == 1


def test_a_year_that_nobody_meant_costs_its_sheet_of_a_workshop_alone(read):
    sheet = "- {{date: {}-03-12, title: Atelier, product: boamp, participants: {{usagers: 12}}}}\n"
    found = read("workshops", "ateliers.yml", "".join(map(sheet.format, ("2025", *YEARS))))
    dates = found.rejects[found.rejects["column"] == "date"]
    assert len(dates) == len(YEARS) and dates["reason"].str.contains("year|before 1995").all()
    assert found.rows["date"].dt.year.eq(2025).all()


def test_every_loader_that_reads_days_stands_here():
    here = {kind.split()[0] for kind in CELLS} | {"matomo_json", "datagouv_metrics", "workshops"}
    # a workbook's own tests bring it such days; these take the day from a name or a sheet's title
    assert set(names()) - here == {
        *("demarches", "spss_stata"),
        *("code_sheet", "services_publics_plus_codes"),  # whose days have one form
    }
