"""French typographic spaces: in Markdown prose, and in the labels of tables."""

from __future__ import annotations

import re

NBSP = "\u00a0"
THIN = "\u202f"

# What must never change, tried in this order at each place of the text.
_KEPT = r"""
    \A---\n.*?\n(?:---|\.\.\.)[ ]*(?=\n|\Z)               # YAML front matter
  | ^[ ]{0,3}(?P<fence>`{3,}|~{3,})[^\n]*(?:\n.*?^[ ]{0,3}(?P=fence)[`~]*[ ]*$|.*\Z)  # code block
  | (?:\A|(?<=\n\n))(?:(?:[ ]{4}|\t)[^\n]*(?:\n|\Z))+     # indented code
  | ^[ ]{0,3}:{3,}[^\n]*                                  # fenced div
  | ^[ ]{0,3}[|:+=\-][ |:+=\-]*$                          # rule of a table
  | ^[ ]{0,3}(?:Table|table)?:(?=[ ])                     # caption or definition
  | ^[ ]{0,3}\[[^\]\n]+\]:[^\n]*                          # target of a reference link
  | (?P<tick>`+)(?!`).*?(?<!`)(?P=tick)(?!`)              # code span
  | <!--.*?(?:-->|\Z)
  | </?[A-Za-z][^<>]*>                                    # tag or address
  | &\#?\w+;
  | \$\$.*?\$\$ | \$(?![\s$])[^$\n]+(?<!\s)\$(?!\d)       # mathematics
  | (?<=\])\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)          # target of a link
  | \{[^{}\n]*\}                                          # attributes
  | (?:https?|ftp|mailto):[^\s<>«»]*                      # bare address
  | \[@[\w-]+(?:;[ ]*@[\w-]+)*\]                         # works cited, and nothing else
"""
_BEFORE = r"(?<=[\w)\]»”\"'’*`…%€°.])"
_FIX = rf"""
    (?P<open>«)[ ]*(?=[^\s\u00a0\u202f])
  | (?:(?<=[^\s|>\u00a0\u202f])|(?<=[^\n|>][ ]))(?P<space>[ ]*)(?P<close>»)
  | {_BEFORE}[ ]+(?P<colon>:)(?![:\w\-])
  | (?<=[^\W\d_])(?P<tight>:)(?=[ ]|$)
  | {_BEFORE}[ ]+(?P<high>[;?]|!(?!\[))
  | (?<=[^\W_])(?P<close_up>[;?!])(?=[ \n]|\Z)
  | (?<=\d)[ ]*(?P<percent>%)(?!\w)
"""
_PATTERN = re.compile(f"(?P<kept>{_KEPT})|{_FIX}", re.VERBOSE | re.MULTILINE | re.DOTALL)


def typography(markdown: str) -> str:
    """Put the non-breaking spaces of French into Markdown prose.

    A non-breaking space goes before `:`, `%` and `»` and after `«`, a narrow one before `;`, `!`
    and `?`. Only spaces change. Code, YAML, addresses, attributes, fenced divs, mathematics, HTML
    tags, works cited, table rules and times are left as they are, and a second pass changes
    nothing.

    Examples
    --------
    >>> typography("« Bien » : 62 % `a : b` à 12:30 ?")
    '«\\xa0Bien\\xa0»\\xa0: 62\\xa0% `a : b` à 12:30\\u202f?'
    """

    def mend(match: re.Match[str]) -> str:
        if match["kept"] is not None:
            return match["kept"]
        if match["open"]:
            return f"«{NBSP}"
        sign = next(s for s in map(match.__getitem__, _SIGNS) if s)
        return (THIN if sign in ";?!" else NBSP) + sign

    return _PATTERN.sub(mend, markdown)


def prose_of(markdown: str) -> str:
    """The words that a reader of Markdown reads: no code, address, attribute or HTML tag.

    Examples
    --------
    >>> prose_of("Lire [la suite](https://a.fr/1.234), pas `x = 1.234`").split()
    ['Lire', '[la', 'suite]', ',', 'pas']
    """
    return _PATTERN.sub(lambda match: " " if match["kept"] is not None else match[0], markdown)


_SIGNS = ("close", "colon", "tight", "high", "close_up", "percent")
# Where a label must not be broken; in prose, a number may end a line or begin the next one.
_JOINED = (
    (r"(?<![\d,])(\d{1,3}) (?=\d{3}(?!\d))", rf"\1{THIN}"),  # 1 000
    (r"(?<=\d)((?:er|e)?) (?=[^\W_])", rf"\1{NBSP}"),  # 24 ans, 3e trimestre
    (r"\b(n°|sur|pour|à|trimestre) (?=[\d+\u2212])", rf"\1{NBSP}"),  # n° 8, sur 10, 15 à 24
    (r"(?<=\w) (?=\+(?!\w))", NBSP),  # Services Publics +
)


def unbroken(label: str) -> str:
    """Write a label, such as a head or a name in a table: its numbers stay with their words.

    The spaces are those of `typography`; besides, none breaks a number or parts it from its unit,
    and apostrophes are typographic, as pandoc makes them in prose. A second pass changes nothing.

    Examples
    --------
    >>> unbroken("Appels pour 1 000 visites"), unbroken("15 à 24 ans"), unbroken("L'avis n° 8")
    ('Appels pour\\xa01\\u202f000\\xa0visites', '15\\xa0à\\xa024\\xa0ans', 'L’avis n°\\xa08')
    """
    text = curly(typography(label))
    for pattern, joined in _JOINED:
        text = re.sub(pattern, joined, text)
    return text


def curly(text: str) -> str:
    """Write the apostrophes that pandoc does not read, those of labels, as it does in prose.

    Examples
    --------
    >>> curly("L'avis")
    'L’avis'
    """
    return text.replace("'", "’")
