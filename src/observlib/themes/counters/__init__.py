"""Counters where users are received, by département and région, and for so many inhabitants."""

from collections.abc import Iterator

import pandas as pd

from observlib.base.period import Quarter
from observlib.estimates import Row
from observlib.indicators.families import estimated, family

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
@estimated
def by_area(
    counters: pd.DataFrame, population: pd.DataFrame, regions: pd.DataFrame, quarter: Quarter
) -> Iterator[Row]:
    """How many there are by area, and for 100,000 inhabitants, by the latest list."""
    rows = counters[counters["date"] <= pd.Timestamp(quarter.end)]
    names = regions.set_index("departement")["departement_name"].to_dict()
    region_of = _COLLECTIVITIES | regions.set_index("departement")["region_name"].to_dict()
    name_of = _COLLECTIVITIES | names
    for device, lists in rows.groupby("device", sort=True):
        listed = lists[lists["date"] == lists["date"].max()]
        first = listed.iloc[0]
        about = {"channel": first["channel"], "device": device, "source": first["source"]}
        count = listed["departement"].value_counts()
        codes = pd.Index(sorted({*names, *count.index}))
        areas = pd.DataFrame(
            {
                "counters": count.reindex(codes, fill_value=0),
                "people": _people(population, first["date"]).reindex(codes),
                DEPARTMENT: [name_of.get(code, code) for code in codes],
                REGION: [region_of.get(code, code) for code in codes],
            }
        )
        for group in ("", REGION, DEPARTMENT):
            for row in _rows(areas, group):
                yield {**about, "period": str(first["date"].date()), **row}


def _people(population: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """People by département on the latest 1 January up to a day; empty where none is known."""
    rows = population[(population["area_kind"] == "departement") & (population["start"] <= day)]
    rows = rows[rows["start"] == rows["start"].max()]
    return rows.groupby("area")["people"].sum().astype(float)


def _rows(areas: pd.DataFrame, group: str) -> Iterator[Row]:
    """The counts of the areas of a group (the whole, where it is empty), then their rates."""
    keys = areas[group] if group else pd.Series("", index=areas.index)
    counts = areas["counters"].groupby(keys, sort=False).sum()
    inhabited = areas.loc[areas["people"] > 0, ["counters", "people"]]
    sums = inhabited.groupby(keys[inhabited.index], sort=False).sum()
    rates = _PER * sums["counters"] / sums["people"]
    for name, values in (("counters", counts), ("counters_per_100k", rates)):
        for key, value in values.items():
            yield {"indicator": name, "group": group, "group_value": key, "estimate": float(value)}
