"""Training: a loop that yields events, the presets, the run folders and their processes."""
