"""Names that nothing announces: words in capitals that are neither French nor a place or a thing.

What stands before and behind them says whether they may be a person's: where it says nothing, they
are taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from observlib.base.personal import HASH
from observlib.confidentiality.redaction.lexicon import (
    BORN,
    EXPLAINED,
    ROLE,
    folded,
    is_common,
    is_given,
    is_no_name,
    is_of_a_people,
    is_only_given,
    is_place,
    of_history,
)
from observlib.confidentiality.redaction.plain import CAP, NAME
from observlib.confidentiality.redaction.words import RUN, Word, end_of_name, words_of

_WINDOW = 60
_STARTS = re.compile(r"(?:^|[.!?…\n•\uf300-\uf3fe][\s–—>*-]*)\Z")  # of a sentence
_CLOSES = re.compile(r"\A[ \t]*\.?\s*(?:\Z|\n|[\s,;(–—-]*[\uf300-\uf3fe])")  # a signature
_DETERMINED = re.compile(  # and so a thing
    r"(?<![\w-])(?:une?|l[ea]s?|ce|cet|cettes?|ces|m[oae]n|ma|mes|ton|ta|tes|son|sa|ses|nos|"
    r"notre|votre|vos|leurs?|aux?|du|des|deux|trois|quel(?:le)?s?|chaque|aucune?|vieux|vieille|"
    r"petite?|grande?|nouve(?:au|lle))\s\Z",
    re.I,
)
_THING = re.compile(  # that may bear any name
    r"(?<![\w-])(?:aides?|r[ée]ductions?|primes?|taxes?|majoration|certificat|vignettes?|pass|"
    r"applis?|applications?|logiciel|format|navigateur|mod[èe]le|marque|soci[ée]t[ée]|entreprise|"
    r"garage|librairie|restaurant|magasin|banque|op[ée]rateur|groupe|association|cabinet|agence|"
    r"chien(?:ne)?|chat(?:te)?|cheval|jument|navire|bateau|temp[êe]te|cyclone|ouragan|vent|base|"
    r"contr[ôo]le|label|titre|film|livre|roman|revue|journal|cha[îi]ne|vaccin|virus|voiture|moto|"
    r"produit|mot|bouton|onglet|menu|rubrique|version|programme|op[ée]ration|carte|service|"
    r"assistant|robot|pays|ville|commune|village|hameau|[îi]le|tribu|mutuelle|assurance|type|"
    r"erreur|formulaire|imprim[ée]|num[ée]ro|taux|minist[èe]re|moteur|outil|site|objet|commune|"
    r"pays|lieu)s?\s(?::\s)?[\"«]?\s?\Z",
    re.I,
)
_PLACED = re.compile(  # and so a place
    r"(?<![\w-])(?:à|a|en|vers|depuis|sur|via|entre|dans|sous|jusqu['’]à|de|d['’]|outre|hors|"
    r"sauf|direction|par|pour|habit\w+|r[ée]sid\w+|consulat|ambassade|mairie|pr[ée]fecture|vers|"
    r"rejoindre|quitter|visiter|p[ée]riode|crise)\s?\Z",
    re.I,
)
_AT_A_PLACE = re.compile(
    r"(?<![\w-])(?:à|a|en|vers|depuis|jusqu['’]à|habit\w+|r[ée]sid\w+|consulat|ambassade|mairie|"
    r"pr[ée]fecture|gendarmerie|commissariat|agence|emploi|trésorerie|tribunal)(?:\sde)?\s\Z",
    re.I,
)
_LE = ("le", "la", "les", "lès")  # of towns, where no `de` stands before it
_PERSON = re.compile(
    r"(?<![\w-])(?:(?:merci|grâce|bravo|chapeau|mention|hommage|f[ée]licitations|confi\w+|"
    r"transmi\w+|donn\w+|vend\w+|parl\w+|adress[\w-]+|remi\w+|r[ée]pond\w*|demand\w+|dit|"
    r"[ée]cri\w+|"
    r"t[ée]l[ée]phon\w+|appart\w+|lou\w+|mari\w+|pacs\w+|l[ée]gu\w+|pens\w+|succ[èe]d\w+)"
    r"(?:\s\w+)?\sà"
    r"|(?:part|nom|prénom|dossier|compte|mail|courriel|courrier|message|r[ée]ponse|appel|signature|"
    r"succession|d[ée]c[èe]s|naissance|mariage|divorce|adresse|passeport|retraite|pension|droits|"
    r"bourse|identit[ée]|situation|absence|gentillesse|patience|professionnalisme|[ée]coute|"
    r"amabilit[ée]|comp[ée]tence|sourire|efficacit[ée]|bienveillance|divorc\w+|s[ée]par\w+|veuve|"
    r"s[ée]paration|celui|celle|ceux|tutelle|curatelle|garde|photo|travail|fils|fille|m[èe]re|"
    r"p[èe]re|fr[èe]re|s(?:œ|oe)ur|ami|amie|famille|compagne|compagnon|rapproch[\w-]+|profit|"
    r"faveur|encontre|[ée]gard|intention|aupr[èe]s|"
    r"parl\w+|besoin|occup\w+|souven\w+|nouvelles|lettre|charge|int[ée]r[êe]ts|biens|main|"
    r"chez|conseils?|prise|service|attention|cas|v[ée]hicule|voiture|maison|appartement|logement|"
    r"visite|d[ée]part|arriv[ée]e|prestation|place|c[ôo]t[ée]|enfants?|parents?)\sd(?:e\s|['’])"
    r"|(?:re[çc]u|aid[ée]|conseill[ée]|sign[ée]|trait[ée]|envoy[ée]|r[ée]dig[ée]|\w{3,}(?:é|[lv]i|"
    r"[dlnr]u)|fait|prise?|\w{0,9}(?:mis|[ée]crit|scrit|vert|duit|truit))e?s?\spar"
    r"|avec|chez(?:\sles)?|grâce à|d['’]apr[èe]s|selon)\s?\Z",
    re.I,
)
_TO_US = re.compile(r"\A\s(?:m['’]a|nous\sa)(?:vait)?\s")
_ACTS = re.compile(  # what only people do
    r"\A\s(?:m['’]a|nous\sa(?:vait)?\s|a\s(?:été|su|pris|eu|bien|tout|tr[èe]s|fait|r[ée]\w+|compris|"
    r"expliqu|promis|\d+\sans)|est\s(?:née?|tr[èe]s|m(?:on|a)\s|"
    r"notre|d[ée]c[ée]d[ée]e?|parti|mort|venu|arriv|vraiment|adorable|si\s|"
    r"gentil|patient|charmant|souriant|comp[ée]tent|aimable|disponible|toujours)|[ée]tait\s(?:tr[èe]s|"
    r"mon|ma)|et\smoi\b|n['’](?:a|est|avait)\s|habite|vit\s|refuse|attend\s|touche\s|avait\s|"
    r"dit\s|(?:vous|lui|me|nous|se|s['’]|ne)\s\w+|travaille|vient\s|part\s|reste\s|souhaite|"
    r"demande\s|appelle|rappelle|veut\s|voudrait|pense|touchait|vivait|habitait|avait\s|aura\s|"
    r"(?:et|ou)\s[A-ZÀ-Þ])"
)
_PART_OF_THING = re.compile(  # a label in quotation marks, a number's unit, a longer name's end
    r"(?:[\"«“&/+|]\s?|[\d\uf3ff]\s?"
    r"|(?<![.!?…\n] )(?<!^)\b[A-ZÀ-Þ][\w’']*(?<!er)(?<!ez)(?<!ir)[ -])\Z"
)
_BESIDE = re.compile(r"(?<![^\W\d_])([^\W\d_])[\w'’-]*\)?(?:,|,?\s(?:et|ou|puis|voire))\s\Z")
_IN_BRACKETS = re.compile(r"\(\s?\Z")
_PARTICLES = re.compile(  # with a capital, within a sentence
    r"(?<![.!?…\n][ ])(?<=[ (])(?:(?:L[eE]|L[aA]|D[eEuUiIaA]|B[eE][nN]|E[lL]|A[lL]|V[aA][nN]|"
    r"V[oO][nN]|D[oO][sS]|A[iïIÏ][tT])[ ]){1,2}\Z"
)
_BEHIND_NAME = re.compile(rf"{NAME}[ ]\Z")
_BEHIND_A_COMMA = re.compile(rf"{NAME}{{3}},[ ]\Z")
_LAST = re.compile(r"\A[ ]?(?:\(\d\w+\))?[.!]?\s*\Z")
_BEFORE_NAME = re.compile(rf"\A[ ]{NAME}")
_CAPITALS_BEFORE = re.compile(r"[A-ZÀ-Þ]{3}[ ]\Z")
_CAPITALS = re.compile(r"\A[ ][A-ZÀ-Þ]{3}")
_ON_GOES_A_PLACE = re.compile(r"\A[ -](?i:sur|sous|l[eè]s|en)[ -][A-ZÀ-Þ]")
_NUMBERED = re.compile(r"\A\s?(?:n\s?°\s?)?(?:\w{0,2}\d|\uf3ff|['’/])")
_CAMEL = re.compile(
    r"(?!(?:Mc|Mac|De|Le|La|Du|Di|Da|Van|O')[A-Z])(?:\w*[a-zà-ÿ][A-ZÀ-Þ]|[A-ZÀ-Þ]{2,}[a-zà-ÿ])"
)
_OF_PLACE = re.compile(
    r"[-‐‑](?:sur|en|sous|l[eè]s?|les|la|l['’]\w+|du|des|de|d['’]\w+|aux?|à)(?![^\W\d_])"
    r"|\A(?:saint|sainte|ste?|mont|val|villeneuve|neuilly|ch[âa]teau|bourg|roche|port)[-‐‑]",
    re.I,
)
_SMALL = re.compile(r"(?<![\w@.-])[a-zà-ÿ]{4,30}(?:-[a-zà-ÿ]{1,30}){0,2}(?![\w@-])")
_IS = re.compile(r"\b(?:est|sont|[ée]tait|[ée]taient|soit|[êe]tre|[ée]t[ée])\s\Z", re.I)
_WORD = re.compile(r"[^\W\d_]{4,}(?:['’‐‑-][^\W\d_]+)*")


def strangers(text: str) -> Iterator[tuple[int, int]]:
    """The spans of names that nothing announces, in a text whose other names are masked.

    Examples
    --------
    >>> text = "Vendu à Emil Dumitrescu, un Kangoo, à Loudun. Demandez Szabo. Ewen Riou"
    >>> [text[start:end] for start, end in strangers(text)]
    ['Emil Dumitrescu', 'Szabo', 'Ewen Riou']
    """
    for run in RUN.finditer(text):
        words = words_of(text, *run.span())
        at = 0
        while at < len(words):
            if not _may_begin(words[at]):
                at += 1
                continue
            end = max(end_of_name(words, at), at + 1)
            start, stop = _with_particles(text, words[at].start), words[end - 1].end
            left = text[max(0, start - _WINDOW) : start]
            if _is_a_person(words[at:end], left, text[stop : stop + _WINDOW]):
                yield start, stop
            at = end
    for word in _SMALL.finditer(text):
        left = text[max(0, word.start() - _WINDOW) : word.start()]
        if is_only_given(word[0]) and not (_DETERMINED.search(left) or _IS.search(left)):
            yield word.span()


def _may_begin(word: Word) -> bool:
    return not (word.particle or word.initial) and (is_given(word.text) or _is_strange(word))


def _is_strange(word: Word) -> bool:
    """Whether a word is of no list, and drawn as a name is."""
    plain = word.text
    return not (
        word.particle
        or word.initial
        or len(plain) < 3
        or (plain.isupper() and (len(plain) < 5 or plain[1] in "'’"))
        or is_given(plain)
        or is_common(plain)
        or is_of_a_people(plain)
        or _CAMEL.match(plain)
        or _OF_PLACE.search(plain)
        or "xxx" in plain.lower()
        or any(map(is_place, re.split("[-‐‑]", plain)))
    )


def _is_a_person(words: list[Word], left: str, right: str) -> bool:
    """Whether words that begin with a name, or what may be one, are a person's where they stand."""
    strange = any(map(_is_strange, words))
    known = any(is_given(word.text) for word in words)
    if _ON_GOES_A_PLACE.match(right):
        return False
    if _BEHIND_A_COMMA.search(left) and _LAST.match(right):  # where who signs is from
        return False
    if strange and (_BEHIND_NAME.search(left) or _BEFORE_NAME.match(right)):
        return True
    if _PERSON.search(left):
        return known or not words[0].capitals
    if _DETERMINED.search(left) or _THING.search(left):
        return False
    if sum(not word.particle for word in words) > 1:
        at_a_place = _AT_A_PLACE.search(left) or any(word.text.lower() in _LE for word in words)
        return strange and bool(known or not at_a_place)
    return _is_a_lone_person(words[0], known, left, right)


