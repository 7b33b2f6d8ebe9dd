"""User tests: tasks that succeed, perceived usability, problems met."""
