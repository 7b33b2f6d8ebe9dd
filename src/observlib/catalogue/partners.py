"""Partners: what the entries of `partners.yml` say of each other and of the peers, checked.

Each contact leads to one place: a partner, several of them that share its theme, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import TypeVar

from observlib.base.text import fold_label
from observlib.catalogue.entries import Partner, Peer, Task

One = TypeVar("One", Partner, Task)
SEVERAL, NOBODY, UNTOLD = "Plusieurs organismes", "Aucun organisme", "Sans motif"
PARTNER, THEME = "partner", "theme"  # groups of estimates
_TAKEN = (SEVERAL, NOBODY, UNTOLD)


def faults(
    partners: Mapping[str, Partner],
    peers: Mapping[str, Peer],
    places: Mapping[tuple[str, str, str], str],
) -> Iterator[str]:
    """What is wrong with partners beside each other.

    A theme has one partner, or several that all say that they share it: a contact is never counted
    for two of them by mistake. A word or a name leads to one.
    """

    def at(partner: Partner, key: str) -> str:
        return f"{places['partners', partner.id, key]}: {partner.id!r}"

    for partner in partners.values():
        if partner.label in _TAKEN:
            yield f"{at(partner, 'label')}: label {partner.label!r} means no partner; give another"
        if partner.peer is not None and partner.peer not in peers:
            allowed = ", ".join(peers) or "none"
            yield f"{at(partner, 'peer')}: unknown peer {partner.peer!r}; allowed: {allowed}"
    named = [(p, "label", p.label) for p in partners.values()]
    for first, second, key, label in twice(named):
        yield f"{at(second, key)}: label {label!r} is that of {first.id!r}; give another"
    given = [
        (partner, key, theme)
        for partner in partners.values()
        for key in ("themes", "shared")
        for theme in getattr(partner, key)
    ]
    for _, same in groupby(sorted(given, key=_folded), _folded):
        claims = list(same)
        owners = {partner.id: (partner, key) for partner, key, _ in claims}
        if len(owners) == 1:
            (partner, key), theme = next(iter(owners.values())), claims[0][2]
            if key == "shared":
                yield (
                    f"{at(partner, key)}: theme {theme!r} is shared with no other partner; "
                    "list it in the `shared` of the other too, or in its own `themes`"
                )
            continue
        for partner, key, theme in claims:
            if key == "themes":
                others = ", ".join(name for name in owners if name != partner.id)
                yield (
                    f"{at(partner, key)}: theme {theme!r} is also that of {others}; leave it to "
                    "one, or list it in the `shared` of each"
                )
    words = [
        (partner, key, word)
        for partner in partners.values()
        for key in ("words", "entities")
        for word in getattr(partner, key)
    ]
    for first, second, key, word in twice(words):
        yield f"{at(second, key)}: {word!r} leads to {first.id!r} already; leave it to one"


def by_theme(partners: Mapping[str, Partner]) -> Callable[[str], str]:
    """What tells where a theme leads: a partner's label, `SEVERAL`, `NOBODY`, or `UNTOLD`.

    Examples
    --------
    >>> caisse = Partner(id="c", label="Caisse", domain="x", themes=["Famille"], shared=["Toit"])
    >>> ville = Partner(id="v", label="Ville", domain="y", shared=["Toit"])
    >>> leads = by_theme({"c": caisse, "v": ville})
    >>> [leads(theme) for theme in ("famille", "Toit", "Autre chose", UNTOLD)]
    ['Caisse', 'Plusieurs organismes', 'Aucun organisme', 'Sans motif']
    """
    known = {fold_label(theme): p.label for p in partners.values() for theme in p.themes}
    known |= {fold_label(theme): SEVERAL for p in partners.values() for theme in p.shared}

    def leads(theme: str) -> str:
        return UNTOLD if theme == UNTOLD else known.get(fold_label(theme), NOBODY)

    return leads


def _folded(given: tuple[Partner, str, str]) -> str:
    return fold_label(given[2])


def twice(given: Iterable[tuple[One, str, str]]) -> Iterator[tuple[One, One, str, str]]:
    """What a second entry has too: the first, the second, its key and the words."""
    known: dict[str, One] = {}
    for one, key, words in given:
        first = known.setdefault(fold_label(words), one)
        if first is not one:
            yield first, one, key, words
