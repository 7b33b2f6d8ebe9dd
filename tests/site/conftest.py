"""The sample site, made once, and a real browser where there is one."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import made_once
from tests.publish.sample import make_project

from observlib.publish import publish

SAMPLE = Path(__file__).parents[1] / "publish" / "sample.py"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--allow-file-access-from-files",
)  # fmt: skip


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published site: only to be read."""

    def make(folder: Path) -> None:
        publish(make_project(folder / "project"), folder / "_site", "embedded")

    return made_once(tmp_path_factory, "sample-site", make) / "_site"


@pytest.fixture(scope="session")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """The document that a page has become in a real browser, its scripts run; flags may follow."""
    command = next(filter(None, map(shutil.which, NAMES)), None)
    if command is None:
        pytest.skip("no chromium on PATH: pages are not looked at in a real browser")

    def run(page: Path, *flags: str, seconds: int = 90) -> str:
        profile = tmp_path_factory.mktemp("profile")
        done = subprocess.run(
            [
                str(command), *FLAGS, f"--user-data-dir={profile}",
                "--virtual-time-budget=20000", *flags, "--dump-dom", page.as_uri(),
            ],
            capture_output=True,
            timeout=seconds,
            check=True,
        )  # fmt: skip
        return done.stdout.decode("utf-8")

    return run
