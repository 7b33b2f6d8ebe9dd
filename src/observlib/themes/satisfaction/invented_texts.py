"""What invented users write under « Souhaitez-vous nous en dire plus ? »: nobody wrote this.

A text is one of `_TEXTS`, most often with what surrounds it, so that few are alike. Some tell of
invented people, to be redacted: their numbers are of ranges kept for fiction, or of no country, and
their names are as frequent as names can be.
"""

_TEXTS = (
    # search
    "La recherche ne trouve pas la bonne fiche, j'ai dû passer par un moteur de recherche.",
    "Recherche efficace : la fiche sur le changement d'adresse est sortie en premier.",
    "Impossible de retrouver une page que j'avais lue hier, le moteur du site donne autre chose.",
    "Je cherchais les frais de notaire et je suis tombé sur des fiches sans rapport.",
    "Quand on tape une faute d'orthographe la recherche ne renvoie rien du tout.",
    "Trop de résultats, pas assez triés. Un filtre par date aiderait beaucoup.",
    "Le texte consolidé est introuvable par son numéro, seulement par sa date.",
    "La recherche avancée est puissante, mais il faut un mode d'emploi.",
    # clarity
    "Explications claires, enfin un langage que tout le monde comprend.",
    "Trop de jargon : « ayant droit », « quotité », « usufruit », sans une définition.",
    "La page répond à ma question, mais il faut lire trois écrans avant d'y arriver.",
    "Merci pour le tableau récapitulatif, il m'a évité un déplacement.",
    "Le mot « échéancier » est employé sans explication.",
    "Je ne sais toujours pas si ma situation est concernée : ni salarié, ni retraité.",
    "Bien expliqué pas à pas, avec des exemples. Bravo.",
    "Les conditions de ressources sont données, pas la façon de les calculer.",
    "Phrases courtes et listes : c'est lisible, même sur un téléphone.",
    "Deux fiches disent deux choses différentes sur le délai de recours.",
    # forms
    "Le formulaire refuse ma date et ne dit pas pourquoi.",
    "On me demande un justificatif que je n'ai pas, sans solution de remplacement.",
    "Le fichier PDF ne se remplit pas à l'écran, il faut l'imprimer puis le numériser.",
    "Formulaire simple, rempli en cinq minutes.",
    "Après une heure de saisie, la session a expiré et tout était perdu.",
    "La pièce jointe est limitée à 2 Mo, ma photo en fait 4.",
    "Le bouton « Continuer » ne réagit pas avec mon navigateur.",
    "Il manque une case pour les parents séparés.\nJ'ai coché au hasard.",
    "Le simulateur s'arrête à la dernière étape, sans résultat.",
    # accounts
    "Impossible de me connecter avec FranceConnect, la page tourne sans fin.",
    "Le code de confirmation arrive après son expiration.",
    "Mot de passe oublié : le courriel n'est jamais arrivé, même dans les indésirables.",
    "J'ai deux comptes et je ne peux pas les fusionner.",
    "La connexion est rapide et mes démarches sont bien rangées. Très pratique.",
    "On me demande de créer un compte pour lire une simple information.",
    # delays
    "Trois mois que j'attends une réponse, et aucun moyen de savoir où en est ma demande.",
    "Réponse reçue en deux jours, je ne m'y attendais pas.",
    "Le délai annoncé est de quinze jours ; nous en sommes à quarante.",
    "Le suivi en ligne n'a pas changé depuis le dépôt de mon dossier.",
    "Personne ne répond au téléphone le matin, et la ligne coupe au bout de vingt minutes.",
    "Les mises à jour de la loi arrivent vite en ligne, c'est précieux pour notre cabinet.",
    # matters of other administrations
    "Mon allocation logement a été suspendue sans explication, et la caisse ne répond pas.",
    "Je voulais corriger ma déclaration d'impôt et je me retrouve ici : ce n'est pas le bon site.",
    "Aucun rendez-vous pour une carte d'identité avant trois mois près de chez moi.",
    "Le tribunal ne m'a pas dit si mon dossier de divorce était complet.",
    "La bibliothèque de ma commune est fermée et je cherche où consulter le Journal officiel.",
    "Ma retraite est calculée sur vingt trimestres de moins, à qui écrire ?",
    "Le bonus écologique n'est toujours pas versé, six mois après l'achat.",
    "La préfecture demande un original que la mairie refuse de délivrer.",
    # telling of invented people
    "Mme Martin, au guichet, a été d'une grande patience. Merci à elle !",
    "Rappelez-moi au 06 39 98 00 12, je suis disponible le matin.",
    "Écrivez-moi à camille.durand@exemple.fr, le formulaire de contact ne marche pas.",
    "Je m'appelle Nadia Bernard et j'attends ma carte grise depuis mars.",
    "Mon dossier n° 2026-DEMO-00417 est bloqué à l'étape 3.",
    "Mon fils Lucas, né le 12/05/2014, n'apparaît pas sur l'attestation.",
    "Nous avons déménagé au 14 rue des Tilleuls, 99999 Villefictive, et le courrier part encore à "
    "l'ancienne adresse.",
    "Site clair, rien à redire.\nCordialement,\nPaul Lambert",
    "Le véhicule immatriculé AB-123-XY est toujours à mon nom alors que je l'ai vendu.",
    "Le lien reçu, https://exemple.fr/confirmer?jeton=4f9a2c71d0, ne s'ouvre pas.",
    "La conseillère Sophie m'a rappelé le jour même, c'est rare.",
    # of everything and nothing
    "Rien à signaler.",
    "Police trop petite, et trop de clics pour arriver à l'essentiel.",
)
_BEFORE = (
    "",
    "Bonjour. ",
    "Première visite sur ce site. ",
    "Je viens souvent ici pour mon travail. ",
    "Je fais la démarche pour ma mère, qui n'a pas d'ordinateur. ",
    "Visite rapide depuis mon téléphone. ",
    "Je suis étudiante et je préparais un exposé. ",
    "Deuxième essai de la semaine. ",
)
_AFTER = (
    "",
    " Dommage.",
    " Bon courage aux équipes.",
    " Pouvez-vous y regarder ?",
    " C'est important pour nous.",
    " Sinon, le reste du site va bien.",
    " Je reviendrai plus tard.",
    " Merci d'avance.",
    " J'ai fini par demander à un voisin.",
    " À part cela, les pages s'affichent vite.",
    " J'y ai passé une demi-heure.",
    " Ma sœur a eu la même chose.",
)
COUNT = len(_TEXTS) * len(_BEFORE) * len(_AFTER)


def written(number: int) -> str:
    """The text of a number from 0 to `COUNT` less one.

    Examples
    --------
    >>> written(0), len({written(number) for number in range(COUNT)}) == COUNT
    ("La recherche ne trouve pas la bonne fiche, j'ai dû passer par un moteur de recherche.", True)
    """
    number, text = divmod(number, len(_TEXTS))
    after, before = divmod(number, len(_BEFORE))
    said, signed, name = _TEXTS[text].partition("\nCordialement")
    return _BEFORE[before] + said + _AFTER[after] + signed + name
