"""Sales of books and journals."""
