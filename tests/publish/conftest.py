"""The sample project, and the site that the embedded publisher makes of it, once a session."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from tests.site.conftest import site as made_site

__all__ = ["made_site"]


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    """The module that makes sample projects."""
    spec = importlib.util.spec_from_file_location("sample", Path(__file__).with_name("sample.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def made_project(tmp_path_factory: pytest.TempPathFactory, sample: ModuleType) -> Path:
    project: Path = sample.make_project(tmp_path_factory.mktemp("made") / "project")
    return project
