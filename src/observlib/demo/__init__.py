"""Synthetic raw exports, in the real formats, with known truths: `observlib.demo.write`."""

from observlib.demo.folder import MANIFEST, write

__all__ = ["MANIFEST", "write"]
