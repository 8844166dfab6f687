"""One trace in numbers: when it settles, how long it remembers, what its weights do."""
