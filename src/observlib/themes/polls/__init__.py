"""Polls on social networks."""
