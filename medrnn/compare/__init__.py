"""Models and images beside each other: paired tests, answers under small changes."""
