"""What is true of the demonstration, by kind."""

from collections.abc import Iterable
from typing import Any


def of_kind(truths: Iterable[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The truths of a kind, of which there are some."""
    found = [truth for truth in truths if truth["kind"] == kind]
    assert found
    return found
