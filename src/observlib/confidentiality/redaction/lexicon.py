"""The words by which names are told: given names, what announces a name, what is none."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

from observlib.base.text import fold
from observlib.confidentiality.redaction.plain import NAME

PARTICLES = frozenset([
    "de", "du", "des", "la", "le", "van", "von", "der", "den", "el", "al", "ben", "bin", "ibn",
    "da", "dos", "di", "do", "dit", "dite", "y", "ait", "ould", "abd", "d'", "l'", "d’", "l’",
])  # fmt: skip
_MARRIED = ("marié", "mariés", "mariée", "mariées")
_OF_A_PEOPLE = (
    "cai", "een", "eenne", "lai", "nai", "dai", "tai", "caise", "laise", "naise", "daise",
    "taise", "gai", "gaise", "ien", "ienne", "noi", "noise", "quoi", "quoise", "loi", "loise",
    "doi", "doise", "goi", "ricain", "ricaine", "rocain", "rocaine", "bain", "baine", "mand",
    "mande", "agnol", "agnole", "glaise", "landai", "ruvienne",
)  # fmt: skip
_DERIVED = re.compile(  # long words that are formed as no name is
    r"\w{4,}(?:ment|ements|[ts]ions?|ites?|[ai]bles?|ismes?|iques?|[ae]nces?|aisons?|"
    r"eries?|trices?|[st]ifs?|[st]ives?|euses?|ieux|[nt]al(?:es?)?|aux|ages?)|\w{6,}(?:ants?|"
    r"antes?)"
)
_ENDINGS = ("s", "x", "e", "es", "ee", "ees")
_OF_VERBS = (
    *("ez", "ent", "ant", "ante", "ants", "antes", "ons", "ait", "ais", "aient"),
    *("e", "es", "ee", "ees"),
    *("era", "erait", "eront"),
)
_INVERTED = frozenset([
    "vous", "je", "il", "elle", "ce", "on", "nous", "moi", "t", "tu", "ils", "elles", "la", "ci",
    "y", "en", "le", "les", "ceux",
])  # fmt: skip


@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    """A word to look up: without case and accents."""
    return fold(word).replace("’", "'")


def _words(name: str) -> list[str]:
    """The words of a list of the package."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return [word for line in lines for word in line.split()]


@cache
def given_names() -> dict[str, bool]:
    """The given names that are known, and whether each is a name by itself."""
    words = _words("given_names.txt") + _words("nicknames.txt")
    return {word.rstrip("*+"): word[-1] not in "*+" for word in words}


