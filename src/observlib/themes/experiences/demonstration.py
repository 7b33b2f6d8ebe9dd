"""The official export of experiences told on Services Publics +, with all its traps."""

from __future__ import annotations

from random import Random

from observlib.demo import calendar
from observlib.demo.chance import between, moment, pick, stream
from observlib.demo.formats import Files, Truths

FEELINGS = {"positive": 40, "neutral": 15, "negative": 45}  # chances in percent
EXPERIENCES = (70, 100)  # a quarter, from and to


DEVICES = ("sp-plus",)

_HEADER = [
    "ID expérience",
    "Etat expérience",
    "Statut de l'expérience",
    "Date de publication",
    "Titre",
    "Description",
    "Posté comme",
    "Ressenti usager",
    "Code INSEE Département usager",
    "Intitulé département usager",
    "Intitulé région usager",
    "Code INSEE Région usager",
    "Pays",
    "Intitulé Typologie 1",
    "Code Postal typologie 1",
    "Pays Typologie  1",
    "Canaux Typologie 1",
    "Intitulé Typologie 2",
    "Code Postal typologie 2",
    "Pays Typologie 2",
    "Canaux Typologie 2",
    "Intitulé Typologie 3",
    "Code Postal typologie 3",
    "Pays Typologie 3",
    "Canaux Typologie 3",
    "Hors structure",
    "ID structure 1",
    "Intitulé structure 1",
    "Evaluation utile réponse structure 1 par visiteurs",
    "Evaluation inutile réponse structure 1 par visiteurs",
    "Evaluation  réponse structure 1 par auteur",
    "ID structure 2",
    "Intitulé structure 2",
    "ID structure 3",
    "Intitulé structure  3",
    "Accessibilité",
    "Information/Explication",
    "Relation",
    "Réactivité",
    "Simplicité/Complexité",
    "Expériences Similaires",
    "Amélioration de service à considérer",
    "Action",
    "Date action réalisée",
    "Date action engagée",
    "Tags Métiers",
]
_WORDS = {"positive": "Positif", "neutral": "Neutre", "negative": "Négatif"}
_ORGANISATIONS = (
    ("Service-public.fr", 22),
    ("Caisse fictive", 26),
    ("Préfecture fictive", 18),
    ("Agence fictive des titres", 14),
    ("Mairie fictive", 12),
    ("Autorité fictive", 8),
)
_REGIONS = (
    ("11", "Île-de-France", "75", "Paris"),
    ("28", "Normandie", "76", "Seine-Maritime"),
    ("44", "Grand Est", "67", "Bas-Rhin"),
    ("84", "Auvergne-Rhône-Alpes", "69", "Rhône"),
    ("76", "Occitanie", "31", "Haute-Garonne"),
    ("94", "Corse", "2A", "Corse-du-Sud"),
    ("04", "La Réunion", "974", "La Réunion"),
)
_REGION_WEIGHTS = (30, 8, 14, 20, 16, 2, 3)
_TITLES = (
    "Récit fictif : renouvellement d'un titre",
    "Récit fictif : changement d'adresse",
    "Récit fictif : question sans réponse",
    "Récit fictif : accueil au guichet",
    "Récit fictif : compte en ligne",
)
_DESCRIPTIONS = (
    "Récit inventé pour la démonstration. Le formulaire s'est ouvert du premier coup.",
    "Récit inventé.\nLe dossier est parti, puis revenu.\nIl est reparti avec une pièce de plus.",
    "Récit inventé pour la démonstration : l'accueil a répondu, en deux jours.\n\nMerci.",
    "Récit inventé, d'une seule ligne, avec une virgule, un tiret – et un deux-points : voilà.",
    "Récit inventé.\nPremier appel : occupé.\nSecond appel : une réponse précise.",
)
_TELLERS = (
    ("La personne concernée", 88),
    ("Un proche de la personne concernée", 10),
    ("Un agent de médiation", 2),
)
_CHANNELS = ("Démarche en ligne", "Téléphone", "Accueil", "Démarche en ligne,Téléphone", "")
_ASPECTS = (
    "Accessibilité",
    "Information/Explication",
    "Relation",
    "Réactivité",
    "Simplicité/Complexité",
)


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """The export, by path, and the feelings that it holds by quarter."""
    lines = [";".join(_HEADER)]
    found = []
    identifier = 9_000_000
    for quarter in calendar.QUARTERS:
        source = stream(seed, device, str(quarter))
        count = between(source, *EXPERIENCES)
        counts = dict.fromkeys(FEELINGS, 0)
        moments = sorted(moment(source, quarter.start, quarter.end, 7, 20) for _ in range(count))
        for when in moments:
            identifier += between(source, 1, 40)
            feeling = drawn(source)
            counts[feeling] += 1
            row = _row(identifier, when, feeling, source)
            lines.append(";".join(row[name] for name in _HEADER))
        about = {"kind": "experiences", "device": device, "quarter": str(quarter)}
        found += [
            {**about, "feeling": name, "true_share": chance / 100, "value": counts[name]}
            for name, chance in FEELINGS.items()
        ]
    path = (
        f"services_publics_plus/export-experiences_{calendar.FIRST.year}-{calendar.LAST.year}.csv"
    )
    # Nothing is quoted: the official export lets the line breaks of Description run loose.
    content = "\ufeff" + "".join(f"{line}\r\n" for line in lines)
    return {path: content.encode("utf-8")}, {"experiences": found}


