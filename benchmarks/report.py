"""All benchmarks, one after the other, and the report of what they found: `make bench`.

    python benchmarks/report.py [--quick] [NAME ...]

Each `bench_*.py` prints its results as lines of JSON (see `measuring`), and may draw plots beside
itself. The report, `REPORT.md`, has them all with the machine, the versions and the day.
"""

from __future__ import annotations

import argparse
import ast
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from measuring import HERE, ROOT, Result, told

REPORT = HERE / "REPORT.md"
HOURS = ("ministry",)  # what takes hours, and runs where it is named
PACKAGES = ("pandas", "duckdb", "pyarrow", "papermill", "statsmodels", "nbconvert", "distributed")


def main() -> None:
    """Run the benchmarks, and write the report; those that did not run keep their part of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help="such as editions; if none, all but ministry")
    parser.add_argument("--quick", action="store_true", help="the short form of each")
    asked = parser.parse_args()
    parts = former()
    for path in sorted(HERE.glob("bench_*.py")):
        name = path.stem.removeprefix("bench_")
        if name not in asked.names if asked.names else name in HOURS:
            continue
        print(f"# {name}", flush=True)
        command = [sys.executable, str(path), *["--quick"] * asked.quick]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout
            lines = [line for line in running.stdout if not print(line, end="", flush=True)]
        if running.returncode:
            sys.exit(f"{path.name} failed: its lines above say why")
        parts[path.name] = "\n".join(part(path, told("".join(lines)), asked.quick))
    text = "\n\n".join([*heading(), *(parts[name] for name in sorted(parts))])
    REPORT.write_text(f"{text}\n", encoding="utf-8")


def former() -> dict[str, str]:
    """The parts of the report as it stands, by the names of their benchmarks."""
    if not REPORT.exists():
        return {}
    _, *parts = re.split(r"(?m)^(?=## )", REPORT.read_text(encoding="utf-8"))
    named = re.compile(r"`benchmarks/(\w+\.py)`")
    return {found[1]: one.strip() for one in parts if (found := named.search(one))}


def heading() -> Iterator[str]:
    """What the figures were measured on."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"no {name}")
    yield "# Benchmarks"
    yield (
        f"Made by `make bench`: {os.cpu_count()} cores, {memory():.0f} GiB, "
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"{', '.join(found)}."
    )
    yield (
        "Seconds are by the clock where nothing else is said. A ratio is of figures of one run, so "
        "it can be compared between machines; seconds cannot."
    )


def memory() -> float:
    """The memory of this machine, in GiB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def part(path: Path, results: list[Result], quick: bool) -> Iterator[str]:
    """A benchmark's part of the report: its purpose, its results, its plots."""
    first, *_ = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")
    yield f"## {first.rstrip('.')}\n"
    yield f"`benchmarks/{path.name}`, on {date.today()}{', its short form' * quick}.\n"
    yield "| What | Figure | Goal |\n|---|---:|---|"
    for one in results:
        goal = "" if one.goal is None else f"at most {figure(one.goal, one.unit)}"
        met = "" if one.goal is None else (": met" if one.value <= one.goal else ": **not met**")
        yield f"| {one.name} | {figure(one.value, one.unit)} | {goal}{met} |"
    name = path.stem.removeprefix("bench_")
    for plot in sorted(HERE.glob(f"{name}*.svg")):
        yield f"\n![{first.rstrip('.')}: {plot.stem.replace('_', ' ')}]({plot.name})"


def figure(value: float, unit: str) -> str:
    """A value with its unit, with as many digits as it needs."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}".rstrip()


if __name__ == "__main__":
    main()
