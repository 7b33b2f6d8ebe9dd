"""Indicators: tidy tables in, estimates out. One theme, one module; pure functions."""
