"""Running a reader in a process of its own, whose crash harms no other.

Libraries in C and Rust end their process where memory or a damaged file fails them: no `except` can
catch that. Run as a script, this module imports nothing but the standard library.
"""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import subprocess
import sys
from datetime import date, datetime
from typing import Any

_MEMORY = 1 << 30  # bytes of address space, where the system has such a limit (not on Windows)
_LONGEST = 40_000_000  # characters of what is read, as JSON
_SECONDS = 60
_TOO_MUCH = "needs more memory than a file of this kind"
_DAY, _MOMENT = "\0day", "\0moment"  # as no label of a file begins


class Failed(Exception):
    """Why a file was not read, in a few words."""


class Exceeded(Failed):
    """It takes more time or memory than a file of its kind, or it ended the process."""


def apart(
    script: str, function: str, *words: str, given: bytes = b"", seconds: int = _SECONDS
) -> Any:
    """What a function of a script gives, as lists, texts, numbers and days."""
    command = [sys.executable, "-P", __file__, str(seconds // 2), script, function, *words]
    # each thread of a library of linear algebra would take its own part of the memory
    settings = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command,
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # where a damaged file may make a library write for ever
            timeout=seconds,
            env=settings,
        )
    except subprocess.TimeoutExpired:
        raise Exceeded(f"not read within {seconds} seconds") from None
    if done.returncode:
        told = done.stdout.decode("utf-8", "replace").strip()
        if told == _TOO_MUCH:
            raise Exceeded(told)
        if done.returncode != 1 or not told:
            raise Exceeded("the reader crashed, or ran out of memory or time")
        raise Failed(told)
    return json.loads(done.stdout, object_hook=_day)


def _day(told: dict[str, Any]) -> Any:
    """A day or moment that `_told` wrote; any other mapping as it is."""
    if told.keys() == {_DAY}:
        return date.fromisoformat(told[_DAY])
    return datetime.fromisoformat(told[_MOMENT]) if told.keys() == {_MOMENT} else told


def _told(value: object) -> object:
    """What JSON has no word for."""
    if isinstance(value, datetime):
        return {_MOMENT: value.isoformat()}
    return {_DAY: value.isoformat()} if isinstance(value, date) else str(value)


def _main(seconds: str, script: str, function: str, *words: str) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace")
    os.dup2(2, 1)  # what the library prints is no answer
    try:
        found = json.dumps(runpy.run_path(script)[function](*words), default=_told)
        if len(found) > _LONGEST:
            raise MemoryError
        failed = False
    except MemoryError:
        found, failed = _TOO_MUCH, True
    except BaseException as error:  # a panic of a Rust library is no `Exception`
        found, failed = " ".join(f"{type(error).__name__}: {error}".split())[:200], True
    with answer:
        answer.write(found)
    sys.exit(int(failed))


if __name__ == "__main__":
    _main(*sys.argv[1:])
