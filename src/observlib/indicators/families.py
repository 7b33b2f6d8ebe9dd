"""Families of estimates: each declared once, with what it reads and what it gives.

A theme declares what it publishes with `family`, above a function whose parameters say what it
reads. An edition computes each family once, and every page selects from what it gave (see
`frame`): no two pages can tell one quantity differently. A function that yields rows is declared
`protected`, `counted` or `estimated`, by which they become estimates.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

import pandas as pd

from observlib import estimates
from observlib.base.yaml_files import load_data
from observlib.catalogue.tables import ALIKE, TABLES
from observlib.confidentiality.disclosure import protect
from observlib.estimates import make_comparisons

# What a family may read beside tidy tables, tables of `data/reference` and other families.
CONTEXT: dict[str, str] = load_data(__file__)["context"]
RESPONSES = "responses"
REFERENCES = ("margins", "regions")  # tables of `data/reference`
Compute = TypeVar("Compute", bound=Callable[..., Any])
Reads = ParamSpec("Reads")
Rows = Iterable[estimates.Row]


class Given(NamedTuple):
    """What a family gives: estimates, comparisons with their verdicts, and words (frames by name)
    of what sentences and tables need that is no number."""

    estimates: pd.DataFrame
    comparisons: pd.DataFrame
    words: dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Family:
    """A family as declared."""

    name: str
    compute: Callable[..., Any]
    quarters: int | None
    each_survey: bool

    @property
    def reads(self) -> tuple[str, ...]:
        """The names of its parameters."""
        return tuple(inspect.signature(self.compute).parameters)

    @property
    def tables(self) -> tuple[str, ...]:
        """The tidy tables that it reads."""
        stands_for = {"responses_of": RESPONSES} | {name: ALIKE[name].table for name in ALIKE}
        read = (stands_for.get(name, name) for name in self.reads)
        return tuple(dict.fromkeys(name for name in read if name in TABLES))

    @property
    def families(self) -> tuple[str, ...]:
        """The families whose estimates it reads."""
        others = {*TABLES, *ALIKE, *CONTEXT, *REFERENCES}
        return tuple(name for name in self.reads if name not in others)

    def give(self, read: Mapping[str, Any]) -> Given:
        """Compute it from what it reads, by name, and check what it gives."""
        found = self.compute(**read)
        rows, pairs, words = (*(found if isinstance(found, tuple) else (found,)), None, None)[:3]
        checked = estimates.check(rows.reset_index(drop=True))
        return Given(checked, make_comparisons(pairs), dict(words or {}))


DECLARED: dict[str, Family] = {}  # of the themes imported so far; `frame.families` has all


def family(
    name: str, *, quarters: int | None = None, each_survey: bool = False
) -> Callable[[Compute], Compute]:
    """Declare that a function computes a family of estimates (see `Family`).

    >>> @family("example", quarters=5)
    ... def example(audience: pd.DataFrame, quarter: object) -> pd.DataFrame:
    ...     return estimates.make([])
    >>> DECLARED.pop("example").tables
    ('audience',)
    """

    def declare(compute: Compute) -> Compute:
        if name in DECLARED and DECLARED[name].compute.__module__ != compute.__module__:
            raise ValueError(
                f"two families are called {name!r}: in {compute.__module__} and in "
                f"{DECLARED[name].compute.__module__}"
            )
        DECLARED[name] = Family(name, compute, quarters, each_survey)
        return compute

    return declare


# --- From rows to estimates: what a function yields, and how it is protected


def made_by(
    make: Callable[[Rows], pd.DataFrame],
) -> Callable[[Callable[Reads, Rows]], Callable[Reads, pd.DataFrame]]:
    """Declare what makes estimates of the rows that a function yields."""

    def declare(rows_of: Callable[Reads, Rows]) -> Callable[Reads, pd.DataFrame]:
        @wraps(rows_of)
        def frame_of(*args: Reads.args, **kwargs: Reads.kwargs) -> pd.DataFrame:
            return make(rows_of(*args, **kwargs))

        return frame_of

    return declare


def protected(
    low_base: int = estimates.LOW_BASE, personal: bool = True
) -> Callable[[Callable[Reads, Rows]], Callable[Reads, pd.DataFrame]]:
    """Declare that of the rows that a function yields estimates are made that may be told, with
    parameters of `confidentiality.disclosure.protect`."""
    return made_by(partial(protect, low_base=low_base, personal=personal))


counted = protected(low_base=0, personal=False)
"""As `protected`, of what is counted whole: no base of it is low."""
estimated = made_by(estimates.make)
"""As `protected`, of what tells of nobody."""
