"""Invented surveys: their questions, which answers go together, and their exports."""
