"""`observ preview`: a saved study as a page in the browser, once or at each save."""

from __future__ import annotations

import contextlib
import os
import sys
import webbrowser
from concurrent.futures import Executor
from pathlib import Path
from time import monotonic

import observlib
from observlib.base import kept
from observlib.base.errors import ObservError, UsageError
from observlib.cli.printing import print_json, say, tell
from observlib.edition.execute import started
from observlib.edition.preview import saves, served
from observlib.pipeline import project
from observlib.publish.standing import PREVIEWS


def show(study: str, given: dict[str, str], data: Path, watch: bool, is_opened: bool) -> None:
    """Make the page of a study and show it; with `watch`, again at each save, until Ctrl-C."""
    root, folder = project.root(), project.data_folder(data)
    if watch:
        with contextlib.suppress(KeyboardInterrupt):
            _watch(root, folder, study, given, is_opened)
        return
    with started(root, 1) as workers:  # its worker starts while this process imports the rest
        from observlib.edition.preview import page_preview as make

        address = make(root, folder, study, given, workers).as_uri()
    say(address)
    print_json(address=address)
    if is_opened:
        _open(address)


def _watch(root: Path, data: Path, study: str, given: dict[str, str], is_opened: bool) -> None:
    notebooks, library = root / "notebooks", Path(observlib.__file__).parent

    def code() -> kept.Inputs:
        return kept.stamps("the library", library)

    with contextlib.ExitStack() as stack, served(root / PREVIEWS) as (place, renew):

        def begin() -> tuple[Executor, kept.Inputs]:
            stack.close()
            return stack.enter_context(started(root, 1)), code()

        workers, imported = begin()
        from observlib.edition.preview import page_preview as make

        shown = ""
        for _ in saves(lambda: (kept.stamps("the notebooks", notebooks), code())):
            if imported != code():  # a page has the library that its worker imported
                workers, imported = begin()
            begun = monotonic()
            try:
                path = make(root, data, study, given, workers)
            except UsageError:
                raise
            except ObservError as error:
                tell(error.problems)
                workers, imported = begin()  # the former may be damaged; this one waits
                continue
            address = place + path.relative_to(root / PREVIEWS).as_posix()
            say(f"{address} ({monotonic() - begun:.1f} s)")
            print_json(address=address)
            renew()
            if is_opened and shown != address:
                _open(address)
            shown = address


def _open(address: str) -> None:
    """Open a page in the browser, where there is a screen: not in one made of text."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY")
    if sys.platform != "linux" or any(os.environ.get(name) for name in screens):
        webbrowser.open(address)
