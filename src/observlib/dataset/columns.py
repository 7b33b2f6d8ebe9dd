"""What each column of an edition's data package is: its type, its names, and what it tells.

The files' own columns are those of the contracts (`estimates`, `comparisons`), then what these do
not say: days, codes that other producers of statistics use, and whether the figures are invented.
"""

from __future__ import annotations

from typing import NamedTuple

from observlib import comparisons, estimates
from observlib.estimates import REFERENCE


class Column(NamedTuple):
    """A column: its type in Table Schema, its head in the workbook, what it tells (fr, en)."""

    kind: str
    title: str
    fr: str
    en: str
    is_required: bool = False


def _text(title: str, fr: str, en: str, is_required: bool = False) -> Column:
    return Column("string", title, fr, en, is_required)


def _number(title: str, fr: str, en: str) -> Column:
    return Column("number", title, fr, en)


_SIDE = {
    "indicator": _text(
        "Code de l’indicateur", "ce qui est mesuré (voir le dictionnaire)",
        "what is measured (see the dictionary)", True,
    ),
    "product": _text(
        "Code du produit", "le produit, ou l’organisme comparé ; vide : tous ou sans objet",
        "the product, or the organisation compared; empty: all, or does not apply",
    ),
    "channel": _text("Code du canal", "le canal", "the channel"),
    "device": _text("Code du dispositif", "ce qui a mesuré", "what measured it"),
    "period": _text(
        "Code de la période",
        "année, trimestre (2026-T3), mois, jour, ou mois « premier/dernier »",
        "year, quarter (2026-T3), month, day, or months `first/last`", True,
    ),
    "group": _text(
        "Code de la ventilation", "ce par quoi la valeur est ventilée, ou la question d’un sondage",
        "what the value is broken down by, or the question of a poll",
    ),
    "group_value": _text(
        "Modalité", "la modalité de la ventilation, ou la réponse",
        "the part of the breakdown, or the answer",
    ),
    "estimate": _number("Valeur", "arrondie comme sur les pages", "rounded as pages tell it"),
    "ci_low": _number(
        "Borne basse", "de l’intervalle à 95 % ; vide : comptage, sans marge d’erreur",
        "of the 95 % interval; empty: a count, without margin of error",
    ),
    "ci_high": _number("Borne haute", "de l’intervalle à 95 %", "of the 95 % interval"),
    "unit": _text("Unité", "celle de la valeur", "the value's"),
    "n": _number(
        "Effectif", "réponses, contacts ou visites derrière la valeur",
        "answers, contacts or visits behind the value",
    ),
    "n_eff": _number(
        "Effectif efficace", "l’effectif, une fois les réponses redressées",
        "the same, once answers are weighted",
    ),
    "status": _text("État", "l’état de la valeur", "the state of the value", True),
    "source": _text(
        "Source", "le dispositif, et l’empreinte des données dont la valeur est tirée",
        "the device, and the digest of the data that made the value",
    ),
}  # fmt: skip
_ADDED = {
    "period_start": Column("date", "Début", "premier jour de la période", "first day"),
    "period_end": Column("date", "Fin", "dernier jour de la période", "last day"),
    "flags": _text(
        "Marques",
        "p, r, b, c et u : provisoire, révisée, rupture, confidentielle, peu fiable",
        "letters: p provisional, r revised, b break in method, c confidential, u low reliability",
    ),
    "obs_status": _text(
        "Statut SDMX", "statut de l’observation, liste CL_OBS_STATUS de SDMX",
        "status of the observation, SDMX code list CL_OBS_STATUS", True,
    ),
    "conf_status": _text(
        "Confidentialité SDMX", "statut de confidentialité, liste CL_CONF_STATUS de SDMX",
        "status of confidentiality, SDMX code list CL_CONF_STATUS", True,
    ),
}  # fmt: skip
ID = _text(
    "Identifiant",
    "permanent, le même dans toutes les éditions ; `observ trace` le suit",
    "permanent, the same in all editions; `observ trace` follows it",
    True,
)
_SYNTHETIC = Column(
    "boolean", "Chiffre inventé", "vrai : donnée de démonstration, à ne citer nulle part",
    "true: data of a demonstration, not to be quoted", True,
)  # fmt: skip
_RESULTS = {
    "against": _text(
        "Comparé à", "ce à quoi la valeur est comparée", "what the value is compared with", True
    ),
    "difference": _number("Écart", "valeur moins valeur de référence", "value minus reference"),
    "difference_low": _number(
        "Écart, borne basse", "de l’intervalle de l’écart", "of the difference's interval"
    ),
    "difference_high": _number(
        "Écart, borne haute", "de l’intervalle de l’écart", "of the difference's interval"
    ),
    "level": _number(
        "Niveau", "celui de l’intervalle de l’écart, de 0 à 1",
        "of the difference's interval, from 0 to 1",
    ),
    "detectable": _number(
        "Plus petit écart visible", "celui qu’une telle comparaison voit huit fois sur dix",
        "the one that such a comparison sees eight times out of ten",
    ),
    "verdict": _text("Verdict", "ce qui est établi de l’écart", "what is established of it", True),
    "reason": _text(
        "Motif", "pourquoi rien n’est établi, le cas échéant", "why nothing is, where so"
    ),
}  # fmt: skip


