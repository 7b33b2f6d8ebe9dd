"""From executed notebooks to a site, PDFs and open data. A publisher computes nothing.

Either publisher (Quarto, or pandoc and typst) makes a new site beside the old one and puts it in
its place in one step.
"""

import shutil
import sys
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

from observlib.base.errors import ObservError, UsageError
from observlib.base.files import replace_folder, telling_write_errors, temporary_files, workspace

_PUBLISHERS = ("auto", "quarto", "embedded")


def publish(
    project: Path,
    site: Path,
    publisher: str = "auto",
    progress: Callable[[int, int, str], None] | None = None,
    cache: Path | None = None,
    workers: Executor | None = None,
) -> Path:
    """Publish a project folder: the fixed pages and the notebooks of one edition."""
    from observlib.publish import publishers
    from observlib.publish.project import read_project

    check_publisher(publisher)
    used = publisher_used(publisher, cache)
    if used == "embedded" and publisher != used and (program := find_quarto()):
        fault = _fault(program, cache)
        print(f"quarto: {fault}; pages are made by the embedded publisher", file=sys.stderr)
    read = read_project(project, used)
    tell = progress or (lambda done, total, name: None)
    with (
        telling_write_errors(site.parent, "what was published is as it was"),
        workspace(site) as work,
        temporary_files(),
    ):
        publishers.build(read, work / "site", tell, cache, workers)
        return replace_folder(work / "site", site) / "index.html"


def publisher_used(publisher: str, cache: Path | None = None) -> str:
    """What `publisher` stands for here: `embedded`, or the program that is called as `quarto`."""
    program = find_quarto() if publisher != "embedded" else None
    if program is None:
        return "quarto" if publisher == "quarto" else "embedded"
    if publisher == "auto" and _fault(program, cache):
        return "embedded"
    return _identity(program)


def _identity(program: str) -> str:
    return f"{program} of {Path(program).stat().st_mtime_ns}"


def _fault(program: str, cache: Path | None) -> str:
    from observlib.publish import publishers

    return publishers.quarto_fault(_identity(program), cache)


def check_publisher(publisher: str) -> None:
    """Raise where a publisher does not exist or is not installed, before any work."""
    if publisher not in _PUBLISHERS:
        raise UsageError(f"unknown publisher {publisher!r}; allowed: {', '.join(_PUBLISHERS)}")
    if publisher == "quarto":
        require_quarto()


def find_quarto() -> str | None:
    """Path of the `quarto` command beside the running Python, else on PATH; None without one."""
    beside = shutil.which("quarto", path=str(Path(sys.executable).parent))
    return beside or shutil.which("quarto")


def require_quarto() -> str:
    """Path of the `quarto` command."""
    command = find_quarto()
    if command is None:
        raise ObservError(
            f"quarto: the command is not beside {sys.executable} and not on PATH; install it "
            '(`pip install "observlib[quarto]"`, `conda env create -f environment.yml` or '
            "quarto.org/docs/get-started), or use `--publisher embedded`, which needs nothing more"
        )
    return command
