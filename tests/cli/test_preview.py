"""What `observ preview` prints, and when it opens a browser."""

import contextlib
import sys
import webbrowser
from pathlib import Path

import pytest

from observlib.cli import preview as module

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were opened; no study runs, whose page is `page.html`."""
    found: list[str] = []
    (tmp_path / "data" / "catalogue").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(webbrowser, "open", found.append)
    monkeypatch.setattr(module, "started", lambda *_: contextlib.nullcontext())
    monkeypatch.setattr("observlib.edition.preview.preview", lambda *_: tmp_path / "page.html")
    for name in SCREENS:
        monkeypatch.delenv(name, raising=False)
    return found


@pytest.mark.parametrize("screen", SCREENS)
def test_the_page_is_printed_and_opened_where_there_is_a_screen(
    opened, tmp_path, monkeypatch, capsys, screen
):
    address = (tmp_path / "page.html").as_uri()
    module.preview("essai", {}, Path("data"), watch=False, show=True)
    assert (capsys.readouterr().out, opened) == (f"{address}\n", [])
    monkeypatch.setenv(screen, ":0")
    module.preview("essai", {}, Path("data"), watch=False, show=False)
    assert opened == []
    module.preview("essai", {}, Path("data"), watch=False, show=True)
    assert opened == [address]
