"""What reads an export by a device is that of the loaders."""

from tests.loaders.conftest import read

__all__ = ["read"]
