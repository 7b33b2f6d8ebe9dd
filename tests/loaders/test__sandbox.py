"""What a library in C or Rust does to its process ends no ingestion, and is told in one line."""

import sys
from datetime import date, datetime
from pathlib import Path

import pytest

from observlib.loaders import _sandbox


def script(folder: Path, body: str) -> tuple[str, str]:
    file = folder / "script.py"
    file.write_text(f"import os, sys, time, datetime\ndef main(*words):\n    {body}\n", "utf-8")
    return str(file), "main"


def test_days_texts_and_labels_come_back_as_they_were(tmp_path):
    days = "datetime.date(2026, 3, 1), datetime.datetime(2026, 3, 1, 10, 20)"
    body = f"return [words, sys.stdin.read(), 1.5, None, True, {days}]"
    found = _sandbox.apart(*script(tmp_path, body), "é", given=b"abc")
    day, moment = date(2026, 3, 1), datetime(2026, 3, 1, 10, 20)
    assert found == [["é"], "abc", 1.5, None, True, day, moment]
    labels = {"V1": {"day": "Jour"}, "V2": {"moment": "Moment"}}
    assert _sandbox.apart(*script(tmp_path, f"return {labels}")) == labels


@pytest.mark.parametrize(("body", "why"), [
    ("raise type('Panic', (BaseException,), {})('index out\\nof bounds')", "index out of bounds"),
    ("print('panicked', file=sys.stderr); os.abort()", "the reader crashed, or ran out of"),
    ("os._exit(3)", "the reader crashed"), ("os._exit(1)", "the reader crashed"),
    ("print('half', flush=True); os._exit(3)", "the reader crashed"),
    ("print('x' * 1000); return 1 / 0", "ZeroDivisionError: division by zero"),
])  # fmt: skip
def test_a_panic_or_a_crash_is_one_line(tmp_path, body, why):
    with pytest.raises(_sandbox.Failed, match=why) as caught:
        _sandbox.apart(*script(tmp_path, body))
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(sys.platform != "linux", reason="the system has no such limit")
def test_what_asks_for_more_memory_than_there_may_be_is_refused(tmp_path):
    with pytest.raises(_sandbox.Exceeded, match="needs more memory"):
        _sandbox.apart(*script(tmp_path, "return len(bytearray(1 << 31))"))


def test_what_does_not_end_or_tells_too_much_is_ended(tmp_path):
    with pytest.raises(_sandbox.Exceeded, match="not read within 2 seconds"):
        _sandbox.apart(*script(tmp_path, "time.sleep(60)"), seconds=2)
    with pytest.raises(_sandbox.Exceeded, match="needs more memory"):
        _sandbox.apart(*script(tmp_path, "return 'x' * 40_000_001"))
