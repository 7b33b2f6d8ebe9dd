"""Where the `quarto` command is. Nothing heavy is imported: commands that do nothing ask it too."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from observlib.errors import ObservError


def find_quarto() -> str | None:
    """Path of the `quarto` command beside the running Python, else on PATH; None without one."""
    beside = shutil.which("quarto", path=str(Path(sys.executable).parent))
    return beside or shutil.which("quarto")


def require_quarto() -> str:
    """Path of the `quarto` command.

    Raises
    ------
    ObservError
        Where it is not installed.
    """
    command = find_quarto()
    if command is None:
        raise ObservError(
            f"quarto: the command is not beside {sys.executable} and not on PATH; install it "
            '(`pip install "observlib[quarto]"`, `conda env create -f environment.yml` or '
            "quarto.org/docs/get-started), or use `--publisher embedded`, which needs nothing more"
        )
    return command
