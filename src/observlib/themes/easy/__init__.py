"""One page of an edition in easy French, for those who read with difficulty."""
