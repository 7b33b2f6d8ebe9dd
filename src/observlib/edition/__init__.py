"""Editions: which pages, with which parameters; their execution; what was made from what."""
