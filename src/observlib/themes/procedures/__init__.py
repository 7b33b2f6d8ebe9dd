"""Marks of the State's online procedures."""
