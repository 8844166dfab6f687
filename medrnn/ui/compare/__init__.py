"""The page Compare: models and images beside each other."""
