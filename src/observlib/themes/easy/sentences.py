"""What the templates of the page in easy French ask: what moved, what is fragile, what is easy."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.catalogue import Catalogue
from observlib.indicators.pairs import SUBJECT_OF_PAIRS, calculation_counts
from observlib.language import french
from observlib.language.words import LINES
from observlib.themes import easy, main_points
from observlib.themes.templates import published

_PLACE = [*SUBJECT_OF_PAIRS, "period"]
_KEY = ["indicator", "product", "channel", "device"]
_MILLIONS = 1_500_000  # from where a count is told in millions
_THINGS = {
    "visits": "visites",
    "calls_offered": "appels",
    "tickets_received": "messages",
    "subscribers": "abonnés",
    "units_sold": "ventes",
}
_WAYS = {"rise": "up", "fall": "down", "stable": ""}  # of a verdict, the direction that it goes
_Lines = dict[str, list[str]]  # of each product


def _months_of(quarter: str) -> str:
    """The months of a quarter, of which the last has the year."""
    *others, last = (french.month_label(month) for month in Quarter(quarter).months)
    return french.join([*(name.split(" ")[0] for name in others), last])


def _fragile(sure: pd.DataFrame) -> set[tuple[str, ...]]:
    """Of which marks what they did hangs on how it is calculated."""
    counts = calculation_counts(sure)
    return set(counts.loc[counts["fragile"], _PLACE].itertuples(index=False, name=None))


def _is_fragile(mark: estimates.Row, fragile: Collection[tuple[str, ...]]) -> bool:
    """Whether what a mark did is known, and fragile."""
    if mark["indicator"] != "satisfaction_10" or mark.get("verdict") == "unknown":
        return False
    return tuple(mark[name] for name in _PLACE) in fragile


def _verdicts(pairs: pd.DataFrame, quarter: str) -> dict[tuple[str, ...], str]:
    """What estimates did in a year, by what they are about."""
    on_a_year = estimates.records(main_points.on_a_year(pairs, Quarter(quarter)))
    return {tuple(pair[name] for name in _KEY): pair["verdict"] for pair in on_a_year}


def _verdict(row: estimates.Row, verdicts: Mapping[tuple[str, ...], str]) -> str | None:
    return verdicts.get(tuple(row[name] for name in _KEY))


def _by_verdict(
    rows: pd.DataFrame,
    verdicts: Mapping[tuple[str, ...], str],
    fragile: Collection[tuple[str, ...]],
) -> list[tuple[str, bool, list[str]]]:
    """What marks did, whether that is fragile, and of which products: certain verdicts first."""
    of: dict[tuple[str, bool], list[str]] = {(verdict, False): [] for verdict in _WAYS}
    for row in estimates.records(rows):
        if verdict := _verdict(row, verdicts):
            is_fragile = _is_fragile({**row, "verdict": verdict}, fragile)
            of.setdefault((verdict, is_fragile), []).append(row["product"])
    return [(*did, products) for did, products in of.items() if products]


def _greatest(heard: pd.DataFrame, quarter: str) -> list[estimates.Row]:
    """Why most call, why most write and what most met in tests, of each product."""
    problems = published(heard, "problem_share")
    kinds = (
        published(heard, "call_theme_share", quarter),
        published(heard, "ticket_theme_share", quarter),
        problems[~problems["period"].str.contains("-T")],
    )
    ordered = (rows.sort_values("estimate", ascending=False, kind="stable") for rows in kinds)
    return [row for rows in ordered for row in estimates.records(rows.drop_duplicates("product"))]


def _easy_lines(
    rows: list[estimates.Row], line: Callable[[estimates.Row], str], catalogue: Catalogue
) -> _Lines:
    """What is easy to read of what is said of each product, in the order of what is said at all."""
    of: _Lines = {row["product"]: [] for row in rows}
    for row in rows:
        if _is_easy(said := line(row).strip(), catalogue):
            of[row["product"]].append(said)
    return {product: own for product, own in of.items() if own}


def _is_easy(text: str, catalogue: Catalogue) -> bool:
    return easy.is_easy(text, easy.names_of(catalogue))


def _by_product(lines: _Lines) -> list[tuple[list[str], list[str]]]:
    return [([product], own) for product, own in lines.items()]


def _most_common(lines: _Lines) -> Iterator[tuple[list[str], list[str]]]:
    """The lines that are said of most products, each after these."""
    most = Counter(line for own in lines.values() for line in own).most_common(LINES)
    for line, _ in most:
        yield [product for product, own in lines.items() if line in own], [line]


def _two_digits(x: float) -> str:
    """A count with its first two digits.

    >>> _two_digits(1_234), _two_digits(7)
    ('1\\u202f200', '7')
    """
    digits = max(len(str(round(x))) - 2, 0)
    return french.number(round(x, -digits))
