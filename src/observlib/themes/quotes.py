"""Texts that a page may quote: typical, short, and by which nobody is known.

A text is quoted where its device's entry says so (`quotes: true`) and it

- is of 40 to 300 signs, of a theme of at least eleven texts;
- has at most one mark of personal data taken out, and none left that can be recognised;
- has no detail of its own: no digit, no row of numbers in words, no street and no mailbox that is
  spelled out; nor any word that may be a name, where fewer than eleven texts have it: one in
  capitals, a given name, or one that is no frequent word of French;
- holds nothing that a page, a spreadsheet or a PDF would run, and no sign that nobody sees.

Of these, the nearest to the theme's centre are quoted, whoever wrote them and however they feel. On
a partner's page, the theme is what leads to the partner in a year, and the texts are drawn by lot.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from observlib.base.personal import held
from observlib.base.text import as_cell
from observlib.confidentiality.redaction.text import (
    PARTS,
    is_common,
    is_given,
    is_only_given,
    is_strange_small,
)
from observlib.estimates import MINIMUM_PEOPLE
from observlib.language import french
from observlib.language.prose import Markdown, joined, markdown, one_line
from observlib.records import active

SHORTEST, LONGEST = 40, 300
MOST_MARKS = 1
OF_A_THEME = 2
_MARK = re.compile(r"\[[^\[\]]*\]")
_WORD = re.compile(r"[^\W\d_]{2,}(?:-[^\W\d_]+)*")
_STARTS = re.compile(r"(?:^|[.!?…:«\"\n(-])[ –—]*\Z")  # of a sentence, or of what is quoted in it
_NUMBER = rf"(?:{PARTS['digit_word']}|mille|cents?\b)"
_DETAILS = re.compile(
    rf"\b(?:{_NUMBER}[\s,;.-]{{1,3}}(?:et[\s-])?){{2}}{_NUMBER}"
    rf"|@|\b(?:arobase|{PARTS['webmails']}|(?:point|dot)\s(?:fr|com|net|org)|{PARTS['street']})\b",
    re.I,
)


def names_in(texts: Iterable[str]) -> Counter[str]:
    """In how many texts each word that may be a name stands."""
    names: Counter[str] = Counter()
    for text in texts:
        written = _WORD.finditer(_MARK.sub(" ", text))
        names.update({word[0] for word in written if _may_be_name(word)})
    return names


def _may_be_name(word: re.Match[str]) -> bool:
    """Whether a word is in capitals within a sentence, or no frequent one of French."""
    written = word[0]
    if written[0].islower():
        return is_only_given(written) or is_strange_small(written)
    starts = _STARTS.search(word.string, max(0, word.start() - 4), word.start())
    return not starts or is_given(written) or not is_common(written)


def may_be_quoted(text: str, names: Counter[str]) -> bool:
    """Whether a redacted text may be quoted (see the module)."""
    line = one_line(text)
    return (
        SHORTEST <= len(line) <= LONGEST
        and len(_MARK.findall(line)) <= MOST_MARKS
        and held(line) is None
        and not any(map(str.isdigit, line))
        and _DETAILS.search(line) is None
        and all(names[name] >= MINIMUM_PEOPLE for name in names_in([line]))
        and not any(active(line))
        and as_cell(line) == line
        and not any(unicodedata.category(sign) in ("Cf", "Co", "Cn", "Cs") for sign in text)
    )


def quote_list(texts: Iterable[str]) -> Markdown:
    """Texts as a list, each between quotes.

    >>> print(quote_list(["Très clair."]))
    - « Très clair. »
    """
    return joined([markdown("- « {} »", french.inner_quotes(one)) for one in texts], "\n")
