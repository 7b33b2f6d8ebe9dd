"""Seconds and memory of raking, beside `svy` (Python) and R's `survey` where they are installed.

    python benchmarks/bench_raking.py [--rows 2000000] [--runs 5] [--svy PYTHON]

Each contender reads the same file in a process of its own and rakes it `runs` times. Told: the
median of the runs, without reading the file, by the clock and of the processor, the largest
distance of a category from its target, and the clock's as multiples of the first contender's.
`--svy` is an interpreter that has svy and pyarrow, by default the one that runs this.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measuring import Failed, run, tell

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

    from observlib.stats.survey.weighting import calibrate

    sample = pd.read_parquet(folder / "sample.parquet")
    if texts:
        sample = sample.astype(dict.fromkeys(SIZES, "str"))
    told = json.loads((folder / "margins.json").read_text(encoding="utf-8"))
    margins = {name: pd.Series(of) for name, of in told.items()}
    found, times = timed(lambda: calibrate(sample, margins, weights="start"), runs)
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


FIRST, ROWS, GOAL = "observlib, categories", 2_000_000, 0.5
CONTENDERS: dict[str, Callable[[Path, int], dict[str, Any]]] = {
    "observlib, categories": lambda folder, runs: rake_observlib(folder, runs, texts=False),
    "observlib, texts": lambda folder, runs: rake_observlib(folder, runs, texts=True),
    "svy, texts": rake_svy,
}


def main() -> None:
    """Measure each contender in a process of its own, on one sample."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, two runs")
    parser.add_argument("--svy", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.contender:
        print(json.dumps(CONTENDERS[asked.contender](asked.folder, asked.runs)))
        return
    rows, runs = (asked.rows // 10, 2) if asked.quick else (asked.rows, asked.runs)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_data(folder, rows)
        commands = {
            contender: [
                *(asked.svy if contender.startswith("svy") else sys.executable, __file__),
                *("--contender", contender, "--folder", name, "--runs", str(runs)),
            ]
            for contender in CONTENDERS
        }
        commands["survey (R)"] = ["Rscript", str(folder / "rake.R"), name, str(runs)]
        seconds: dict[str, float] = {}
        for contender, command in commands.items():
            try:
                found = json.loads(run(command).said)
            except (Failed, FileNotFoundError) as error:
                print(f"{contender}: not measured: {error}")
                continue
            seconds[contender] = statistics.median(found["seconds"])
            goal = GOAL if contender == FIRST and rows == ROWS else None
            tell(f"{rows / 1e6:g} million raked, {contender}", seconds[contender], "s", goal)
            busy = statistics.median(found["busy"])
            tell(f"{rows / 1e6:g} million raked, {contender}: processor", busy, "s")
            print(f"{contender}: misses no margin by more than {found['misfit']:.0e}")
        for contender in seconds.keys() - {FIRST}:
            tell(f"{contender}, times {FIRST}", seconds[contender] / seconds[FIRST], "")


if __name__ == "__main__":
    main()
