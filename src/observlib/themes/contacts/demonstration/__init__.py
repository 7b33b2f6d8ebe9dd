"""Invented calls and messages, in the formats of their tools."""
