"""A stand-in of tools' servers, a device that falls silent, and exports of unknown tools."""

import contextlib
import csv
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest

from observlib import store
from observlib.catalogue import Catalogue, Device
from observlib.desk import sources
from tools.demo.formats import declared


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
    monkeypatch.setattr(sources.time, "sleep", found.append)
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


@pytest.fixture
def single(catalogue: Catalogue, device: Callable[..., Device]) -> Callable[..., Catalogue]:
    """A catalogue of one device."""
    return lambda **given: catalogue.model_copy(update={"devices": {"essai": device(**given)}})


DEVICE = "jdma-legifrance"
FIRST = date(2025, 1, 1)
Heard = Callable[[Sequence[Sequence[str]]], Path]
GOOD = ["Très bien"] * 26 + ["Moyen"] * 8 + ["Pas bien"] * 6
POOR = ["Très bien"] * 18 + ["Moyen"] * 8 + ["Pas bien"] * 14


@pytest.fixture
def heard(tmp_path: Path, catalogue: Catalogue) -> Heard:
    """A data folder in which one device was given such answers on each day from 1 January 2025."""

    def made(days: Sequence[Sequence[str]]) -> Path:
        rows = [
            (f"{FIRST + timedelta(place)} 10:00:00", "Formulaire fictif", "Bouton", f"{place}-{i}",
             said, "3", "Je n'ai pas eu besoin d'aide", "", "", "")
            for place, answers in enumerate(days)
            for i, said in enumerate(answers)
        ]  # fmt: skip
        raw = tmp_path / "raw"
        raw.mkdir(exist_ok=True)
        with (raw / "jdma_legifrance_2025.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([declared("satisfaction")["header"], *rows])
        done = store.ingest(raw, tmp_path, catalogue)
        assert not done.problems and done.rejects.empty
        return tmp_path

    return made


def steady(days: int, answers: Sequence[str] = tuple(GOOD)) -> list[list[str]]:
    """Days of about as many answers, of which some change from day to day."""
    return [[*answers, *["Moyen", "Très bien", "Pas bien"][: 1 + day % 3]] for day in range(days)]


GENERIC = ("calls", "call_intervals", "tickets", "sales", "subscriptions")


@pytest.fixture(scope="session")
def few(catalogue: Catalogue) -> Catalogue:
    """The catalogue with few formats: what is asked does not depend on the tools known."""
    known = catalogue.formats.items()
    tables = ("audience", "ratings")
    formats = {name: one for name, one in known if name in GENERIC or one.table in tables}
    return catalogue.model_copy(update={"formats": formats})


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Write an export."""

    def write(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "export.csv"
        path.write_text(text, encoding=encoding)
        return path

    return write
