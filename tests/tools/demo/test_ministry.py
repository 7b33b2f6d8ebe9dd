"""A ministry of invented products must be read as any agency is, and take the place of nothing."""

import hashlib
import shutil
from collections import Counter
from pathlib import Path

import pytest
from tests.copies import DEMO, copy_catalogue

from observlib.base.errors import ObservError
from observlib.catalogue import Catalogue
from observlib.pipeline import project
from tools import demo
from tools.demo import ministry
from tools.demo.__main__ import main

pytestmark = pytest.mark.slow
PRODUCTS = 3
# Over the path and bytes of every file of the three products, whatever machine writes them.
DIGEST = "c68acf3c5e59f53b15399d348124ec99b61902c7bb9c1ff86b277ac7bddca806"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the exports and the catalogue of three products, in a project."""
    root = tmp_path_factory.mktemp("project")
    copy_catalogue(root)
    shutil.copytree(DEMO / "catalogue", root / "data" / "demo" / "catalogue")
    demo.write(root / "data" / "ministry" / "raw", products=PRODUCTS)
    return root / "data" / "ministry"


@pytest.fixture(scope="module")
def known(data: Path) -> Catalogue:
    return project.catalogue(Path("data") / data.name, data)


def exports(data: Path) -> dict[str, Path]:
    files = (path for path in (data / "raw").rglob("*") if path.is_file())
    return {path.relative_to(data / "raw").as_posix(): path for path in sorted(files)}


def own(data: Path) -> dict[str, Path]:
    return {n: path for n, path in exports(data).items() if n.startswith(ministry.FOLDER)}


def test_every_machine_writes_a_ministry_of_the_same_bytes(data, demonstration):
    found = hashlib.sha256()
    for name, path in own(data).items():
        found.update(f"{name}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    assert found.hexdigest() == DIGEST

    # the demonstration beside it is as it is alone
    def alone(folder: Path) -> dict[str, bytes]:
        found = {n: path.read_bytes() for n, path in exports(folder).items()}
        return {n: x for n, x in found.items() if "/" in n and not n.startswith(ministry.FOLDER)}

    assert alone(data) == alone(demonstration)


def test_each_export_is_claimed_by_one_device_or_it_would_be_counted_twice(data, known):
    owners: Counter[str] = Counter()
    for name, path in own(data).items():
        claiming = [d.id for d in known.devices.values() if path.match(d.pattern)]
        assert len(claiming) == (path.name != demo.MANIFEST), (name, claiming)
        owners.update(claiming)
    products = [product for product in known.products if product.startswith("service-0")]
    assert len(products) == PRODUCTS
    fed = Counter(known.devices[device].product for device in owners)
    assert fed == dict.fromkeys(products, 20)


def test_a_catalogue_of_ones_own_is_never_replaced(tmp_path):
    (tmp_path / "catalogue").mkdir()
    mine = tmp_path / "catalogue" / "devices.yml"
    mine.write_text("- id: mine\n", encoding="utf-8")
    with pytest.raises(ObservError, match=r"is no catalogue that `python -m tools\.demo --prod"):
        demo.write(tmp_path / "raw", products=1)
    assert mine.read_text(encoding="utf-8") == "- id: mine\n"
    assert [path.name for path in tmp_path.iterdir()] == ["catalogue"]


def test_the_command_says_what_to_run_next_and_that_works(data, observ, monkeypatch, capsys):
    """Of one way of listening alone: the others are ingested as the demonstration is."""
    folder = data.with_name("again")
    monkeypatch.setattr(ministry, "_KINDS", ministry._KINDS[:1])
    monkeypatch.setattr(demo, "_MAKERS", demo._MAKERS[:1])
    monkeypatch.chdir(data.parents[1])
    assert main(["data/again/raw", "--products", "1"]) == 0
    out = capsys.readouterr().out
    next_ = "observ ingest data/again/raw --data data/again && observ edition --data data/again"
    assert out.splitlines()[-1] == next_
    code, out, _ = observ("ingest", "data/again/raw/ministere", "--data", "data/again")
    assert code == 0 and "audience-service-001" in out
    shutil.rmtree(folder)
