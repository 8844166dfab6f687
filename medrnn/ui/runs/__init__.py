"""The training form, one run, the table of all runs."""
