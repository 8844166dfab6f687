"""The page Learn: the list of the lessons, and what each of them draws."""
