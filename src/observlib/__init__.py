"""A shared library of loaders and indicators for an observatory of the users of public services.

Data goes one way: raw export → tidy table → estimates → study → publication.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from observlib.study import Study

__version__ = "0.1.0"
__all__ = ["Study"]


def __getattr__(name: str) -> Any:
    """`Study` is imported when a notebook asks for it: commands have no use for charts."""
    if name == "Study":
        from observlib.study import Study

        return Study
    raise AttributeError(f"module 'observlib' has no attribute {name!r}")
