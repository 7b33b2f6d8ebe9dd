"""Time series: seasonal adjustment, what is out of line in them, and what an action changed."""
