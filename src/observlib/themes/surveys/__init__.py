"""Surveys on sites: marks, reasons, weighting, categories, what goes with satisfaction."""
