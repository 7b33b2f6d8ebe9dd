"""What other administrations publish, beside what we measure."""
