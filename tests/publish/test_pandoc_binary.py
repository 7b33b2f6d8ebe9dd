"""The pandoc that runs is the package's own, whatever stands on PATH: else bytes would differ."""

import base64
import hashlib
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest

from observlib.base.errors import ObservError
from observlib.publish import pandoc

THREADS = """
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from observlib.publish import pandoc

sys.setswitchinterval(1e-5)
together = threading.Barrier(16)

def convert(number):
    together.wait()
    return pandoc.convert(f"texte {number}", "html", name="page")

with ThreadPoolExecutor(16) as pool:
    pages = list(pool.map(convert, range(16)))
assert [page.strip() for page in pages] == [f"<p>texte {number}</p>" for number in range(16)]
"""


@pytest.mark.skipif(os.name != "posix", reason="the other pandoc is a shell script")
def test_another_pandoc_first_on_path_is_never_run_by_any_of_many_threads(tmp_path):
    ran = tmp_path / "ran"
    other = tmp_path / "bin" / "pandoc"
    other.parent.mkdir()
    # it answers as pypandoc's search expects, a newer version than any, and leaves a note
    script = f'#!/bin/sh\necho "$@" >> "{ran}"\necho "pandoc 99.9"\n'
    other.write_text(script, encoding="utf-8")
    other.chmod(0o755)
    path = f"{other.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-c", THREADS],
        env={**os.environ, "PATH": path, "PYPANDOC_PANDOC": str(other)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert not ran.exists()


class Package:
    """An installed package that lists one file."""

    version = "1.17"

    def __init__(self, *files: Any) -> None:
        self.files = files


class File:
    """The package's pandoc, of which it recorded `expected`."""

    def __init__(self, path: Path, expected: str, mode: str = "sha256") -> None:
        self.path = path
        self.hash = type("Hash", (), {"mode": mode, "value": expected})()

    def as_posix(self) -> str:
        return "pypandoc/files/pandoc" + (".exe" if sys.platform == "win32" else "")

    def locate(self) -> Path:
        return self.path


def test_a_pandoc_that_is_not_the_one_installed_is_refused_with_both_digests(tmp_path, monkeypatch):
    (tmp_path / "pandoc").write_bytes(b"another")
    package = Package(File(tmp_path / "pandoc", "AAAA"))
    monkeypatch.setattr(pandoc, "distribution", lambda name: package)
    told = r"is not the pandoc of pypandoc_binary 1\.17 \(sha256 [\w-]{43}, where .* says AAAA\)"
    with pytest.raises(ObservError, match=told):
        pandoc._checked.__wrapped__()


def test_a_pandoc_recorded_by_another_digest_is_checked_by_that_one(tmp_path, monkeypatch):
    path = tmp_path / "pandoc"
    path.write_bytes(b"ours")
    digest = base64.urlsafe_b64encode(hashlib.sha512(b"ours").digest()).rstrip(b"=").decode()
    for mode, told in (("sha512", ""), ("sha256", "is not the pandoc"), ("md6", "no md6 can be")):
        package = Package(File(path, digest, mode))
        monkeypatch.setattr(pandoc, "distribution", lambda name, package=package: package)
        if told:
            with pytest.raises(ObservError, match=told):
                pandoc._checked.__wrapped__()
        else:
            assert pandoc._checked.__wrapped__() == str(path)


@pytest.mark.parametrize(
    ("package", "told"),
    [
        (None, "is absent; install the package pypandoc_binary"),
        (Package(), "pypandoc_binary 1.17 lists no pypandoc/files/pandoc"),
        (Package(File(Path("/nowhere/pandoc"), "AAAA")), "cannot be read .No such file"),
    ],
)
def test_a_missing_pandoc_is_told_with_what_to_install(monkeypatch, package, told):
    def find(name: str) -> Package:
        if package is None:
            raise PackageNotFoundError(name)
        return package

    monkeypatch.setattr(pandoc, "distribution", find)
    with pytest.raises(ObservError, match=told):
        pandoc._checked.__wrapped__()


def test_the_user_s_own_files_for_pandoc_change_no_page(tmp_path, monkeypatch):
    own = tmp_path / "pandoc"
    own.mkdir()
    (own / "abbreviations").write_text("mot.\n", encoding="utf-8")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert "mot. fin" in pandoc.convert("Un mot. fin", "html", name="page")