def drawn(source: Random) -> str:
    """The feeling of one experience."""
    return list(FEELINGS)[pick(source, list(FEELINGS.values()))]


def _row(identifier: int, when: str, feeling: str, source: Random) -> dict[str, str]:
    organisation = _ORGANISATIONS[pick(source, [weight for _, weight in _ORGANISATIONS])][0]
    answered = source.random() < 0.8
    row = dict.fromkeys(_HEADER, "")
    row |= {
        "ID expérience": str(identifier),
        "Etat expérience": "Traitées" if answered else "A traiter",
        "Statut de l'expérience": "Expérience avec réponse"
        if answered
        else "Expérience en attente de réponse",
        "Date de publication": when.replace(" ", "T"),
        "Titre": _TITLES[between(source, 0, len(_TITLES) - 1)],
        "Description": _DESCRIPTIONS[between(source, 0, len(_DESCRIPTIONS) - 1)],
        "Posté comme": _TELLERS[pick(source, [weight for _, weight in _TELLERS])][0],
        "Ressenti usager": _WORDS[feeling],
        "Pays": "France",
        "Intitulé Typologie 1": organisation,
        "Pays Typologie  1": "France",
        "Canaux Typologie 1": _CHANNELS[between(source, 0, len(_CHANNELS) - 1)],
        "Hors structure": "Non",
        "ID structure 1": f"FICTIF-{[n for n, _ in _ORGANISATIONS].index(organisation):02d}",
        "Intitulé structure 1": organisation,
        "Evaluation utile réponse structure 1 par visiteurs": str(between(source, 0, 3)),
        "Evaluation inutile réponse structure 1 par visiteurs": str(between(source, 0, 2)),
        "Expériences Similaires": str(between(source, 0, 4)),
        "Amélioration de service à considérer": "Oui" if source.random() < 0.05 else "Non",
    }
    if source.random() < 0.4:
        code, region, number, department = _REGIONS[pick(source, _REGION_WEIGHTS)]
        row |= {
            "Code INSEE Région usager": code,
            "Intitulé région usager": region,
            "Code INSEE Département usager": number,
            "Intitulé département usager": department,
        }
    for aspect in _ASPECTS:
        if source.random() < 0.45:
            same = source.random() < 0.8
            row[aspect] = _WORDS[feeling if same else list(_WORDS)[between(source, 0, 2)]]
    return row
