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
_MOST_CELLS = 5_000_000  # of a file of SPSS or Stata
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


# --- What is read so: workbooks with python-calamine, files of SPSS and Stata with pyreadstat


def read_workbook() -> list[tuple[str, list[list[object]]]]:
    """Name and rows of each sheet of the workbook on the standard input."""
    import io

    import python_calamine

    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
    return [
        (name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))  # type: ignore
        for name in book.sheet_names
    ]


def _cell(value: object) -> str:
    """A value as a text export would have it.

    >>> _cell(3.0), _cell(2.5), _cell(float("nan")), _cell(datetime(2026, 3, 1, 10, 20))
    ('3', '2.5', '', '2026-03-01 10:20:00')
    """
    if value is None or value != value:  # NaN and NaT are no number and no day
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def read_statistics_file(path: str, function: str) -> list[dict[str, object]]:
    """The names, labels and cells of each variable of a file, by a function of pyreadstat."""
    import pyreadstat

    read = getattr(pyreadstat, function)
    _, claimed = read(path, metadataonly=True)
    count = (claimed.number_rows or 0) * (claimed.number_columns or 0)
    if count > _MOST_CELLS:
        raise ValueError(
            f"{count:,} answers, and no more than {_MOST_CELLS:,} are read: export parts"
        )
    frame, meta = read(path)
    return [
        {
            "name": _cell(name),
            "label": _cell(meta.column_names_to_labels.get(name)),
            "values": {
                _cell(value): _cell(label)
                for value, label in meta.variable_value_labels.get(name, {}).items()
            },
            "cells": [_cell(value) for value in frame.iloc[:, place].tolist()],
        }
        for place, name in enumerate(frame.columns)  # a damaged name may be NaN, or one twice
    ]


if __name__ == "__main__":
    _main(*sys.argv[1:])
