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
CALLS = 1_000_000  # of which pandas holds the rows in 900 MB and more
MOST_OF_CALLS = 500  # MiB
ESTIMATE = """
import json, sys
from pathlib import Path
from observlib.pipeline import frame
from observlib.base.period import Quarter
data = Path(sys.argv[1])
frame._folder = lambda: data / "kept"
found = frame.given(data, Quarter("2026-T3"), "contacts").estimates
peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024
rows = found[found["period"] == "2026-T3"].set_index("indicator")["estimate"]
names = ["calls_offered", "answer_rate", "wait_median", "wait_p90"]
print(json.dumps({"peak": peak, **rows[names].to_dict()}))
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


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_millions_of_calls_are_estimated_in_little_memory_and_as_pandas_would(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "catalogue").mkdir()
    device = DEVICE.replace("page_visits", "calls").replace("web", "phone")
    (tmp_path / "catalogue" / "devices.yml").write_text(device, encoding="utf-8")
    numbers, chance = np.arange(CALLS), np.random.default_rng(1)
    moments = np.datetime64("2026-01-01T12:00:00") + numbers * 270 // CALLS * 86_400
    rows = pd.DataFrame({
        "id": [f"c{number}" for number in numbers],
        "date": pd.Series(moments).dt.strftime("%Y-%m-%d %H:%M:%S"),
        "statut": np.where(chance.random(CALLS) < 0.8, "répondu", "abandonné"),
        "attente": chance.integers(0, 600, CALLS),
        "theme": np.array(["Logement", "Famille"])[numbers % 2],
    })  # fmt: skip
    rows.to_csv(tmp_path / "raw" / "pages_2026.csv", sep=";", index=False)
    for script in (INGEST, ESTIMATE):
        run = [sys.executable, "-c", script.replace("audience", "calls").replace("visits", "wait")]
        said = subprocess.run([*run, str(tmp_path)], capture_output=True, text=True, check=True)
    told = json.loads(said.stdout)
    assert told.pop("peak") < MOST_OF_CALLS
    last = rows[rows["date"] >= "2026-07"]
    waits = np.sort(last.loc[last["statut"] == "répondu", "attente"])
    assert told == {
        "calls_offered": len(last),
        "answer_rate": pytest.approx(100 * len(waits) / len(last)),
        "wait_median": waits[-(-len(waits) // 2) - 1],
        "wait_p90": waits[-(-len(waits) * 9 // 10) - 1],
    }
