"""Routing of texts: to which partner one leads, by the words of the catalogue's entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from observlib.base.text import by_words
from observlib.catalogue import Partner
from observlib.catalogue.partners import NOBODY, SEVERAL


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
    words = {p.label: p.words for p in partners.values()}
    holding = by_words(words, {p.label: p.entities for p in partners.values()})

    def leads(text: str) -> str:
        found = holding(text)
        return SEVERAL if len(found) > 1 else found[0] if found else NOBODY

    return leads
