"""What analysts expected of the figures of a quarter, and whether they said so before the data."""
