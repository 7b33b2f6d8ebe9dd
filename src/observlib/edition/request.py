"""The request for an edition: what is to be made of what, checked before anything runs."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from observlib import store
from observlib.base import kept
from observlib.base.errors import ObservError, UsageError
from observlib.base.kept import Inputs
from observlib.base.period import Quarter
from observlib.base.text import fold_label
from observlib.catalogue import Catalogue, tables
from observlib.display import style as brands
from observlib.edition import kept_pages
from observlib.edition.plan import Page, Study, Subjects, load_studies, plan
from observlib.pipeline import departments, errata, frame, project
from observlib.records.practices import Practices

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Request:
    """A request that can be met: an edition of a quarter, from a data folder, on a day.

    `kind` and `digest` are the store's. `pages` are the whole plan, in order; `wanted` the names of
    those to be made now. `errata` are all that are known (see `errata.known`), `brand` the site's.
    """

    root: Path
    data: Path
    quarter: Quarter
    today: date
    kind: str
    digest: str
    catalogue: Catalogue
    practices: Practices
    pages: tuple[Page, ...]
    wanted: frozenset[str]
    errata: pd.DataFrame = field(default_factory=errata.none, compare=False)
    brand: brands.Brand = field(default_factory=brands.Brand)

    @property
    def about(self) -> dict[str, str]:
        """What every page says of the edition."""
        return {"quarter": str(self.quarter), "kind": self.kind, "site": self.brand.name}

    @property
    def place(self) -> str:
        """The data folder, from the project's root; its name alone where it is not inside."""
        if self.data.is_relative_to(self.root):
            return self.data.relative_to(self.root).as_posix()
        return self.data.name

    @property
    def others(self) -> list[Page]:
        """The pages that are to stay as the quarter's edition has them."""
        return [page for page in self.pages if page.name not in self.wanted]

    @property
    def published(self) -> Path:
        """Where the quarter's edition is, once it is published."""
        return self.root / "reports" / "editions" / str(self.quarter)

    @property
    def failed(self) -> Path:
        """Where the notebooks of pages that failed are put, to be looked at."""
        return self.root / "reports" / "_failed"

    def shared(self, decided: str) -> Inputs:
        """What every page depends on now; `decided` is the digest of `disclosed.decisions`."""
        held = {f"the data/{name}": value for name, value in store.digests(self.data).items()}
        known = project.knowledge(self.data, self.root)
        seen = {"what is withheld": decided, "what was announced": frame.announced(self.data)}
        library = kept_pages.library(self.root / "notebooks") | kept.installed()
        return {**library, **known, **held, **seen, "the site": self.brand.name}


def check_request(
    root: Path,
    data: Path,
    quarter: Quarter | None,
    only: Sequence[str],
    given: Mapping[str, str] | None,
    today: date,
) -> Request:
    """Check all that an edition is to be made of."""
    catalogue = project.catalogue_with_devices(data, root)
    store.check(data)
    quarter = _check_quarter(data, quarter, today)
    studies = load_studies(root / "notebooks")
    if not studies:
        raise ObservError(f"{root / 'notebooks'}: holds no study; put notebooks (.ipynb) there")
    kind = store.kind(data)
    practices = project.practices(data, kind, root)
    relative = data.relative_to(root).as_posix() if data.is_relative_to(root) else str(data)
    held = store.devices(data)
    subjects = Subjects(
        departments.products(held["device"], catalogue),
        frame.surveys(data),
        _partners(data, held, catalogue, quarter),
        departments.with_pages(held["device"], catalogue),
    )
    studies = _fed(studies, set(held["table"]), only)

    def planned(names: Sequence[str], given: Mapping[str, str] | None = None) -> dict[str, Page]:
        made = plan(studies, quarter, relative, catalogue, subjects, names, given)
        return {page.name: page for page in made}

    wanted = planned(only, given)
    pages: dict[str, Page] = {} if only else wanted
    for name in studies if only else ():
        with contextlib.suppress(UsageError):  # it is no page of an edition without `-p`
            pages |= planned([name])
        pages |= {key: page for key, page in wanted.items() if page.study.name == name}
    return Request(
        root=root,
        data=data,
        quarter=quarter,
        today=today,
        kind=kind,
        digest=store.digest(data),
        catalogue=catalogue,
        practices=practices,
        pages=tuple(pages.values()),
        wanted=frozenset(wanted),
        errata=errata.known(root, data, today),
        brand=brands.read_brand(root / "reports"),
    )


def _fed(studies: Mapping[str, Study], tables: set[str], only: Sequence[str]) -> dict[str, Study]:
    """The studies whose tables the store holds; `UsageError` where one asked for is none."""
    lacking = {name: set(study.needs) - tables for name, study in studies.items()}
    if without := [name for name in only if lacking.get(name)]:
        raise UsageError(
            *(
                f"study {name!r}: needs what no export of the store gave: "
                f"{', '.join(sorted(lacking[name]))}; ingest a device that gives it"
                for name in without
            )
        )
    return {name: study for name, study in studies.items() if not lacking[name]}


def _check_quarter(data: Path, quarter: Quarter | None, today: date) -> Quarter:
    latest = store.latest_quarter(data, today)
    held = store.devices(data)
    if quarter is None or quarter.end >= today:
        _check_clock(held, today)
    quarter = quarter or latest
    if quarter.end >= today:
        raise UsageError(f"quarter {quarter}: has not ended; the latest with data is {latest}")
    start, end = quarter.start.isoformat(), quarter.end.isoformat()
    if not ((held["start"] <= end) & (held["end"] >= start)).any():
        first = Quarter.of(date.fromisoformat(held["start"].min()))
        raise ObservError(
            f"quarter {quarter}: the store has no data for it; "
            f"it goes from {first} to {max(first, latest)}"
        )
    return quarter


def _check_clock(held: pd.DataFrame, today: date) -> None:
    """Raise where the store has data of days to come: the quarter would be chosen by a wrong day.

    Of tomorrow's they may be, in another time zone, as in `tables.checks`.
    """
    ends = held.loc[~held["table"].isin((*tables.REFERENCE, "procedures")), "end"].dropna()
    if not ends.empty and date.fromisoformat(ends.max()) > today + timedelta(days=1):
        raise ObservError(
            f"today is {today} by this machine's clock, and the store has data to {ends.max()}; "
            "set the clock, or name a quarter that ended before"
        )


def _partners(
    data: Path, held: pd.DataFrame, catalogue: Catalogue, quarter: Quarter
) -> dict[str, set[str]]:
    """The partners to which a theme of eight quarters leads, or texts may, in their order.

    Each with the departments of the devices that heard it.
    """
    heard: dict[str, set[str]] = {}
    for device, theme in store.themes(data, quarter.back(8)[0], quarter):
        heard.setdefault(fold_label(theme), set()).add(departments.of("", device, catalogue))
    texts = held.loc[held["table"] == "verbatims", "device"]
    wrote = {departments.of("", device, catalogue) for device in texts}
    found = {}
    for partner in catalogue.partners.values():
        led = [heard.get(fold_label(theme), set()) for theme in (*partner.themes, *partner.shared)]
        found[partner.id] = set().union(*led, wrote if partner.words or partner.entities else ())
    return {name: led for name, led in found.items() if led}
