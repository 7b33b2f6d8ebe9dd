"""Periods that tell of each other: months, quarters, years, and what each is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from observlib.base.period import Quarter, months_between


def together(periods: Iterable[str]) -> Iterator[set[str]]:
    """Periods that tell of each other: a quarter and its months; a year and its quarters."""
    listed = [*periods]
    quarters = [name for name in listed if len(months_of(name)) == 3]
    years = [name for name in listed if len(months_of(name)) > 3]
    for quarter in quarters:
        yield {name for name in listed if set(months_of(name)) <= set(months_of(quarter))}
    for year in years:
        yield {year} | {name for name in quarters if set(months_of(name)) <= set(months_of(year))}
    told = {month for quarter in quarters for month in months_of(quarter)}
    yield from ({name} for name in listed if len(months_of(name)) == 1 and name not in told)


def months_of(period: str) -> tuple[str, ...]:
    """The months of a period of an estimate; none of a year or a day.

    Examples
    --------
    >>> months_of("2026-T3"), months_of("2026-07"), months_of("2026-08/2026-10"), months_of("2026")
    (('2026-07', '2026-08', '2026-09'), ('2026-07',), ('2026-08', '2026-09', '2026-10'), ())
    """
    if "-T" in period:
        return tuple(Quarter.parse(period).months)
    ends = period.split("/")
    if any(len(end) != 7 for end in ends):
        return ()
    return tuple(months_between(ends[0], ends[-1]))


def tiles(periods: Iterable[str]) -> Iterator[tuple[str, list[str], bool]]:
    """The parts of each period among others: the fewest, and whether they are the whole of it.

    Examples
    --------
    >>> [*tiles(["2026-07", "2026-08", "2026-T3", "2026-T4", "2026-07/2026-12"])]
    [('2026-T3', ['2026-07', '2026-08'], False), ('2026-07/2026-12', ['2026-T3', '2026-T4'], True)]
    """
    within = {period: set(months_of(period)) for period in periods}
    for whole, months in within.items():
        parts: list[str] = []
        left = set(months)
        smaller = [name for name, own in within.items() if own < months]
        for name in sorted(smaller, key=lambda name: (-len(within[name]), name)):
            if within[name] <= left:
                parts.append(name)
                left -= within[name]
        if parts:
            yield whole, sorted(parts), not left
