"""Marks that people leave after using a service."""
