"""Population margins: how many people live in France, by age, sex and région.

They are what the users who answer are held against. INSEE's estimates are by five-year age, so
the youngest group begins at 15: 18 cannot be told from 15 in them. `data/reference/margins.csv` was
made once, and is made of a later year by

    python -m tools.population estim-pop-dep-sexe-aq-1975-2022.xlsx 2022

which also writes `estim-pop-2022.csv` beside the workbook: the tidy table `population`, which the
device `insee-population` reads, for counters by inhabitant.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pandas as pd
from python_calamine import CalamineWorkbook

from observlib.base.text import fold
from observlib.pipeline import project

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


def people(workbook: Path, year: int) -> pd.DataFrame:
    """Tidy table `population` of a year, of INSEE's workbook by département, sex and age.

    Over the figures stand title lines, then two rows of heads: sexes, each over its ages.

    Raises
    ------
    ValueError
        Where the ages of all départements do not add up to the total of the last row.
    """
    lines = CalamineWorkbook.from_path(workbook).get_sheet_by_name(str(year)).to_python()[3:]
    rows, sexes = [], {"Hommes": "M", "Femmes": "F"}
    totals: dict[str, int] = {}  # by sex, of the last row that has them: the whole country's
    for line in lines[2:]:
        code = str(line[0]).removesuffix(".0")
        sex = ""
        for over, age, cell in zip(lines[0], lines[1], line, strict=True):
            sex = sexes.get(str(over), sex)
            ends = [int(end) for end in re.findall(r"\d+", str(age))]
            if code.startswith("France") and sex and age == "Total":
                totals[sex] = int(float(str(cell)))
            elif re.fullmatch(r"\d[\dAB]\d?", code) and sex and ends:
                low, high = (*ends, None)[:2]
                rows.append(("departement", code, sex, low, high, int(float(str(cell)))))
    columns = ["area_kind", "area", "sex", "age_low", "age_high", "people"]
    found = pd.DataFrame(rows, columns=columns)
    if found["people"].sum() != sum(totals.values()):
        raise ValueError(f"{workbook}: the départements of {year} do not add up to the country")
    day = pd.Timestamp(year, 1, 1)
    return found.astype({"age_high": "Int64"}).assign(start=day, end=day)


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


def main(workbook: Path, year: int) -> None:
    """Write the year's population beside the workbook, and the margins where they are committed."""
    population = people(workbook, year)
    root = project.root()
    made = margins(population, project.reference("regions"), year)
    for path, table in (
        (workbook.with_name(f"estim-pop-{year}.csv"), population),
        (root / "data" / "reference" / "margins.csv", made),
    ):
        table.to_csv(path, index=False, lineterminator="\n")
        print(f"Wrote {path}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
