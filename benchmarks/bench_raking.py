"""Seconds and memory of raking, beside `svy` (Python) and R's `survey` where they are installed.

    python benchmarks/bench_raking.py [--rows 2000000] [--runs 5] [--svy PYTHON]

Each contender reads the same file in a process of its own and rakes it `runs` times. Printed: the
median of the runs (without reading the file) by the clock and in processor time, which a busy
machine does not stretch, the peak memory of the process (with the file), the largest distance of a
category from its target, and both times as multiples of the first line's. `--svy` is an interpreter
that has svy and pyarrow, by default the one that runs this.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SIZES = {"sex": 2, "age": 6, "region": 13, "diploma": 5, "occupation": 8}
POPULATION = 67_000_000
TOLERANCE = 1e-8
# rake stops when no cell of the crossed table moves by more than epsilon, a share of the start
# weights' sum where it is below 1: what is left is then within TOLERANCE too (see the misfit).
R_SCRIPT = """
suppressMessages(library(survey))
args <- commandArgs(TRUE); folder <- args[1]; runs <- as.integer(args[2])
sample <- read.csv(file.path(folder, "sample.csv"), stringsAsFactors = TRUE)
margins <- read.csv(file.path(folder, "margins.csv"), stringsAsFactors = TRUE)
names <- c(%s)
formulas <- lapply(names, function(v) as.formula(paste("~", v)))
targets <- lapply(names, function(v) {
  m <- margins[margins$margin == v, c("category", "Freq")]; names(m)[1] <- v; m })
design <- svydesign(ids = ~1, weights = ~start, data = sample)
seconds <- c(); busy <- c()
for (i in seq_len(runs)) {
  t <- system.time(raked <- rake(design, formulas, targets,
                                 control = list(maxit = 100, epsilon = %g)))
  seconds <- c(seconds, t[["elapsed"]]); busy <- c(busy, t[["user.self"]] + t[["sys.self"]]) }
far <- max(sapply(seq_along(names), function(i) {
  reached <- tapply(weights(raked), sample[[names[i]]], sum)
  max(abs(reached[as.character(targets[[i]][[1]])] / targets[[i]]$Freq - 1)) }))
cat(sprintf('{"seconds": [%%s], "busy": [%%s], "misfit": %%g}',
            paste(seconds, collapse = ","), paste(busy, collapse = ","), far))
"""


def write_sample(folder: Path, rows: int) -> tuple[Any, dict[str, dict[str, float]]]:
    """A sample whose categories depend on each other, and the margins of a population unlike it."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(2026)
    latent = rng.normal(size=rows)
    columns, margins = {}, {}
    for name, size in SIZES.items():
        noisy = 0.4 * latent + rng.normal(size=rows)
        cuts = np.quantile(noisy, np.cumsum(rng.dirichlet(np.full(size, 6.0)))[:-1])
        categories = pd.Index([f"{name} {i}" for i in range(size)])
        codes = np.searchsorted(cuts, noisy)
        columns[name] = pd.Categorical.from_codes(codes, categories)
        shares = np.bincount(codes, minlength=size) / rows + rng.dirichlet(np.full(size, 6.0))
        margins[name] = dict(zip(categories, POPULATION * shares / 2, strict=True))
    sample = pd.DataFrame({**columns, "start": rng.lognormal(sigma=0.5, size=rows)})
    sample.to_parquet(folder / "sample.parquet")
    (folder / "margins.json").write_text(json.dumps(margins), encoding="utf-8")
    return sample, margins


def write_data(folder: Path, rows: int) -> None:
    """As `write_sample`, and what R reads where it is installed."""
    import pandas as pd

    sample, margins = write_sample(folder, rows)
    if shutil.which("Rscript"):
        sample.to_csv(folder / "sample.csv", index=False)
        flat = [(name, c, target) for name, of in margins.items() for c, target in of.items()]
        flat_frame = pd.DataFrame(flat, columns=["margin", "category", "Freq"])
        flat_frame.to_csv(folder / "margins.csv", index=False)
        (folder / "rake.R").write_text(
            R_SCRIPT % (", ".join(f'"{name}"' for name in SIZES), TOLERANCE),
            encoding="utf-8",
        )


