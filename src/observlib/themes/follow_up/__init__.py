"""What became of the tasks that most need work: who answers for them, what is decided, by when."""
