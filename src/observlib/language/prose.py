"""Words of exports, catalogue and sheets in Markdown: they stand there as plain text.

Sentences, captions and titles are plain text until the very last: `plain` writes them as Markdown
when a page takes them, so that no label that a sentence quotes is read as a link, a mark-up, a
citation or code. Where a page wants marks of its own, `markdown` puts words between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from observlib.base.text import LINE_BREAKS, seen
from observlib.language.typography import curly

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
    """Text on one line, without what nobody sees and no drawing or page can hold.

    Examples
    --------
    >>> one_line("Une question\\nsur deux\\u2028lignes\\x00")
    'Une question sur deux lignes'
    """
    return seen(LINE_BREAKS.sub(" ", words)).strip(" ")


def plain(words: str) -> Markdown:
    """Text of one line, as Markdown that shows it as it stands.

    Examples
    --------
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

    Examples
    --------
    >>> paragraphs("Un.\\n\\n- Deux.")
    'Un.\\n\\n\\\\- Deux.'
    """
    return Markdown("\n\n".join(plain(part) for part in re.split(r"\n\s*\n", words.strip())))


def markdown(pattern: str, *words: str) -> Markdown:
    """Markdown with words at its `{}`: plain text, but for what is `Markdown` already.

    Examples
    --------
    >>> print(markdown("**{}** : voir {}.", "Avis *du* site", markdown("@fig-avis")))
    **Avis \\*du\\* site** : voir @fig-avis.
    """
    return Markdown(
        pattern.format(*(word if isinstance(word, Markdown) else plain(word) for word in words))
    )


def folded(title: str, text: Markdown, name: str = "") -> Markdown:
    """A part of a page that is folded under its title.

    Parameters
    ----------
    title, text
        Its title, in plain words, and what is under it.
    name
        Its own address on the page, if it has one.

    Examples
    --------
    >>> print(folded("Détail", markdown("{}", "Un mot.")))
    ::: {.callout-note collapse="true"}
    ## Détail
    <BLANKLINE>
    Un mot.
    :::
    """
    known = Markdown(f"#{name} " if name else "")
    return markdown('::: {{{}.callout-note collapse="true"}}\n## {}\n\n{}\n:::', known, title, text)


def joined(parts: Iterable[str], between: str) -> Markdown:
    """Parts of which those that are no `Markdown` are plain text, as one.

    Examples
    --------
    >>> joined([Markdown("**Lu**"), "a_b"], " : ")
    '**Lu** : a\\\\_b'
    """
    return Markdown(
        between.join(part if isinstance(part, Markdown) else plain(part) for part in parts)
    )


def unmarked(text: str) -> str:
    """The text that `plain` wrote as Markdown: for what shows titles as they are.

    Examples
    --------
    >>> unmarked(plain("Q [x] : 1_2"))
    'Q [x] : 1_2'
    """
    return _ESCAPED.sub(r"\1", text)


def attribute_text(words: str) -> str:
    """Text of one line for an attribute, such as an alternative text, that either publisher writes.

    Quotes and apostrophes are typographic, so that none can end the attribute, and nothing is a
    shortcode of Quarto.

    Examples
    --------
    >>> print(attribute_text('La réponse "Oui" : {{< env HOME >}}'))
    La réponse “Oui” : { {< env HOME >}}
    """
    line = curly(re.sub(r'"([^"]*)"', r"“\1”", one_line(words)).replace('"', "”"))
    return re.sub(r"\{(?=\{[<%])", "{ ", line)


def without_code(markdown: str) -> str:
    """Markdown of our own in which nothing is read as code or as a shortcode of Quarto.

    Addresses in angle brackets stay links.

    Examples
    --------
    >>> print(without_code("Réponse « <b>Oui</b> », <https://exemple.invalid/> `x`{=html}"))
    Réponse « \\<b>Oui\\</b> », <https://exemple.invalid/> `x`\\{=html}
    """
    return _RAW.sub(r"\\\g<0>", _TAG.sub(r"\\<", markdown))
