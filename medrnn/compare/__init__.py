"""Models and images beside each other: paired tests, agreement of maps, answers under small changes."""
