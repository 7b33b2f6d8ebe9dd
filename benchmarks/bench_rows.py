"""Ingesting many rows: visits by page, day and kind of terminal, and calls one by one.

    python benchmarks/bench_rows.py [--quick] [--visits 1 10 100] [--calls 1 2 5]

Lengths are in millions of rows. Exports of visits hold up to ten million rows each, a file a year;
they are ingested, then counted by product and day, in a process of its own. Beside it, pandas
reads the same files whole and counts the same (up to ten million rows). Of calls, the estimates of
an edition are then computed, from rows that DuckDB put together and, beside it, from all of them as
pandas holds them. Goals: 2 GiB, and a last row that costs what the first ones do.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import measuring
import numpy as np
import pyarrow as pa
import pyarrow.csv

INGEST = """
from observlib.pipeline import project
from observlib import store
data, table = Path(sys.argv[1]), sys.argv[2]
done = store.ingest(data / "raw", data, project.catalogue_with_devices(data))
assert not done.problems, done.problems
told = {"days": len(store.by_day(data))}
"""
PANDAS = """
import pandas as pd
day, what = ("date", "entry_nb_visits") if sys.argv[2] == "audience" else ("date", "attente")
found = []
for path in Path(sys.argv[1], "raw").glob("*.csv"):
    rows = pd.read_csv(path, sep=";", parse_dates=[day])
    by = [rows["product"]] if "product" in rows else []
    found.append(rows.groupby([*by, rows[day].dt.strftime("%Y-%m")])[what].agg(["size", "sum"]))
told = {"months": len(pd.concat(found))}
"""
ESTIMATE = """
from observlib.pipeline import frame
from observlib.base.period import Quarter
data = Path(sys.argv[1])
frame._KEPT = data / "kept"  # what an earlier run computed is not taken
told = {"estimates": len(frame.given(data, Quarter("2015-T4"), "contacts").estimates)}
"""
FROM_ROWS = """
from observlib import store
from observlib.catalogue import contract
from observlib.base.period import Quarter
from observlib.themes import contacts
last = Quarter("2015-T4")
rows = store.read(Path(sys.argv[1]), "calls", None, last)
none = contract.empty("call_intervals").assign(source="")
calls = contacts.quarterly_calls(rows, none, last.back(9))
found = calls, contacts.theme_shares(rows, "call", [last])
told = {"estimates": sum(map(len, found))}
"""
DEVICE = """- id: essai
  label: Essai
  family: mobilisation
  channel: {channel}
  owner: relation-usagers
  product: service-public
  frequency: continuous
  personal_data: Aucune, tout est tiré au hasard.
  pattern: export_*.csv
  loader: {loader}
"""
PRODUCTS = ("service-public", "entreprendre", "legifrance", "boamp", "bodacc", "vie-publique")
A_FILE, AT_ONCE = 10_000_000, 1_000_000
MEBIBYTES = 2048
LINEAR = 1.25


def main() -> None:
    """Measure both kinds of rows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--visits", type=float, nargs="+", default=[1, 10, 100])
    parser.add_argument("--calls", type=float, nargs="+", default=[1, 2, 5])
    parser.add_argument("--quick", action="store_true", help="half a million to two millions")
    asked = parser.parse_args()
    lengths = {"audience": asked.visits, "calls": asked.calls}
    if asked.quick:
        lengths = {table: [0.5, 1, 2] for table in lengths}
    found: dict[str, list[dict[str, Any]]] = {}
    for table, millions in lengths.items():
        what = "visits" if table == "audience" else "calls"
        for rows in (int(one * 1e6) for one in sorted(millions)):
            with tempfile.TemporaryDirectory() as name:
                of = {"rows": rows}
                exports(Path(name), table, rows)
                mine = of | measuring.script(INGEST, name, table)
                found.setdefault(f"{what}, observ ingest", []).append(mine)
                beside = {"pandas": PANDAS} if rows <= A_FILE else {}
                if table == "calls":
                    beside |= {"estimates": ESTIMATE, "estimates from all rows": FROM_ROWS}
                for who, script in beside.items():
                    theirs = of | measuring.script(script, name, table)
                    found.setdefault(f"{what}, {who}", []).append(theirs)
        own = found[f"{what}, observ ingest"]
        at = f"{own[-1]['rows'] / 1e6:g} M {what}"
        measuring.tell(f"memory of {at}", own[-1]["mebibytes"], "MiB", MEBIBYTES)
        if len(own) > 2:
            measuring.tell(f"a last row, of a first one: {at}", measuring.a_row(own), "", LINEAR)
        if told := found.get(f"{what}, estimates"):
            measuring.tell(f"memory of estimates of {at}", told[-1]["mebibytes"], "MiB", MEBIBYTES)
    measuring.tell_rows("rows", found)


