"""What every room may assume: errors, files, YAML with its lines, periods, texts, personal data."""