def timed(rake: Callable[[], Any], runs: int) -> tuple[Any, dict[str, list[float]]]:
    """What the last run gives, and the seconds of each, by the clock and of the processor."""
    seconds, busy = [], []
    for _ in range(runs):
        begin, begin_busy = time.perf_counter(), time.process_time()
        found = rake()
        seconds.append(time.perf_counter() - begin)
        busy.append(time.process_time() - begin_busy)
    return found, {"seconds": seconds, "busy": busy}


def rake_observlib(folder: Path, runs: int, texts: bool) -> dict[str, Any]:
    import pandas as pd

    from observlib.survey.weighting import calibrate

    sample = pd.read_parquet(folder / "sample.parquet")
    if texts:
        sample = sample.astype(dict.fromkeys(SIZES, "str"))
    told = json.loads((folder / "margins.json").read_text(encoding="utf-8"))
    margins = {name: pd.Series(of) for name, of in told.items()}
    found, times = timed(
        lambda: calibrate(sample, margins, weights="start", tolerance=TOLERANCE), runs
    )
    misfit = (found.margins["after"] / found.margins["target"] - 1).abs().max()
    return {**times, "misfit": float(misfit)}


def rake_svy(folder: Path, runs: int) -> dict[str, Any]:
    import polars as pl
    import svy

    frame = pl.read_parquet(folder / "sample.parquet").with_columns(pl.col(*SIZES).cast(pl.String))
    margins = json.loads((folder / "margins.json").read_text(encoding="utf-8"))
    sample = svy.Sample(frame, svy.Design(wgt="start"))
    raked, times = timed(lambda: sample.weighting.rake(controls=margins, tol=TOLERANCE), runs)
    misfit = 0.0
    for name, of in margins.items():
        for category, reached in raked.data.group_by(name).agg(pl.col("rk_wgt").sum()).iter_rows():
            misfit = max(misfit, abs(reached / of[category] - 1))
    return {**times, "misfit": misfit}


CONTENDERS: dict[str, Callable[[Path, int], dict[str, Any]]] = {
    "observlib, categories": lambda folder, runs: rake_observlib(folder, runs, texts=False),
    "observlib, texts": lambda folder, runs: rake_observlib(folder, runs, texts=True),
    "svy, texts": rake_svy,
}


def run(command: list[str]) -> tuple[dict[str, Any], float] | str:
    """What the process says and its peak memory in MiB, or the last line of its complaint."""
    with tempfile.TemporaryFile() as complaint:
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaint)
        assert child.stdout is not None
        said = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            complaint.seek(0)
            lines = complaint.read().decode("utf-8", "replace").strip().splitlines()
            return lines[-1] if lines else f"exit code {child.returncode}"
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return json.loads(said), usage.ru_maxrss / unit


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--svy", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.contender:
        print(json.dumps(CONTENDERS[asked.contender](asked.folder, asked.runs)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_data(folder, asked.rows)
        commands = {
            contender: [
                *(asked.svy if contender.startswith("svy") else sys.executable, __file__),
                *("--contender", contender, "--folder", name, "--runs", str(asked.runs)),
            ]
            for contender in CONTENDERS
        }
        if r := shutil.which("Rscript"):
            commands["survey (R)"] = [r, str(folder / "rake.R"), name, str(asked.runs)]
        print(f"{asked.rows} rows, {len(SIZES)} margins, median of {asked.runs} runs")
        first: tuple[float, float] | None = None
        for contender, command in commands.items():
            found = run(command)
            if isinstance(found, str):
                print(f"{contender:24} not measured: {found}")
                continue
            told, peak = found
            clock, busy = (statistics.median(told[of]) for of in ("seconds", "busy"))
            first = first or (clock, busy)
            print(
                f"{contender:24} {clock:7.3f} s {busy:7.3f} s CPU {peak:6.0f} MiB   misfit "
                f"{told['misfit']:.0e}   x {clock / first[0]:.1f}, CPU x {busy / first[1]:.1f}"
            )
        if not r:
            print(f"{'survey (R)':24} not measured: there is no Rscript on this machine")


if __name__ == "__main__":
    main()
