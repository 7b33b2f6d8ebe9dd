"""A file whose every row is refused is told like one whose rows are kept: soon, in little room."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow
pytest.importorskip("resource")  # Windows has no limits of this kind
# each repeated row on its own took nearly half a millisecond: these tables, some 50 s; now, 7 s
REFUSED = """
import re, resource
from pathlib import Path
resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
import pandas as pd
from observlib.catalogue.contract import conform

n = 80_000
ids = pd.Series(range(n)).astype(str)
rating = {"device": "d", "product": "p", "channel": "web", "date": pd.Timestamp("2026-01-05")}
rating |= {"question": "satisfaction", "value": 5.0, "scale_min": 0.0, "scale_max": 10.0}
day = {"device": "d", "product": "p", "channel": "web", "complete": True, "visits": 5}
day |= {"start": pd.Timestamp("2026-01-05"), "end": pd.Timestamp("2026-01-06")}
spans = pd.Timestamp("2026-01-06") + pd.to_timedelta(pd.Series(range(n)) % 20, unit="D")
for table, rows, kept in [
    ("ratings", {**rating, "answer_id": "a1", "value": 11.0}, 0),
    ("ratings", {**rating, "answer_id": "a1"}, 1),
    ("ratings", {**rating, "answer_id": "a" + ids, "date": pd.Timestamp("2200-01-05")}, 0),
    ("ratings", {**rating, "answer_id": "06" + ids.str.zfill(8)}, 0),
    ("audience", {**day, "end": spans, "product": [f"p{i // 20}" for i in range(n)]}, n // 20),
    ("audience", {**day, "end": pd.Timestamp("2026-02-06")}, 0),
]:
    found, rejects = conform(pd.DataFrame(rows, index=ids.index), table, "a.csv")
    assert len(found) == kept and len(rejects) == n - kept, rejects["reason"].value_counts()
status = Path("/proc/self/status")  # Linux counts what the process was before, in the other
peak = re.search(r"VmHWM:\\s*(\\d+)", status.read_text()) if status.exists() else None
print(peak[1] if peak else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_an_export_of_refused_rows_does_not_hold_an_ingestion_up():
    done = subprocess.run([sys.executable, "-c", REFUSED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:] or "ended for want of time"
    size = int(done.stdout) / (1024 if sys.platform != "darwin" else 1024**2)
    assert size < 500, f"{size:.0f} MB"
