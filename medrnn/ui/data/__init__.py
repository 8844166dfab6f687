"""The page Data: what a network is to learn from, before it does."""
