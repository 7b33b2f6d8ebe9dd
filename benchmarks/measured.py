"""What the benchmarks of many rows share: a process that is measured, and what is written of many.

A benchmark prints one JSON object a line: `name`, `figure`, `goal` and whether it is `met`.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
_BEGIN = "import json, resource, sys, time; from pathlib import Path; began = time.perf_counter()\n"
# Linux counts into `ru_maxrss` what the process was that started this one; `VmHWM` is its own.
_END = """
used, status = resource.getrusage(resource.RUSAGE_SELF), Path("/proc/self/status")
peak = used.ru_maxrss // (2**20 if sys.platform == "darwin" else 2**10)
if status.exists():
    peak = int(status.read_text().split("VmHWM:")[1].split()[0]) // 2**10
print(json.dumps(told | {"seconds": round(time.perf_counter() - began, 2),
                         "cpu": round(used.ru_utime + used.ru_stime, 2), "mebibytes": peak}))
"""


def run(script: str, *arguments: object) -> dict[str, Any]:
    """What a script tells as `told`, with the seconds, CPU seconds and peak MiB of its process."""
    command = [sys.executable, "-c", f"{_BEGIN}{script}{_END}", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def line(name: str, figure: float, goal: float) -> dict[str, Any]:
    """A result, which is met where it is not above its goal; printed."""
    told = {"name": name, "figure": figure, "goal": goal, "met": bool(figure <= goal)}
    print(json.dumps(told), flush=True)
    return told


def a_row(found: Sequence[Mapping[str, Any]]) -> float:
    """CPU seconds of a row more, at the end over at the beginning: 1 where the cost is linear."""
    slopes = [
        (more["cpu"] - less["cpu"]) / (more["rows"] - less["rows"])
        for less, more in pairwise(found)
    ]
    return round(slopes[-1] / slopes[0], 2)


def write(name: str, title: str, by: str, found: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """`NAME.md` and `NAME.svg`: CPU seconds and peak memory of each contender, by rows."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    mpl.rcParams["svg.hashsalt"] = name
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    kinds = {"cpu": "CPU seconds", "mebibytes": "Peak memory, MiB"}
    for axis, (kind, label) in zip(axes, kinds.items(), strict=True):
        for who, rows in found.items():
            millions = [row["rows"] / 1e6 for row in rows]
            axis.plot(millions, [row[kind] for row in rows], marker="o", label=who)
        axis.set(xlabel="Million rows", ylabel=label, xlim=(0, None), ylim=(0, None))
        axis.legend(frameon=False)
    figure.savefig(HERE / f"{name}.svg", metadata={"Date": None})
    rows = [
        f"| {who} | {row['rows']:,} | {row['seconds']:,} | {row['cpu']:,} | {row['mebibytes']:,} |"
        for who, each in found.items()
        for row in each
    ]
    packages = ", ".join(f"{one} {version(one)}" for one in ("pandas", "duckdb", "pyarrow"))
    (HERE / f"{name}.md").write_text(
        f"# {title}\n\nMade on {date.today()} by `benchmarks/{by}`: {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, {packages}. CPU seconds are those of the processor, which a "
        "busy machine does not stretch as it does seconds by the clock.\n\n"
        "| What | Rows | Seconds | CPU seconds | Peak, MiB |\n|---|---:|---:|---:|---:|\n"
        + "\n".join(rows)
        + f"\n\n![CPU seconds and peak memory, by rows]({name}.svg)\n",
        encoding="utf-8",
    )
