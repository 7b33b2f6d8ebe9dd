"""Words of exports, catalogue and sheets in Markdown: they stand there as plain text.

Sentences, captions and titles are plain text until a page takes them: `plain` writes them as
Markdown, so that nothing of a label is read as a link, a mark-up or code. `markdown` sets marks.
"""

import re
from collections.abc import Iterable

from observlib.base.text import LINE_BREAKS, seen
from observlib.language.french import NBSP

# --- French typographic spaces: in Markdown prose, and in the labels of tables

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
    and `?`. Code, YAML, addresses, attributes, fenced divs, mathematics, HTML tags, works cited,
    table rules and times are left as they are, and a second pass changes nothing.
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

    The spaces are those of `typography`, and apostrophes typographic. A second pass changes
    nothing.
    """
    text = curly(typography(label))
    for pattern, joined in _JOINED:
        text = re.sub(pattern, joined, text)
    return text


def curly(text: str) -> str:
    """Write the apostrophes that pandoc does not read, those of labels, as it does in prose."""
    return text.replace("'", "’")


_TAG = re.compile(r"(?<!\\)<(?=[A-Za-z/!?])(?!https?://[^\s<>]+>)")
_RAW = re.compile(r"(?<!\\)\{(?==)|(?<!\\)\{\{(?=[<%])")  # `{=html}`, and Quarto's `{{< … >}}`
# What means something anywhere, and the colon of an address
_SIGN = re.compile(r"[\\|*_`\[\]<>{}$@^~#&]|(?<=[A-Za-z]):(?=\S)")
# What begins a list, a rule, a definition or pandoc's title where a line starts
_START = re.compile(
    r"(?P<mark>[-+:](?= |$)|--|:::|%|\((?=(?:\d+|[A-Za-z]|[ivxlcdmIVXLCDM]+)\)))"
    r"|(?P<number>\d+|[A-Za-z]|[ivxlcdmIVXLCDM]+)(?P<after>[.)])(?= |$)"
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


class Markdown(str):
    """Markdown of our own, whose words from elsewhere `markdown` made plain; a text is not."""

    __slots__ = ()


def one_line(words: str) -> str:
    """Text on one line, without what nobody sees and no drawing or page can hold."""
    return seen(LINE_BREAKS.sub(" ", words)).strip(" ")


def plain(words: str) -> Markdown:
    """Text of one line, as Markdown that shows it as it stands.

    >>> print(plain("a_b [1]"))
    a\\_b \\[1\\]
    >>> print(plain("1. <b>Suivez-vous @servicepublic ?"))
    1\\. \\<b\\>Suivez-vous \\@servicepublic ?
    """
    line = one_line(words)
    start = _START.match(line)
    line = _SIGN.sub(r"\\\g<0>", line)
    if start and start["mark"]:
        line = rf"\{line}" if not line.startswith("\\") else line
    elif start:
        line = rf"{start['number']}\{line[len(start['number']) :]}"
    return Markdown(line)


def paragraphs(words: str) -> Markdown:
    """Text as Markdown that shows it as it stands: empty lines part its paragraphs.

    >>> paragraphs("Un.\\n\\n- Deux.")
    'Un.\\n\\n\\\\- Deux.'
    """
    return Markdown("\n\n".join(plain(part) for part in re.split(r"\n\s*\n", words.strip())))


def markdown(pattern: str, *words: str) -> Markdown:
    """Markdown with words at its `{}`: plain text, but for what is `Markdown` already.

    >>> print(markdown("**{}** : voir {}.", "Avis *du* site", markdown("@fig-avis")))
    **Avis \\*du\\* site** : voir @fig-avis.
    """
    return Markdown(
        pattern.format(*(word if isinstance(word, Markdown) else plain(word) for word in words))
    )


def joined(parts: Iterable[str], between: str) -> Markdown:
    """Parts of which those that are no `Markdown` are plain text, as one."""
    return Markdown(
        between.join(part if isinstance(part, Markdown) else plain(part) for part in parts)
    )


def unmarked(text: str) -> str:
    """The text that `plain` wrote as Markdown: for what shows titles as they are."""
    return _ESCAPED.sub(r"\1", text)


def attribute_text(words: str) -> str:
    """Text of one line for an attribute, such as an alternative text: nothing in it can end it.

    >>> print(attribute_text('La réponse "Oui" : {{< env HOME >}}'))
    La réponse “Oui” : { {< env HOME >}}
    """
    line = curly(re.sub(r'"([^"]*)"', r"“\1”", one_line(words)).replace('"', "”"))
    return re.sub(r"\{(?=\{[<%])", "{ ", line)


def without_code(markdown: str) -> str:
    """Markdown of our own in which nothing but links is read as code or as a shortcode of Quarto.

    >>> print(without_code("Réponse « <b>Oui</b> », <https://exemple.invalid/> `x`{=html}"))
    Réponse « \\<b>Oui\\</b> », <https://exemple.invalid/> `x`\\{=html}
    """
    return _RAW.sub(r"\\\g<0>", _TAG.sub(r"\\<", markdown))
