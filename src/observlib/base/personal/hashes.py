"""Identifiers of people's answers as the store has them: hashes with a key (see `store`)."""

from __future__ import annotations

import hashlib

# Of the demonstration, which has no people: its store and figures are the same everywhere.
PUBLIC_KEY = b"observlib's demonstration: public"


def hashed(identifier: str, device: str, key: bytes) -> str:
    """The hash of a device's identifier: 128 bits of BLAKE2b with a key (RFC 7693), in hex.

    Examples
    --------
    >>> one, other = (hashed(name, "jdma", b"secret") for name in ("0x1", "0x2"))
    >>> len(one), one == hashed("0x1", "jdma", b"secret"), one == other
    (32, True, False)
    """
    begun = for_device(device, key)
    begun.update(identifier.encode())
    return begun.hexdigest()


def for_device(device: str, key: bytes) -> hashlib.blake2b:
    """What the hashes of a device's identifiers begin with."""
    return hashlib.blake2b(device.encode() + b"\0", key=key, digest_size=16)
