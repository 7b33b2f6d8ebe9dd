"""Sheets that people write: actions, decisions, replies, expectations, corrections, practices."""
