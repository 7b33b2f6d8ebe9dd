"""What is true in the demonstration, decided before any chance: the answers that tests know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from observlib.period import Quarter, month_days, months_between

FIRST = Quarter(2023, 1)
LAST = Quarter(2026, 3)
QUARTERS = [FIRST + i for i in range(15)]
MONTHS = list(months_between(FIRST.months[0], LAST.months[2]))

# --- Visits -------------------------------------------------------------------------------
MONTH_FACTORS = (1.10, 1.00, 1.06, 1.02, 0.98, 0.94, 0.86, 0.78, 1.12, 1.10, 1.04, 1.00)
WEEKDAY_FACTORS = (1.22, 1.20, 1.14, 1.12, 1.02, 0.64, 0.66)  # Monday first
NOISE = 0.03  # standard deviation of a day's visits around what is expected


@dataclass(frozen=True)
class Site:
    """A counted site: expected visits on an average day of 2023, and growth a year."""

    product: str
    per_day: int
    growth: float


SITES = {
    "matomo-service-public": Site("service-public", 900_000, 0.04),
    "matomo-entreprendre": Site("entreprendre", 60_000, 0.06),
    "matomo-legifrance": Site("legifrance", 400_000, 0.02),
    "matomo-vie-publique": Site("vie-publique", 90_000, 0.03),
    "matomo-journal-officiel": Site("journal-officiel", 30_000, 0.01),
    "audience-boamp": Site("boamp", 25_000, 0.02),
    "datagouv-bodacc": Site("bodacc", 120, 0.10),
    "datagouv-fiches": Site("service-public", 300, 0.05),
    "datagouv-annuaire": Site("annuaire", 80, 0.05),
}
BREAK = {"device": "matomo-legifrance", "from_month": "2025-03"}
BREAK_FACTOR = 0.7
OUTAGE = {
    "device": "matomo-entreprendre",
    "first_day": "2026-04-13",
    "last_day": "2026-04-30",
}
DUMP = date(2026, 10, 4)  # the day of the data.gouv.fr exports: October is in progress


def expected_visits(device: str, day: date) -> float:
    """Expected visits of a day: 0 on the days of the outage, when nothing was counted.

    Examples
    --------
    >>> expected_visits("matomo-entreprendre", date(2026, 4, 13))
    0.0
    """
    site = SITES[device]
    text = day.isoformat()
    if device == OUTAGE["device"] and OUTAGE["first_day"] <= text <= OUTAGE["last_day"]:
        return 0.0
    elapsed = (day.year - FIRST.year) * 12 + day.month - 1
    expected = site.per_day * (1.0 + site.growth * elapsed / 12)
    expected = expected * MONTH_FACTORS[day.month - 1] * WEEKDAY_FACTORS[day.weekday()]
    if device == BREAK["device"] and text[:7] >= BREAK["from_month"]:
        expected = expected * BREAK_FACTOR
    return expected


def days_of(month: str) -> Iterator[date]:
    """Every day of a month written `YYYY-MM`."""
    first = date.fromisoformat(f"{month}-01")
    for i in range(month_days(month)):
        yield first + timedelta(days=i)


# --- Ratings ------------------------------------------------------------------------------
CHANGE = {"device": "jdma-service-public", "from_quarter": "2026-T1"}
THREE_SMILEYS = (10, 5, 0)  # Très bien, Moyen, Pas bien
FIVE_STEPS = (0, 2.5, 5, 7.5, 10)  # steps 1 to 5, brought to 0–10
YES_NO = (10, 0)
HELP_SOUGHT = 0.25  # share of the answers to a JDMA form that tried to reach the administration
HELP_REACHED = (62, 38)  # yes, no: chances in percent
HELP_SATISFACTION = (8, 12, 22, 36, 22)  # from very bad to excellent, of those who reached it


@dataclass(frozen=True)
class Rated:
    """A rating device: chances in percent of each answer, and answers a quarter (from, to)."""

    product: str
    satisfaction: tuple[int, ...]
    clarity: tuple[int, ...]
    answers: tuple[int, int]


RATED = {
    "jdma-service-public": Rated("service-public", (55, 28, 17), (6, 10, 22, 34, 28), (235, 275)),
    "jdma-entreprendre": Rated("entreprendre", (58, 28, 14), (5, 9, 22, 36, 28), (105, 140)),
    "jdma-legifrance": Rated("legifrance", (50, 30, 20), (9, 14, 25, 32, 20), (70, 100)),
    "jdma-vie-publique": Rated("vie-publique", (70, 20, 10), (3, 6, 16, 38, 37), (17, 24)),
    "jdma-journal-officiel": Rated("journal-officiel", (60, 25, 15), (8, 12, 24, 32, 24), (5, 9)),
    "satisfaction-3939": Rated(
        "allo-service-public", (5, 8, 17, 42, 28), (3, 7, 20, 42, 28), (170, 210)
    ),
}
AFTER_CHANGE = (66, 24, 10)


def questions(device: str) -> tuple[str, ...]:
    """The questions that a device asks: the help received is JDMA's."""
    asked = ("satisfaction", "clarity")
    return (*asked, "help_reached", "help_satisfaction") if device.startswith("jdma-") else asked


def chances(device: str, question: str, quarter: Quarter) -> tuple[int, ...]:
    """Chances in percent of each answer to a question, in the order of its `scale`.

    Examples
    --------
    >>> chances("jdma-service-public", "satisfaction", Quarter(2026, 1))
    (66, 24, 10)
    """
    if question == "help_reached":
        return HELP_REACHED
    if question == "help_satisfaction":
        return HELP_SATISFACTION
    if question == "clarity":
        return RATED[device].clarity
    if device == CHANGE["device"] and str(quarter) >= CHANGE["from_quarter"]:
        return AFTER_CHANGE
    return RATED[device].satisfaction


def scale(device: str, question: str) -> tuple[float, ...]:
    """The value on 0–10 of each answer, in the order of `chances`."""
    if question == "help_reached":
        return YES_NO
    three = device.startswith("jdma-") and question == "satisfaction"
    return THREE_SMILEYS if three else FIVE_STEPS


def mean_10(device: str, question: str, quarter: Quarter) -> float:
    """True mean on 0–10.

    Examples
    --------
    >>> [mean_10("jdma-service-public", "satisfaction", Quarter(2026, 1) + i) for i in (-1, 0)]
    [6.9, 7.8]
    """
    pairs = zip(chances(device, question, quarter), scale(device, question), strict=True)
    return sum(round(chance * value * 2) for chance, value in pairs) / 200


def satisfied_share(device: str, question: str, quarter: Quarter) -> float:
    """True share of answers worth 7.5 or more on 0–10.

    Examples
    --------
    >>> satisfied_share("satisfaction-3939", "satisfaction", Quarter(2026, 1))
    0.7
    """
    pairs = zip(chances(device, question, quarter), scale(device, question), strict=True)
    return sum(chance for chance, value in pairs if value >= 7.5) / 100


# --- Told experiences -----------------------------------------------------------------------
FEELINGS = {"positive": 40, "neutral": 15, "negative": 45}  # chances in percent
EXPERIENCES = (70, 100)  # a quarter, from and to
