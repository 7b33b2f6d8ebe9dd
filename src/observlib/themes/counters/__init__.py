"""Counters where people are received, by area."""