def exports(data: Path, table: str, rows: int) -> None:
    """A data folder of one device, with exports of so many rows."""
    (data / "raw").mkdir()
    (data / "catalogue").mkdir()
    loader, channel = ("page_visits", "web") if table == "audience" else ("calls", "phone")
    device = DEVICE.format(loader=loader, channel=channel)
    (data / "catalogue" / "devices.yml").write_text(device, encoding="utf-8")
    rng = np.random.default_rng(2026)
    for nth, start in enumerate(range(0, rows, A_FILE)):
        count = min(A_FILE, rows - start)
        with (data / "raw" / f"export_{2015 + nth}.csv").open("wb") as stream:
            for at in range(0, count, AT_ONCE):
                numbers = np.arange(at, min(at + AT_ONCE, count))
                share = numbers / count  # of the year that has gone by
                cells = (visits if table == "audience" else calls)(rng, numbers, share, 2015 + nth)
                written = pyarrow.csv.WriteOptions(
                    include_header=at == 0, delimiter=";", quoting_style="none"
                )
                pyarrow.csv.write_csv(pa.table(cells), stream, written)


def visits(
    rng: np.random.Generator, numbers: np.ndarray, share: np.ndarray, year: int
) -> dict[str, Any]:
    """Visits that began on each of 30,000 pages, by day and kind of terminal."""
    page = numbers % 30_000
    began = rng.poisson(30, len(numbers))
    day = np.datetime64(f"{year}-01-01") + (share * 365).astype(int)
    return {
        "date": day.astype("datetime64[D]").astype(str),
        "product": np.array(PRODUCTS)[page % len(PRODUCTS)],
        "url": pa.array([f"/fiche/{n}" for n in range(30_000)]).take(pa.array(page)),
        "terminal": np.array(["mobile", "ordinateur", "tablette"])[numbers // 30_000 % 3],
        "entry_nb_visits": began,
        "entry_nb_actions": 3 * began,
        "entry_bounce_count": rng.binomial(began, 0.4),
    }


def calls(
    rng: np.random.Generator, numbers: np.ndarray, share: np.ndarray, year: int
) -> dict[str, Any]:
    """Calls over a year, as a call centre writes them."""
    answered = rng.random(len(numbers)) < 0.8
    moment = np.datetime64(f"{year}-01-01T00:00:00") + (share * 365 * 86_400).astype(int)
    return {
        "id": [f"c{year}{number:08d}" for number in numbers],
        "date": np.char.replace(moment.astype(str), "T", " "),
        "statut": np.where(answered, "répondu", "abandonné"),
        "attente": rng.integers(0, 600, len(numbers)),
        "conversation": np.where(answered, rng.integers(10, 900, len(numbers)), 0),
        "theme": np.array(["Logement", "Famille", "Papiers", "Justice", "Travail"])[
            rng.integers(0, 5, len(numbers))
        ],
        "ligne": np.full(len(numbers), "standard national"),
    }


if __name__ == "__main__":
    main()
