"""A page that is watched renews itself, and nobody but this machine's browsers reads it."""

import base64
import hashlib
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from observlib.edition import preview

RULES = "script-src 'self' file:; connect-src 'none'"
POLICY = f'<meta http-equiv="Content-Security-Policy" content="{RULES}">'
PAGE = f"<html><head>{POLICY}</head><body><p>Un.</p></body></html>"


@pytest.fixture
def page(tmp_path: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "pages" / "site.css").write_text("p {}", encoding="utf-8")
    with preview.served(tmp_path / "pages") as (address, renew):
        yield address, renew


def get(address: str, host: str = "") -> tuple[int, str]:
    asked = urllib.request.Request(address, headers={"Host": host} if host else {})
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return answer.status, answer.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        return error.code, ""


def test_a_page_is_served_with_the_one_script_that_its_policy_then_allows(page):
    status, text = get(page[0] + "a.html")
    assert status == 200 and "<p>Un.</p>" in text
    (script,) = re.findall("<script>(.*?)</script>", text)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert (
        f"script-src 'self' 'sha256-{digest}'; connect-src 'self'" in text and "'none'" not in text
    )
    assert get(page[0] + "site.css") == (200, "p {}")


def test_an_open_page_waits_until_there_is_a_newer_one(page, monkeypatch):
    address, renew = page
    waits = address + ".newer?than=0"
    monkeypatch.setattr(preview, "_PATIENCE", 0.05)
    assert get(waits)[0] == 503  # ask again
    monkeypatch.setattr(preview, "_PATIENCE", 30.0)
    threading.Timer(0.3, renew).start()
    begun = time.monotonic()
    assert get(waits)[0] == 200
    assert 0.2 < time.monotonic() - begun < 20
    assert get(waits)[0] == 200  # it was made while the page was being opened
    assert ".newer?than=1" in get(address + "a.html")[1]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example"])
def test_a_site_that_leads_its_own_name_to_this_machine_reads_nothing(page, host):
    assert get(page[0] + "a.html", host)[0] == 403


@pytest.mark.parametrize("path", ["../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt"])
def test_nothing_beside_the_folder_is_served(page, path):
    assert get(page[0] + path)[0] == 404


def test_a_wrong_question_is_no_crash(page):
    assert get(page[0] + ".newer?than=x")[0] == 200
    assert get(page[0] + "b.html")[0] == 404
    assert get(page[0] + "a.html")[0] == 200


def test_a_save_is_noticed_once():
    stamps = iter([1, 1, 1, 2, 2, 2, 3, 3])
    given = preview.saves(lambda: next(stamps), pause=0)
    for _ in range(3):
        next(given)
    assert list(stamps) == []
