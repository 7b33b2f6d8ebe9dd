"""Routing of texts: to which partner one leads, by the words of the catalogue's entries."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from observlib.catalogue import Partner
from observlib.catalogue.partners import NOBODY, SEVERAL
from observlib.text import fold_label

_MARK = re.compile(r"\[[^\[\]]*\]")  # in the place of personal data: its words are not the user's


def by_text(partners: Mapping[str, Partner]) -> Callable[[str], str]:
    """What tells where a redacted text leads, by the words that it holds and whom it names.

    A word is found in the plural too, whatever its case and accents. A text that leads to two
    partners is of `SEVERAL`. The marks that stand for personal data count for nothing.

    Examples
    --------
    >>> caisse = Partner(id="c", label="Caisse", domain="x", words=["aide au logement"])
    >>> ville = Partner(id="v", label="Ville", domain="y", words=["tribunal"], entities=["Ville"])
    >>> leads = by_text({"c": caisse, "v": ville})
    >>> leads("Mes AIDES au logement ?"), leads("Les tribunaux"), leads("L'aide de la Ville")
    ('Caisse', 'Ville', 'Ville')
    >>> leads("L'aide au logement de la ville"), leads("[numéro de la ville] perdu")
    ('Plusieurs organismes', 'Aucun organisme')
    """
    patterns = {p.label: _pattern(p.words, p.entities) for p in partners.values()}

    def leads(text: str) -> str:
        plain = _plain(_MARK.sub(" ", text))
        found = [label for label, pattern in patterns.items() if pattern.search(plain)]
        return SEVERAL if len(found) > 1 else found[0] if found else NOBODY

    return leads


def _pattern(words: Collection[str], entities: Collection[str]) -> re.Pattern[str]:
    """What finds words, in the singular or plural, and names; where there is none, nothing."""
    known = [" ".join(map(_either_number, _plain(word).split())) for word in words]
    known += [re.escape(_plain(name)) for name in entities]
    return re.compile(rf"(?<!\w)(?:{'|'.join(known) or '(?!)'})(?!\w)")


def _either_number(word: str) -> str:
    if word.endswith("al"):
        return rf"{re.escape(word[:-2])}(?:als?|aux)"
    return rf"{re.escape(word)}(?:s|x|es)?"


def _plain(text: str) -> str:
    return fold_label(text).replace("-", " ")