@cache
def of_history() -> re.Pattern[str]:
    """The names of people of history, with accents or without, written in capitals or small."""
    text = files(__package__).joinpath("history.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    names = [" ".join(name.split()) for name in " ".join(lines).split(",")]
    forms = (
        "".join(sign if sign.isascii() else f"(?:{sign}|{folded(sign)})" for sign in name)
        for name in names
    )
    every = "|".join(re.sub("['’]", "['’]", form).replace(" ", "[ -]") for form in forms)
    return re.compile(rf"(?<![\w'’-])(?:{every})(?![\w'’-])", re.I)


@cache
def small_words() -> frozenset[str]:
    """Words that begin no name, written small."""
    return frozenset(_words("small_words.txt"))


@cache
def _no_names() -> frozenset[str]:
    return frozenset(_words("no_names.txt")) | _places()


@cache
def _places() -> frozenset[str]:
    return frozenset(_words("places.txt"))


@cache
def _common_words() -> frozenset[str]:
    words = _words("common_words.txt") + _words("things.txt")
    return frozenset(words) | _no_names() | small_words()


def is_place(word: str) -> bool:
    """Whether a word that no name holds is a place, a day or a month, as a surname may be.

    Examples
    --------
    >>> is_place("Toulouse"), is_place("Mairie")
    (True, False)
    """
    return folded(word) in _places()


@lru_cache(maxsize=50_000)
def is_given(word: str) -> bool:
    """Whether a word is a given name, or several with hyphens between them.

    Examples
    --------
    >>> [is_given(word) for word in ("Zoé", "Jean-Noël", "Saint-Denis", "Rose")]
    [True, True, False, True]
    """
    known = given_names()
    return word.lower() not in _MARRIED and all(part in known for part in folded(word).split("-"))


@lru_cache(maxsize=50_000)
def is_only_given(word: str) -> bool:
    """Whether a word is a given name and nothing else.

    Examples
    --------
    >>> [is_only_given(word) for word in ("Zoé", "Jean-Noël", "Rose")]
    [True, True, False]
    """
    parts = folded(word).split("-")
    return is_given(word) and (len(parts) > 1 or given_names()[parts[0]])


def is_of_a_people(word: str) -> bool:
    """Whether a word ends as those of nationalities do.

    Examples
    --------
    >>> is_of_a_people("Sénégalaise"), is_of_a_people("Durand")
    (True, False)
    """
    last = folded(word).rstrip("s").rsplit("-", 1)[-1]
    return not is_given(word) and (last.endswith(_OF_A_PEOPLE) or is_no_name(last))


@lru_cache(maxsize=50_000)
def is_no_name(word: str) -> bool:
    """Whether a word is none of a name's: one of French, of an administration or of a place.

    Examples
    --------
    >>> [is_no_name(word) for word in ("Bonjour", "Avez-vous", "L'agent", "Dupont")]
    [True, True, True, False]
    """
    plain = folded(word).strip("'")
    if plain in _no_names() or len(plain) < 2:
        return True
    if "'" in plain and plain.split("'", 1)[1] in _no_names():
        return True
    parts = plain.split("-")
    if len(parts) > 1 and parts[0] in _no_names():
        return True
    inverted = _INVERTED & {*parts[1:]}  # as in `Avez-vous`, not in `Dupont-Le Goff`
    return bool(inverted) and (word.isupper() or not any(map(str.isupper, word[1:])))


@lru_cache(maxsize=50_000)
def is_common(word: str) -> bool:
    """Whether a word, in one of its forms, is a frequent one of French, or none of a name's.

    Examples
    --------
    >>> [is_common(word) for word in ("Remboursez", "Malheureusement", "Ticket", "Le Goff")]
    [True, True, True, False]
    """
    if is_no_name(word):
        return True
    if is_given(word):
        return False
    parts = folded(word).strip("'").split("'")
    return _is_frequent(parts[0 if len(parts[0]) > 2 else -1].split("-")[0])


def _is_frequent(word: str) -> bool:
    known = _common_words()
    if word in known or (len(word) > 7 and _DERIVED.fullmatch(word)):
        return True
    for endings, instead in ((_ENDINGS, ""), (_OF_VERBS, "er")):
        for ending in endings:
            stem = word.removesuffix(ending)
            if stem != word and len(stem) > 3 and stem + instead in known:
                return True
    return False


# --- What announces a name: titles, functions, kinship, introductions, words of farewell

_TITLES = (
    r"M\.|MM\.|M(?=\s|\Z)|(?:Mr|MR|mr|Mrs|Mme|MME|mme|Mmes|Mlle|MLLE|mlle|Melle|melle|Mle|Mde|Me|"
    r"Dr|DR|Pr|Mgr)\b\.?|"
    r"(?i:madame|monsieur|mademoiselle|mesdames|messieurs|mesdemoiselles|docteur|doctoresse|"
    r"professeure?|"
    r"ma[îi]tre|abb[ée])"
)
TITLED = re.compile(_TITLES)
_FUNCTIONS = (
    r"agente?s?|conseill[èe]re?s?|directeur|directrice|maire|adjointe?|avocate?s?|notaires?|"
    r"m[ée]decins?|"
    r"infirmi[èe]re?s?|assistante?s?(?:\ssociale?s?)?|gestionnaires?|techniciens?|techniciennes?|"
    r"guichetier|guichetière|coll[èe]gues?|responsables?|secr[ée]taires?|interlocut(?:eur|rice)s?|"
    r"greffi[èe]re?|juge|huissier|officier|brigadier|adjudant|sous-pr[ée]f[èe]te?|pr[ée]f[èe]te?|"
    r"inspect(?:eur|rice)|contr[ôo]leu(?:r|se)|m[ée]diat(?:eur|rice)|d[ée]put[ée]e?|"
    r"s[ée]nat(?:eur|rice)|"
    r"ministre|pr[ée]sidente?|professeure?|instituteur|institutrice|tut(?:eur|rice)|curat(?:eur|"
    r"rice)|"
    r"mandataire|charg[ée]e? (?:de mission|d['’]accueil)|h[ôo]tesse|r[ée]f[ée]rente?|formatrice|"
    r"formateur|"
    r"[ée]ducat(?:eur|rice)|psychologue|patronne?|"
    r"comptable|g[ée]rante?|dentiste|kin[ée]|facteur|factrice|gendarme|polici[èe]re?|titulaire|"
    r"[ée]l[èe]ve|[ée]tudiante?|cliente?|patiente?|demandeur|demandeuse|usag[eè]re?|acheteu(?:r|"
    r"se)|vendeu(?:r|se)|h[ée]riti[èe]re?|succession|superviseur|stagiaire|capitaine|lieutenant|"
    r"commandant"
)
_KIN = (
    r"fils|fille|filles|enfants?|mari|femme|[ée]poux|[ée]pouse|p[èe]re|m[èe]re|parents?|"
    r"fr[èe]res?|s(?:œ|oe)urs?|"
    r"conjointe?|compagne|compagnon|concubine?|partenaire|amie?s?|copine|copain|voisine?s?|oncle|"
    r"tante|"
    r"cousine?s?|grand-?\s?m[èe]re|grand-?\s?p[èe]re|mamie|papi|neveux?|ni[èe]ces?|b[ée]b[ée]|"
    r"petite?s?-?\s?(?:fils|fille|enfants)|beau-?\s?(?:p[èe]re|fils|fr[èe]re)|"
    r"belle-?\s?(?:m[èe]re|fille|"
    r"s(?:œ|oe)ur)|ex-?\s?(?:mari|femme|conjointe?|[ée]poux|[ée]pouse|compagn\w+)?|jumeaux|"
    r"jumelles|"
    r"a[îi]n[ée]e?|cadette?|benjamine?|ado|fianc[ée]e?|marraine|parrain|filleule?|d[ée]funte?|"
    r"nounou"
)
_WHOSE = (
    r"(?:mon|ma|mes|son|sa|ses|notre|nos|votre|vos|leur|leurs|ton|ta|l['’]|la|le|une?|cette?|"
    r"d['’]une?|les)"
)
_ADJECTIVES = (
    r"(?:\s(?:a[îi]n[ée]e?s?|cadette?|majeure?|mineure?|unique|d[ée]c[ée]d[ée]e?|d[ée]funte?|"
    r"handicap[ée]e?|"
    r"actuelle?|r[ée]f[ée]rente?|traitante?|d[ée]l[ée]gu[ée]e?|adjointe?|num[ée]rique|"
    r"france services|"
    r"g[ée]n[ée]rale?|social|sociale|de l['’]accueil|d['’]accueil))?"
)
_CALLED = (  # by which a name is told
    r"j(?:e\s)?m\s?['’ ]?\s?app?el+e?s?(?!\w)|je\sme\snomme|on\sm['’]appelle|se\snomm(?:e|ait|"
    r"ant)|pr[ée]nomm[ée]e?s?|"
    r"d[ée]nomm[ée]e?s?|"
    r"surnomm[ée]e?s?|une?\snomm[ée]e?|une?\scertaine?|"
    r"mon\s(?:pr[ée])?nom(?:\scomplet)?(?:\s(?:est|c['’ ]?est|:))?|"
    r"nom\sde\s(?:jeune\sfille|naissance|famille|mari[ée]e|[ée]pouse)(?:\sest)?|"
    r"(?:pr[ée])?noms?(?:\s(?:et|&|/)\s(?:pr[ée])?noms?)?(?:\sd[e'’]\s?\w+(?:\s\w+)?)?\s?(?::|=)|"
    r"sign[ée]e?|n[ée]e|[ée]pouse|[ée]p\.|veuve|(?:titulaire|b[ée]n[ée]ficiaire|contact|"
    r"demandeur)\s?:|s['’]appel\w+|soussign[ée]e?|"
    r"aux?\snoms?\sde|consorts|succession|indivision|hoirs|[ée]poux|famille|affaire(?:\s:)?|"
    r"patronyme(?:\s[«:])?"
)
_FAREWELLS = (
    r"cordialement|cdlt|cdt|salutations(?:\s(?:distingu[ée]es|cordiales|respectueuses|"
    r"les meilleures))?|"
    r"sinc[èe]rement|respectueusement|amicalement|bien à (?:vous|toi)|bonne (?:journ[ée]e|"
    r"soir[ée]e|r[ée]ception|"
    r"continuation|fin de journ[ée]e)|merci(?:\s(?:d['’]avance|beaucoup|infiniment|à vous|bien|"
    r"pour tout|"
    r"encore|par avance))?|distingu[ée]e?s|les meilleures|d[ée]vou[ée]s?|consid[ée]ration|"
    r"respectueux|"
    r"sign[ée]|bises|à bient[ôo]t|au revoir|courage|remerciements"
)
WHO = re.compile(rf"(?i:{_FUNCTIONS}|{_KIN})")
ANNOUNCED = re.compile(
    r"\b(?i:je\sm['’]appelle|je\sme\snomme|mon\s(?:pr[ée])?nom\s[^.:!?\n\uf300-\uf3ff]{0,25}:)\s\Z|"
    rf"(?<![\w'’])(?:(?:{_TITLES})\s?(?:(?:veuve|née|ép\.)\s)?|(?<!\d )(?<!\d)m\s)\Z"
    r"|(?<![\w'’])(?!monsieur|madame)"
    rf"(?:{_TITLES})\s(?:de la|de|du|des|d['’])\s?\Z"
    r"|\b(?i:(?:mon|son|notre|leur)\s(?:vrai\s|seul\s)?(?:pr[ée])?nom"
    r"(?:\s(?:de\s(?:jeune\sfille|naissance|famille)|d['’](?:usage|[ée]pouse|[ée]poux)|complet|"
    r"marital))?(?:\s(?:est|c['’]est|[ée]tait)\s|,\s|\s:\s|\s))\Z"
)
HINTED = re.compile(  # where a word in capitals may also be a nationality, or an administration
    rf"\b(?:(?i:{_WHOSE})\s?(?i:\w{{1,12}}\s)?(?i:{_KIN}){_ADJECTIVES},?\s(?:\(|:\s)?"
    rf"|(?i:{_FUNCTIONS}){_ADJECTIVES},?\s|(?i:{_CALLED}),?\s)\Z"
)
INTRODUCED = re.compile(r"\b(?i:je\ssuis?|jsuis|ici|moi(?:,?\sc['’]est)?|c['’]est)\s\Z")
EXPLAINED = re.compile(  # a name behind which stands who it is
    rf"\A(?:(?P<whose>,\s|\s\()(?i:mon|ma|mes|notre|son|sa|leur)|,?\s\(?(?i:mon|ma|notre|son|sa|"
    rf"le|la|l['’]))\s?"
    rf"(?i:\w+\s)?(?i:{_KIN}|{_FUNCTIONS})\b"
)
NAMED = re.compile(
    r"\A,?\s(?:est|c['’]est|[ée]tait)\s(?:mon|son|notre|leur)\s(?:vrai\s)?(?:pr[ée])?nom\b"
)
ROLE = re.compile(rf"\A\s?[/(,–-]\s?(?i:{_KIN}|{_FUNCTIONS})\b")  # behind a name
BORN = re.compile(r"\A,?\s\(?(?:n[ée]e?\s|[âa]g[ée]e?\sd|qui\sa\s\d|\d{1,2}\sans\b|\uf3ff)")
FRAGMENT = (  # a name that stands alone, between sentences and what else is masked
    re.compile(r"(?:^|[.!?\n»)\uf300-\uf3fe][\s,–—-]*)\Z"),
    re.compile(r"\A[\s.,;:–—-]*(?:\Z|\n|[\uf300-\uf3fe]|(?:né|née|agente?|habitant|demeurant)\b)"),
)
BESIDE_NAME = (
    re.compile(rf"{NAME}\s?(?:,|et|ou|&|/)\s\Z"),
    re.compile(rf"\A\s?(?:,|et|ou|&|/)\s{NAME}"),
)
NAME_AND_GIVEN_NAME = re.compile(
    r"\b(?:pr[ée])?nom\s(?:de famille\s)?:?\s?([^\W\d_]{2,}(?:-[^\W\d_]+)?)"
    r"[\s,;]{1,3}(?:et\s)?(?:mon\s)?(?:pr[ée])?nom\s:?\s?"
    r"([^\W\d_]{2,}(?:-[^\W\d_]+)?)",
    re.I,
)
LABELLED = re.compile(r"(?:^|[.;\n(/–—-]\s?)[^\W\d_]{3,20}(?:\s[^\W\d_]{2,12})?\s?:\s\Z")
ENDS = re.compile(r"\A\s?(?:[.,;:)\n\uf300-\uf3fe]|\Z|-\s|/\s)")
GOES_ON = re.compile(  # one of several, of whom others are masked already
    rf"\b(?:MM\.|Mmes|(?i:messieurs|mesdames|(?:mes|nos|ses|leurs|les|vos|deux|trois)\s(?:{_KIN}|"
    rf"{_FUNCTIONS})))"
    rf"\s?:?\s(?:{NAME}+\s?(?:,|et|ou|&|/)\s){{1,8}}\Z"
)
FAREWELL = re.compile(rf"\b(?i:{_FAREWELLS})[\s,.!:;–—-]{{1,6}}\Z")
SMALL_ANNOUNCED = re.compile(
    r"(?<![\w'’-])(?:(?P<sure>mme\.?|mlle\.?|melle\.?|mr\.?|dr\.?|j(?:e )?m ?['’ ]? ?app?el+e?s?|"
    r"je me nomme|c['’ ]?est(?=\s(?:[\w'’-]+\s){1,3}qui\s(?:vous|t)\b))"
    rf"|(?P<titled>(?<!\d\s)m\.|madame|monsieur|mademoiselle|docteur|ma[îi]tre|au nom de|"
    r"bon(?:jour|soir),?\sici|(?:re[çc]u|accueilli|conseill[ée]|aid[ée]|orient[ée]|rappel[ée])e?s?\spar)|"
    rf"(?P<strange>(?:{_WHOSE}\s|l['’])(?:{_KIN}|{_FUNCTIONS}),?|{_CALLED})"
    rf"|(?:{_FUNCTIONS})|cordialement,?|"
    r"bonjour|bonsoir|bravo(?: à)?|merci(?: beaucoup| bien)?(?: à)?|gr[âa]ce à|avec|c['’]est|"
    r"de la part de)"
    r"\s(?=[^\W\d_])",
    re.I,
)
