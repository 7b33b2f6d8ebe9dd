"""What looks personal and is not: law, forms, amounts, hours, companies, things named after people.

It is masked before other rules read the text. Bounded repeats keep each pattern linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from observlib.base.personal.recognisers import HASH
from observlib.confidentiality.redaction.lexicon import is_common, is_given, of_history
from observlib.confidentiality.redaction.plain import CAP

_NUMBER_SIGN = r"(?:n\s?[°o]s?\.?|num[ée]ro|n\.)"
# What bears the name of a person or a saint: the name is that of a thing.
_THINGS = (
    r"rues?|av(?:\.|enues?)|bd|boulevards?|places?|quais?|all[ée]es?|cours|squares?|impasses?|"
    r"routes?|"
    r"chemins?|ponts?|passages?|promenades?|esplanades?|parcs?|jardins?|quartiers?|r[ée]sidences?|"
    r"cit[ée]|faubourgs?|stations?|gares?|arr[êe]ts?|m[ée]tro|a[ée]roports?|ports?|stades?|"
    r"gymnases?|piscines?|salles?|espaces?|centres?|maisons?|h[ôo]pita(?:l|ux)|cliniques?|chu?|"
    r"lyc[ée]es?|coll[èe]ges?|[ée]coles?|groupes? scolaires?|universit[ée]s?|facult[ée]s?|"
    r"instituts?|iut|biblioth[èe]ques?|m[ée]diath[èe]ques?|th[ée][âa]tres?|mus[ée]es?|cin[ée]mas?|"
    r"fondations?|prix|prisons?|casernes?|tours?|immeubles?|ehpad|cr[èe]ches?|"
    r"(?:pro)?(?:lois?|projets? de loi)|d[ée]crets?|rapports?|amendements?|r[ée]formes?|"
    r"circulaires?|"
    r"plans?|dispositifs?|primes?|arr[êe]t[ée]?s?|jurisprudences?|bar[èe]mes?|accords?|bar[èe]me|"
    r"(?:centres?|foyers?) (?:social|culturel|m[ée]dical|hospitalier|commercial|a[ée]r[ée])|"
    r"bateaux?|navires?|voiliers?|p[ée]niches?|chalutiers?|restaurants?|cabinet|police|"
    r"chiens?|chiennes?|chats?|chattes?|cheval|jument|poney|brochures?|"
    r"villes?|commune|mairies?|abbaye|[ée]glise|cath[ée]drale|h[ôo]tels?|barrage|village|code"
)
_NAME = rf"{CAP}[\w'’]*(?:-[\w'’]+)*"
_JOIN = r"(?:\s(?:de|du|des|d['’]|de la|de l['’]|la|le|les|et|-|sur|en))?\s?"
_NAMED_THING = re.compile(
    rf"\b(?:(?i:{_THINGS}))[ \t](?:(?i:de la|de|du|des|d['’]|"
    rf"dite?)\s?)?(?:[\"«“]\s?(?:[Cc]hez\s)?)?"
    rf"(?:(?:{CAP}\.\s?)*{_NAME}(?!['’])(?:{_JOIN}{_NAME}){{0,4}})"
)
_SAINT = re.compile(
    rf"(?<![\w-])(?:[Ss]ainte?s?|[Ss]te?|SAINTE?|STE?|[Ss]an(?:ta|to)?|S[aã]o|[Pp]ort|[Ff]ort|"
    rf"Playa|Los|Del|Chi)"
    rf"[\s.-]{{1,2}}[^\W\d_][\w'’]*(?:-[\w'’]+)*"
    rf"|\b(?i:site|compte|appli\w*|logiciel|plateforme|portail|syst[èe]me|bornes?|sur|via|"
    rf"consulat\w*|"
    rf"ambassade\w*)\s(?:(?i:de|d['’]|à|\"|«)\s?)?{_NAME}"
)
_SURNAMED = re.compile(  # who may be called after a saint
    rf"(?:(?:{CAP}\.|M\.|Mme|Mlle|Mr|Dr|Me|Madame|Monsieur)|([^\W\d_][\w-]+))\s(?:de\s)?\Z"
)
_CALLED = re.compile(r"(?:\b(?i:M\.|Mme|Mr|Monsieur|Madame|appelle|nomme|suis|nom est)\s)\Z")
_GOES_ON = re.compile(rf"[ -]{CAP}[\w'’-]|[\s,(]{{1,2}}(?:n[ée]e?\b|\d)")
_EMPLOYER = re.compile(  # whom one works or buys at
    r"(?<![\w-])(?i:travail\w*|boss?\w+|employ\w+|salari\w+|int[ée]rim\w*|stag\w+|altern\w+|"
    r"embauch\w+|"
    r"apprenti\w*|carri[èe]re|usine|contrat|cdi|cdd|licenci\w+|achet\w+|command\w+|abonn\w+|"
    r"assur\w+|client\w*|"
    rf"comptes?|courses|vendeu\w+|caissi[èe]re?|ouvri[èe]re?|avant|"
    rf"puis)[^.;:!?\n\uf300-\uf3ff]{{0,40}}?\s(?i:chez)"
    rf"\s(?P<it>(?:{_NAME})(?:(?:\s(?:et|ou)\s|[ ]){_NAME}){{0,2}})"
)
_KEPT = (
    re.compile(r"\bcerfa\b[^\d\n\uf300-\uf3ff]{0,20}\d{4,6}(?:\s?[*#/]\s?\d{1,2})?|"
    r"\b\d{2}\s?\d{3}\s?[*#]\s?\d{2}\b", re.I),
    re.compile(r"\bECLI:[A-Z]{2}:[\w.:]+|\b[A-Z]{4}\d{7}[A-Z]\b", re.I),
    re.compile(r"\b(?:JORF|LEGI|KALI|CNIL|JURI|CETA|CONS|DOLE)[A-Z]{4}\d{12}\b"),
    re.compile(
        r"\bart(?:icles?|\.)\s{0,2}(?:[LRDA]{1,2}\.?\s?\*?\s?)?\d[\d-]*"
        r"(?:\s?(?:,|et|à|ou)\s(?:[LRDA]{1,2}\.?\s?\*?\s?\d[\d-]*|\d+-\d[\d-]*))*"
        r"|(?<!\w)[LRD]{1,2}(?:\.\s?\*?\s?\d{1,4}|\s?\*?\s?\d{1,4}-\d)(?:-?\d+)*\b"
    ),
    re.compile(
        r"\b(?:lois?|d[ée]crets?|ordonnances?|arr[êe]t[ée]?s?|circulaires?|directives?|"
        r"r[èe]glements?|"
        r"d[ée]lib[ée]rations?|d[ée]cisions?|instructions?|pourvois?|conventions?|accords?|jorf|"
        r"bo(?:fip)?|boamp|bodacc|march[ée]s?|questions?)\b"
        rf"[^\d\n\uf300-\uf3ff;]{{0,40}}(?:\d{{1,2}}\s\w+\.?\s\d{{4}},?\s(?:pourvoi\s)?)?"
        rf"(?:{_NUMBER_SIGN}\s?\d{{2,4}}[-/.]\d[\d./-]*|(?<![\w-])"
        rf"\d{{2,4}}[-/]\d{{1,5}}(?![\w/.-]*\d))",
        re.I,
    ),
    re.compile(
        r"\b(?:CE|[Cc]ass|[Cc]onseil d['’][ÉE]tat|CJUE|CAA?)\b[^\d\n\uf300-\uf3ff;]{0,20}"
        rf"\d{{1,2}}\s\w+\.?\s\d{{4}},?\s{_NUMBER_SIGN}\s?\d[\d./-]*"
    ),
    re.compile(r"(?<![\d.,])(?<!\d )"
    r"0\s?8(?:[\s.]?\d){8}(?! ?\d)"),  # services have these numbers, nobody else
    re.compile(
        r"(?<![\w,.])\d{1,3}(?:[ .]\d{3}){0,4}(?:[.,]\d{1,2})?\s?(?:€|euros?\b|eur\b|k€|%|m²|km\b|"
        r"kg\b|"
        r"ans\b|jours?\b|mois\b|semaines?\b|heures?\b|minutes?\b|min\b|personnes?\b|habitants?\b)"
        r"|(?<![\w,.])\d+(?:[.,]\d{1,2})?\s?(?:€|euros?\b)",
        re.I,
    ),
    re.compile(r"\b[0-2]?\d\s?(?:h|heures?)\s?(?:[0-5]\d)?(?!\w)|"
    r"\b[0-2]?\d:[0-5]\d(?::[0-5]\d)?(?![\w:])"),
    re.compile(r"\b(?:isbn|issn|siret|siren|rcs|rna|tva|naf|ape|"
    r"ean)\b[^\d\n\uf300-\uf3ff]{0,25}[\dA-Z]{2,3}"
               r"[\dX .-]{5,20}", re.I),
    re.compile(r"\b\d{4}(?:-[A-Z][A-Z\d]*)*-SD\b"),
    re.compile(r"\bW\d{9}\b|\b0x[\dA-F]{4,}\b|\bNOR\b\s?:?\s?[A-Z]{4}\d{7}[A-Z]", re.I),
    re.compile(r"\b[\w-]+\.(?:jpe?g|png|pdf|docx?|xlsx?|odt|heic|zip|csv|txt|mp4)\b", re.I),
    re.compile(r"\b(?:ean|cip|gtin|code-barres|tanti[èe]mes|iso(?:/iec)?|"
    r"compte (?=\d{6}\b))[^\d\n]{0,6}[\d/ :-]{4,20}\b", re.I),
    re.compile(r"(?<![\d.])(?!0[1-79]\.\d{8}(?!\d))-?\d{1,3}\.\d{3,}(?!\w|\.\d)"),
    re.compile(r"\b97[89][\d -]{10,14}\d\b"),
    re.compile(  # of Europe's law, food, tax doctrine, flaws of software, and norms
        r"\b[1-9]\d{4}[A-Z]{1,2}\d{4}\b|\bFR\s?\d\d[ .-]\d{3}[ .-]\d{3}(?:\s(?:CE|UE))?\b"
        r"|\b(?:PDO|PGI|TSG|IGP|AOP)-[A-Z]{2}-[A-Z\d-]+|\bBOI(?:-[A-Z\d]+)+|\bCVE-\d{4}-\d+"
        r"|\b(?:NF|ISO|CEI|IEC|RFC|RGAA|WCAG|CPV|IDCC|ICPE)\b[ :-]{0,3}(?:[A-Z]{1,3}[ -])?"
        r"\d[\d.:/-]*"
    ),
    re.compile(
        r"\b(?:CEDH|Cour européenne)\b[^\d\n\uf300-\uf3ff;]{0,40}\d{2,5}/\d\d\b"
        rf"|\b(?:Cada|Cnil|CEPD)\b[^\d\n\uf300-\uf3ff;]{{0,30}}(?:\d{{1,2}}\s\w+\.?\s\d{{4}},?\s)?"
        rf"{_NUMBER_SIGN}\s?\d[\d./-]*", re.I
    ),
    re.compile(r"\b(?:version|v\.?|windows|android|ios|chrome|firefox|safari|"
    r"edge)\s?\d+(?:\.\d+){0,4}",
               re.I),
)  # fmt: skip


def kept(text: str) -> Iterator[tuple[int, int]]:
    """The spans of numbers that are no person's.

    Examples
    --------
    >>> text = "le cerfa n° 12100*02, l'article L. 312-1, 1 250,50 €"
    >>> [text[start:end] for start, end in kept(text)]
    ['cerfa n° 12100*02', 'article L. 312-1', '1 250,50 €']
    """
    for found in HASH.finditer(text):
        if found.end() - found.start() > 16:
            yield found.span()
    for pattern in _KEPT:
        for found in pattern.finditer(text):
            yield found.span()


def _may_be_given(word: str) -> bool:
    return is_given(word) or (word[0].isupper() and not is_common(word))


def things(text: str) -> Iterator[tuple[int, int]]:
    """The spans of things that bear a person's or a saint's name.

    Examples
    --------
    >>> text = "Au lycée Georges-Frêche, à Saint-Denis"
    >>> [text[start:end] for start, end in things(text)]
    ['lycée Georges-Frêche', 'Saint-Denis']
    """
    for found in _NAMED_THING.finditer(text):
        yield found.span()
    for found in of_history().finditer(text):
        if not (_CALLED.search(text, 0, found.start()) or _GOES_ON.match(text, found.end())):
            yield found.span()
    for found in _EMPLOYER.finditer(text):
        yield found.span("it")
    for found in _SAINT.finditer(text):
        before = _SURNAMED.search(text[max(0, found.start() - 40) : found.start()])
        whose = found[0].startswith(("compte de ", "compte d")) and is_given(found[0].split()[-1])
        if not (whose or (before and (before[1] is None or _may_be_given(before[1])))):
            yield found.span()
