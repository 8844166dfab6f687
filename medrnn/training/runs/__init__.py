"""A run: its folder, its events, its processes."""
