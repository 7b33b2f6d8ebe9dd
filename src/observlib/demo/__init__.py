"""What the demonstrations of themes share: chance, formats of files and a calendar."""