def _is_a_lone_person(word: Word, known: bool, left: str, right: str) -> bool:
    """The same of one word, which is a given name where it is known."""
    beside = _BESIDE.search(left)  # one of some towns or things
    if (beside and beside[1].isupper()) or _PLACED.search(left) or _PART_OF_THING.search(left):
        return False
    if _NUMBERED.match(right):
        return False
    if _STARTS.search(left):
        if known:
            other = is_place(word.text) or word.text == "Papa"
            return bool(_TO_US.match(right) or (_ACTS.match(right) and not other))
        closes = left and _CLOSES.match(right) and not word.capitals
        return bool(closes or any(cue.match(right) for cue in (_ACTS, BORN, EXPLAINED, ROLE)))
    if word.capitals:
        return len(word.text) > 5 and not (_CAPITALS_BEFORE.search(left) or _CAPITALS.match(right))
    return known if _IN_BRACKETS.search(left) else not is_place(word.text)


def told_by_mails(text: str, mails: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The words in capitals that are part of an e-mail address of the same text.

    Examples
    --------
    >>> text = "c.harrington@exemple.fr : mon nom d'usage, Harrington"
    >>> [text[start:end] for start, end in told_by_mails(text, [(0, 23)])]
    ['Harrington']
    """
    told = [folded(re.split(r"@|\s", text[start:end])[0]) for start, end in mails]
    if told:
        for word in _WORD.finditer(text):
            plain = word[0]
            acronym = plain.isupper() and len(plain) < 6
            if plain[0].isupper() and not (acronym or is_common(plain) or is_place(plain)):
                parts = re.split("['’‐‑-]", folded(plain))
                if any(all(part in local for part in parts) for local in told):
                    yield word.span()


def again(text: str, names: Iterable[str]) -> Iterator[tuple[int, int]]:
    """The other places of the words of names, also where one letter of them is written otherwise.

    Examples
    --------
    >>> text = "et non Dumitresco, avec un o"
    >>> [text[start:end] for start, end in again(text, ["Emil Dumitrescu"])]
    ['Dumitresco']
    """
    words = {word[0] for name in names for word in _WORD.finditer(name)}
    small = {word for word in words if word.islower() and not (is_common(word) or is_given(word))}
    words = {word for word in words if word[0].isupper() and not is_no_name(word)}
    alike = {form for word in words if not is_common(word) for form in _forms(word)}
    if not (words or small):
        return
    for word in _WORD.finditer(text):
        plain = word[0]
        if plain in small:
            yield word.span()
        if not plain[0].isupper():
            continue
        same = plain in words and (is_only_given(plain) or not is_given(plain))
        inside = not _STARTS.search(text[max(0, word.start() - 8) : word.start()])
        other = not (is_no_name(plain) or is_given(plain) if inside else is_common(plain))
        if same or (other and alike & _forms(plain)):
            yield _with_particles(text, word.start()), word.end()


def _with_particles(text: str, start: int) -> int:
    """Where a name begins of which particles with a capital, within a sentence, are the first."""
    before = _PARTICLES.search(text[max(0, start - 12) : start])
    return start - len(before[0]) if before else start


def _forms(word: str) -> set[str]:
    """A word, and where it is long what is left of it without one of its letters."""
    plain = folded(word)
    if not 4 < len(plain) < 40:
        return {plain}
    return {plain, *(plain[:at] + plain[at + 1 :] for at in range(len(plain)))}


# --- What looks personal and is not: law, forms, amounts, hours, companies, things

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
