"""Sales of two invented shops: a table of books and reviews, WooCommerce's reports of copies."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from observlib.demo import calendar, formats
from observlib.demo.chance import between, stream
from observlib.demo.formats import Files, Truths

# A draw in which the last quarter's true rate of returns is near what is counted.
_SALT = "1"
RETURNED = 5  # percent of the printed units, each month; nothing digital comes back
_SEASON = (90, 85, 95, 100, 105, 110, 80, 60, 140, 120, 115, 130)  # percent, by month


@dataclass(frozen=True)
class _Title:
    """A title: units of an average month of 2023, prices in cents (0 where not sold so)."""

    name: str
    units: int
    printed: int
    digital: int


_SUBJECTS = (
    "les institutions", "la laïcité", "le budget de l'État", "la décentralisation", "la justice",
    "l'Europe", "l'eau", "le climat", "les retraites", "l'hôpital", "l'école", "la défense",
    "le numérique", "le logement", "l'agriculture", "les transports", "la fiscalité", "le sport",
    "la culture", "la mer", "l'énergie", "la ville", "la recherche", "l'outre-mer",
)  # fmt: skip
_TITLES = {
    "boutique-documentation": tuple(
        _Title(f"Guide fictif : {subject}", 460 // (rank + 1) + 9, 900 + 50 * (rank % 7), 650)
        for rank, subject in enumerate(_SUBJECTS)
    ),
    "copies-journal-officiel": (
        _Title("Copie certifiée conforme (fictive)", 190, 450, 0),
        _Title("Numéro imprimé (fictif)", 70, 620, 0),
        _Title("Recueil relié (fictif)", 12, 3_900, 2_500),
    ),
}
_PRODUCTS = {
    "boutique-documentation": "documentation-francaise",
    "copies-journal-officiel": "journal-officiel",
}
DEVICES = tuple(_TITLES)
_Row = dict[str, Any]


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """A table of each quarter, by path, with its exact totals and the true rate of returns."""
    files: Files = {}
    found: list[dict[str, Any]] = []
    for quarter in calendar.QUARTERS:
        rows: list[_Row] = []
        for month in quarter.months:
            rows += _month(device, month, stream(seed, device, month, _SALT))
        if device == "boutique-documentation":
            files[f"ventes/{device}_{quarter}.csv"] = _shop(rows)
        else:
            for month in quarter.months:
                own = [row for row in rows if row["month"] == month]
                files[f"ventes/{device}_{month}.csv"] = _products(own)
        about = {"device": device, "product": _PRODUCTS[device], "quarter": str(quarter)}
        sums = {name: sum(row[name] for row in rows) for name in ("units", "cents", "returns")}
        printed = sum(row["units"] for row in rows if row["format"] == "print")
        truth = {"kind": "sales", **about, "units": sums.pop("units"), "printed": printed, **sums}
        found.append({**truth, "true_printed_return_rate": RETURNED})
        by_title: dict[str, int] = {}
        for row in rows:
            by_title[row["title"]] = by_title.get(row["title"], 0) + row["units"]
        found += [
            {"kind": "title", **about, "title": title, "units": units}
            for title, units in by_title.items()
        ]
    return files, {"sales": found}


def _month(device: str, month: str, source: Random) -> list[_Row]:
    """What each title sold in a month, printed less each year and digital more."""
    year, number = int(month[:4]), int(month[5:])
    rows = []
    for rank, title in enumerate(_TITLES[device], 1):
        prices = {"print": (title.printed, 100 - 4 * (year - 2023)),
                  "digital": (title.digital, 22 + 5 * (year - 2023))}  # fmt: skip
        for kind, (price, trend) in prices.items():
            usual = title.units * _SEASON[number - 1] * trend
            units = usual * between(source, 85, 115) // 1_000_000
            if not price or not units:
                continue
            returns = 0
            if kind == "print":
                for _ in range(units):
                    returns += source.random() * 100 < RETURNED
            row: _Row = {"month": month, "reference": f"FICTIF-{rank:03d}", "title": title.name}
            row |= {"format": kind, "units": units, "cents": units * price, "returns": returns}
            rows.append(row)
    return rows


def _shop(rows: list[_Row]) -> bytes:
    """As a French shop writes it: amounts with a comma and their sign, returns in a column."""
    header = ["Mois", "Référence", "Titre", "Support", "Exemplaires", "Chiffre d’affaires"]
    words = {"print": "Imprimé", "digital": "Numérique"}
    lines = [
        [row["month"], row["reference"], row["title"], words[row["format"]],
         f"{row['units']:,}".replace(",", "\u202f"), f"{_euros(row['cents'])}\xa0€",
         row["returns"]]
        for row in rows
    ]  # fmt: skip
    return formats.french_csv([[*header, "Retours"], *lines])


def _products(rows: list[_Row]) -> bytes:
    """As WooCommerce's report of a month's products: all variations of one in its row."""
    sums: dict[tuple[str, str], tuple[int, int, int]] = {}
    for row in rows:
        key = row["title"], row["reference"]
        units, cents, kinds = sums.get(key, (0, 0, 0))
        sums[key] = units + row["units"], cents + row["cents"], kinds + 1
    lines = [
        '"Product title",SKU,"Items sold","N. Revenue",Orders,Category,Variations,Status,Stock'
    ]
    for (title, reference), (units, cents, kinds) in sums.items():
        amount = f"{cents / 100:.2f}".rstrip("0").rstrip(".")
        lines.append(f'"{title}",{reference},{units},{amount},{units},Copies,{kinds},"In stock",')
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


def _euros(cents: int) -> str:
    return f"{cents // 100:,}".replace(",", "\u202f") + f",{cents % 100:02d}"
