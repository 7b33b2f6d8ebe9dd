"""Tasks: what people came to do, whatever the channel, and which of them most need work."""
