"""What benchmarks share: a process with its seconds and its memory, and a line for each result.

A benchmark prints one JSON object a line for each figure (`tell`), which `report.py` collects.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

HERE = Path(__file__).parent
ROOT = HERE.parent


@dataclass(frozen=True)
class Cost:
    """What a process took with those that it started, and what it printed.

    `seconds` by the clock, `busy` seconds of processors, `mebibytes` of memory of its largest
    process.
    """

    seconds: float
    busy: float
    mebibytes: int
    said: str


class Failed(Exception):
    """A process ended in an error: the last line that it said."""


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Cost:
    """Run a process to its end.

    Raises
    ------
    Failed
        Where it ends in an error.
    """
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complaint:
        began = perf_counter()
        child = subprocess.Popen(
            command,
            cwd=folder,
            stdout=said,
            stderr=complaint,
            env={**os.environ, **(environment or {})},
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            complaint.seek(0)
            lines = complaint.read().decode("utf-8", "replace").strip().splitlines()
            raise Failed(lines[-1] if lines else f"exit code {child.returncode}")
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    busy = usage.ru_utime + usage.ru_stime
    return Cost(seconds, busy, usage.ru_maxrss // unit, text)


@dataclass(frozen=True)
class Result:
    """A figure of a benchmark; `goal` is the most that it should be, where there is one."""

    name: str
    value: float
    unit: str
    goal: float | None = None


def tell(name: str, value: float, unit: str, goal: float | None = None) -> None:
    """Print a result as one line of JSON."""
    print(json.dumps(asdict(Result(name, round(value, 3), unit, goal))), flush=True)


def told(text: str) -> list[Result]:
    """The results among the lines that a benchmark printed."""
    return [Result(**json.loads(line)) for line in text.splitlines() if line.startswith('{"name"')]
