"""Visits corrected for seasons and working days: pace, breaks of level, unusual months."""
