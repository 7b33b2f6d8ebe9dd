"""A preview shows a study as its page will be, and changes nothing that is published."""

import base64
import hashlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.edition import test_release as small

from observlib.base.errors import ObservError, UsageError
from observlib.edition import new_study

root, release, kept_site = small.root, small.release, small.kept_site  # fixtures
Preview = Callable[..., Path]


@pytest.fixture
def show(root: Path, monkeypatch: pytest.MonkeyPatch) -> Preview:
    def make(study: str = "panorama", error: str = "", **given: str) -> Path:
        def execute(pages: list[Any], folder: Path, *_: Any) -> Any:
            return small.execute(pages, folder, root, errors={page.name: error for page in pages})

        monkeypatch.setattr("observlib.edition.new_study.execute", execute)
        return new_study.page_preview(
            root, root / "data", study, given, ThreadPoolExecutor(), small.TODAY
        )

    return make


def left(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "reports" / ".preview").iterdir())


def test_a_preview_is_the_page_of_the_site_and_touches_nothing_published(release, show, root):
    release()
    before = small.tree(root / "reports")
    path = show()
    site = root / "reports" / "_site"
    published = (site / "2026-T3" / "panorama.html").read_text(encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    start, end = text.index("<main"), published.index('<ul class="downloads"')
    assert text[start:].startswith(published[published.index("<main") : end].rstrip())
    assert text[:start] == published[: published.index("<main")]
    assert (path.parent / "satisfaction.html").is_file()  # where its links lead
    (root / "reports" / ".preview").rename(root / "aside")
    assert small.tree(root / "reports") == before


def test_a_preview_needs_no_edition_and_a_saved_change_is_in_the_next_one(show, root):
    for name in ("_site", "editions"):
        small.shutil.rmtree(root / "reports" / name)
    small.write_study(root, "panorama", words="Voir [l'autre](satisfaction.ipynb).")
    path = show()
    assert "Voir l’autre" in path.read_text(encoding="utf-8").replace("'", "’")
    assert (path.parent / "site.css").is_file()
    small.write_study(root, "panorama", words="Une autre phrase.")
    assert show() == path and "Une autre phrase." in path.read_text(encoding="utf-8")
    assert left(root) == ["panorama"]


def test_a_cell_that_fails_is_told_in_a_line_and_the_former_page_stays(show, root):
    path = show()
    before = path.read_bytes()
    small.write_study(root, "panorama", words="Autre code.")
    with pytest.raises(ObservError, match=r"^study panorama: cell 3: ValueError: non$"):
        show(error="cell 3: ValueError: non")
    small.write_study(root, "panorama", words="Voir @fig-nulle-part.")
    with pytest.raises(ObservError, match="unresolved reference @fig-nulle-part"):
        show()
    assert path.read_bytes() == before
    assert left(root) == ["panorama"]


CHANGES: dict[str, Callable[[Path], object]] = {
    "code": lambda root: small.write_study(root, "panorama", words="Autre code."),
    "parameter": lambda root: small.write_study(
        root, "panorama", "parameters: {years: {type: integer, default: 1}}"
    ),
    "reference": lambda root: small.write(root / "data" / "reference" / "new.csv", "a\n1\n"),
    "catalogue": lambda root: small.write(root / "data" / "catalogue" / "new.csv", "a\n1\n"),
    "store": lambda root: small.write_store(root, "demonstration", "2026-10-01"),
}


def test_what_code_gives_is_asked_again_once_what_it_follows_from_changes(
    release, show, root, tmp_path, monkeypatch
):
    release()
    folders = ("notebooks", "data")
    for name in folders:
        small.shutil.copytree(root / name, tmp_path / "before" / name)
    for what, change in CHANGES.items():
        assert show(error="ran"), f"what the edition ran is kept, before {what}"
        change(root)
        with pytest.raises(ObservError, match="ran"):
            show(error="ran")
        for name in folders:
            small.shutil.rmtree(root / name)
            small.shutil.copytree(tmp_path / "before" / name, root / name)
    assert show(error="ran")
    monkeypatch.setattr("observlib.base.kept.library_files", dict)
    with pytest.raises(ObservError, match="ran"):
        show(error="ran")


def test_what_is_no_study_or_parameter_or_would_be_refused_is_told(release, show, root):
    small.write_study(root, "fiche", "parameters: {product: {type: product, each: true}}")
    assert show("fiche").name == "fiche-vie-publique.html"
    assert show("fiche", product="boamp").name == "fiche-boamp.html"
    with pytest.raises(UsageError, match="study 'nulle' does not exist; studies are fiche, panora"):
        show("nulle")
    with pytest.raises(UsageError, match="parameter 'years' does not exist"):
        show(years="3")
    small.write_study(root, "panorama", words="La note est de 6,4458 sur 10.")
    for make in (show, release):  # what the edition would refuse the preview refuses before
        with pytest.raises(ObservError, match=r"study panorama: cell \d tells 6,4458, with more"):
            make()


WATCH = "import sys; from observlib.cli import main; sys.argv[0] = 'observ'; main()"


@pytest.mark.slow
def test_each_save_is_shown_a_failure_is_told_and_ctrl_c_ends_it_well(root, tmp_path):
    def study(code: str) -> None:
        small.write_study(root, "panorama")
        path = root / "notebooks" / "panorama.ipynb"
        shown = f"from IPython.display import Markdown\\n{code}"
        text = path.read_text(encoding="utf-8")
        assert '"say()  # Fin."' in text
        path.write_text(text.replace('"say()  # Fin."', f'"{shown}"'), encoding="utf-8")

    def until(words: str, times: int = 1) -> None:
        end = time.monotonic() + 120
        while said.read_text(encoding="utf-8").count(words) < times:
            assert time.monotonic() < end and run.poll() is None, said.read_text(encoding="utf-8")
            time.sleep(0.1)

    said = tmp_path / "said"
    page = root / "reports" / ".preview" / "panorama" / "panorama.html"
    study("Markdown('Première version.')")
    command = [sys.executable, "-c", WATCH, "preview", "panorama", "--watch", "--no-open"]
    with (
        said.open("w", encoding="utf-8") as out,
        subprocess.Popen(
            command, stdout=out, stderr=out, cwd=root, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        ) as run,
    ):
        try:
            until("panorama.html (")
            assert "Première version." in page.read_text(encoding="utf-8")
            study("raise ValueError('non')")
            until("observ: study panorama: cell 3: ValueError: non")
            assert "Première version." in page.read_text(encoding="utf-8")
            study("import os; os.kill(os.getppid(), 9)")  # as the system does for want of memory
            until("observ: studies: a process that worked on them was ended from outside")
            study("Markdown('Deuxième version.')")
            until("panorama.html (", 2)
            assert "Deuxième version." in page.read_text(encoding="utf-8")
        finally:
            run.send_signal(signal.SIGINT)
        assert run.wait(60) == 0
    text = said.read_text(encoding="utf-8")
    assert "Traceback" not in text and text.count("http://127.0.0.1:") == 2


RULES = "script-src 'self' file:; connect-src 'none'"
POLICY = f'<meta http-equiv="Content-Security-Policy" content="{RULES}">'
PAGE = f"<html><head>{POLICY}</head><body><p>Un.</p></body></html>"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "pages" / "site.css").write_text("p {}", encoding="utf-8")
    with new_study.served(tmp_path / "pages") as (address, renew):
        yield address, renew


