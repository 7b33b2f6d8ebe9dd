"""Counters where users are received, by département and région, and for so many inhabitants."""

import pandas as pd

from observlib import estimates
from observlib.base.period import Quarter
from observlib.indicators.families import family

_PER = 100_000
DEPARTMENT, REGION = "departement", "region"
# Overseas collectivities, which belong to no région.
_COLLECTIVITIES = {
    "975": "Saint-Pierre-et-Miquelon",
    "977": "Saint-Barthélemy",
    "978": "Saint-Martin",
    "984": "Terres australes et antarctiques françaises",
    "986": "Wallis-et-Futuna",
    "987": "Polynésie française",
    "988": "Nouvelle-Calédonie",
}


@family("counters")
def by_area(
    counters: pd.DataFrame, population: pd.DataFrame, regions: pd.DataFrame, quarter: Quarter
) -> pd.DataFrame:
    """How many there are by area, and for 100,000 inhabitants, by the latest list."""
    rows = counters[counters["date"] <= pd.Timestamp(quarter.end)]
    names = regions.set_index("departement")["departement_name"].to_dict()
    region_of = _COLLECTIVITIES | regions.set_index("departement")["region_name"].to_dict()
    name_of = _COLLECTIVITIES | names
    made: list[estimates.Row] = []
    for device, listed in rows.groupby("device", sort=True):
        listed = listed[listed["date"] == listed["date"].max()]
        day = listed["date"].iat[0]
        passport = {
            "channel": listed["channel"].iat[0],
            "device": device,
            "period": str(day.date()),
            "source": listed["source"].iat[0],
        }
        count = listed["departement"].value_counts()
        codes = sorted({*names, *count.index})
        areas = pd.DataFrame(
            {
                "counters": [int(count.get(code, 0)) for code in codes],
                "people": pd.Series(codes).map(_people(population, day)).astype(float).to_numpy(),
                DEPARTMENT: [name_of.get(code, code) for code in codes],
                REGION: [region_of.get(code, code) for code in codes],
            }
        )
        for group in ("", REGION, DEPARTMENT):
            made += _rows(areas, group, passport)
    return estimates.make(made)


def _people(population: pd.DataFrame, day: pd.Timestamp) -> dict[str, int]:
    """People by département on the latest 1 January up to a day; empty where none is known."""
    rows = population[(population["area_kind"] == "departement") & (population["start"] <= day)]
    rows = rows[rows["start"] == rows["start"].max()]
    return {str(area): int(people) for area, people in rows.groupby("area")["people"].sum().items()}


def _rows(areas: pd.DataFrame, group: str, passport: estimates.Row) -> list[estimates.Row]:
    """The counts of the areas of a group (the whole, where it is empty), then their rates."""
    keys = areas[group] if group else pd.Series("", index=areas.index)
    known = areas["people"] > 0
    total = areas["counters"].groupby(keys, sort=False).sum()
    people = areas["people"][known].groupby(keys[known], sort=False).sum()
    served = areas["counters"][known].groupby(keys[known], sort=False).sum()
    counts = [("counters", total)]
    if len(people):
        counts.append(("counters_per_100k", _PER * served / people))
    row = {**passport, "group": group}
    return [
        {**row, "indicator": name, "group_value": key if group else "", "estimate": float(value)}
        for name, values in counts
        for key, value in values.items()
    ]