def _reference(column: Column) -> Column:
    title = f"{column.title} (référence)"
    return column._replace(title=title, fr=f"référence : {column.fr}", en=f"reference: {column.en}")


_OTHER = {REFERENCE + name: _reference(column) for name, column in (_SIDE | _ADDED).items()}
_LAST = {"id": ID, "synthetic": _SYNTHETIC}
ESTIMATES: dict[str, Column] = {**_SIDE, **_ADDED, **_LAST}
COMPARISONS: dict[str, Column] = {
    **{name: (_SIDE | _OTHER | _RESULTS)[name] for name in comparisons.COLUMNS},
    **_ADDED,
    **{REFERENCE + name: _OTHER[REFERENCE + name] for name in _ADDED},
    **_LAST,
}
DICTIONARY: dict[str, Column] = {
    "list": _text("Liste", "la colonne où se trouve le code", "the column that holds the id", True),
    "id": _text("Code", "tel que dans les fichiers", "as in the files", True),
    "label_fr": _text("Nom", "en français", "in French", True),
    "label_en": _text("Nom anglais", "en anglais", "in English", True),
    "theme_fr": _text("Thème", "feuille du classeur", "sheet of the workbook"),
    "theme_en": _text("Thème en anglais", "le même, en anglais", "the same, in English"),
    "unit": _text("Unité", "celle de l’indicateur", "the indicator's"),
    "base": _text("Base", "ce que compte l’effectif", "what `n` counts"),
    "decimals": Column("integer", "Décimales", "celles que montrent les pages", "as pages tell"),
    "definition": _text("Définition", "comment la valeur est établie", "how it is made (French)"),
}
ERRATA: dict[str, Column] = {  # a file of packages that have some
    "erratum": _text("Erratum", "le nom de l’erratum", "the id of the erratum", True),
    "day": Column("date", "Publié le", "jour de l’erratum", "day of the erratum", True),
    "id": ID,
    **{name: _SIDE[name] for name in estimates.FIGURE},
    "published": _number(
        "On lisait", "la valeur publiée à tort, sauf d’un chiffre retiré",
        "the value wrongly told; empty: the figure is withdrawn",
    ),
    "corrected": _number(
        "Il faut lire", "la valeur juste ; vide : le chiffre est retiré",
        "the right value; empty: the figure is withdrawn",
    ),
    "unit": _SIDE["unit"],
    "cause": _text(
        "Cause", "source : une source ; processing : un calcul ; writing : une rédaction",
        "where the error was: a source, the processing, the writing", True,
    ),
    "what": _text("Ce qui est arrivé", "en une phrase", "in a sentence (French)", True),
    "synthetic": _SYNTHETIC,
}  # fmt: skip
FILES = {
    "estimates": ESTIMATES,
    "comparisons": COMPARISONS,
    "dictionary": DICTIONARY,
    "errata": ERRATA,
}
TITLES = {
    "estimates": "Estimations",
    "comparisons": "Écarts",
    "dictionary": "Dictionnaire",
    "errata": "Errata",
}

