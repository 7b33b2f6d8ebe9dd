"""What is told of one product over all themes."""
