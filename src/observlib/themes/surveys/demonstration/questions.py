"""What the demonstration's site surveys ask, and the chances of each answer: the truths."""

from __future__ import annotations

from dataclasses import dataclass

# Each answer: its code in LimeSurvey, its text, what it means (nothing where it is no answer),
# its chances in comparison with the others.
Answer = tuple[str, str, float | str | None, int]


@dataclass(frozen=True)
class Asked:
    """A question of one answer, or, where `several`, of boxes each ticked with chances in %."""

    variable: str
    code: str
    text: str
    answers: tuple[Answer, ...]
    several: bool = False
    only_if: tuple[str, ...] = ()  # answers to `task_success`, by code, for which it is asked


@dataclass(frozen=True)
class Link:
    """An answer that, so many times in 100, stands where the answer to an earlier question does.

    It is then at the same rank of its own answers, from worst to best, or youngest to oldest: how
    often each is given does not change.
    """

    variable: str
    follows: str
    percent: int


@dataclass(frozen=True)
class Survey:
    """A survey: its questions by page, responses begun (from, to) a quarter, what goes with what,
    which quarters.
    """

    product: str
    pages: tuple[tuple[Asked, ...], ...]
    started: tuple[int, int]
    links: tuple[Link, ...]
    only_quarter: int | None = None  # a yearly wave

    @property
    def questions(self) -> tuple[Asked, ...]:
        """All questions, in their order."""
        return tuple(asked for page in self.pages for asked in page)

    def question(self, variable: str) -> Asked:
        """The question that feeds a variable."""
        return next(asked for asked in self.questions if asked.variable == variable)


def _marks(chances: tuple[int, ...], first: int = 0) -> tuple[Answer, ...]:
    return tuple(
        (str(mark), str(mark), float(mark), weight) for mark, weight in enumerate(chances, first)
    )


def _named(
    labels: tuple[str, ...], chances: tuple[int, ...], values: tuple[float, ...] = ()
) -> tuple[Answer, ...]:
    values = values or tuple(float(place) for place in range(1, len(labels) + 1))
    return tuple(
        (f"A{place}", label, value, weight)
        for place, (label, value, weight) in enumerate(zip(labels, values, chances, strict=True), 1)
    )


def _groups(*answers: tuple[str, str | None, int]) -> tuple[Answer, ...]:
    return tuple((f"A{place}", *answer) for place, answer in enumerate(answers, 1))


_REGIONS = _groups(
    *(
        (name, name, weight)
        for name, weight in (
            ("Auvergne-Rhône-Alpes", 118),
            ("Bourgogne-Franche-Comté", 40),
            ("Bretagne", 52),
            ("Centre-Val de Loire", 38),
            ("Corse", 4),
            ("Grand Est", 76),
            ("Guadeloupe", 4),
            ("Guyane", 2),
            ("Hauts-de-France", 66),
            ("Île-de-France", 246),
            ("La Réunion", 7),
            ("Martinique", 4),
            ("Mayotte", 1),
            ("Normandie", 44),
            ("Nouvelle-Aquitaine", 92),
            ("Occitanie", 90),
            ("Pays de la Loire", 56),
            ("Provence-Alpes-Côte d'Azur", 72),
        )
    ),
    ("Hors de France", None, 18),
)
_AGES = (
    "15 à 24 ans",
    "25 à 34 ans",
    "35 à 49 ans",
    "50 à 64 ans",
    "65 à 74 ans",
    "75 ans et plus",
)
_WORK = "En emploi"
_SEEKING = "En recherche d'emploi"
_STUDENT = "Étudiant ou élève"
_RETIRED = "Retraité"
_ELSE = "Autre situation"
_EASY, _SOMETIMES, _OFTEN = (
    "À l'aise avec les démarches en ligne",
    "Besoin d'aide parfois",
    "Besoin d'aide souvent",
)
_NO_WORD = "Je ne souhaite pas répondre"
_INFORMATION, _PROCEDURE, _CONTACT, _FOLLOW, _TEXT, _OTHER = (
    "Chercher une information",
    "Faire une démarche",
    "Trouver un contact",
    "Suivre un dossier",
    "Consulter un texte officiel",
    "Autre",
)
_FIVE = (
    "Pas du tout satisfait",
    "Plutôt pas satisfait",
    "Ni satisfait, ni insatisfait",
    "Plutôt satisfait",
    "Tout à fait satisfait",
)


