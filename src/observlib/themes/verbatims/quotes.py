"""Texts that a page may quote: typical, short, and by which nobody is known.

A text is quoted where its device's entry says so (`quotes: true`) and it

- is of 40 to 300 signs, of a theme of at least eleven texts;
- has at most one mark of personal data taken out, and none left that can be recognised;
- has no detail of its own: no digit and, within its sentences, no word in capitals that fewer than
  eleven texts have;
- holds nothing that a page, a spreadsheet or a PDF would run, and no sign that nobody sees.

Of these, the nearest to the theme's centre are quoted, whoever wrote them and however they feel.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from observlib.display.prose import one_line
from observlib.estimates import MINIMUM_PEOPLE
from observlib.personal import held
from observlib.published_text import active
from observlib.text import as_cell

SHORTEST, LONGEST = 40, 300
OF_A_THEME = 2
_MARK = re.compile(r"\[[^\[\]]*\]")
_CAPITALS = re.compile(r"(?<![.!?…:«\"\n-] )(?<!^)(?<![.!?…«\"(\n])(?<!\w)[A-ZÀ-ÖØ-ÞŒ][\w'’-]+")


def names_in(texts: Iterable[str]) -> Counter[str]:
    """In how many texts each word in capitals within a sentence stands."""
    return Counter(name for text in texts for name in {*_CAPITALS.findall(text)})


def may_be_quoted(text: str, names: Counter[str]) -> bool:
    """Whether a redacted text may be quoted (see the module).

    Parameters
    ----------
    names
        In how many texts each word in capitals stands: that of `names_in`.

    Examples
    --------
    >>> plain = "Le formulaire est long, et le message d'erreur ne dit rien."
    >>> may_be_quoted(plain, Counter()), may_be_quoted(f"{plain} <script>", Counter())
    (True, False)
    >>> may_be_quoted("J'ai attendu deux heures au guichet de Trifouilly.", Counter())
    False
    """
    line = one_line(text)
    return (
        SHORTEST <= len(line) <= LONGEST
        and len(_MARK.findall(line)) <= 1
        and held(line) is None
        and not any(map(str.isdigit, line))
        and all(names[name] >= MINIMUM_PEOPLE for name in _CAPITALS.findall(line))
        and not any(active(line))
        and as_cell(line) == line
        and not any(unicodedata.category(sign) in ("Cf", "Co", "Cn", "Cs") for sign in text)
    )
