"""Text to compare and sort names by, and to show in cells."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_FORMULA = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")
# What nobody sees: controls, signs that turn or hide what stands beside them (bidirectional ones,
# of no width, tags), and what neither YAML nor XML may hold. Joiners stay: letters need them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufffe\uffff\U000e0000-\U000e007f]"
)
_NUMBER = re.compile(r"-\d[\d .,]*", re.ASCII)


@lru_cache(10_000)  # an export says the same names and answers again and again
def fold(text: str) -> str:
    """Text to compare and sort names by: no case, no accents, single spaces.

    Examples
    --------
    >>> fold(" Téléchargements\\u00a0UNIQUES ")
    'telechargements uniques'
    >>> sorted(["Travail", "Étrangers en France", "Famille"], key=fold)
    ['Étrangers en France', 'Famille', 'Travail']
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def fold_label(text: str) -> str:
    """Text to compare labels by: folded, whatever the kind of its apostrophes.

    Examples
    --------
    >>> fold_label("L’aide\\u00a0JOIGNABLE ")
    "l'aide joignable"
    """
    return fold(text).replace("’", "'")


def seen(text: str) -> str:
    """Text without what nobody sees, and could hide or turn what stands beside it; lines stay.

    Source: N. Boucher and R. Anderson, "Trojan Source: Invisible Vulnerabilities" (USENIX Security
    Symposium, 2023), on signs that change the order in which text is read.

    Examples
    --------
    >>> seen("Avis \\u202egnp.exe\\u200b \\x1b[31m")
    'Avis gnp.exe [31m'
    """
    return _UNSEEN.sub("", text)


def as_cell(text: str) -> str:
    """Text for a cell of a CSV that people open: a spreadsheet takes it for no formula.

    An apostrophe goes before a first sign that would begin one; whoever reads the file with a
    program takes it away again. The text is on one line, as the next would begin a cell. A number
    begins none.

    Source: OWASP, "CSV Injection".

    Examples
    --------
    >>> as_cell("=cmd|' /C calc'!A0"), as_cell("Oui, et -1"), as_cell("-1,5")
    ("'=cmd|' /C calc'!A0", 'Oui, et -1', '-1,5')
    """
    line = seen(re.sub(r"[\r\n]+", " ", text))
    formula = line.lstrip(" ").startswith(_FORMULA) and not _NUMBER.fullmatch(line)
    return f"'{line}" if formula else line


def of_cell(cell: str) -> str:
    """The text of a cell that `as_cell` wrote.

    Examples
    --------
    >>> of_cell("'=A1"), of_cell("'Oui'")
    ('=A1', "'Oui'")
    """
    return cell[1:] if cell.startswith("'") and as_cell(cell[1:]) == cell else cell
