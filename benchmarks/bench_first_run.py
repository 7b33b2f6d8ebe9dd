"""A first run in a clean clone, beside that of an earlier commit: installation, data, edition.

    python benchmarks/bench_first_run.py [--before COMMIT]

Each commit is cloned, installed from the registry without uv on PATH, and makes the demonstration's
edition, a step after the other. A step is told in seconds by the clock and of processors, and as a
share of what it took before. So are the sizes of what is installed and of the edition in its site.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measuring import ROOT, Cost, run, tell

BEFORE = "87ca188d"
STEPS = {  # targets of make, and the most of what each took before
    "installation": (".venv/.installed", 1 / 4),
    "demonstration and ingestion": ("data/demo/store/ledger.json", 1 / 3),
    "edition": ("edition", 1 / 2),
}
MEBIBYTE = 2**20


def main() -> None:
    """Make both first runs, and tell what each step and size is, and is of what it was."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--before", default=BEFORE, help="the commit to compare with")
    parser.add_argument("--quick", action="store_true", help="this commit alone")
    asked = parser.parse_args()
    now = first_run("HEAD")
    for name, cost in now.items():
        tell(f"{name}: seconds", cost.seconds, "s")
        tell(f"{name}: processor", cost.busy, "s")
    tell("a first edition, whole", sum(cost.seconds for cost in now.values()), "s", 120)
    if asked.quick:
        return
    before = first_run(asked.before)
    for name, (_, most) in STEPS.items():
        tell(f"{name}, of before: clock", now[name].seconds / before[name].seconds, "", most)
        tell(f"{name}, of before: processor", now[name].busy / before[name].busy, "")


def first_run(commit: str) -> dict[str, Cost]:
    """What each step of a first run costs, in a new clone of a commit whose sizes are told."""
    with tempfile.TemporaryDirectory() as place, fresh_machine(Path(place)):
        folder = Path(place) / "clone"
        run(["git", "clone", "--quiet", str(ROOT), str(folder)])
        run(["git", "checkout", "--quiet", commit], folder)
        costs = {name: run(["make", target], folder) for name, (target, _) in STEPS.items()}
        told = f" of {commit}" * (commit != "HEAD")
        tell(f"installed{told}", size(folder / ".venv"), "MiB", None if told else 1000)
        pages = [*(folder / "reports" / "_site").rglob("*.html")]
        tell(f"site{told}", size(folder / "reports" / "_site"), "MiB", None if told else 20)
        largest = max(path.stat().st_size for path in pages) / 2**10
        tell(f"largest page{told}", largest, "KiB", None if told else 500)
    return costs


def size(folder: Path) -> float:
    """The MiB of the files below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files) / MEBIBYTE


@contextmanager
def fresh_machine(place: Path) -> Iterator[None]:
    """While it lasts, no folder of PATH holds uv, and nothing was downloaded before."""
    environment = dict(os.environ)
    while found := shutil.which("uv"):
        places = os.environ["PATH"].split(os.pathsep)
        os.environ["PATH"] = os.pathsep.join(p for p in places if p != str(Path(found).parent))
    os.environ |= {f"{tool}_CACHE_DIR": str(place / tool) for tool in ("PIP", "UV")}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(environment)


if __name__ == "__main__":
    main()
