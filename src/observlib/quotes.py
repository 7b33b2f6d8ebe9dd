"""Texts that a page may quote: typical, short, and by which nobody is known.

A text is quoted where its device's entry says so (`quotes: true`) and it

- is of 40 to 300 signs, of a theme of at least eleven texts;
- has at most one mark of personal data taken out, and none left that can be recognised;
- has no detail of its own: no digit and, within its sentences, no word in capitals that fewer than
  eleven texts have;
- holds nothing that a page, a spreadsheet or a PDF would run, and no sign that nobody sees.

Of these, the nearest to the theme's centre are quoted, whoever wrote them and however they feel. On
a partner's page, the theme is what leads to the partner in a year, and the texts are drawn by lot.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from observlib.display import french
from observlib.display.prose import Markdown, joined, markdown, one_line
from observlib.estimates import MINIMUM_PEOPLE
from observlib.personal import held
from observlib.published_text import active
from observlib.text import as_cell

SHORTEST, LONGEST = 40, 300
MOST_MARKS = 1
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
        and len(_MARK.findall(line)) <= MOST_MARKS
        and held(line) is None
        and not any(map(str.isdigit, line))
        and all(names[name] >= MINIMUM_PEOPLE for name in _CAPITALS.findall(line))
        and not any(active(line))
        and as_cell(line) == line
        and not any(unicodedata.category(sign) in ("Cf", "Co", "Cn", "Cs") for sign in text)
    )


def rule() -> str:
    """The rule by which texts are quoted, as the method's page tells it."""
    marks = french.count(MOST_MARKS, "passage effacé", "passages effacés")
    conditions = [
        "la fiche de son dispositif l’autorise",
        f"il est du trimestre, et l’un des {OF_A_THEME} plus proches du centre d’un thème, qui "
        f"réunit au moins {MINIMUM_PEOPLE} textes. Sur la page d’un organisme, il est l’un des "
        f"{OF_A_THEME} que le sort désigne, si {MINIMUM_PEOPLE} textes mènent à lui en un an",
        f"il a de {SHORTEST} à {LONGEST} signes, sans aucun chiffre",
        f"il a au plus {marks}, et rien de ce qui reste n’a la forme d’une donnée personnelle",
        "aucun mot n’y prend de majuscule au milieu d’une phrase, si moins de "
        f"{MINIMUM_PEOPLE} textes l’emploient : ce pourrait être un nom",
        "il ne contient rien qu’une page ou un tableur exécuterait, ni aucun signe invisible",
    ]
    return "\n".join(f"- {one}{' ;' if one != conditions[-1] else '.'}" for one in conditions)


def listed(texts: Iterable[str]) -> Markdown:
    """Texts as a list, each between quotes.

    Examples
    --------
    >>> print(listed(["Très clair."]))
    - « Très clair. »
    """
    return joined([markdown("- « {} »", french.inner_quotes(one)) for one in texts], "\n")
