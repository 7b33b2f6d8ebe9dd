"""conda users get what pip users get."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {"duckdb": "python-duckdb"}


def _pin(requirement: str) -> tuple[str, str]:
    match = re.match(r"([A-Za-z0-9_.-]+)(?:\[[^]]*\])?\s*(.*)", requirement)
    assert match
    name = re.sub(r"[-_.]+", "-", match[1]).lower()
    return CONDA_NAMES.get(name, name), match[2].strip()


def test_environment_yml_has_the_names_and_bounds_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = dict(_pin(text) for text in project["dependencies"])
    wanted |= dict(_pin(text) for text in project["optional-dependencies"]["lab"])
    wanted["python"] = project["requires-python"]
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    pip = conda.pop()["pip"]
    given = dict(_pin(text) for text in conda + [text for text in pip if text[0] != "-"])
    assert given.pop("quarto")
    given.pop("pip")
    assert given == wanted


def test_the_lock_meets_pyproject_and_holds_hashes_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-lab.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?:|--index|--find", text)
        pins = re.findall(r"(?m)^([a-z0-9._-]+)==\S+.*\\\n +--hash=sha256:[0-9a-f]{64}", text)
        assert len(pins) == len(re.findall(r"(?m)^[a-z0-9._-]+==", text))
        locked = {re.sub(r"[-_.]+", "-", pin) for pin in pins}
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        for requirement in project["dependencies"]:
            plain = re.sub(r"[-_.]+", "-", re.split(r"[\[<>=]", requirement)[0]).lower()
            assert plain in locked
