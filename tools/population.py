"""Population margins: how many people live in France, by age, sex and région.

They are what the users who answer are held against. INSEE's estimates are by five-year age, so
the youngest group begins at 15: 18 cannot be told from 15 in them.
"""

from __future__ import annotations

import pandas as pd

from observlib.base.text import fold

AGES = {
    "15 à 24 ans": 15,
    "25 à 34 ans": 25,
    "35 à 49 ans": 35,
    "50 à 64 ans": 50,
    "65 à 74 ans": 65,
    "75 ans et plus": 75,
}
SEXES = {"F": "Femme", "M": "Homme"}
SCOPE = "15 ans et plus, France métropolitaine et départements d'outre-mer"
SOURCE = "Insee, estimations de population au 1er janvier"
URL = "https://www.insee.fr/fr/statistiques/1893198"
COLUMNS = ["variable", "category", "people", "year", "scope", "source", "url"]


def margins(population: pd.DataFrame, regions: pd.DataFrame, year: int) -> pd.DataFrame:
    """People of 15 and over by age group, sex and région, from the figures by département.

    `data/reference/margins.csv` is what this gives of INSEE's latest workbook.

    Parameters
    ----------
    population
        Tidy table `population`.
    regions
        `departement`, `region_name`: which région each département is in.
    year
        Of 1 January of this year.

    Returns
    -------
    DataFrame
        `COLUMNS`: `variable` is `age`, `sex` or `region`; `people` is a whole number.

    Raises
    ------
    ValueError
        Where the table has no département in that year, or one that `regions` does not have.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {
    ...         "area_kind": "departement", "area": "75", "sex": ["F", "F", "M"],
    ...         "age_low": [10, 15, 95], "people": [5, 40, 2], "start": pd.Timestamp("2022-01-01"),
    ...     }
    ... )
    >>> regions = pd.DataFrame({"departement": ["75"], "region_name": ["Île-de-France"]})
    >>> margins(table, regions, 2022)[["category", "people"]].values.tolist()
    [['15 à 24 ans', 40], ['75 ans et plus', 2], ['Femme', 40], ['Homme', 2], ['Île-de-France', 42]]
    """
    rows = population[
        (population["area_kind"] == "departement")
        & (population["start"] == pd.Timestamp(year, 1, 1))
        & (population["age_low"] >= min(AGES.values()))
    ]
    if rows.empty:
        raise ValueError(f"the population has no département on 1 January {year}")
    region = rows["area"].map(regions.set_index("departement")["region_name"])
    if region.isna().any():
        unknown = sorted(rows.loc[region.isna(), "area"].unique())
        raise ValueError(f"no region is known for {', '.join(unknown)}")
    starts = list(AGES.values())
    age = pd.cut(rows["age_low"].astype(int), [*starts, 999], right=False, labels=list(AGES))
    of = {"age": age, "sex": rows["sex"].map(SEXES), "region": region}
    parts = []
    for variable, categories in of.items():
        people = rows["people"].astype(int).groupby(categories, observed=True).sum()
        if variable == "region":
            people = people.sort_index(key=lambda names: names.map(fold))
        parts.append(
            pd.DataFrame(
                {"variable": variable, "category": people.index.astype(str), "people": people}
            )
        )
    found = pd.concat(parts, ignore_index=True)
    return found.assign(year=year, scope=SCOPE, source=SOURCE, url=URL)[COLUMNS]
