"""Mailing lists and journals: who joins, stays and leaves."""
