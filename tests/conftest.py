"""What several tests need: the project's catalogue, and real exports where they are at hand."""

import contextlib
import json
import logging
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings
from tests.copies import DEMO, demonstration_catalogue
from tests.examples import QUICK

from observlib import catalogue as catalogues
from observlib import cli, estimates
from observlib.base import kept
from observlib.catalogue import Catalogue

# A shared machine may stall for longer than any deadline; what is asked here is truth, not speed.
# And fixtures give what examples only read, or write over.
settings.register_profile(
    "observlib", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.register_profile("quick", settings.get_profile("observlib"), max_examples=QUICK)
settings.load_profile("observlib")
ROOT = Path(__file__).parents[1]
INVENTING = ROOT / "tools" / "demo"
STEPS = (
    "Fetching|Fetching exports|Writing exports|Reading exports|Executing studies|Publishing pages|"
    "Watching"
)
PROGRESS = re.compile(rf"(?m)^(?:{STEPS}): \d+ of \d+.*\n")  # cli/test_printing.py looks at it
# A shell starts what runs in the background deaf to Ctrl-C, and commands under test would be too.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


NOTEBOOKS = ("comparaisons", "panorama")  # the others are executed by `make test-all`


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.suffix == ".ipynb" and item.path.stem not in NOTEBOOKS:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return demonstration_catalogue()


@pytest.fixture(scope="session", autouse=True)
def _alike_catalogues() -> Iterator[None]:
    """Whoever reads a small project's catalogue has it from the first that was alike."""
    read, known = catalogues.load_catalogue, dict[str, Catalogue]()

    def load(*given: Any, **named: Any) -> Catalogue:
        parts = [*given, *named, *named.values()]
        told = [_texts(one) if isinstance(one, Path) else one for one in parts]
        key = kept.bytes_digest(repr(told).encode())
        return known.get(key) or known.setdefault(key, read(*given, **named))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogues, "load_catalogue", load)
        yield


def _texts(catalogue: Path) -> list[tuple[str, bytes]]:
    """The files of a catalogue, and of the formats beside it."""
    return [
        (path.relative_to(catalogue.parent).as_posix(), path.read_bytes())
        for folder in (catalogue, catalogue.parent / "formats")
        for path in sorted(folder.rglob("*.yml"))
        if path.is_file()
    ]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real open data beside the project; it is never part of it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real open data is not beside the project (../shared/data)")
    return folder


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Path:
    """The demonstration's data folder, with its exports (`raw/`) and store; no test changes it."""
    return made_once(tmp_path_factory, "demonstration", lambda data: _demonstrate(data, catalogue))


def made_once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object], seconds: int = 300
) -> Path:
    """A folder that processes which share the tests share: the first to ask for it makes it."""
    own = factory.getbasetemp()
    base = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder, made, failed = base / name, base / f"{name}-made", base / f"{name}-failed"
    try:
        folder.mkdir()
    except FileExistsError:
        for _ in range(5 * seconds):
            if made.exists():
                return folder
            if failed.exists():
                break
            time.sleep(0.2)
        pytest.fail(f"the process that makes {name} failed, or has not ended; see its error")
    try:
        make(folder)
    except BaseException:
        failed.touch()
        raise
    made.touch()
    return folder


def _demonstrate(data: Path, catalogue: Catalogue) -> None:
    from observlib import store
    from observlib.pipeline import project
    from tools import demo

    code = kept.library_files() | kept.tree("invented", INVENTING)
    made_of = code | kept.installed_packages() | project.knowledge(DEMO, ROOT)
    place = ROOT / ".pytest_cache" / "demonstration" / kept.key(made_of)
    if _is_made_by_make():
        shutil.copytree(DEMO, data, dirs_exist_ok=True, ignore=shutil.ignore_patterns("published"))
    elif place.exists():
        shutil.copytree(place, data, dirs_exist_ok=True)
    else:
        demo.write(data / "raw")
        beside = "actions catalogue corrections decisions expectations partners practices"
        for name in beside.split():
            shutil.copytree(DEMO / name, data / name)
        done = store.ingest(data / "raw", data, catalogue)
        assert not done.problems and done.rejects.empty and not done.unclaimed
        for other in place.parent.glob("*"):  # what other code made
            if other.name != place.name:
                shutil.rmtree(other, ignore_errors=True)
        with contextlib.suppress(OSError):  # another run may do the same at once
            shutil.copytree(data, place.with_suffix(f".{os.getpid()}")).rename(place)


def _is_made_by_make() -> bool:
    """Whether the demonstration in `data/` is newer than what `make` makes it of."""
    ledger = DEMO / "store" / "ledger.json"
    folders = [ROOT / "src", INVENTING, *(ROOT / "data" / x for x in ("catalogue", "formats"))]
    folders += [DEMO / "catalogue", DEMO / "expectations"]
    made_of = (path for folder in folders for path in folder.rglob("*"))
    changed = (path.stat().st_mtime for path in made_of if path.suffix in (".py", ".yml"))
    return ledger.exists() and ledger.stat().st_mtime > max(changed)


@pytest.fixture(scope="session")
def truths(demonstration: Path) -> dict[str, Any]:
    """What is true of the demonstration, by kind."""
    text = (demonstration / "raw" / "demonstration.json").read_text(encoding="utf-8")
    return dict(json.loads(text)["truths"])


class Exports(NamedTuple):
    folder: Path
    truths: dict[str, Any]


@pytest.fixture(scope="session")
def exports(demonstration: Path, truths: dict[str, Any]) -> Exports:
    """The demonstration's exports, and what is true of them."""
    return Exports(demonstration / "raw", truths)


@pytest.fixture
def observ(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run the command's own entry point; give its exit code and what it printed, less progress."""

    def run(*words: object) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["observ", *map(str, words)])
            capsys.readouterr()
            code = 0
            try:
                cli.main()
            except SystemExit as end:
                code = int(end.code or 0)
        out, err = capsys.readouterr()
        return code, out, PROGRESS.sub("", err)

    return run


@pytest.fixture
def feelings() -> Callable[..., pd.DataFrame]:
    """Shares of three feelings for some products."""

    def made(shares: dict[str, tuple[float, float, float]], **more: Any) -> pd.DataFrame:
        return estimates.make(
            {
                "indicator": "feeling_share", "product": product, "device": "sp-plus",
                "period": "2025-10/2026-09", "group": "feeling", "group_value": part,
                "estimate": value, "unit": "%", "n": 400, **more,
            }
            for product, values in shares.items()
            for part, value in zip(("Positif", "Neutre", "Négatif"), values, strict=True)
        )  # fmt: skip

    return made


SECRET = "a-secret-that-no-one-may-read"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A server of this machine that speaks S3, with one bucket; its address."""
    import s3fs
    from moto.server import ThreadedMotoServer

    with pytest.MonkeyPatch.context() as patch:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        running.start()
        host, port = running.get_host_and_port()
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "tester")
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        s3fs.S3FileSystem(skip_instance_cache=True).mkdir("observatory")
        yield f"http://{host}:{port}"
        running.stop()


@pytest.fixture(params=["s3", "file"])
def where(request: pytest.FixtureRequest, server: str, tmp_path: Path) -> str:
    """An address of a test's own."""
    if request.param == "s3":
        return f"s3://observatory/{tmp_path.name}/l'été [1]"
    return f"file://{tmp_path}/elsewhere/l'été [1]"
