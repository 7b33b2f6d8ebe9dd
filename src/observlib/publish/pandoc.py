"""Run pandoc with our filter, under a time limit, and say in one line what it refuses."""

import base64
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from pathlib import Path
from typing import Any

from observlib.base.errors import ObservError
from observlib.base.period import epoch

_TIME_LIMIT = 300.0
TEMPLATES = Path(str(files("observlib.publish") / "templates"))
# else it cannot read a path with an accent where the locale is plain
_UTF8 = {"LC_ALL": "C.UTF-8"} if sys.platform == "linux" else {}
_ASKING = threading.Lock()  # `cache` alone lets each of several threads compute


def executable() -> str:
    """Path of `pypandoc_binary`'s pandoc; `pypandoc` may give threads another, of PATH."""
    with _ASKING:
        return _checked()


@cache
def _checked() -> str:
    try:
        package = distribution("pypandoc_binary")
    except PackageNotFoundError as error:
        raise ObservError("pandoc: is absent; install the package pypandoc_binary") from error
    again = f"install pypandoc_binary {package.version} again"
    name = f"pypandoc/files/pandoc{'.exe' if sys.platform == 'win32' else ''}"
    listed = next((file for file in package.files or () if file.as_posix() == name), None)
    if listed is None:
        raise ObservError(f"pandoc: pypandoc_binary {package.version} lists no {name}; {again}")
    path = Path(str(listed.locate()))
    kind = listed.hash.mode if listed.hash else "sha256"
    if kind not in hashlib.algorithms_guaranteed:
        raise ObservError(f"pandoc: no {kind} can be computed, by which it is known; {again}")
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, kind).digest()
    except OSError as error:
        raise ObservError(f"{path}: cannot be read ({error.strerror}); {again}") from error
    digest = base64.urlsafe_b64encode(found).rstrip(b"=").decode()
    if listed.hash and digest != listed.hash.value:
        raise ObservError(
            f"{path}: is not the pandoc of pypandoc_binary {package.version} ({kind} {digest}, "
            f"where the package says {listed.hash.value}); {again}"
        )
    return str(path)


def pandoc_path(path: Path) -> str:
    """The path of a template or a bibliography, in which pandoc would read `%41` as `A`.

    Examples
    --------
    >>> pandoc_path(Path("100%41.bib"))
    '100%2541.bib'
    """
    return str(path).replace("%", "%25")


def convert(
    markdown: str,
    to: str,
    *,
    name: str,
    template: Path | None = None,
    variables: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
    filters: Sequence[Path] = (),
    folder: Path | None = None,
) -> str:
    """Convert Quarto Markdown to `html` or `typst`."""
    options = {
        "to": "typst-citations" if to == "typst" else "html",
        "standalone": template is not None,
        "template": pandoc_path(template) if template else None,
        "table-of-contents": to == "html" and template is not None,
        "toc-depth": 3,
        "figure-caption-position": "above",
        "html-math-method": {"method": "mathml"},
        "syntax-highlighting": "none",  # no style uses it, and it costs as much as ten pages
        "variables": dict(variables or {}),
    }
    return _run(options, markdown, name, metadata or {}, filters, folder).decode("utf-8")


def convert_to_docx(
    markdown: str,
    *,
    name: str,
    folder: Path,
    reference: bytes,
    made: date,
    metadata: Mapping[str, Any],
    filters: Sequence[Path],
) -> bytes:
    """Convert Quarto Markdown to a document of word processors."""
    looks = folder / "reference.docx"
    looks.write_bytes(reference)
    options = {"to": "docx", "output-file": "-", "reference-doc": pandoc_path(looks)}
    day = {"SOURCE_DATE_EPOCH": str(epoch(made))}
    return _run(options, markdown, name, metadata, filters, folder, environment=day)


def data_file(name: str) -> bytes:
    """A file that pandoc brings."""
    asked = [executable(), f"--print-default-data-file={name}"]
    return subprocess.run(asked, capture_output=True, check=True, timeout=_TIME_LIMIT).stdout


def _run(
    options: Mapping[str, Any],
    markdown: str,
    name: str,
    metadata: Mapping[str, Any],
    filters: Sequence[Path],
    folder: Path | None,
    environment: Mapping[str, str] | None = None,
) -> bytes:
    given = {
        "from": "markdown",
        "fail-if-warnings": True,
        "data-dir": str(TEMPLATES),  # else the user's own files for pandoc would change pages
        "filters": [*map(str, filters), str(TEMPLATES / "filter.lua")],
        "metadata": dict(metadata),
        **{key: value for key, value in options.items() if value is not None},
    }
    # pandoc takes its options from a file only, so that no text is read as an option
    with tempfile.TemporaryDirectory(prefix="observlib-") as place:
        defaults = Path(place) / "defaults.json"
        defaults.write_text(json.dumps(given), encoding="utf-8")
        try:
            done = subprocess.run(
                [executable(), "--defaults", str(defaults)],
                input=markdown.encode("utf-8"),
                capture_output=True,
                cwd=folder,
                timeout=_TIME_LIMIT,
                env={**os.environ, **_UTF8, **(environment or {})},
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ObservError(
                f"{name}: pandoc was stopped after {_TIME_LIMIT:.0f} s; shorten the page"
            ) from error
        except (FileNotFoundError, PermissionError) as error:
            raise ObservError(
                f"{name}: pandoc cannot be run ({error}); install the package pypandoc_binary"
            ) from error
    if done.returncode:
        raise ObservError(*_problems(done.stderr.decode("utf-8", "replace"), name))
    return done.stdout


def _problems(stderr: str, name: str) -> list[str]:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    ours = [line.removeprefix("observlib: ") for line in lines if line.startswith("observlib: ")]
    if not ours:
        useful = [line for line in lines if not line.startswith("Failing because")]
        ours = ["pandoc: " + " ".join(useful[:4])]
    return [f"{name}: {line}" for line in ours]
