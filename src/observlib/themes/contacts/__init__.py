"""Calls and written messages: whether they are answered, how soon, and what they are about."""
