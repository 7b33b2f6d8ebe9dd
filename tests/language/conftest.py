"""Estimates of every state, as charts and tables are tried with."""

from tests.display.conftest import marks, visits

__all__ = ["marks", "visits"]
