"""A ministry's edition, cold, beside papermill's command in a loop over its pages.

    python benchmarks/bench_ministry.py [--products 120] [--sample 20] [--data FOLDER]

It takes hours, and so runs where it is named alone: `make bench ARGS=ministry`. The store is made
of `python -m tools.demo --products`, or is that of a data folder with its catalogue. Papermill
executes pages of that data at equal distances among all, after the edition, whose estimates they
find kept; a page costs it what these cost on average.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import threading
from contextlib import suppress
from pathlib import Path

from bench_editions import OBSERV, PAGES, by_command, project
from measuring import run, tell

DATA = "data/ministry"
_EVERY = 5.0  # seconds between two looks at the memory of all processes


def main() -> None:
    """Make the edition, then the loop."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--products", type=int, default=120)
    parser.add_argument("--sample", type=int, default=20, help="how many pages papermill executes")
    parser.add_argument("--data", type=Path, help="a data folder that has read them already")
    parser.add_argument("--quick", action="store_true", help="three products")
    asked = parser.parse_args()
    products = 3 if asked.quick else asked.products
    observ = OBSERV[0]
    with project() as folder:
        if asked.data:
            shutil.copytree(asked.data, folder / DATA, ignore=shutil.ignore_patterns("raw"))
        else:
            demo = [sys.executable, "-m", "tools.demo"]
            run([*demo, f"{DATA}/raw", "--products", str(products)], folder)
            run([observ, "ingest", f"{DATA}/raw", "--data", DATA], folder)
        listed = run([sys.executable, "-c", PAGES.replace("data/demo", DATA)], folder)
        pages = json.loads(listed.said)
        ended, most = threading.Event(), [0.0]
        threading.Thread(target=_watch, args=(ended, most), daemon=True).start()
        whole = run([*OBSERV[:-1], DATA, "--publisher", "embedded"], folder)
        ended.set()
        step = max(1, len(pages) // asked.sample)
        some = [[path, name, {**of, "data": DATA}] for path, name, of in pages[::step]]
        loop = by_command(folder, some)
    each = loop.seconds / len(some)
    tell("products beside the demonstration's own", products, "")
    tell("pages", len(pages), "")
    tell("observ edition, cold, whole: seconds", whole.seconds, "s")
    tell("observ edition, cold, whole: processor", whole.busy, "s")
    tell("observ edition: memory of all its processes", most[0], "MiB")
    tell(f"papermill's command: a page, of {len(some)}", each, "s")
    tell("cold edition, of the loop", whole.seconds / each / len(pages), "", 1 / 5)


def _watch(ended: threading.Event, most: list[float]) -> None:
    """Note the most memory that this process and those below it take together (Linux)."""
    while not ended.wait(_EVERY):
        most[0] = max(most[0], sum(map(_mebibytes, _below())))


def _below() -> list[Path]:
    parents: dict[str, list[str]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = path.read_text().rpartition(")")[2].split()[1]
            parents.setdefault(parent, []).append(path.parent.name)
    found, waiting = [], [Path("/proc/self").resolve().name]
    while waiting:
        one = waiting.pop()
        found.append(Path("/proc", one))
        waiting += parents.get(one, [])
    return found[1:]


def _mebibytes(process: Path) -> float:
    """The proportional share of a process: what several have in common is counted once."""
    with suppress(OSError):
        for line in (process / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 2**10
    return 0.0


if __name__ == "__main__":
    main()
