"""Postal addresses: a number and a way, with what stands around; a street with a postal code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from observlib.confidentiality.redaction.lexicon import is_common, is_given, is_place
from observlib.confidentiality.redaction.plain import CAP, FILE

_WAYS = (  # nothing else
    r"rue|r\.?|avenue|av\.?|ave\.?|boulevard|boul\.?|bld|blvd|bvd|bd\.?|impasse|imp\.?|all[ée]es?|"
    r"chemin|chem\.?|che\.|ch\.|ruelle|venelle|faubourg|fbg|fg|sentier|lotissement|lot\.?|"
    r"rond-point|chauss[ée]e|esplanade|hameau|lieu[- ]?dit|r[ée]sidence|r[ée]s\.|square|sq\.?|quai|"
    r"route|rte\.?|place|pl\.?|promenade|traverse|mont[ée]e"
)
_OTHER_WAYS = (  # other things too: a name in capitals follows
    r"cours|passage|villa|cit[ée]|domaine|voie|clos|parc|mail|galerie|cour|c[ôo]te|sente|pont|"
    r"porte|port|quartier|coron|za|zac|zi|(?:le|la|les)[ ](?:bourg|village|hameau|clos|moulin)s?"
)
_HOUSES = (  # that an address may begin with
    r"r[ée]sidence|r[ée]s\.|foyer|tour|ferme|ch[âa]teau|maison|villa|lot(?:issement|\.)|immeuble|"
    r"b[âa]t(?:iment|\.)?|cit[ée]|p[ée]niche|domaine|mas|moulin|manoir|caserne|ccas|appt?|apt|"
    r"appartement|chambre|hameau|lieu-?dit|quartier|village|c/o|hlm|camping|ehpad|chalet|"
    r"copropri[ée]t[ée]|g[îi]te|mobil-?home|emplacement"
)
_SMALL = r"(?:(?:de|du|des|la|le|les|et|à|aux?|en|sur|sous|st|ste|saint|sainte)(?!\w)|[ld]['’]|-)"
_WORD = r"[^\W\d_](?:\.|[\w'’-]*)"
_BIG = (
    rf"(?:{CAP}\.|{CAP}[\w'’-]*"
    r"|\d{1,2}(?:er)?[ ](?i:janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|"
    r"octobre|novembre|d[ée]cembre)(?:[ ](?:19|20)\d\d(?!\d))?)"
)
_MORE = rf"(?:[ ](?:{_SMALL}[ ]?){{0,3}}{_BIG}){{0,5}}"
_LOWER = rf"(?:[ ]?{_SMALL}[ ]?){{0,3}}[ ]?{_WORD}{_MORE}"
_UPPER = rf"(?:[ ]?{_SMALL}[ ]?){{0,3}}[ ]?{_BIG}{_MORE}"
_REPEAT = r"(?:[ ]?(?:bis|ter|quater|[A-Da-d])(?![\w'’]))?"
_NUMBER = (
    rf"(?<![\w/.,-])(?<!lieu de )(?!(?:19|20)\d\d\b)\d{{1,4}}{_REPEAT}"
    rf"(?:[ ]?[-/][ ]?\d{{1,4}}{_REPEAT})?"
    r"[ ]?,?[ ]?"
)
_TOWN = (
    rf"(?:{CAP}[\w'’-]*(?:(?:[ -](?:(?:sur|sous|en|de|du|des|la|le|les|lès|d['’]|l['’]|"
    rf"et)[ -]){{0,3}}|[ ]?s/[ ]?)"
    rf"{CAP}[\w'’-]*){{0,4}}(?:[ ](?i:cedex))?(?:(?<=[Ee][Dd][Ee][Xx])[ ]\d{{1,2}}(?!\d))?"
    r"|(?!(?:et|je|j|le|la|les|mais|pour|car|ou|il|elle|depuis|on|que|qui|aux?|dans)(?!\w))"
    r"(?:(?:st|ste|saint|sainte)[ -][^\W\d_]{2,30}(?:[ -](?:du|de|sur|sous|"
    r"en)[ -](?:la[ ])?[^\W\d_]{2,30})?"
    r"|[^\W\d_][\w'’-]{1,30}(?:[ ](?:(?:sur|sous)[ ]|s/[ ]?)[\w'’-]{2,30})?))"
)
_CODE = r"(?<![\w.,])(?:\d{2}[ ]?\d{3}|2[AB]\d{3})(?![\w€]|[ ]?€|[ ]euros)"
_ABROAD = rf"(?:(?:[A-Z]{{1,2}}-)?\d{{4,5}}[ ]{CAP}[\w'’-]+)"
_COUNTRY = (
    r"(?:Canada|Qu[ée]bec|Belgique|Suisse|Allemagne|Luxembourg|Maroc|Alg[ée]rie|Tunisie|Italie|"
    r"Espagne|Portugal|Royaume-Uni|S[ée]n[ée]gal|Pays-Bas|France|Monaco|Andorre|USA|[ÉE]tats-Unis)"
)
_GAP = r"[\s,;–-]{1,4}"
_FLOOR = (
    r"(?:(?i:b[âa]t(?:iment|\.)?|bt|esc(?:alier|\.)?|entr[ée]e|[ée]tage|appt?|apt|"
    r"appart(?:ement)?|porte|"
    r"logement|chambre|ch\.?|lot|hall|tour|villa)\b\.?[ ]?(?:n[ ]?[°o][ ]?)?[\dA-Z][\w-]{0,5}(?!\w)"
    r"|\d{1,2}(?:er|e|[èe]me)[ ](?:[ée]t(?:age|\.)?)(?:[ ](?:droite|gauche|dte|gche|d\.|g\.))?"
    r"|(?i:bp|cs|tsa)[ ]?\d{2,6})"
)
_SMALL_FLOOR = r"(?:b[âa]t(?:iment)?|esc(?:alier)?|porte|appt?|appart(?:ement)?)[ ][b-z](?![\w'’])"
_HOUSE = (
    rf"(?:(?i:{_HOUSES})"
    rf"(?:[ ]{_SMALL}){{0,2}}[ ]?{_BIG}(?:[ ](?:{_SMALL}[ ]?){{0,2}}{_BIG}){{0,3}})"
)
_ENDS = (
    r"(?:(?:,?[ ](?:à[ ])?(?:Paris|Lyon|Marseille)|(?<=Paris)|(?<=Lyon)|(?<=Marseille))"
    r"[ ]\d{1,2}(?!\d)(?:er|e|[èe]me)?"
    rf"|[^.;!?:\uf300-\uf3ff]{{0,60}}?{_CODE}(?:[ ]?,?[ ]?(?:à[ ])?{_TOWN})?(?:,[ ]{_COUNTRY})?"
    rf"|(?:{_GAP}(?:{_FLOOR}|{_HOUSE})){{0,4}}"
    rf"(?:{_GAP}{_ABROAD}(?:,[ ]{_COUNTRY})?"
    rf"|{_GAP}\d{{1,2}}(?:er|e|[èe]me)(?:[ ]arrondissement)?"
    rf"|(?:,?[ ](?:à|a)|,)[ ]{CAP}[\w'’]+(?:-[\w'’]+)*(?:[ ]\([^()\n]{{2,20}}\))?"
    rf"(?:[ ][A-Z]\d[A-Z][ ]?\d[A-Z]\d)?(?:,[ ]{_COUNTRY})?)?)"
)
_NUMBERED = re.compile(
    rf"{_NUMBER}(?:(?i:{_WAYS})(?:[ ]|(?<=\.))[ ]?{_LOWER}|(?i:{_OTHER_WAYS})[ ]{_UPPER}"
    rf"|(?i:grand(?:e|['’])?[ -]?(?:rue|place))(?!\w)(?:[ ]{_UPPER})?){_ENDS}"
)
_CODED = re.compile(  # without a number: a place with its postal code
    rf"(?:(?i:\b(?:{_WAYS}|{_OTHER_WAYS}|{_HOUSES}))[ ]{_UPPER}|(?i:\b(?:bp|cs|tsa))[ ]?\d{{2,6}}"
    rf"|\b(?:L[eEaA]|L[eE][sS])[ ]{_UPPER}|\b{_FLOOR})"
    rf"(?:{_GAP}(?:{_FLOOR}|{_HOUSE})"
    rf"){{0,3}}(?:[^.;!?:\uf300-\uf3ff\d]{{0,30}}?[\s,]){_CODE}[ ]{_TOWN}"
)
_ANY_WAY = re.compile(  # with a number, and with a postal code: whatever the way is called
    rf"{_NUMBER}(?:{CAP}[\w'’-]+[ ,]{{1,2}}|(?:{_WORD}[ ,]{{1,2}}){{2,7}}?){_CODE}[ ]{_TOWN}"
)
_NUMBER_LAST = re.compile(
    rf"\b(?:[A-Z][\w-]*(?:straße|strasse|straat|weg|laan|platz|plein|gasse|str\.)"
    rf"|(?:Via|Viale|Calle|Rua|Avenida|Piazza|Plaza|Rue|Avenue)[ ]{_UPPER}),?[ ]\d{{1,4}}\w?"
    rf"(?:,[ ]{_ABROAD})?(?:,[ ]{_COUNTRY})?"
    rf"|\b(?i:rue|avenue|chauss[ée]e|boulevard|place|quai|chemin|route)[ ]{_UPPER},?[ ]\d{{1,4}}\w?"
    rf",?[ ]{_ABROAD}(?:,[ ]{_COUNTRY})?"
)
_COUNTRY_LAST = re.compile(  # the postal code behind the town
    rf"\b(?i:{_WAYS}|{_HOUSES})[ ][^.;!?:\n\uf300-\uf3ff]{{3,60}}?{CAP}[\w'’-]+[ ]{_CODE}"
    rf"(?:,[ ]{CAP}[\w'’-]+)?,[ ]{_COUNTRY}"
)
STREET = (  # by which nothing else is called
    r"(?:rue|avenue|boulevard|bd|bvd|impasse|all[ée]es?|chemin|ruelle|venelle|sentier|lotissement|"
    r"hameau|lieu[- ]?dit|quai|route|square|r[ée]sidence|cit[ée])"
)
_HOME = re.compile(  # without a number: where one says that one lives there
    r"(?i:\bhabit(?:e|ons|ant|ait)\b|domicili[ée]e?s?|\bdemeur\w+|\br[ée]sid(?:e|ons|ant|ait)\b|"
    r"\blog(?:e|eons|ée?s?)\b|h[ée]berg[ée]e?s?\b|\b(?:je|on) vis\b|vivons\b|m[ée]nag\w+|"
    r"\b(?:mon|notre|son|nouvelle) adresse\b)[^.;!?\n\d\uf300-\uf3ff]{0,30}?"
    r"(?<!\bla)(?<!\bune)(?<!\bun)(?<!\ble)(?<!\bma)(?<!\bdu)(?<!\bcette)\s"
    rf"(?P<it>(?i:{STREET}){_LOWER}{_ENDS}"
    rf"(?:{_GAP}(?:{_FLOOR}|{_SMALL_FLOOR})){{0,3}}(?:,?[ ]à[ ][a-zà-ÿ][\w'’-]{{2,30}})?)"
)
_SMALL_CODED = re.compile(
    rf"\b(?i:{STREET})[ ][^.;!?:\n\d\uf300-\uf3ff]{{2,40}}[ ,]{_CODE}[ ](?:l[ae]s?[ ])?{_TOWN}"
)
_HAMLET = re.compile(
    rf"(?:^|(?<=\n)|(?<=[:(]\s))(?P<place>{CAP}[\w'’-]{{3,}})"
    rf"(?:[ ](?:{_SMALL}[ ]?){{0,2}}{_BIG}){{0,2}},[ ]"
    rf"{_CODE}[ ]{_TOWN}"
)
_FLAT = re.compile(
    rf"\b(?i:r[ée]sidence|lotissement|cit[ée]|lieu-?dit|hameau|"
    rf"foyer)(?:[ ]{_UPPER}|[ ]{_SMALL}{_LOWER})(?:{_GAP}(?:{_FLOOR}|{_SMALL_FLOOR})){{1,4}}"
)
_BEFORE = re.compile(
    rf"(?:^|[\s:(,])(?P<it>(?:(?i:{_HOUSES})\b[^.;!?:\n\uf300-\uf3ff]{{0,50}}?|(?i:bp|cs)[ ]\d+|"
    rf"(?:L[eEaA]|L[eE][sS])[ ]{CAP}[^.;!?:\n\uf300-\uf3ff]{{0,30}}?|"
    rf"{_FLOOR}[^.;!?:\n\uf300-\uf3ff]{{0,40}}?|"
    rf"(?i:{_WAYS})[ ][^.;!?:\n\uf300-\uf3ff\d]{{0,40}}?|"
    rf"(?i:chez)[ ]{CAP}[^;!?:\n\uf300-\uf3ff]{{0,40}}?)"
    r"(?:\b|ét\.|»)[ ]?,?\s)\Z"
)
_LABELLED = re.compile(
    r"\badresse(?:\s(?:postale|actuelle|nouvelle|compl[èe]te|exacte|de \w+))?\s?:\s?"
    r"(?P<it>[^:\n;?!\uf300-\uf3ff]{2,80}?,?\s)\Z",
    re.I,
)
_ON = re.compile(  # words behind a way written small
    r"[ ](?:(?:[àa]|d[eu]|des|l[ae]|les|sur|sous|en|ste?|sainte?)[ ]){0,2}"
    r"(?P<word>[^\W\d_][\w'’-]{2,})"
    r"(?P<last>(?=\s*(?:[.,;:!?)\n]|\Z)))?"
)


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """The postal addresses of a text; a street or a town alone is none.

    Examples
    --------
    >>> text = "J'habite Tour Est, 12 bis, rue des Lilas, 75011 Paris, près de la rue Haute."
    >>> [text[start:end] for start, end in addresses(text)][:1]
    ['Tour Est, 12 bis, rue des Lilas, 75011 Paris']
    """
    for pattern in (_NUMBERED, _CODED, _ANY_WAY, _NUMBER_LAST, _COUNTRY_LAST, _FLAT):
        for found in pattern.finditer(text):
            end = _with_town(text, found.end()) if pattern is _NUMBERED else found.end()
            yield _with_house(text, found.start()), end
    yield from homes(text)
    for found in _SMALL_CODED.finditer(text):
        yield found.span()
    for found in _HAMLET.finditer(text):
        if not (is_common(found["place"]) or is_place(found["place"])):
            yield found.span()


def homes(text: str) -> Iterator[tuple[int, int]]:
    """The streets without a number of which the text says that someone lives there.

    Examples
    --------
    >>> text = "j'habite rue des lilas à lille, et la mairie est rue haute"
    >>> [text[start:end] for start, end in homes(text)]
    ['rue des lilas à lille']
    """
    for found in _HOME.finditer(text):
        yield found.start("it"), _with_town(text, found.end("it"))


def _with_house(text: str, start: int) -> int:
    """Where an address begins of which houses, floors or a label stand before its number."""
    label = _LABELLED.search(text[max(0, start - 120) : start])
    if label:
        return start - len(label["it"])
    for _ in range(3):
        before = _BEFORE.search(text[max(0, start - 70) : start])
        if not before:
            break
        start -= len(before["it"])
    return start


def _with_town(text: str, end: int) -> int:
    """Where an address ends behind which names and a town stand, written small."""
    for _ in range(4):
        word = _ON.match(text, end)
        if not word:
            break
        known = is_given(word["word"]) or is_place(word["word"])
        if not (known or (word["last"] is not None and not is_common(word["word"]))):
            break
        end = word.end()
    return end


# --- Numbers of files, papers and allowances: told by what stands before them, or by their length

_SIGN = (
    r"(?:n\s?[°o]s?(?![^\W\d_])\.?|nr\.?|num[ée]ros?|num\.?|r[ée]f(?:[ée]rences?|\.)?|"
    r"id(?:entifiant)?s?|code|[:#=№])"
)
_LABELS = (
    r"dossiers?|demandes?|pr[ée]-?demandes?|r[ée]clamations?|requ[êe]tes?|r[ée]f[ée]rences?|"
    r"r[ée]f\b\.?|tickets?|incidents?|passeports?|titres?(?: de s[ée]jour)?|agdref|[ée]tranger|"
    r"cartes?(?: de (?:s[ée]jour|r[ée]sident|priorit[ée])| (?:nationales? )?d['’]identit[ée])?|cni|"
    r"r[ée]c[ée]piss[ée]s?|pi[èe]ces? d['’]identit[ée]|permis(?: de (?:conduire|s[ée]jour))?|neph|"
    r"contrats?|adh[ée]rente?|clients?|identifiants?|matricules?|t[ée]l[ée]proc[ée]dures?|"
    r"cartes? grises?|certificats? d['’]immatriculation|visas?|suivis?|colis|recommand[ée]s?|"
    r"commandes?|abonn[ée]e?s?|abonnements?|comptes?|ine|ants|patiente?|b[ée]n[ée]ficiaires?|"
    r"inscriptions?|candidatures?|candidate?|proc[èe]s-verbal|proc[ée]dures?|pv|amendes?|"
    r"contraventions?|t[ée]l[ée]paiement|paiements?|transactions?|rendez-vous|confirmation|"
    r"enregistrements?|france travail|p[ôo]le emploi|demandeur(?: d['’]emploi)?|livret|dna|ofpra|"
    r"asile|naturalisation|sign?alement|courriers?|mdph|apa|ame|cmi|attestation|acte|d[ée]cision|"
    r"jugement|affaire|minute|plainte|[ée]crou|cotisante?|pacage|[ée]lecteur|vignette|licence|"
    r"mandat|rg|portalis|francisation|pajemploi|cesu|pacs|avis|agr[ée]ments?(?= [^\d\W]| \d\d-)"
)
_TOKEN = (
    r"(?=[^\s,;\uf300-\uf3ff]{0,40}\d)"
    r"(?=(?:[^\W_][\-/._ ]?){4})[^\W_]{1,20}(?:[-/._][^\W_]{1,20}){0,6}"
    r"(?:\s[\dA-Z]{1,10}(?<=\d)(?![^\W_])(?:[-/._][^\W_]{1,20}){0,3}){0,5}"
    r"(?:\s(?-i:[A-Z])(?![^\W_]))?"
)
_AHEAD = r"(?:(?:RG|PV|[A-Z]{1,2})\s(?:n\s?°\s?)?)?"  # capitals before the digits
# With a sign such as `n°` between them, any number; without, one that is long enough.
_SIGNED = re.compile(
    rf"\b(?:{_LABELS})\b(?:[^\d\n\uf300-\uf3ff.;!?€]{{0,40}}?\W)?{_SIGN}\s?(?:{_SIGN}\s?){{0,2}}"
    rf"(?:est|suivant|:|le|\s)*\s?(?P<it>(?-i:{_AHEAD}){_TOKEN})",
    re.I,
)
_PLAIN = re.compile(
    rf"\b(?:{_LABELS})\b(?:\s(?:de|du|est|le|la|sous|ants|caf|biom[ée]trique|:|"
    rf"\w+[ée]e?(?!\w))){{0,3}}"
    rf"\s?[(«\"]?\s?(?P<it>(?-i:{_AHEAD}){_TOKEN})",
    re.I,
)
_MINE = re.compile(
    rf"(?:\b(?:mon|notre|son|votre|leur|le)\s(?:num[ée]ros?|n\s?[°o]|r[ée]f[ée]rences?|"
    rf"identifiants?)"
    rf"(?:\s(?:de|du|d['’])\s?[^\d\n\uf300-\uf3ff.;]{{1,30}}?)?"
    rf"|\bsous l[ea] (?:num[ée]ro|n\s?[°o]|r[ée]f[ée]rence))"
    rf"\s?(?:est|:|suivant|le|,|\s)*(?P<it>{_TOKEN})",
    re.I,
)
_ALLOWANCE = re.compile(
    r"\b(?:alloc(?:ataires?|ations?)?|caf|msa)\b[^\d\n\uf300-\uf3ff.!?€]{0,40}?\.?\s?[?]?[\s-]{0,3}"
    r"(?<![\w,.])(?P<it>\d(?:[ .]?\d){5,7}(?:\s?[A-Z](?!\w))?)(?![\w€]|[,.]\d|\s?€|\s?euros)",
    re.I,
)
_LETTERED = re.compile(r"(?<![\w,.-])\d{7}\s?[A-Za-z](?!\w)")
_FROM, _TO = r"(?<![\w,.@/-])", r"(?![\w@]|[-/]\w|[.,]\d|\s?[€%]|\s?euros?\b)"
_LONG = re.compile(rf"{_FROM}\d{{7,24}}{_TO}")
_GROUPED = re.compile(rf"{_FROM}\d{{1,20}}(?:[ .-]\d{{2,14}}){{1,6}}{_TO}")
_CODES = re.compile(  # that are secret, whatever they look like
    r"\b(?:codes?\s(?:(?:de|d['’]|par|re[çc]u|du)\s?)?(?:la\s)?(?:cession|confirmation|activation|"
    r"s[ée]curit[ée]|confidentialit[ée]|v[ée]rification|validation|acc[èe]s|connexion|suivi|sms|"
    r"t[ée]l[ée]phone|secret|temporaire|provisoire|confidentiel|personnel|unique|re[çc]u|client|"
    r"pin)|"
    r"mots? de passe|mdp|code pin)\b(?:\s(?:de|provisoire|temporaire|actuel|par|sms|re[çc]u|est|"
    r"était|c['’]est|mail|suivant|du|téléphone)|\s?[:=,(«\"]){0,4}\s?"
    r"(?P<it>(?=[^\s,;]{0,30}\d)[^\s,;()«»\"]{4,30}(?<!\.))",
    re.I,
)
_SPLIT = re.compile(  # of mixed parts
    rf"{_FROM}(?P<it>(?=[A-Z\d]{{0,13}}\d)(?=(?:[A-Z-]{{0,20}}\d){{3}})(?=[\d-]{{0,20}}[A-Z])"
    rf"[A-Z\d]{{2,14}}(?:-[A-Z\d]{{1,14}}){{2,5}}){_TO}"
)
_MIXED = re.compile(
    rf"{_FROM}(?![A-Z]{{4,}}\d{{1,3}}(?!\w))(?=[A-Z]*\d)(?=\d*[A-Z])"
    rf"(?=(?:\w*\d){{2}})[A-Z\d]{{8,20}}{_TO}"
)
_JOINED = re.compile(
    rf"{_FROM}(?=[A-Z\d][^\s,;\uf300-\uf3ff]{{0,60}})(?=[A-Z/-]*\d)[A-Z\d]{{1,14}}(?:[-/][A-Z\d]{{1,14}}){{1,5}}{_TO}"
)
_AFTER_CAPITALS = re.compile(
    rf"{_FROM}(?:(?:RG|PV|RX|FN|PC|AME)\s(?:n\s?°\s?)?(?:[A-Z\d]{{1,12}}[-/ ]){{0,5}}\d{{3,12}}"
    rf"|(?<=n° )[A-Z]{{1,3}}\s?\d{{5,12}}"
    rf"|\d[A-Z]\s(?:\d{{1,5}}\s){{1,5}}\d{{1,5}}(?<=\d{{4}}\s\d)){_TO}"
)
_PAIR = re.compile(r"\d{1,4}[-/]\d{1,4}")  # a score, pages
_ALSO = re.compile(rf"{FILE}\s?(?:,|et|ou|/|puis|&)\s(?P<it>{_TOKEN})")
_DAY = r"(?:0?[1-9]|[12]\d|3[01])[/. -](?:0?[1-9]|1[0-2])(?:[/. -](?:19|20)?\d{2})?"
_NO_TOKEN = re.compile(
    rf"{_DAY}|[A-Z]*\d{{1,2}}/(?:\d{{1,2}}/\d{{3,4}}|(?:19|20)\d\d)|(?:[0-2]\d|3[01])(?:0\d|"
    rf"1[0-2])(?:19|"
    rf"20)\d\d|(?:3\d ?\d\d ?)+|(?:19|20)\d\d(?:[-/ ](?:19|20)?\d\d){{0,6}}|(?:19|"
    rf"20)\d\d-\d\d-\d\d|\d{{1,2}}h\d{{0,2}}"
    r"|[1-9]\d{0,2}(?:[ .]\d{3}){1,2}|(\d)\1+|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])"
)


def references(text: str) -> Iterator[tuple[int, int]]:
    """The numbers of files and papers.

    Examples
    --------
    >>> text = "Mon dossier n° 2024-AB-00123, passeport 12AB34567, depuis 2023"
    >>> sorted({text[start:end] for start, end in references(text)})
    ['12AB34567', '2024-AB-00123']
    """
    for pattern, digits in ((_SIGNED, 4), (_MINE, 5), (_PLAIN, 5)):
        for found in pattern.finditer(text):
            token = re.sub(r"(?:(?:\s|\.)+[^\W\d_]{2,})+\Z", "", found["it"])
            if _is_token(token, digits):
                yield found.start("it"), found.start("it") + len(token)
    for found in _AFTER_CAPITALS.finditer(text):
        if _is_token(found[0], 5):
            yield found.span()
    for pattern in (_CODES, _SPLIT):
        for found in pattern.finditer(text):
            yield found.span("it")


def long_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Numbers and codes that are long enough to be somebody's, whatever stands before them.

    Examples
    --------
    >>> text = "22/10344, K7M2XQ9T4, 240975300418, de 2021 à 2024, 340 000, 12/03/2024"
    >>> [text[start:end] for start, end in long_numbers(text)]
    ['240975300418', 'K7M2XQ9T4', '22/10344']
    """
    for pattern, digits in (
        (_LONG, 7),
        (_GROUPED, 8),
        (_MIXED, 2),
        (_JOINED, 5),
    ):
        for found in pattern.finditer(text):
            if _is_token(found[0], digits) and not _PAIR.fullmatch(found[0]):
                yield found.span()
    for found in _ALSO.finditer(text):
        if _is_token(found["it"], 4):
            yield found.span("it")


def allowances(text: str) -> Iterator[tuple[int, int]]:
    """The numbers of those who receive allowances.

    Examples
    --------
    >>> text = "Allocataire CAF n° 1234567 A depuis 2019"
    >>> sorted({text[start:end] for start, end in allowances(text)})
    ['1234567 A']
    """
    for found in _ALLOWANCE.finditer(text):
        if not re.fullmatch(r"(?:19|20)\d\d.*|\d\d \d\d \d\d.*", found["it"]):
            yield found.span("it")
    for found in _LETTERED.finditer(text):
        yield found.span()


def _is_token(text: str, digits: int) -> bool:
    """Whether a token is no date, year, hour or amount, and has so many digits.

    Fewer are enough where letters and signs are drawn as in a code.
    """
    if _NO_TOKEN.fullmatch(text.strip()):
        return False
    count = sum(map(str.isdigit, text))
    coded = count > 0 and len(text) > 7 and text.isupper() and digits < 5
    return (
        count >= digits
        or coded
        or (digits < 6 and bool(re.fullmatch(r"\d{4,}-[A-Z]|[A-Z]-\d{4,}", text)))
    )
