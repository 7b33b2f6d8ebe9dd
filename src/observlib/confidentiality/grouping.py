"""Grouping of small categories, so that no published part of a whole counts too few people."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Set

from observlib import estimates

REST, REASONS, CATEGORIES = "Autres", "Autres motifs", "Autres (effectifs regroupés)"
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

    def union(names: Iterable[str]) -> set[str]:
        return {one for name in names for one in holders[name]}

    groups = _groups(list(holders), lambda names: len(union(names)), rest)
    return {label: (names, union(names)) for label, names in groups.items()}


def merge_counts(
    counts: Mapping[str, int], rest: str = REST
) -> dict[str, tuple[tuple[str, ...], int]]:
    """As `merge_small`, of categories in two of which nobody is: how many each holds.

    Examples
    --------
    >>> merge_counts({"a": 40, "b": 12, "c": 2})
    {'a': (('a',), 40), 'Autres': (('b', 'c'), 14)}
    """

    def total(names: Iterable[str]) -> int:
        return sum(counts[name] for name in names)

    groups = _groups(list(counts), total, rest)
    return {label: (names, total(names)) for label, names in groups.items()}


def _groups(
    names: Collection[str], size: Callable[[Iterable[str]], int], rest: str
) -> dict[str, tuple[str, ...]]:
    """Which categories each group is of, by what size some have together."""
    sizes = {name: size([name]) for name in names}
    small = {name for name in names if sizes[name] < estimates.MINIMUM_PEOPLE}
    if small and rest in sizes:  # a category of that very name is one with them
        small.add(rest)
    larger = sorted(set(names) - small, key=lambda name: (sizes[name], name))
    while small and larger and size(small) < estimates.MINIMUM_PEOPLE:
        small.add(larger.pop(0))
    found: dict[str, tuple[str, ...]] = {name: (name,) for name in names if name not in small}
    if small:
        if not found or size(small) < estimates.MINIMUM_PEOPLE:
            return {}
        found[rest] = tuple(name for name in names if name in small)
    return found
