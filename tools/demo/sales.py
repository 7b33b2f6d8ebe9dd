"""Sales of two invented shops: a table of books and reviews, WooCommerce's reports of copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from tools.demo import calendar, formats
from tools.demo.chance import between, stream
from tools.demo.formats import Files, Truth, Truths

# A draw in which the last quarter's true rate of returns is near what is counted.
_SALT = "1"
RETURNED = 5  # percent of the printed units, each month; nothing digital comes back
_SOLD = formats.declared("sales")
_PRODUCTS = {
    "boutique-documentation": "documentation-francaise",
    "copies-journal-officiel": "journal-officiel",
}
DEVICES = tuple(_PRODUCTS)
# By name: units of an average month of 2023, prices in cents, printed and digital (0: not sold so).
_TITLES = {
    "boutique-documentation": {
        f"Guide fictif : {subject}": (460 // (rank + 1) + 9, 900 + 50 * (rank % 7), 650)
        for rank, subject in enumerate(_SOLD["subjects"])
    },
    "copies-journal-officiel": _SOLD["copies"],
}
_Row = dict[str, Any]


def make(device: str, seed: int) -> tuple[Files, Truths]:
    """A table of each quarter, by path, with its exact totals and the true rate of returns."""
    files: Files = {}
    found: list[Truth] = []
    for quarter in calendar.QUARTERS:
        months = {month: [*_month(device, month, seed)] for month in quarter.months}
        rows = [row for own in months.values() for row in own]
        if device == "boutique-documentation":
            files[f"ventes/{device}_{quarter}.csv"] = _shop(rows)
        else:
            files |= {f"ventes/{device}_{month}.csv": _copies(own) for month, own in months.items()}
        about = {"device": device, "product": _PRODUCTS[device], "quarter": quarter}
        printed = sum(row["units"] for row in rows if row["format"] == "print")
        units, cents, returns = (
            sum(row[name] for row in rows) for name in ("units", "cents", "returns")
        )
        truth = {"kind": "sales", **about, "units": units, "printed": printed, "cents": cents}
        found.append({**truth, "returns": returns, "true_printed_return_rate": RETURNED})
        by_title: Counter[str] = Counter()
        for row in rows:
            by_title[row["title"]] += row["units"]
        found += [
            {"kind": "title", **about, "title": title, "units": units}
            for title, units in by_title.items()
        ]
    return files, {"sales": found}


def _month(device: str, month: str, seed: int) -> Iterator[_Row]:
    """What each title sold in a month, printed less each year and digital more."""
    source = stream(seed, device, month, _SALT)
    season, years = _SOLD["season"][int(month[5:]) - 1], int(month[:4]) - 2023
    for rank, (title, (usual, printed, digital)) in enumerate(_TITLES[device].items(), 1):
        kinds = (("print", printed, 100 - 4 * years), ("digital", digital, 22 + 5 * years))
        for kind, price, trend in kinds:
            units = usual * season * trend * between(source, 85, 115) // 1_000_000
            if not price or not units:
                continue
            returns = 0
            if kind == "print":
                returns = sum(source.random() * 100 < RETURNED for _ in range(units))
            row = {"month": month, "reference": f"FICTIF-{rank:03d}", "title": title}
            counts = {"units": units, "cents": units * price, "returns": returns}
            yield {**row, "format": kind, **counts}


def _shop(rows: Sequence[_Row]) -> bytes:
    """As a French shop writes it: amounts with a comma and their sign, returns in a column."""
    words = {"print": "Imprimé", "digital": "Numérique"}
    lines = []
    for row in rows:
        euros, cents = divmod(row["cents"], 100)
        own = {"support": words[row["format"]], "cents": f"{cents:02d}"}
        own["units"] = formats.grouped(row["units"], "\u202f")
        own["euros"] = formats.grouped(euros, "\u202f")
        lines.append([*formats.filled(_SOLD["columns"], row | own).values()])
    return formats.french_csv([[*_SOLD["columns"]], *lines])


def _copies(rows: Sequence[_Row]) -> bytes:
    """As WooCommerce's report of a month's products: all variations of one in its row."""
    sums: dict[str, Counter[str]] = {}
    for row in rows:
        about = f'"{row["title"]}",{row["reference"]}'
        counts = {"units": row["units"], "cents": row["cents"], "kinds": 1}
        sums.setdefault(about, Counter()).update(counts)
    lines = [_SOLD["woocommerce"]]
    for about, own in sums.items():
        amount = f"{own['cents'] / 100:.2f}".rstrip("0").rstrip(".")
        units, kinds = own["units"], own["kinds"]
        lines.append(f'{about},{units},{amount},{units},Copies,{kinds},"In stock",')
    return "".join(f"{line}\n" for line in lines).encode("utf-8")
