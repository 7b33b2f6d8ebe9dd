"""What invented users write under « Souhaitez-vous nous en dire plus ? »: nobody wrote this.

A text says one thing or two of one matter, so that texts have themes and few are alike. Some tell
of invented people, to be redacted: their numbers are of ranges kept for fiction, or of no country,
and their names are as frequent as names can be.

What a reader sees in each is known: how it feels, and the questions of the code book to which it
says yes.
"""

from itertools import cycle, permutations

_MATTERS = {
    "search": (
        "La recherche ne trouve pas la bonne fiche, j'ai dû passer par un moteur de recherche.",
        "Impossible de retrouver une page que j'avais lue hier, le moteur du site "
        "donne autre chose.",
        "Je cherchais les frais de notaire et je suis tombé sur des fiches sans rapport.",
        "Quand on tape une faute d'orthographe la recherche ne renvoie rien du tout.",
        "Trop de résultats, pas assez triés. Un filtre par date aiderait beaucoup.",
        "Le texte consolidé est introuvable par son numéro, seulement par sa date.",
        "La recherche avancée est puissante, mais il faut un mode d'emploi.",
    ),
    "clarity": (
        "Trop de jargon : « ayant droit », « quotité », « usufruit », sans une définition.",
        "La page répond à ma question, mais il faut lire trois écrans avant d'y arriver.",
        "Le mot « échéancier » est employé sans explication.",
        "Je ne sais toujours pas si ma situation est concernée : ni salarié, ni retraité.",
        "Les conditions de ressources sont données, pas la façon de les calculer.",
        "Deux fiches disent deux choses différentes sur le délai de recours.",
    ),
    "forms": (
        "Le formulaire refuse ma date et ne dit pas pourquoi.",
        "On me demande un justificatif que je n'ai pas, sans solution de remplacement.",
        "Le fichier PDF ne se remplit pas à l'écran, il faut l'imprimer puis le numériser.",
        "Après une heure de saisie, la session a expiré et tout était perdu.",
        "La pièce jointe est limitée à 2 Mo, ma photo en fait 4.",
        "Le bouton « Continuer » ne réagit pas avec mon navigateur.",
        "Il manque une case pour les parents séparés.\nJ'ai coché au hasard.",
        "Le simulateur s'arrête à la dernière étape, sans résultat.",
    ),
    "accounts": (
        "Impossible de me connecter avec FranceConnect, la page tourne sans fin.",
        "Le code de confirmation arrive après son expiration.",
        "Mot de passe oublié : le courriel n'est jamais arrivé, même dans les indésirables.",
        "J'ai deux comptes et je ne peux pas les fusionner.",
        "On me demande de créer un compte pour lire une simple information.",
    ),
    "delays": (
        "Trois mois que j'attends une réponse, et aucun moyen de savoir où en est ma demande.",
        "Le délai annoncé est de quinze jours ; nous en sommes à quarante.",
        "Le suivi en ligne n'a pas changé depuis le dépôt de mon dossier.",
        "Personne ne répond au téléphone le matin, et la ligne coupe au bout de vingt minutes.",
    ),
    "other administrations": (
        "Mon allocation logement a été suspendue sans explication, et la caisse ne répond pas.",
        "Je voulais corriger ma déclaration d'impôt et je me retrouve ici : ce "
        "n'est pas le bon site.",
        "Aucun rendez-vous pour une carte d'identité avant trois mois près de chez moi.",
        "Le tribunal ne m'a pas dit si mon dossier de divorce était complet.",
        "La bibliothèque de ma commune est fermée et je cherche où consulter le Journal officiel.",
        "Ma retraite est calculée sur vingt trimestres de moins, à qui écrire ?",
        "Le bonus écologique n'est toujours pas versé, six mois après l'achat.",
        "La préfecture demande un original que la mairie refuse de délivrer.",
    ),
    "praise": (
        "Recherche efficace : la fiche sur le changement d'adresse est sortie en premier.",
        "Explications claires, enfin un langage que tout le monde comprend.",
        "Merci pour le tableau récapitulatif, il m'a évité un déplacement.",
        "Bien expliqué pas à pas, avec des exemples. Bravo.",
        "Phrases courtes et listes : c'est lisible, même sur un téléphone.",
        "Formulaire simple, rempli en cinq minutes.",
        "La connexion est rapide et mes démarches sont bien rangées. Très pratique.",
        "Réponse reçue en deux jours, je ne m'y attendais pas.",
        "Les mises à jour de la loi arrivent vite en ligne, c'est précieux pour notre cabinet.",
    ),
}
# of a matter's texts, in their order; one for all where they are alike
_SEEN = {
    "search": (*["negative simplicity"] * 6, "positive negative simplicity"),
    "clarity": (
        "negative information",
        "positive negative information",
        *["negative information"] * 4,
    ),
    "forms": ("negative simplicity",),
    "accounts": ("negative accessibility",),
    "delays": ("negative responsiveness",),
    "other administrations": (
        "negative information responsiveness",
        "negative simplicity",
        "negative accessibility responsiveness",
        "negative information",
        "neutral accessibility",
        "neutral information",
        "negative responsiveness",
        "negative simplicity",
    ),
    "praise": (
        "positive simplicity",
        "positive information",
        "positive information",
        "positive information",
        "positive information accessibility",
        "positive simplicity",
        "positive accessibility simplicity",
        "positive responsiveness",
        "positive information responsiveness",
    ),
}
_OF_PEOPLE = (
    "Mme Martin, au guichet, a été d'une grande patience. Merci à elle !",
    "Rappelez-moi au 06 39 98 00 12, je suis disponible le matin.",
    "Écrivez-moi à camille.durand@exemple.fr, le formulaire de contact ne marche pas.",
    "Je m'appelle Nadia Bernard et j'attends ma carte grise depuis mars.",
    "Mon dossier n° 2026-DEMO-00417 est bloqué à l'étape 3.",
    "Mon fils Lucas, né le 12/05/2014, n'apparaît pas sur l'attestation.",
    "Nous avons déménagé au 14 rue des Tilleuls, 99999 Villefictive, et le "
    "courrier part encore à l'ancienne adresse.",
    "Site clair, rien à redire.\nCordialement,\nPaul Lambert",
    "Le véhicule immatriculé AB-123-XY est toujours à mon nom alors que je l'ai vendu.",
    "Le lien reçu, https://exemple.fr/confirmer?jeton=4f9a2c71d0, ne s'ouvre pas.",
    "La conseillère Sophie m'a rappelé le jour même, c'est rare.",
)
_SEEN_OF_PEOPLE = (
    "positive relation",
    "neutral",
    "negative accessibility",
    "negative responsiveness",
    "negative simplicity",
    "negative information",
    "negative responsiveness",
    "positive information",
    "negative simplicity",
    "negative accessibility",
    "positive relation responsiveness",
)
_REST = (
    "Rien à signaler.",
    "Police trop petite, et trop de clics pour arriver à l'essentiel.",
)
_SEEN_OF_REST = ("neutral", "negative accessibility simplicity")


def _seen(texts: tuple[str, ...], words: tuple[str, ...]) -> dict[str, frozenset[str]]:
    return {text: frozenset(seen.split()) for text, seen in zip(texts, cycle(words))}


_ALONE = {
    text: seen
    for matter, texts in _MATTERS.items()
    for text, seen in _seen(texts, _SEEN[matter]).items()
}
_PEOPLE = _seen(_OF_PEOPLE, _SEEN_OF_PEOPLE)
_PAIRS = [pair for texts in _MATTERS.values() for pair in permutations(texts, 2)]
# what a reader sees in each text: `positive` and `negative` both, where it says one thing of each
SEEN = {
    **_ALONE,
    **{f"{one} {other}": _ALONE[one] | _ALONE[other] for one, other in _PAIRS},
    **{
        f"{text} {told}": _ALONE[text] | seen
        for text in _MATTERS["delays"]
        for told, seen in _PEOPLE.items()
    },
    **_PEOPLE,
    **_seen(_REST, _SEEN_OF_REST),
}
TEXTS = tuple(SEEN)
