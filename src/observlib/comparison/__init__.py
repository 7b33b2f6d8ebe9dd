"""Comparisons: values put in pairs, tested as one family, and told."""
