"""Themes: each folder has its estimates, its sentences, and what it draws in a way of its own."""
