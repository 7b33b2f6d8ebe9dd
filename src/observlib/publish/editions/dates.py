"""The release calendar: the day and hour of each edition, and who reads it before.

`calendar.yml` of a data folder, else `data/calendar.yml`::

    editions:
      - quarter: 2026-T4
        date: 2027-02-16
        fixed: 2027-01-11
        changed:
          - {from: 2027-02-15, decided: 2027-01-25, reason: Un export arrive plus tard.}
    access:
      - {role: directrice de l'agence, why: préparer les réponses aux usagers, since: 2026-09-01}

- `date` is a working day, `hour` the hour in Paris, `"08:45"` where it is left out: that at which
  Insee publishes its short-term indicators, early enough to be read on the day.
- `fixed` is the day on which the date was fixed, four weeks before it or earlier; without it the
  date is planned. A fixed date moves only with a line of `changed`, which is published: the date
  that it had, the day on which that was decided (`decided`), the `reason`.
- `access` lists who reads editions before they appear: `role`, `why`, `since`, and `until` where
  that is over. No person's name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date as Day  # which is the name of a key too
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError, model_validator

from observlib.base.errors import ObservError, bounded
from observlib.base.period import Quarter
from observlib.base.working_days import public_holidays
from observlib.base.yaml_files import read
from observlib.catalogue.entries import Part
from observlib.catalogue.mistakes import explain
from observlib.pipeline import project
from observlib.records.actions import Line
from observlib.records.published_text import a_role

HOUR = "08:45"
ZONE = ZoneInfo("Europe/Paris")
NOTICE = timedelta(weeks=4)  # before an edition: from then on its date is firm


class Change(Part):
    """A date that an edition had; when it was decided to change it, and why."""

    before: Day = Field(alias="from")
    decided: Day
    reason: Line


class Access(Part):
    """A role that reads editions before they appear."""

    role: Annotated[Line, AfterValidator(a_role)]
    why: Line
    since: Day
    until: Day | None = None


class Planned(Part):
    """The day and hour of an edition."""

    quarter: str = Field(pattern=r"^(?:19|2\d)\d{2}-T[1-4]$")
    date: Day
    hour: str = Field(default=HOUR, pattern=r"^(?:[01]\d|2[0-3]):[0-5]\d$")
    fixed: Day | None = None
    changed: tuple[Change, ...] = ()

    @property
    def moment(self) -> datetime:
        """When it appears, in Paris."""
        return datetime.fromisoformat(f"{self.date} {self.hour}").replace(tzinfo=ZONE)

    @property
    def is_firm(self) -> bool:
        """Whether its date was fixed."""
        return self.fixed is not None

    @model_validator(mode="after")
    def _is_whole(self) -> Planned:
        if faults := [*self._faults()]:
            raise ValueError("; ".join(faults))
        return self

    def _faults(self) -> Iterator[str]:
        if self.date <= Quarter.parse(self.quarter).end:
            yield f"its date {self.date} is before the quarter's end"
        if self.date.weekday() > 4 or self.date in public_holidays(self.date.year):
            yield f"its date {self.date} is no working day; give the next one"
        first = self.changed[0].before if self.changed else self.date
        if self.changed and self.fixed is None:
            yield "'changed' tells of a date that was never fixed; give `fixed`, or take it out"
        elif self.fixed and self.fixed > first - NOTICE:
            yield (
                f"fixed on {self.fixed}, less than four weeks before {first}: give a later date, "
                "or leave `fixed` out, and it is announced as planned"
            )
        days = [*filter(None, (self.fixed,)), *(change.decided for change in self.changed)]
        if days != sorted(days):
            yield "the days of 'changed' do not follow 'fixed' and each other; put them in order"
        dates = [*(change.before for change in self.changed), self.date]
        if same := [day for day, after in pairwise(dates) if day == after]:
            yield f"'changed' tells a change from {same[0]} to the same day; remove it"


class Calendar(Part):
    """The editions, the oldest first, and who reads them before they appear."""

    editions: tuple[Planned, ...] = ()
    access: tuple[Access, ...] = ()

    def of(self, quarter: str) -> Planned | None:
        """The day of a quarter's edition, where it has one."""
        return next((one for one in self.editions if one.quarter == quarter), None)

    def after(self, quarter: str) -> list[Planned]:
        """The editions after a quarter's."""
        return [one for one in self.editions if one.quarter > quarter]


def load(data: Path, root: Path) -> Calendar:
    """Read and check the calendar of a data folder; an empty one where the project has none.

    Raises
    ------
    ObservError
        With every mistake: file, line, what is wrong and how to mend it.

    Examples
    --------
    >>> load(Path("data/demo"), Path.cwd()).of("2026-T3").date.isoformat()
    '2026-11-16'
    """
    path = project.calendar_file(data, root)
    if path is None:
        return Calendar()
    raw, lines, problems = read(path, dict, "`editions:` and `access:`", "is gone")
    if problems:
        raise ObservError(*problems)
    try:
        found = Calendar.model_validate(raw)
    except ValidationError as error:
        raise ObservError(*explain(error, Calendar, path, (), lines, raw)) from None
    quarters = [one.quarter for one in found.editions]
    if twice := sorted(name for name, times in Counter(quarters).items() if times > 1):
        raise ObservError(f"{path}: has {bounded(twice)} twice; keep one of each")
    for place, (one, other) in enumerate(pairwise(found.editions), 1):
        if one.quarter > other.quarter or one.date >= other.date:
            problems.append(
                f"{path}:{lines['editions', place]}: {other.quarter} of {other.date} stands after "
                f"{one.quarter} of {one.date}; put them in order"
            )
    if problems:
        raise ObservError(*problems)
    return found
