"""Who answers and who is missing: said of respondents, never of a product's users."""

from typing import Any

import pandas as pd
from tests import said
from tests.plain_french import faults
from tests.words import plain

from observlib import estimates
from observlib.indicators import pairs
from observlib.themes.profiles import sentences as profiles

YEAR = "2025-10/2026-09"
SURVEY = "enquete-service-public"


def ratio(name: str, value: float | None, half: float = 0.1, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"indicator": "representation", "period": YEAR, "unit": "rapport"}
    row |= {"device": SURVEY, "group": "age", "group_value": name}
    if value is not None:
        row |= {"estimate": value, "ci_low": value - half, "ci_high": value + half, "n": 300}
    return row | more


def share(variable: str, name: str, value: float | None, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"indicator": "profile_share", "period": YEAR, "unit": "%"}
    row |= {"device": SURVEY, "group": variable, "group_value": name}
    return row | ({"estimate": value, "n": 300} if value is not None else {}) | more


def beside(name: str, heard: float, known: float, verdict: str, **more: Any) -> dict[str, Any]:
    """A category's share of respondents and of the population, with what the study found."""
    tested = verdict != "" and more.get("reason", "precision") == "precision"
    return {
        "indicator": "profile_share", "unit": "%", "period": YEAR, "device": SURVEY,
        "group": "age", "group_value": name, "estimate": heard, "reference_estimate": known,
        "difference": heard - known, "level": 0.95 if tested else float("nan"),
        "detectable": 13.0,
        "verdict": verdict, "reason": "precision" if verdict == "unknown" else "", **more,
    }  # fmt: skip


def heard_by(devices: int, *rows: dict[str, Any]) -> pd.DataFrame:
    """The same rows of so many devices, each with a gap a bit larger than the one before it."""
    return pd.DataFrame(
        {
            **row,
            "device": f"d{n}",
            "estimate": row["estimate"] - n,
            "difference": row["difference"] - n,
        }
        for n in range(devices)
        for row in rows
    )


def against(*rows: dict[str, Any]) -> Any:
    return lambda c: profiles.against_population(pd.DataFrame(rows), c)


def by_category(*rows: dict[str, Any], variable: str = "age") -> Any:
    return lambda c: profiles.gaps_by_category(pd.DataFrame(rows), c, variable)


def respondents(c: Any) -> str:
    compared = pairs.tested(c, pairs.leading_answer(SHARES))
    return profiles.respondents(SHARES, compared, c)


OTHER = {"device": "enquete-legifrance"}
OLD = beside("75 ans et plus", 9, 15, "fall")
MORE = beside("35 à 49 ans", 40, 23, "rise", device="d0")
OF_SIX = pd.concat(
    [
        heard_by(6, OLD, beside("A", 9, 10, "unknown")),
        pd.DataFrame([MORE, {**MORE, "verdict": "stable", "device": "d6"}]),
    ]
).to_dict("records")
NEAR = beside("A", 9, 10, "unknown")
THIN = beside("A", 2, 10, "unknown", reason="low_base")
FEW = beside("B", float("nan"), 10, "unknown", reason="suppressed")
SHARES = estimates.make(
    [
        share("age", "50 à 64 ans", 45), share("age", "15 à 24 ans", 20),
        share("age", "Autres (effectifs regroupés)", 35), share("sex", "Femme", 51),
        share("sex", "Homme", 49), share("status", "Toutes catégories", None, status="suppressed"),
    ]
)  # fmt: skip
HEARD = [beside("15 à 24 ans", 9, 15, "fall"), beside("75 ans et plus", 3, 12, "fall"),
         beside("35 à 49 ans", 30, 23, "rise"), beside("50 à 64 ans", 24, 23, "unknown"),
         beside("15 à 24 ans", 20, 15, "rise", **OTHER)]  # fmt: skip
CASES: said.Cases = {
    "one device": against(
        beside("15 à 24 ans", 9, 15, "fall"), beside("25 à 34 ans", 13, 14, "stable"),
        beside("50 à 64 ans", 12, 23, "unknown"), beside("75 ans et plus", 3.2, 11.9, "fall"),
        beside("35 à 49 ans", 40, 23, "rise")),
    "six devices": against(*OF_SIX),
    "five devices": against(*(row for row in OF_SIX if row["device"] < "d5")),
    "six devices without a gap": against(*heard_by(6, NEAR).to_dict("records")),
    "thin and withheld": against(THIN, FEW),
    "no gap": against(NEAR),
    "no gap of what is shown": against(NEAR, FEW),
    "two shares that differ": against(beside("A", 4.1, 4.4, "fall")),
    "categories": by_category(*HEARD),
    "categories of six devices": by_category(
        *(beside(name, 9, 15, "fall", **OTHER)
          for name in ("15 à 24 ans", "25 à 34 ans", "35 à 49 ans")),
        *heard_by(6, OLD).to_dict("records")),
    "categories of few": by_category(FEW),
    "categories that nobody asked": by_category(FEW, variable="sex"),
    "categories without a gap": by_category(beside("A", 97, 98, "unknown")),
    "a category": lambda c: [
        profiles.category(estimates.make([ratio("75 ans et plus", x, **m) for x, m in rows]), c)
        for rows in ([(0.5, {}), (0.9, OTHER)], [(0.5, {})], [(None, {"status": "suppressed"})])],
    "respondents": respondents,
    "devices with profiles": lambda _: [
        profiles.devices_with_profiles(estimates.make(rows)) for rows in (
            [share("age", "A", 60), share("sex", "B", 40, **OTHER)], [])],
    "the reservation": lambda _: profiles.reservation(SHARES),
}  # fmt: skip


@said.each(CASES)
def test_what_is_said_of_profiles(case, catalogue):
    said.hold("profiles", case, CASES, catalogue)


def test_what_is_said_of_six_devices_is_plain(catalogue):
    text = plain(CASES["six devices"](catalogue))
    assert not [fault for one in text.split(". ") for fault in faults(one)]
