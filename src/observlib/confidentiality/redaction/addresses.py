"""Postal addresses: a number and a way, with what stands around; a street with a postal code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from observlib.confidentiality.redaction.lexicon import is_common, is_given, is_place
from observlib.confidentiality.redaction.plain import CAP

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
