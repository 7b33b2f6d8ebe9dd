"""Exports far longer than the memory that they may take, in a process that is measured."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

ROWS = 3_000_000  # 200 MB of text, which pandas holds in 600 MB and more
MOST = 700  # MiB, of which 250 are Python and what is imported
INGEST = """
import json, sys
from pathlib import Path
from observlib.pipeline import project
from observlib import store
data = Path(sys.argv[1])
done = store.ingest(data / "raw", data, project.catalogue_with_devices(data))
assert not done.problems, done.problems
months = store.held_by_month(data, "audience", ["visits"])
peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024
rows = months[["product", "month", "visits"]].values.tolist()
print(json.dumps({"peak": peak, "months": rows}))
"""
DEVICE = Path(__file__).with_name("device.yml").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_millions_of_visits_by_page_are_summed_in_little_memory_and_as_pandas_would(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "devices.yml").write_text(DEVICE, encoding="utf-8")
    numbers = np.arange(ROWS)
    rows = pd.DataFrame({
        "date": (np.datetime64("2025-01-01") + numbers * 365 // ROWS).astype("datetime64[D]"),
        "product": np.array(["boamp", "bodacc"])[numbers % 2],
        "url": [f"/fiche/{number % 30_000}/mobile" for number in numbers],
        "entry_nb_visits": np.random.default_rng(1).poisson(30, ROWS),
    })  # fmt: skip
    rows.to_csv(tmp_path / "raw" / "pages_2025.csv", sep=";", index=False)
    ingest = [sys.executable, "-c", INGEST, str(tmp_path)]
    told = json.loads(subprocess.run(ingest, capture_output=True, text=True, check=True).stdout)
    assert told["peak"] < MOST
    month = rows["date"].dt.strftime("%Y-%m")
    wanted = rows.groupby(["product", month])["entry_nb_visits"].sum().reset_index()
    assert told["months"] == wanted.values.tolist()
