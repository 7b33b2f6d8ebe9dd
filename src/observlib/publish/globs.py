"""Quarto's globs, by which `_quarto.yml` and lists on pages name pages."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_SPECIAL = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def compile_glob(pattern: str) -> re.Pattern[str]:
    """What matches the whole paths that a glob names.

    `*` and `?` stay within a folder, `**` does not; `{one,other}` and `!(anything but|these)` are
    known too. A folder's name stands for all below it.

    Examples
    --------
    >>> [bool(compile_glob("editions/*/!(fiche-*).ipynb").fullmatch(path))
    ...  for path in ("editions/2026-T3/panorama.ipynb", "editions/2026-T3/fiche-boamp.ipynb")]
    [True, False]
    """
    pattern = pattern.strip("/")
    if not PurePosixPath(pattern).suffix and not pattern.endswith("*"):
        pattern += "/**"
    return re.compile(_translated(pattern))


def _translated(pattern: str) -> str:
    text = ""
    for part in re.split(r"(!\([^()]*\)|\{[^{}]*\}|\*\*/?|\*|\?)", pattern):
        if part.startswith("{") and part.endswith("}"):
            text += f"(?:{'|'.join(map(_translated, part[1:-1].split(',')))})"
        elif part.startswith("!(") and part.endswith(")"):
            text += f"(?!{'|'.join(map(_translated, part[2:-1].split('|')))})[^/]*"
        else:
            text += _SPECIAL.get(part, re.escape(part))
    return text
