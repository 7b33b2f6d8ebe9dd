"""The sample site, made once, and a real browser where there is one."""

import html
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import made_once
from tests.publish.sample import make_project

from observlib.publish import publish

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


def asked(dump: Callable[..., str], folder: Path, harness: str, *flags: str, **more: int) -> Any:
    """What a page with a script finds of those that it stands beside for the time, in a browser."""
    page = folder / "asked.html"
    page.write_text(harness, encoding="utf-8")
    told = re.search(r'<pre id="found">(.+?)</pre>', dump(page, *flags, **more), re.S)
    page.unlink()
    assert told, "the browser found nothing"
    return json.loads(html.unescape(told[1]))


def pages_of(site: Path) -> list[str]:
    """The pages of a site, as paths from it."""
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
