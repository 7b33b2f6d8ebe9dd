"""The sample project, and the site that the embedded publisher makes of it, once a session."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.publish import sample as samples
from tests.site.conftest import site as made_site

from observlib.publish import publish

__all__ = ["made_site"]


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    """The module that makes sample projects."""
    return samples


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A sample project of a test's own."""
    return samples.make_project(tmp_path / "project")


@pytest.fixture
def published(tmp_path: Path) -> Callable[..., Path]:
    """The site of a project of one study, with these cells too."""

    def made(*cells: dict[str, Any], title: str = "Page", finding: str = "Constat.") -> Path:
        page = samples.study(title, finding, 1, *cells)
        project = samples.make_project(tmp_path / "project", page=page)
        return publish(project, tmp_path / "site", "embedded").parent

    return made


@pytest.fixture(scope="session")
def made_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return samples.make_project(tmp_path_factory.mktemp("made") / "project")