def _ages(chances: tuple[int, ...], labels: tuple[str, ...] = _AGES) -> tuple[Answer, ...]:
    known = zip(labels, _AGES, chances, strict=True)
    return _groups(*known, (_NO_WORD, None, 3))


SURVEYS = {
    "enquete-service-public": Survey(
        "service-public",
        (
            (
                Asked(
                    "satisfaction",
                    "Q01",
                    "Dans l'ensemble, êtes-vous satisfait de Service-public.fr\u00a0?",
                    _named(_FIVE, (6, 9, 15, 42, 28)),
                ),
                Asked(
                    "clarity",
                    "Q02",
                    "Les informations sont-elles claires\u00a0?",
                    _named(
                        ("Pas du tout claires", "Peu claires", "Assez claires", "Claires",
                         "Très claires"),
                        (4, 10, 22, 38, 26),
                    ),
                ),
                Asked(
                    "nps",
                    "Q03",
                    "Recommanderiez-vous Service-public.fr à un proche\u00a0?",
                    _marks((3, 1, 1, 2, 3, 7, 7, 14, 21, 19, 22)),
                ),
            ),
            (
                Asked(
                    "task_success",
                    "Q04",
                    "Avez-vous pu faire ce que vous étiez venu faire\u00a0?",
                    _named(("Oui", "En partie", "Non"), (64, 20, 16), (1.0, 0.5, 0.0)),
                ),
                Asked(
                    "ces",
                    "Q05",
                    "Était-ce facile\u00a0?",
                    _marks((5, 9, 20, 36, 30), first=1),
                    only_if=("A1", "A2"),
                ),
                Asked(
                    "reason",
                    "Q06",
                    "Pourquoi êtes-vous venu sur le site aujourd'hui\u00a0?",
                    (
                        ("SQ001", "Chercher une information sur mes droits", _INFORMATION, 58),
                        ("SQ002", "Faire une démarche en ligne", _PROCEDURE, 41),
                        ("SQ003", "Trouver l'adresse d'une administration", _CONTACT, 17),
                        ("SQ004", "Suivre mon dossier", _FOLLOW, 12),
                        ("other", "Autre", _OTHER, 5),
                    ),
                    several=True,
                ),
            ),
            (
                Asked("age", "Q07", "Quel âge avez-vous\u00a0?", _ages((6, 14, 25, 30, 17, 8))),
                Asked(
                    "sex",
                    "Q08",
                    "Vous êtes\u00a0:",
                    _groups(("Une femme", "Femme", 57), ("Un homme", "Homme", 43),
                            (_NO_WORD, None, 4)),
                ),
                Asked("region", "Q09", "Où habitez-vous\u00a0?", _REGIONS),
                Asked(
                    "status",
                    "Q10",
                    "Quelle est votre situation\u00a0?",
                    _groups(
                        (_WORK, _WORK, 51), (_SEEKING, _SEEKING, 9), (_STUDENT, _STUDENT, 6),
                        (_RETIRED, _RETIRED, 27), (_ELSE, _ELSE, 7), (_NO_WORD, None, 3),
                    ),
                ),
                Asked(
                    "autonomy",
                    "Q11",
                    "Avez-vous besoin d'aide pour vos démarches en ligne\u00a0?",
                    _groups(("Jamais", _EASY, 66), ("Parfois", _SOMETIMES, 25),
                            ("Souvent", _OFTEN, 9)),
                ),
            ),
        ),
        started=(290, 340),
        links=(Link("clarity", "satisfaction", 50), Link("age", "satisfaction", 30)),
    ),
    "enquete-legifrance": Survey(
        "legifrance",
        (
            (
                Asked(
                    "task_success",
                    "BUT",
                    "Avez-vous trouvé le texte que vous cherchiez\u00a0?",
                    _named(
                        ("Oui, entièrement", "Oui, en partie", "Non, pas du tout"),
                        (56, 27, 17),
                        (1.0, 0.5, 0.0),
                    ),
                ),
                Asked(
                    "ces",
                    "EFFORT",
                    "Quel effort cette recherche vous a-t-elle demandé\u00a0?",
                    # from no effort (1, the best) to a great one (5)
                    _named(
                        ("Aucun effort", "Un faible effort", "Un effort moyen",
                         "Un effort important", "Un très grand effort"),
                        (18, 30, 27, 17, 8),
                    ),
                ),
                Asked(
                    "satisfaction",
                    "NOTE",
                    "Quelle note de satisfaction donnez-vous à Légifrance, de 0 à 10\u00a0?",
                    _marks((2, 1, 3, 4, 6, 12, 13, 21, 20, 10, 8)),
                ),
            ),
            (
                Asked(
                    "nps",
                    "RECO",
                    "Conseilleriez-vous Légifrance à un collègue, de 0 à 10\u00a0?",
                    _marks((3, 1, 2, 3, 4, 8, 9, 15, 21, 16, 18)),
                ),
                Asked(
                    "reason",
                    "MOTIF",
                    "Que veniez-vous faire\u00a0?",
                    (
                        ("SQ001", "Lire une loi, un décret ou un code", _TEXT, 71),
                        ("SQ002", "Comprendre mes droits", _INFORMATION, 34),
                        ("SQ003", "Suivre l'évolution d'un texte", _FOLLOW, 22),
                        ("SQ004", "Autre chose", _OTHER, 6),
                    ),
                    several=True,
                ),
            ),
            (
                Asked(
                    "age",
                    "AGE",
                    "Votre âge\u00a0:",
                    _ages(
                        (15, 24, 29, 23, 7, 2),
                        ("Moins de 25 ans", "De 25 à 34 ans", "De 35 à 49 ans", "De 50 à 64 ans",
                         "De 65 à 74 ans", "Plus de 74 ans"),
                    ),
                ),
                Asked(
                    "sex",
                    "SEXE",
                    "Êtes-vous\u00a0?",
                    _groups(("Femme", "Femme", 49), ("Homme", "Homme", 51), (_NO_WORD, None, 5)),
                ),
                Asked("region", "REGION", "Votre région\u00a0:", _REGIONS),
                Asked(
                    "status",
                    "STATUT",
                    "Vous êtes actuellement\u00a0:",
                    _groups(
                        ("Salarié, agent public ou indépendant", _WORK, 68),
                        ("Au chômage", _SEEKING, 5),
                        ("Étudiant", _STUDENT, 16),
                        ("À la retraite", _RETIRED, 8),
                        ("Dans une autre situation", _ELSE, 3),
                    ),
                ),
            ),
        ),
        started=(190, 230),
        links=(Link("satisfaction", "ces", 50), Link("age", "satisfaction", 30)),
    ),
    "enquete-vie-publique": Survey(
        "vie-publique",
        (
            (
                Asked(
                    "satisfaction",
                    "S1",
                    "Que pensez-vous de Vie-publique.fr\u00a0?",
                    _named(
                        ("Très mauvais site", "Mauvais site", "Site moyen", "Bon site",
                         "Très bon site"),
                        (2, 4, 12, 48, 34),
                    ),
                ),
                Asked(
                    "clarity",
                    "S2",
                    "Les contenus vous paraissent-ils clairs\u00a0?",
                    _named(("Non", "Plutôt non", "Plutôt oui", "Oui"), (3, 9, 43, 45)),
                ),
                Asked(
                    "nps",
                    "S3",
                    "Avec quelle probabilité, de 0 à 10, conseilleriez-vous le site\u00a0?",
                    _marks((1, 1, 1, 1, 2, 5, 6, 13, 24, 22, 24)),
                ),
            ),
            (
                Asked("age", "P1", "Dans quelle tranche d'âge êtes-vous\u00a0?",
                      _ages((22, 16, 19, 19, 15, 9))),
                Asked(
                    "sex",
                    "P2",
                    "Vous êtes de sexe\u00a0:",
                    _groups(("Féminin", "Femme", 52), ("Masculin", "Homme", 48)),
                ),
                Asked("region", "P3", "Région où vous vivez\u00a0:", _REGIONS),
            ),
        ),
        started=(380, 430),
        links=(Link("clarity", "satisfaction", 50), Link("age", "satisfaction", 30)),
        only_quarter=2,
    ),
}  # fmt: skip
REVERSED = ("EFFORT",)  # scales whose lowest value is the best
