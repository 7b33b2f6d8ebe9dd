"""conda users get what pip users get, and contributors what the project promises them."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
# PyPI's name, and conda-forge's where it is written otherwise, to the letter
CONDA_NAMES = {"duckdb": "python-duckdb", "great-tables": "great_tables", "quarto-cli": "quarto"}
CONDA_NAMES |= {"pandera[pandas]": "pandera-pandas"}
FROM_PYPI = {"pypandoc_binary", "typst"}  # conda-forge has typst's program and no module for Python


def _bounds(requirements: list[str]) -> dict[str, str]:
    """The bound of each name."""
    return dict(re.fullmatch(r"([^ <>=]+)(.*)", text).groups() for text in requirements)


def test_environment_yml_has_the_bounds_of_pyproject_under_the_names_of_conda_forge():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = _bounds([*project["dependencies"], *extras["lab"], *extras["quarto"]])
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    pip = conda.pop()["pip"]
    assert pip.pop() == "-e .[test]"
    assert _bounds(pip) == {name: wanted.pop(name) for name in FROM_PYPI}
    expected = {CONDA_NAMES.get(name, name): bound for name, bound in wanted.items()}
    assert CONDA_NAMES.keys() <= wanted.keys()
    assert _bounds(conda) == expected | {"python": project["requires-python"], "pip": ""}


def test_the_lock_meets_pyproject_and_holds_hashes_and_no_address():
    for name in ("requirements.lock", "requirements-test.lock", "requirements-lab.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?:|--index|--find", text)
        pins = re.findall(r"(?m)^([a-z0-9._-]+)==\S+.*\\\n +--hash=sha256:[0-9a-f]{64}", text)
        assert len(pins) == len(re.findall(r"(?m)^[a-z0-9._-]+==", text))
        locked = {re.sub(r"[-_.]+", "-", pin) for pin in pins}
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        for requirement in project["dependencies"]:
            plain = re.sub(r"[-_.]+", "-", re.split(r"[\[<>=]", requirement)[0]).lower()
            assert plain in locked


def test_who_imports_the_package_gets_its_types(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert "observlib/py.typed" in zipfile.ZipFile(wheel).namelist()
