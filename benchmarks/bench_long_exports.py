"""Seconds and memory of ingesting long exports, beside pandas on the same file.

    python benchmarks/bench_long_exports.py [--millions 1 2 5 10]

Each export of calls is ingested in a process of its own, then counted by product and month from the
store. Beside it, pandas reads the whole file, parses its moments and counts the same. Printed and
written to `benchmarks/long_exports.md`, with a plot: seconds, peak memory, seconds for a million
rows as a multiple of the shortest export's (1: the cost is linear), and the count by month.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
_PEAK = "import json, resource, sys, time; from pathlib import Path; began = time.perf_counter()\n"
_TOLD = (
    "print(json.dumps(told | {'seconds': round(time.perf_counter() - began, 2), 'mebibytes': "
    "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))\n"
)
INGEST = f"""{_PEAK}
from observlib import project, store
data = Path(sys.argv[1])
done = store.ingest(data / "raw", data, project.catalogue_with_devices(data))
assert not done.problems, done.problems
told = {{"rows": int(done.devices["rows"].sum())}}
{_TOLD}"""
MONTHS = f"""
from observlib import store
{_PEAK}
data = Path(sys.argv[1])
store.by_month(data, "calls", ["wait"])  # opens the ledger and DuckDB
began = time.perf_counter()
told = {{"months": len(store.by_month(data, "calls", ["wait"]))}}
{_TOLD}"""
PANDAS = f"""{_PEAK}
import pandas as pd
rows = pd.read_csv(next(Path(sys.argv[1], "raw").glob("*.csv")), sep=";", parse_dates=["date"])
counts = rows.groupby(rows["date"].dt.strftime("%Y-%m"))["attente"].agg(["size", "sum"])
told = {{"rows": len(rows)}}
{_TOLD}"""
HEADS = (
    "Rows", "MB", "Ingested, s", "Peak, MiB", "Counted by month, s", "pandas, s",
    "pandas, peak, MiB", "Seconds a row, of the first",
)  # fmt: skip
DEVICE = """- id: appels
  label: Appels
  family: feedback
  channel: phone
  owner: relation-usagers
  product: allo-service-public
  frequency: continuous
  personal_data: Aucune, appels tirés au hasard.
  pattern: calls_*.csv
  loader: calls
"""


def main() -> None:
    """Measure exports of several lengths."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--millions", type=float, nargs="+", default=[1, 2, 5, 10])
    asked = parser.parse_args()
    found = []
    for millions in sorted(asked.millions):
        with tempfile.TemporaryDirectory() as place:
            found.append(measured(Path(place), int(millions * 1e6)))
            print(found[-1], flush=True)
    write(found)


def measured(data: Path, rows: int) -> dict[str, Any]:
    """What an export of so many rows costs."""
    (data / "raw").mkdir()
    (data / "catalogue").mkdir()
    (data / "catalogue" / "devices.yml").write_text(DEVICE, encoding="utf-8")
    size = write_calls(data / "raw" / "calls_1.csv", rows)
    ingest, months, pandas = (run(script, data) for script in (INGEST, MONTHS, PANDAS))
    return {
        "rows": rows,
        "megabytes": size // 10**6,
        "seconds": ingest["seconds"],
        "mebibytes": ingest["mebibytes"],
        "months_seconds": months["seconds"],
        "pandas_seconds": pandas["seconds"],
        "pandas_mebibytes": pandas["mebibytes"],
    }


def write_calls(path: Path, rows: int) -> int:
    """An export of invented calls over four years, as a call centre writes it; its bytes."""
    import numpy as np
    import pandas as pd

    rng, most = np.random.default_rng(2026), 500_000
    themes = np.array(["Logement", "Famille", "Papiers", "Justice", "Travail"])
    path.write_text("id;date;statut;attente;conversation;theme;ligne\n", encoding="utf-8")
    for at in range(0, rows, most):
        numbers = np.arange(at, min(at + most, rows))
        answered = rng.random(len(numbers)) < 0.8
        seconds = numbers * (4 * 365 * 86_400 / rows)
        talk = rng.integers(10, 900, len(numbers))
        frame = pd.DataFrame(
            {
                "id": [f"c{number:09d}" for number in numbers],
                "date": pd.Timestamp("2022-01-01") + pd.to_timedelta(seconds.astype(int), unit="s"),
                "statut": np.where(answered, "répondu", "abandonné"),
                "attente": rng.integers(0, 600, len(numbers)),
                "conversation": np.where(answered, talk, 0),
                "theme": themes[rng.integers(0, 5, len(numbers))],
                "ligne": "standard national",
            }
        )
        frame.to_csv(path, sep=";", index=False, header=False, mode="a")
    return path.stat().st_size


def run(script: str, data: Path) -> dict[str, Any]:
    """What a script tells, in a process of its own."""
    command = [sys.executable, "-c", script, str(data)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=HERE.parent)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def write(found: list[dict[str, Any]]) -> None:
    """The table and the plot of what was measured."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt
    import pandas as pd

    frame = pd.DataFrame(found)
    per_row = frame["seconds"] / frame["rows"]
    frame["times_the_first_per_row"] = (per_row / per_row[0]).round(2)
    print(frame.to_string(index=False))
    mpl.rcParams["svg.hashsalt"] = "long_exports"
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    for axis, name, label in zip(
        axes, ("seconds", "mebibytes"), ("Seconds", "Peak memory, MiB"), strict=True
    ):
        for column, who in (
            (name, "observ ingest"),
            (f"pandas_{name}", "pandas, read and counted"),
        ):
            axis.plot(frame["rows"] / 1e6, frame[column], marker="o", label=who)
        axis.set(xlabel="Million rows", ylabel=label, ylim=(0, None))
        axis.legend(frameon=False)
    figure.savefig(HERE / "long_exports.svg", metadata={"Date": None})
    heads = "| " + " | ".join(HEADS) + " |\n|" + "---:|" * len(HEADS) + "\n"
    cells = [[f"{cell:,}" for cell in row] for row in frame.itertuples(index=False)]
    rows = "".join(f"| {' | '.join(row)} |\n" for row in cells)
    (HERE / "long_exports.md").write_text(
        f"# Long exports\n\nMade on {date.today()} by `benchmarks/bench_long_exports.py`: "
        f"{os.cpu_count()} cores, Python {platform.python_version()}, pandas {version('pandas')}, "
        f"DuckDB {version('duckdb')}, pyarrow {version('pyarrow')}.\n\n{heads}{rows}\n"
        "![Seconds and memory grow with the rows, memory but little](long_exports.svg)\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
