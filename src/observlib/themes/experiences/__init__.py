"""Experiences that users tell on other sites, and how they felt."""
