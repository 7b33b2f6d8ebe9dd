"""A server on loopback that stands in for those of tools."""

import contextlib
import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest

from observlib.catalogue import Device
from observlib.desk.fetching import web


class Asked(NamedTuple):
    """A request: its path, by their names its query, form and headers, and its body."""

    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]
    body: str = ""


class Reply(NamedTuple):
    """An answer: content as JSON or, in bytes, as it is."""

    content: Any
    status: int = 200
    headers: dict[str, str] | None = None


class Standin(ThreadingHTTPServer):
    """Answers as `answer` says, and remembers what it was asked."""

    answer: Callable[[Asked], Any]
    asked: list[Asked]
    url: str


class Handler(BaseHTTPRequestHandler):
    server: Standin

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        query, form = (dict(parse_qsl(text)) for text in (parts.query, body))
        asked = Asked(parts.path, query, form, dict(self.headers), body)
        self.server.asked.append(asked)
        reply = self.server.answer(asked)
        reply = reply if isinstance(reply, Reply) else Reply(reply)
        plain = isinstance(reply.content, bytes)
        content = reply.content if plain else json.dumps(reply.content).encode()
        self.send_response(reply.status)
        told = {"Content-Length": str(len(content)), "Content-Type": "application/json"}
        for name, value in (told | (reply.headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):  # who asked may have given up
            self.wfile.write(content)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
    with Standin(("127.0.0.1", 0), Handler) as server:
        server.asked, server.url = [], f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy"):  # none is asked on this machine
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        yield server
        server.shutdown()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds for which a server would have been left alone."""
    found: list[float] = []
    monkeypatch.setattr(web.time, "sleep", found.append)
    return found


@pytest.fixture
def device() -> Callable[..., Device]:
    """A device, by what sets it apart."""

    def made(**given: Any) -> Device:
        entry = {
            "id": "essai", "label": "Essai", "family": "feedback", "channel": "web",
            "owner": "numerique", "product": "legifrance", "frequency": "monthly",
            "personal_data": "Aucune.", "pattern": "essai_*.csv",
        }  # fmt: skip
        return Device.model_validate(entry | given)

    return made