def get(address: str, host: str = "") -> tuple[int, str]:
    asked = urllib.request.Request(address, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, answer.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        return error.code, ""


def test_a_page_is_served_with_the_one_script_that_its_policy_then_allows(served):
    status, text = get(served[0] + "a.html")
    assert status == 200 and "<p>Un.</p>" in text
    (script,) = re.findall("<script>(.*?)</script>", text)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert (
        f"script-src 'self' 'sha256-{digest}'; connect-src 'self'" in text and "'none'" not in text
    )
    assert get(served[0] + "site.css") == (200, "p {}")


def test_an_open_page_waits_until_there_is_a_newer_one(served, monkeypatch):
    address, renew = served
    waits = address + ".newer?than=0"
    monkeypatch.setattr(new_study, "_PATIENCE", 0.05)
    assert get(waits)[0] == 503  # ask again
    monkeypatch.setattr(new_study, "_PATIENCE", 30.0)
    threading.Timer(0.3, renew).start()
    begun = time.monotonic()
    assert get(waits)[0] == 200
    assert 0.2 < time.monotonic() - begun < 20
    assert get(waits)[0] == 200  # it was made while the page was being opened
    assert ".newer?than=1" in get(address + "a.html")[1]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example"])
def test_a_site_that_leads_its_own_name_to_this_machine_reads_nothing(served, host):
    assert get(served[0] + "a.html", host)[0] == 403


@pytest.mark.parametrize("path", ["../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt"])
def test_nothing_beside_the_folder_is_served(served, path):
    assert get(served[0] + path)[0] == 404
