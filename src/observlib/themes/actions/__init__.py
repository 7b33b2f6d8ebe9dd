"""What actions changed: the series they were to move, before and after."""
