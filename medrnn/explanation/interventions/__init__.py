"""What can be done to a network while it reads, how it is done, and what comes of it."""
