"""Workshops where users and teams design together, and what becomes of ideas."""
