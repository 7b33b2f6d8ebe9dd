"""The signs by which personal numbers and addresses are recognised, each told once.

`observlib.base.personal` refuses what they find, `observlib.confidentiality.redaction` replaces it.
"""

from __future__ import annotations

import re

INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
# Hexadecimal words, such as hashes and UUIDs; but not a number of Corsica, with its 2A or 2B, nor
# the account of a country such as BE.
HASH = re.compile(
    r"(?<![^\W_])(?!(?:\d{6}[AB]\d{6,8}|[A-F]{2}\d{12,})(?![^\W_]))"
    r"(?=[\dA-F]{8})(?=[\dA-F-]*[A-F])"  # the first, as the second reads a long rule to its end
    r"(?:[\dA-F]{8}(?:-[\dA-F]{4}){3}-[\dA-F]{12}|[\dA-F]{12,})(?![^\W_])",
    re.I,
)
DATE = re.compile(
    r"(?<!\d)(?:(?:19\d|20[0-4])\d-(?:0[1-9]|1[0-2])(?:-[0-3]\d)?"
    r"|[0-3]\d([/. -])(?:0[1-9]|1[0-2])\1(?:19\d|20[0-4])\d"
    r"|[0-3]\d/(?:0[1-9]|1[0-2])/\d\d(?=\s?(?:-|à|au)\s?[0-3]\d/(?:0[1-9]|1[0-2])/\d\d(?!\d)))(?!\d)"
)
AT = r"(?:\s{0,3}\\?@\s{0,3}|\s{0,3}[\[({<]\s?(?:at|arobase|@)\s?[\])}>]\s{0,3}|\s+arobase\s+|%40)"
DOT = r"(?:\.|\s{0,3}[\[({<]\s?(?:dot|point|\.)\s?[\])}>]\s{0,3}|\s{1,3}(?:dot|point)\s{1,3})"
MAIL = re.compile(rf"[\w+-]{AT}[^\W_](?:[\w-]|{DOT})*?{DOT}[^\W\d_]{{2,}}", re.I)
APART = r"[\s.\-_/()]{0,3}"
FROM, TO = r"(?<!\d)(?<!\d[.,])", r"(?!\d)"
ZERO = rf"{FROM}(?!(?<=\d )0\d\d(?!\d))"  # thousands go on with three digits behind a space
PHONE = re.compile(  # of its own land in pairs however set apart, or in groups set apart alike
    rf"(?:{ZERO}00|{FROM}\+)\s?33{APART}(?:\(0\){APART})?[1-9](?:{APART}\d){{8}}{TO}"
    rf"|{ZERO}0\)?\s?[1-9](?:{APART}\d\d){{4}}{TO}"
    rf"|{ZERO}0\)?\s?[1-9](?=\d*(?P<apart>{APART}))(?:(?P=apart)?\d){{8}}{TO}"
    rf"|{FROM}33[1-9]\d{{8}}{TO}"
    rf"|\+\s?[1-9](?:{APART}\d){{9,14}}{TO}"
    rf"|{ZERO}00\s?[1-9]\d{{0,2}}[\s.\-/()]{{1,3}}\d(?:{APART}\d){{6,11}}{TO}"
)
LIST = re.compile(r"(?:\d[\s.\-_/]+){6}")  # single digits set apart, such as a scale's
NIR = re.compile(
    rf"{FROM}[1-478](?:{APART}\d){{5}}{APART}[\dAB](?:{APART}\d){{6}}"
    rf"(?:(?:{APART}\d){{2}})?{TO}",
    re.I,
)
_NIR_SHAPE = re.compile(r"\d{3}(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d\d|2[AB])(?!000)\d{3}(?!000)\d{3}")
TAX = re.compile(rf"{FROM}[0-3](?:{APART}\d){{12}}{TO}")
CARD = re.compile(rf"{FROM}[2-6](?:{APART}\d){{14,15}}{TO}")
_CARD_SHAPE = re.compile(
    r"4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|6(?:011|[4-9]\d\d)\d{12}|35\d{14}|3[47]\d{13}"
)
IBAN = re.compile(r"(?<![A-Z\d])(?=([A-Z]{2}\d\d(?:[\s.\-]?[A-Z\d]){11,40}))", re.I)
_IBAN_LENGTHS = dict(  # ISO 13616
    re.findall(
        r"([A-Z]{2})(\d\d)",
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 "
        "EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 "
        "IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 "
        "NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 "
        "TN24 TR26 UA29 VA22 VG24 XK20",
    )
)


def signs(text: str) -> str:
    return re.sub(r"[\W_]", "", text).upper()


def is_phone(written: str) -> bool:
    """Whether what is drawn like a number to call may be a person's.

    Numbers from 08 on are those of services: nobody lives there. Single digits are a scale's.
    """
    if LIST.search(written):
        return False
    return re.fullmatch(r"(?:33|0033|0)0?8\d{8}", signs(written)) is None


def is_nir(written: str) -> bool:
    """Whether 13 signs are a social security number: its shape, and its key where it is written."""
    number, key = written[:13], written[13:]
    if not _NIR_SHAPE.fullmatch(number):
        return False
    if not key:  # then only what most numbers are: sex, and a month of birth
        return number[0] in "12" and number[3:5] <= "12" and number[5:7] != "00"
    value = int(number[:5] + {"2A": "19", "2B": "18"}.get(number[5:7], number[5:7]) + number[7:])
    return int(key) == 97 - value % 97


def is_tax_number(number: str) -> bool:
    """Whether 13 digits are a French tax number: three end it, the remainder by 511 of the rest."""
    return number[:10] != "0" * 10 and int(number[:10]) % 511 == int(number[10:])


def is_card(number: str) -> bool:
    """Whether digits are a payment card's, by its issuer and Luhn's key."""
    doubled = [int(sign) * (1 + place % 2) for place, sign in enumerate(number[::-1])]
    luhn = sum(sum(divmod(product, 10)) for product in doubled) % 10 == 0
    return luhn and _CARD_SHAPE.fullmatch(number) is not None


def is_iban(text: str) -> bool:
    """Whether a text begins with a bank account's number, by its country's length and its key."""
    number = signs(text)
    length = iban_length(number)
    number = number[:length]
    if not length or len(number) < length or sum(map(str.isdigit, number)) < length / 2:
        return False
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


def iban_length(text: str) -> int:
    """How many signs a bank account's number has in its country; 0 where none is known."""
    return int(_IBAN_LENGTHS.get(signs(text)[:2], 0))
