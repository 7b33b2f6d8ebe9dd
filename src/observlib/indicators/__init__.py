"""What themes share: answers and counts measured over periods, families, comparisons."""
