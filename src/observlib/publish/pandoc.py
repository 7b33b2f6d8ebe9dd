"""Run pandoc with our filter, under a time limit, and say in one line what it refuses."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from observlib.errors import ObservError

TIME_LIMIT = 60.0
TEMPLATES = Path(str(files("observlib.publish") / "templates"))


@cache
def executable() -> str:
    """Path of the pandoc that the package `pypandoc_binary` brings."""
    import pypandoc

    return str(pypandoc.get_pandoc_path())


def convert(
    markdown: str,
    to: str,
    *,
    name: str,
    template: Path | None = None,
    variables: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
    filters: Sequence[Path] = (),
    time_limit: float = TIME_LIMIT,
) -> str:
    """Convert Quarto Markdown to `html` or `typst`.

    Parameters
    ----------
    markdown
        Text, with its front matter if it has one.
    to
        `html` or `typst`.
    name
        What errors call the text.
    template, variables, metadata
        Pandoc's; variables go into the template as they are, metadata is Markdown.
    filters
        Lua files that pandoc runs before our filter.

    Raises
    ------
    ObservError
        With each thing that pandoc or the filter refuses, or where it takes too long.
    """
    options = {
        "from": "markdown",
        "to": "typst-citations" if to == "typst" else "html",
        "standalone": template is not None,
        "template": str(template) if template else None,
        "table-of-contents": to == "html" and template is not None,
        "toc-depth": 3,
        "fail-if-warnings": True,
        "html-math-method": {"method": "mathml"},
        "filters": [*map(str, filters), str(TEMPLATES / "filter.lua")],
        "variables": dict(variables or {}),
        "metadata": dict(metadata or {}),
    }
    # pandoc takes its options from a file only, so that no text is read as an option
    with tempfile.TemporaryDirectory(prefix="observlib-") as folder:
        defaults = Path(folder) / "defaults.json"
        kept = {key: value for key, value in options.items() if value is not None}
        defaults.write_text(json.dumps(kept), encoding="utf-8")
        try:
            done = subprocess.run(
                [executable(), "--defaults", str(defaults)],
                input=markdown.encode("utf-8"),
                capture_output=True,
                timeout=time_limit,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ObservError(
                f"{name}: pandoc was stopped after {time_limit:.0f} s; shorten the page"
            ) from error
        except OSError as error:
            raise ObservError(
                f"{name}: pandoc cannot be run ({error}); install the package pypandoc_binary"
            ) from error
    if done.returncode:
        raise ObservError(*_problems(done.stderr.decode("utf-8", "replace"), name))
    return done.stdout.decode("utf-8")


def _problems(stderr: str, name: str) -> list[str]:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    ours = [line.removeprefix("observlib: ") for line in lines if line.startswith("observlib: ")]
    if not ours:
        useful = [line for line in lines if not line.startswith("Failing because")]
        ours = ["pandoc: " + " ".join(useful[:4])]
    return [f"{name}: {line}" for line in ours]
