"""Numbers of files, papers and allowances: told by what stands before them, or by their length.

Who writes to an administration and gives a long number gives one's own: what is public (law, forms,
companies, books, amounts) has been set aside before (`kept`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from observlib.confidentiality.redaction.plain import FILE

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
