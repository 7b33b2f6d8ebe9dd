"""What teams learnt of tools and methods."""
