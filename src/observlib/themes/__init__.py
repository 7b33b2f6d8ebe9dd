"""Themes: each folder has its estimates, its sentences, and what it draws in a way of its own.

No theme imports another; what several share has a room of its own (`answers`, `comparison`).
"""
