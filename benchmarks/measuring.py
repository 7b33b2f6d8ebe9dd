"""What benchmarks share: processes that are measured, results as lines of JSON, plots by rows.

A benchmark prints one object a line for each figure (`tell`), which `report.py` collects.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
_ADOPT = 36  # of `prctl`: what a child leaves behind becomes ours
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


@dataclass(frozen=True)
class Cost:
    """What a process took with those that it started, and what it printed.

    `seconds` by the clock, `busy` seconds of processors, `mebibytes` of its largest process.
    """

    seconds: float
    busy: float
    mebibytes: int
    said: str


class Failed(Exception):
    """A process ended in an error: the last line that it said."""


def run(command: Sequence[str], folder: Path = ROOT) -> Cost:
    """Run a process to its end.

    Raises
    ------
    Failed
        Where it ends in an error.
    """
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complaint:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_ADOPT, 1, 0, 0, 0)
        began = perf_counter()
        child = subprocess.Popen(command, cwd=folder, stdout=said, stderr=complaint)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = perf_counter() - began
        busy = usage.ru_utime + usage.ru_stime + sum(_left_behind())
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            complaint.seek(0)
            lines = complaint.read().decode("utf-8", "replace").strip().splitlines()
            raise Failed(lines[-1] if lines else f"exit code {child.returncode}")
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Cost(seconds, busy, usage.ru_maxrss // unit, text)


def _left_behind() -> Iterator[float]:
    """Seconds of processors of what a process that ended left, such as a server of its workers."""
    with suppress(ChildProcessError):
        while True:
            _, _, usage = os.wait4(-1, 0)
            yield usage.ru_utime + usage.ru_stime


def script(text: str, *arguments: object) -> dict[str, Any]:
    """What a script gives as `told`, with the seconds, CPU seconds and peak MiB of its process."""
    found = run([sys.executable, "-c", f"{_BEGIN}{text}{_END}", *map(str, arguments)])
    return dict(json.loads(found.said.splitlines()[-1]))


@dataclass(frozen=True)
class Result:
    """A figure of a benchmark; `goal` is the most that it should be, where there is one."""

    name: str
    value: float
    unit: str
    goal: float | None = None


def tell(name: str, value: float, unit: str, goal: float | None = None) -> None:
    """Print a result as one line of JSON."""
    print(json.dumps(asdict(Result(name, round(float(value), 3), unit, goal))), flush=True)


def told(text: str) -> list[Result]:
    """The results among the lines that a benchmark printed."""
    return [Result(**json.loads(line)) for line in text.splitlines() if line.startswith('{"name"')]


def a_row(found: Sequence[Mapping[str, Any]]) -> float:
    """CPU seconds of a row more, in the second half over in the first: 1 where cost is linear."""
    ends = (found[0], found[len(found) // 2], found[-1])  # two short ones differ by chance
    slopes = [
        (more["cpu"] - less["cpu"]) / (more["rows"] - less["rows"]) for less, more in pairwise(ends)
    ]
    return round(slopes[1] / slopes[0], 2)


def tell_rows(name: str, found: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Tell CPU seconds and peak memory of each contender by rows, and draw them: `NAME.svg`."""
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    for who, rows in found.items():
        for row in rows:
            tell(f"{who}, {row['rows'] / 1e6:g} million: processor", row["cpu"], "s")
            tell(f"{who}, {row['rows'] / 1e6:g} million: memory", row["mebibytes"], "MiB")
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
