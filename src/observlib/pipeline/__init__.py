"""From the store to the estimates that an edition discloses."""