# Source: SDMX cross-domain code lists, CL_OBS_STATUS 2.2 and CL_CONF_STATUS 1.2. What is withheld
# is N, whether by itself or because another value would give it back: which of the two would tell
# something of it. A figure has one status there: a break (B) goes before all others, as SDMX's
# "Possible Ways of Implementing the Observation Status Concept" (2.0, 2019) ranks them.
SDMX = {
    "published": ("A", "F"),
    "low_base": ("U", "F"),
    "partial": ("P", "F"),
    "suppressed": ("Q", "N"),
    "missing": ("O", "F"),
}
# The letters by which European statistics mark figures, several at a time: p, b and u are P, B and
# U of CL_OBS_STATUS; c is of the other list, where withheld figures are N here. SDMX has no r,
# which is that of Eurostat's flags until 2025. Which figures are b and r, their history says.
FLAGS = {"low_base": "u", "partial": "p", "suppressed": "c"}
FLAGS_PATTERN = "^b?c?p?r?u?$"
ID_PATTERN = "^[fc][a-z]{11}$"  # see `estimates.identifiers`
# The names of codes that are of no catalogue, in French and in English.
CODES: dict[str, dict[str, tuple[str, str]]] = {
    "status": {
        "published": ("publié", "published"),
        "low_base": ("publié, faible effectif", "published, few answers"),
        "partial": (
            "période incomplète, à ne pas comparer", "incomplete period, not to be compared",
        ),
        "suppressed": ("secret statistique", "withheld for confidentiality"),
        "missing": ("donnée non disponible", "not available"),
    },
    "flags": {
        "p": ("valeur provisoire : période incomplète", "provisional: period incomplete"),
        "r": (
            "valeur révisée : une édition précédente en a publié une autre",
            "revised: an earlier edition told another value",
        ),
        "b": (
            "rupture : une autre méthode que les valeurs précédentes",
            "break: made by another method than the values before",
        ),
        "c": ("valeur confidentielle, non publiée", "confidential, not published"),
        "u": ("fiabilité faible : peu de réponses", "low reliability: few answers"),
    },
    "obs_status": {
        "B": ("rupture de série", "time series break"),
        "A": ("valeur normale", "normal value"),
        "U": ("fiabilité faible", "low reliability"),
        "P": ("valeur provisoire", "provisional value"),
        "Q": ("valeur manquante, supprimée", "missing value; suppressed"),
        "O": ("valeur manquante", "missing value"),
    },
    "conf_status": {
        "F": ("libre", "free"),
        "N": ("non publiable, usage interne", "not for publication, internal use only"),
    },
    "against": {
        "before": ("elle-même, à une période antérieure", "itself, in an earlier period"),
        "product": (
            "un autre produit, écouté de la même façon", "another product, heard in the same way",
        ),
        "peer": ("le chiffre d’une autre administration", "another administration's figure"),
        "population": ("la part dans la population", "the share in the population"),
        "nothing": ("zéro", "zero"),
        "others": ("les autres répondants", "the other respondents"),
        "raw": ("elle-même, sans redressement", "itself, without weights"),
        "answer": ("la réponse qui la suit de plus près", "the answer closest behind"),
        "network": ("la même question sur un autre réseau", "the same question, another network"),
    },
    "verdict": {
        "rise": ("en hausse, ou au-dessus", "rise, or above"),
        "fall": ("en baisse, ou au-dessous", "fall, or below"),
        "stable": ("stable, ou égal", "stable, or equal"),
        "unknown": ("indéterminé", "undetermined"),
    },
    "reason": {
        "precision": ("précision insuffisante", "not precise enough"),
        "suppressed": ("secret statistique", "withheld for confidentiality"),
        "missing": ("donnée non disponible", "not available"),
        "partial": ("période incomplète", "incomplete period"),
        "low_base": ("faible effectif", "few answers"),
        "unit": ("unités différentes", "different units"),
        "base": (
            "ni nombre de réponses ni intervalle publiés",
            "neither base nor interval is published",
        ),
        "spread": ("réponses toutes semblables", "answers all alike"),
    },
}  # fmt: skip
assert SDMX.keys() == set(estimates.STATUSES)
