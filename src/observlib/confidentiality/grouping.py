"""Grouping of small categories, so that no published part of a whole counts too few people."""

from __future__ import annotations

from collections.abc import Mapping, Set

from observlib import estimates

REST, REASONS, CATEGORIES = "Autres", "Autres motifs", "Autres (effectifs regroupés)"
_FEW = estimates.MINIMUM_PEOPLE
GROUPED = (REST, REASONS, CATEGORIES)  # labels of what may be several answers: none of them leads


def merge_small(
    holders: Mapping[str, Set[str]], rest: str = REST
) -> dict[str, tuple[tuple[str, ...], Set[str]]]:
    """Categories of at least eleven people; smaller ones are one, named by `rest`.

    Where the small ones together are still too few, the next smallest joins them, as it could
    else be told by subtraction.

    Parameters
    ----------
    holders
        Whom each category holds; someone may be in several.

    Returns
    -------
    dict
        By label, in the order given and `rest` last: the categories that it stands for, and whom
        it holds. Empty where nothing can be told apart.

    Examples
    --------
    >>> people = {"a": set(range(40)), "b": set(range(40, 52)), "c": {60, 61}, "d": set()}
    >>> found = merge_small({name: {str(i) for i in ids} for name, ids in people.items()})
    >>> {label: (names, len(ids)) for label, (names, ids) in found.items()}
    {'a': (('a',), 40), 'Autres': (('b', 'c', 'd'), 14)}
    """
    small = {name for name, ids in holders.items() if len(ids) < _FEW}
    if small and rest in holders:  # a category of that very name is one with them
        small.add(rest)
    larger = sorted(set(holders) - small, key=lambda name: (len(holders[name]), name))
    while small and larger and len(_union(holders, small)) < _FEW:
        small.add(larger.pop(0))
    found: dict[str, tuple[tuple[str, ...], Set[str]]] = {
        name: ((name,), ids) for name, ids in holders.items() if name not in small
    }
    if small:
        merged = _union(holders, small)
        if not found or len(merged) < _FEW:
            return {}
        names = tuple(name for name in holders if name in small)
        found[rest] = (names, merged)
    return found


def _union(holders: Mapping[str, Set[str]], names: Set[str]) -> set[str]:
    return {one for name in names for one in holders[name]}
