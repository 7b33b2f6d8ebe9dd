"""Survey answers raked to five margins, then estimated by product, of 1 to 10 million answers.

    python benchmarks/bench_answers.py [--quick] [--millions 1 2 5 10] [--products 20]

Each length has a process of its own, which reads its answers, rakes them, and estimates the mean
of a mark in each product with its error, that of calibrated weights. Goals: 4 GiB for 10 million
answers, half a second of the processor to rake two million, and a last answer that costs what the
first ones do.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import bench_raking
import measuring

RAKE = """
import numpy as np, pandas as pd
from observlib.stats.survey import design, estimation, weighting
folder, products = Path(sys.argv[1]), int(sys.argv[2])
sample = pd.read_parquet(folder / "sample.parquet")
rng = np.random.default_rng(2026)
sample["mark"] = rng.integers(0, 11, len(sample)).astype(float)
names = [f"p{n}" for n in range(products)]
sample["product"] = pd.Categorical.from_codes(rng.integers(0, products, len(sample)), names)
margins = json.loads((folder / "margins.json").read_text())
margins = {name: pd.Series(of) for name, of in margins.items()}
at = time.process_time()
raked = weighting.calibrate(sample, margins, weights="start")
rake = time.process_time() - at
found = estimation.mean(design.design(sample, calibration=raked), "mark", by="product")
assert (found["status"] == "published").all()
told = {"rake": round(rake, 3)}
"""
MEBIBYTES, RAKED_IN, RAKED = 4096, 0.5, 2_000_000
LINEAR = 1.25


def main() -> None:
    """Measure each length."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--millions", type=float, nargs="+", default=[1, 2, 5, 10])
    parser.add_argument("--products", type=int, default=20)
    parser.add_argument("--quick", action="store_true", help="half a million to two millions")
    asked = parser.parse_args()
    found = []
    for rows in (int(n * 1e6) for n in sorted([0.5, 1, 2] if asked.quick else asked.millions)):
        with tempfile.TemporaryDirectory() as name:
            bench_raking.write_sample(Path(name), rows)
            found.append({"rows": rows} | measuring.script(RAKE, name, asked.products))
    last = found[-1]
    at = f"{last['rows'] / 1e6:g} M answers"
    measuring.tell(f"memory of {at}", last["mebibytes"], "MiB", MEBIBYTES)
    for one in found:
        if one["rows"] == RAKED:
            measuring.tell("2 million answers raked: processor", one["rake"], "s", RAKED_IN)
    if len(found) > 2:
        measuring.tell(f"a last answer, of a first one: {at}", measuring.a_row(found), "", LINEAR)
    each = {f"answers raked, and estimated in {asked.products} products": found}
    measuring.tell_rows("answers", each)


if __name__ == "__main__":
    main()
